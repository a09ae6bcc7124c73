/**
 * The identities of a stack and the certificates they have: their schedules from what the program declares, or declared
 * last, and the certificates from what is deployed.
 */
import { type DayNumber, parseDay } from "../../components/calendar";
import type { Schedule } from "../../components/rotation-schedule";
import { clean } from "../review/clean-text";
import { credentialsOf } from "../review/credentials";
import { guidAt, Identities } from "../review/identities";
import type { PlannedResource } from "../review/resources";
import { isType, nameOf, partsOf } from "../review/urn";
import { textAt } from "../review/values";
import { readRotationOutput } from "./schedule-output";

/** A certificate that is registered. */
export interface Standing {
  readonly urn: string;
  readonly name: string;
  readonly generation: number | undefined;
  readonly keyId: string | undefined;
  /** First 12 hexadecimal digits of the SHA-256, lower case. */
  readonly thumbprint: string | undefined;
  readonly validFrom: Date | undefined;
  readonly validUntil: Date | undefined;
}

export interface RotatedIdentity {
  readonly name: string;
  /** Of the component; of the application where there is none. */
  readonly urn: string;
  readonly clientId: string | undefined;
  readonly objectId: string | undefined;
  /** Where its keys are kept; `unknown` for a schedule nobody wrote down. */
  readonly key: "tls" | "vault" | "external" | "unknown";
  readonly schedule: Schedule | undefined;
  /** Why there is none though certificates rotate. */
  readonly why: string | undefined;
  /** What is registered; undefined where nobody has looked. */
  readonly standing: readonly Standing[] | undefined;
  /** The next turn as a vault secret bears it, for a stack without schedules. */
  readonly rotatesOn: DayNumber | undefined;
  /** Whether the program still declares it. */
  readonly isDeclared: boolean;
}

/** Which side of the resources says what: `after` is the program, `before` is what is deployed. */
export interface Sources {
  /** What the program declares. Default: what was declared last. */
  readonly program?: readonly PlannedResource[];
  /** What is deployed. Default: nobody has looked. */
  readonly deployed?: readonly PlannedResource[];
}

const COMPONENT = /^certlock:components:SecretFreeApplication$/;

/** In the order of their names. */
export function rotatedIdentities({ program, deployed }: Sources): RotatedIdentity[] {
  const declared = program === undefined ? undefined : read(program, "after");
  const standing = deployed === undefined ? undefined : read(deployed, "before");
  const keys = [...new Set([...(declared?.keys() ?? []), ...(standing?.keys() ?? [])])];
  const found = keys.flatMap((key) => {
    const [plan, state] = [declared?.get(key), standing?.get(key)];
    const one = plan ?? state;
    return one === undefined ? [] : [merged(one, state, deployed !== undefined, declared)];
  });
  return found.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.urn < b.urn ? -1 : 1));
}

function merged(
  one: Found,
  state: Found | undefined,
  isKnown: boolean,
  declared: ReadonlyMap<string, Found> | undefined,
): RotatedIdentity {
  const isDeclared = declared === undefined || declared.has(one.key);
  return {
    name: one.name,
    urn: one.urn,
    clientId: state?.clientId ?? one.clientId,
    objectId: state?.objectId ?? one.objectId,
    ...one.rotation,
    standing: isKnown ? (state?.certificates ?? []) : undefined,
    rotatesOn: state?.rotatesOn,
    isDeclared,
  };
}

interface Found {
  /** The same for program and state, whatever the stack is called there. */
  readonly key: string;
  readonly name: string;
  readonly urn: string;
  readonly clientId: string | undefined;
  readonly objectId: string | undefined;
  readonly rotation: Pick<RotatedIdentity, "key" | "schedule" | "why">;
  readonly certificates: readonly Standing[];
  readonly rotatesOn: DayNumber | undefined;
}

type Side = "before" | "after";

function read(resources: readonly PlannedResource[], side: Side): Map<string, Found> {
  const there = resources.filter((resource) => resource[side] !== undefined);
  const byUrn = new Map(there.map((resource) => [resource.urn, resource]));
  const identities = new Identities(there);
  const credentials = credentialsOf(there, identities).filter(({ resource }) =>
    isType(resource.type, "azuread", "ApplicationCertificate", "ServicePrincipalCertificate"),
  );
  const turns = turnsInVaults(there, side);
  const found = new Map<string, Found>();
  for (const [urn, identity] of groups(identities, credentials, byUrn)) {
    const component = byUrn.get(urn);
    const output = component && COMPONENT.test(component.type) ? component[side]?.outputs : undefined;
    const certificates = identity.certificates.map((credential) => standingOf(credential, side));
    const rotation = rotationOf(output?.["rotation"], component !== undefined, certificates);
    if (rotation === undefined) continue;
    const parts = partsOf(urn);
    const name = parts.name === "" ? identity.name : nameOf(urn);
    const key = `${parts.project}::${parts.type}::${parts.name || urn}`;
    const { clientId, objectId } = identity;
    const thumbprints = new Set(certificates.map(({ thumbprint }) => thumbprint));
    const rotatesOn = turns.find((turn) => thumbprints.has(turn.thumbprint))?.day;
    found.set(key, { key, name, urn, clientId, objectId, rotation, certificates, rotatesOn });
  }
  return found;
}

interface Group {
  readonly name: string;
  readonly clientId: string | undefined;
  readonly objectId: string | undefined;
  readonly certificates: ReturnType<typeof credentialsOf>;
}

/** By the URN of the component, or of the application where it stands alone. */
function groups(
  identities: Identities,
  credentials: ReturnType<typeof credentialsOf>,
  byUrn: ReadonlyMap<string, PlannedResource>,
): Map<string, Group> {
  const placeOf = (resource: PlannedResource | undefined, fallback: string): string => {
    const parent = resource?.parent === undefined ? undefined : byUrn.get(resource.parent);
    return parent && COMPONENT.test(parent.type) ? parent.urn : (resource?.urn ?? fallback);
  };
  const found = new Map<string, Group>();
  for (const { resource, name, key, appId, objectId } of identities.all)
    found.set(placeOf(resource, key), { name, clientId: appId, objectId, certificates: [] });
  for (const credential of credentials) {
    const { identity } = credential;
    const place = placeOf(identity.resource, identity.key);
    const group = found.get(place) ?? {
      name: identity.name,
      clientId: identity.appId,
      objectId: identity.objectId,
      certificates: [],
    };
    found.set(place, { ...group, certificates: [...group.certificates, credential] });
  }
  return found;
}

function standingOf(credential: ReturnType<typeof credentialsOf>[number], side: Side): Standing {
  const { resource, generation } = credential;
  const facts = credential[side] ?? {};
  return {
    urn: resource.urn,
    name: nameOf(resource.urn),
    generation,
    keyId: guidAt(resource[side]?.outputs, "keyId"),
    thumbprint: facts.thumbprint,
    validFrom: facts.validFrom,
    validUntil: facts.validUntil,
  };
}

/** @returns undefined for an identity without certificates */
function rotationOf(
  output: unknown,
  isComponent: boolean,
  certificates: readonly Standing[],
): Pick<RotatedIdentity, "key" | "schedule" | "why"> | undefined {
  const rotation = readRotationOutput(output);
  if (rotation?.key === "unknown") return { key: "unknown", schedule: undefined, why: rotation.why };
  if (rotation !== undefined)
    return {
      key: rotation.key,
      schedule: rotation.key === "external" ? undefined : rotation.schedule,
      why: undefined,
    };
  if (certificates.length === 0) return undefined;
  if (isComponent && certificates.some(({ generation }) => generation !== undefined))
    return {
      key: "unknown",
      schedule: undefined,
      why: "an older certlock has deployed it, which wrote no schedule down; one run with this one does",
    };
  return { key: "external", schedule: undefined, why: undefined };
}

/** Vault secrets bear the day of the next turn and the thumbprint of what they hold. */
function turnsInVaults(
  resources: readonly PlannedResource[],
  side: Side,
): { readonly thumbprint: string; readonly day: DayNumber }[] {
  return resources
    .filter(({ type }) => isType(type, "azure-native", "Secret"))
    .flatMap((resource) => {
      const inputs = resource[side]?.inputs;
      const thumbprint = textAt(inputs, "tags", "thumbprint-sha256")?.slice(0, 12).toLowerCase();
      const day = parseDay(textAt(inputs, "tags", "rotates-on"));
      return thumbprint === undefined || day === undefined ? [] : [{ thumbprint: clean(thumbprint), day }];
    });
}
