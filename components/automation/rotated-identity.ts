/** An application whose certificates the runbook keeps, and the vault their keys are born in. */
import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import { dateOf, dayOf, parseDay } from "../calendar";
import { type EntraCloud, vaultDnsSuffix } from "../federation/cloud";
import { type OptionNames, readEntries, readItems, readOptions } from "../given-options";
import { checkGuid } from "../guid";
import { checkSecretName, checkText } from "../names";
import { checkOneOf, describeGiven, type Finding, type Problems } from "../problems";
import { checkResourceId, parseResourceId } from "../resource-id";
import type { VaultReach } from "../vault-firewall";
import { grantRole, VAULT_ROLES } from "../vault-role";
import { addIfKnown } from "./automation-account";

/** An app registration; a `SecretFreeApplication` without `certificate` is one. */
export interface RotatedApplication {
  /** Application (client) id. */
  readonly clientId: pulumi.Input<string>;
  /** Object id of the app registration. */
  readonly objectId: pulumi.Input<string>;
}

/** A vault that is there already. */
export interface GivenVault {
  /** Id of the vault in Azure Resource Manager. */
  readonly vaultId: pulumi.Input<string>;
  /** "open" to all networks, or "closed": it denies by default, whatever exceptions it has. Nothing here can look. */
  readonly firewall: "open" | "closed";
}

/** A vault of this program; a `CredentialVault` is one. */
export interface OwnVault {
  readonly vaultId: pulumi.Output<string>;
  readonly vaultUri: pulumi.Output<string>;
  readonly vaultName: string;
  readonly reach: VaultReach;
}

/** Leave to remove one certificate although it is still seen in sign-ins. */
export interface RetirementExemption {
  /** Id of the certificate on the application. */
  readonly keyId: string;
  /** Why it may go, up to 200 characters. */
  readonly reason: string;
  /** Who answers for it, up to 200 characters. */
  readonly owner: string;
  /** Last day of the leave in UTC, such as "2027-01-20", at most 90 days ahead. */
  readonly until: string;
}

export interface RotatedIdentity {
  /**
   * The application. Nobody else may keep its certificates: the stack and the runbook would take away what the other one
   * has registered.
   */
  readonly application: RotatedApplication;
  /** The vault that makes the certificates. */
  readonly vault: GivenVault | OwnVault;
  /**
   * Name of the certificate in the vault, each for one application. That of a {@link SelfRenewingCertificate} lets roles
   * and job wait until it is made.
   * @default - the name of the identity
   */
  readonly certificateName?: pulumi.Input<string>;
  /** Certificates that may be removed though they are still seen. @default - none */
  readonly retireThoughSeen?: readonly RetirementExemption[];
  /** What else must be there before the roles on the certificate. @default - nothing of this program */
  readonly dependsOn?: pulumi.CustomResourceOptions["dependsOn"];
}

/** An identity as the runbook's settings spell it. */
export interface IdentitySettings {
  readonly name: string;
  readonly clientId: string;
  readonly applicationObjectId: string;
  readonly vaultUri: string;
  readonly certificateName: string;
  readonly retireThoughSeen?: readonly RetirementExemption[];
}

/** The runbook takes as many: components/automation/rotate_certificates.py. */
export const MOST_IDENTITIES = 100;
const MOST_EXEMPTIONS = 20;
const EXEMPTION_DAYS = 90;
const EXEMPTION_CHARACTERS = 200;

/**
 * Creates `<name>-owner-<identity>`, `<name>-reader-<identity>` and `<name>-signer-<identity>`: the runbook may write the
 * credentials of this application, read the public part of this certificate, and have the vault sign with this key.
 */
export function admitRunbook(
  name: string,
  identity: string,
  { application, vault, certificateName = identity, dependsOn }: RotatedIdentity,
  principalId: pulumi.Output<string>,
  child: pulumi.CustomResourceOptions,
): readonly pulumi.Resource[] {
  const owner = new azuread.ApplicationOwner(
    `${name}-owner-${identity}`,
    { applicationId: pulumi.interpolate`/applications/${application.objectId}`, ownerObjectId: principalId },
    child,
  );
  const waiting = dependsOn === undefined ? child : { ...child, dependsOn };
  const vaultName = nameOf(vault);
  const object = (kind: "certificates" | "keys") => ({
    id: pulumi.interpolate`${vault.vaultId}/${kind}/${certificateName}`,
    vaultName,
    objectName: certificateName,
  });
  const principal = { principalId };
  return [
    owner,
    grantRole(`${name}-reader-${identity}`, VAULT_ROLES.reader, object("certificates"), principal, waiting),
    grantRole(`${name}-signer-${identity}`, VAULT_ROLES.cryptoUser, object("keys"), principal, waiting),
  ];
}

export function identitySettings(
  name: string,
  { application, vault, certificateName = name, retireThoughSeen = [] }: RotatedIdentity,
  cloud: EntraCloud,
): pulumi.Output<IdentitySettings> {
  const vaultUri =
    "reach" in vault
      ? vault.vaultUri
      : pulumi.interpolate`https://${nameOf(vault)}.${vaultDnsSuffix(cloud)}/`;
  return pulumi
    .all([application.clientId, application.objectId, vaultUri, certificateName])
    .apply(([clientId, applicationObjectId, uri, certificate]) => ({
      name,
      clientId,
      applicationObjectId,
      vaultUri: uri,
      certificateName: certificate,
      ...(retireThoughSeen.length === 0
        ? {}
        : {
            retireThoughSeen: retireThoughSeen.map(({ keyId, reason, owner, until }) => ({
              ...{ keyId, reason, owner },
              until: dateOf(parseDay(until) ?? 0),
            })),
          }),
    }));
}

function nameOf(vault: GivenVault | OwnVault): pulumi.Input<string> {
  if ("reach" in vault) return vault.vaultName;
  return pulumi.output(vault.vaultId).apply((id) => parseResourceId(id)?.names[0] ?? "");
}

const IDENTITY: OptionNames<RotatedIdentity> = {
  application: "required",
  vault: "required",
  certificateName: "optional",
  retireThoughSeen: "optional",
  dependsOn: "optional",
};
const APPLICATION: OptionNames<RotatedApplication> = { clientId: "required", objectId: "required" };
const GIVEN_VAULT: OptionNames<GivenVault> = { vaultId: "required", firewall: "checked" };
const EXEMPTION: OptionNames<RetirementExemption> = {
  keyId: "checked",
  reason: "checked",
  owner: "checked",
  until: "checked",
};

/** What identities are held against. */
interface Bounds {
  /** Whether the jobs run on machines of one's own, and not in Azure's cloud. */
  readonly hasWorkers: boolean;
  readonly now: Date;
}

/** Checks identities of whatever type, and answers with those that can be read. */
export function readIdentities(
  at: string,
  given: Readonly<Record<string, RotatedIdentity>>,
  bounds: Bounds,
  problems: Problems,
): Readonly<Record<string, RotatedIdentity>> {
  const entries = readEntries(at, given, problems) ?? [];
  if (entries.length === 0 || entries.length > MOST_IDENTITIES) problems.add(at, wrongCount(entries.length));
  const readable: Record<string, RotatedIdentity> = {};
  const applications = new Set<unknown>();
  const keys = new Set<unknown>();
  for (const [name, each] of entries) {
    const place = `${at}[${describeGiven(name)}]`;
    problems.add(place, checkIdentityName(name));
    const identity = readOptions(place, each, IDENTITY, problems);
    if (identity === undefined) continue;
    // What is missing has been reported.
    const { application, vault, certificateName = name } = identity;
    readApplication(`${place}.application`, application, applications, problems);
    addIfKnown(`${place}.certificateName`, certificateName, checkSecretName, problems);
    readVault(`${place}.vault`, vault, bounds, problems);
    const key = keyOf(vault, certificateName);
    if (keys.has(key)) problems.add(`${place}.certificateName`, sameKey(certificateName));
    if (key !== undefined) keys.add(key);
    const exemptions = readItems(`${place}.retireThoughSeen`, identity.retireThoughSeen, problems) ?? [];
    readExemptions(`${place}.retireThoughSeen`, exemptions, bounds.now, problems);
    readable[name] = identity;
  }
  return readable;
}

function readApplication(
  at: string,
  given: RotatedApplication | undefined,
  seen: Set<unknown>,
  problems: Problems,
): void {
  if (given === undefined) return; // reported already
  if (seen.has(given)) {
    problems.add(at, SAME_APPLICATION);
    return;
  }
  seen.add(given);
  const application = readOptions(at, given, APPLICATION, problems);
  if (application === undefined) return;
  addIfKnown(`${at}.clientId`, application.clientId, (id) => checkGuid(id, "client id"), problems);
  addIfKnown(
    `${at}.objectId`,
    application.objectId,
    (id) => checkGuid(id, "object id of the registration"),
    problems,
  );
  const { clientId, objectId }: { clientId?: unknown; objectId?: unknown } = application;
  for (const [where, id] of [
    [`${at}.clientId`, clientId],
    [`${at}.objectId`, objectId],
  ] as const) {
    if (typeof id !== "string") continue; // known later: the runbook's own reader looks again
    if (seen.has(id.toLowerCase())) problems.add(where, sameId(id));
    seen.add(id.toLowerCase());
  }
  const certificates: unknown = Reflect.get(given, "certificates");
  if (!Array.isArray(certificates) || certificates.length === 0) return;
  problems.add(at, {
    code: "two-writers",
    given: `an application with ${certificates.length === 1 ? "a certificate" : "certificates"} of this stack`,
    allowed: "an application whose certificates nobody but the runbook keeps",
    remedy:
      'leave "certificate" out of the SecretFreeApplication: the runbook registers what the vault makes; or leave it ' +
      "there, and rotate by running the stack on a schedule (docs/unattended-rotation.md)",
  });
}

function readVault(
  at: string,
  given: RotatedIdentity["vault"] | undefined,
  bounds: Bounds,
  problems: Problems,
): void {
  if (given === undefined) return;
  if (isOwnVault(given)) {
    if (!bounds.hasWorkers)
      problems.add(at, unreachable("a CredentialVault, which is closed to the cloud's jobs"));
    else if (given.reach === "nowhere") problems.add(at, NOWHERE);
    return;
  }
  const vault = readOptions(at, given, GIVEN_VAULT, problems);
  if (vault === undefined) return;
  addIfKnown(
    `${at}.vaultId`,
    vault.vaultId,
    (id) => checkResourceId(id, "Microsoft.KeyVault/vaults"),
    problems,
  );
  problems.add(`${at}.firewall`, checkOneOf(vault.firewall, ["open", "closed"]));
  if (vault.firewall === "closed" && !bounds.hasWorkers) problems.add(at, unreachable("a closed vault"));
}

/** By what it has: it may come from another copy of this package. */
function isOwnVault(given: object): given is OwnVault {
  return typeof given === "object" && "reach" in given && pulumi.Resource.isInstance(given);
}

/** What tells one key from another as far as that is known now: vault and name, or the output of one resource. */
function keyOf(vault: unknown, certificateName: unknown): unknown {
  if (pulumi.Output.isInstance(certificateName)) return certificateName;
  if (typeof vault !== "object" || vault === null || typeof certificateName !== "string") return undefined;
  const { vaultName, vaultId }: { vaultName?: unknown; vaultId?: unknown } = vault;
  const name = vaultName ?? (typeof vaultId === "string" ? vaultId.split("/").at(-1) : undefined);
  return typeof name === "string" ? `${name}/${certificateName}`.toLowerCase() : undefined;
}

function readExemptions(
  at: string,
  given: readonly RetirementExemption[],
  now: Date,
  problems: Problems,
): void {
  if (given.length > MOST_EXEMPTIONS) {
    problems.add(at, {
      code: "too-many",
      given: describeGiven(given),
      allowed: `at most ${MOST_EXEMPTIONS} certificates of one application`,
      remedy: "take out those that have been removed",
    });
  }
  given.forEach((each, index) => {
    const place = `${at}[${index}]`;
    const exemption = readOptions(place, each, EXEMPTION, problems);
    if (exemption === undefined) return;
    problems.add(
      `${place}.keyId`,
      checkGuid(exemption.keyId, "key id of the certificate on the application"),
    );
    problems.add(`${place}.reason`, checkText(exemption.reason, EXEMPTION_CHARACTERS, "say why it may go"));
    problems.add(
      `${place}.owner`,
      checkText(exemption.owner, EXEMPTION_CHARACTERS, "say who answers for it"),
    );
    problems.add(`${place}.until`, checkUntil(exemption.until, now));
  });
}

function checkUntil(given: unknown, now: Date): Finding | undefined {
  const day = parseDay(given);
  const latest = dayOf(now) + EXEMPTION_DAYS;
  if (day !== undefined && day <= latest) return undefined;
  return {
    code: day === undefined ? "invalid-date" : "out-of-range",
    given: describeGiven(given),
    allowed: `a day that exists, such as ${dateOf(dayOf(now))}, not later than ${dateOf(latest)}`,
    remedy: "give the leave for as long as the work takes, and renew it if that is not done",
  };
}

function checkIdentityName(given: string): Finding | undefined {
  if (/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?$/.test(given)) return undefined;
  return {
    code: "invalid-name",
    given: describeGiven(given),
    allowed: "1 to 64 letters, digits and hyphens, none at the ends a hyphen",
    remedy: 'choose a short name such as "billing-nightly": it stands in the log',
  };
}

function wrongCount(count: number): Finding {
  return {
    code: count === 0 ? "missing" : "too-many",
    given: count === 0 ? "no application" : `${count} applications`,
    allowed: `1 to ${MOST_IDENTITIES} applications in one job`,
    remedy: count === 0 ? "name the applications to rotate" : "make another RotationRunbook for the others",
  };
}

function sameKey(certificateName: unknown): Finding {
  return {
    code: "duplicate",
    given: describeGiven(certificateName),
    allowed: "a certificate of its own for each application",
    remedy: "give each a name of its own: who has the key of one could be the other",
  };
}

function sameId(id: string): Finding {
  return {
    code: "duplicate",
    given: describeGiven(id),
    allowed: "each application once, by its client id and by its object id, which differ",
    remedy: "correct the id, or remove one of the two",
  };
}

const SAME_APPLICATION: Finding = {
  code: "duplicate",
  given: "the same application",
  allowed: "each application once",
  remedy: "remove one of the two",
};

const NOWHERE: Finding = {
  code: "vault-unreachable",
  given: "a CredentialVault without allowedNetworks, allowedSubnetIds and privateEndpoint",
  allowed: "a vault that the workers can reach",
  remedy: "let the network of the workers in, best by a private endpoint",
};

/** https://learn.microsoft.com/azure/automation/automation-hybrid-runbook-worker */
function unreachable(given: string): Finding {
  return {
    code: "vault-unreachable",
    given,
    allowed:
      "a vault open to all networks, or hybridWorkers: jobs in Azure's cloud come from addresses that change, and " +
      "Automation is not among the trusted services",
    remedy:
      "run the job on hybridWorkers in a network the vault admits; or let the application trust a managed identity " +
      "(federatedCredentials), which needs no key; or rotate by a pipeline: certlock rotation schedule",
  };
}
