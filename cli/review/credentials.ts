/** Every way to sign in that the preview tells of: certificates, federated trusts, and the secrets there should not be. */
import { CertificateReader, generationOf, momentOf, type CertificateFacts } from "./certificates";
import { clean } from "./clean-text";
import { Identities, type IdentityOf } from "./identities";
import type { PlannedResource } from "./resources";
import { isType, nameOf } from "./urn";
import { at, listAt, numberAt, stateOf, textAt } from "./values";

export type CredentialKind = "certificate" | "federated" | "secret";

export interface Credential {
  readonly resource: PlannedResource;
  readonly kind: CredentialKind;
  readonly identity: IdentityOf;
  readonly generation: number | undefined;
  /** What the update does to it. */
  readonly fate: "kept" | "added" | "removed" | "replaced" | "changed";
  /** As deployed, and as planned; one of them where it comes or goes. */
  readonly before: CredentialFacts | undefined;
  readonly after: CredentialFacts | undefined;
  /** Names the vault secrets its key can be fetched from. */
  readonly stored: readonly string[];
}

export interface CredentialFacts extends Partial<CertificateFacts> {
  readonly subject?: string;
}

const SUBJECT_CHARACTERS = 160;
const FATES = {
  create: "added",
  delete: "removed",
  replace: "replaced",
  update: "changed",
  same: "kept",
} as const;

/** In the order of their URNs. */
export function credentialsOf(resources: readonly PlannedResource[], identities: Identities): Credential[] {
  const reader = new CertificateReader(resources);
  const secrets = storedSecrets(resources);
  return resources.flatMap((resource) => {
    const kind = kindOf(resource);
    if (kind === undefined) return [];
    const identity = identities.of(resource) ?? { name: nameOf(resource.urn), key: resource.urn };
    const facts = (side: "before" | "after"): CredentialFacts | undefined =>
      resource[side] && factsOf(resource, kind, side, reader);
    const [before, after] = [facts("before"), facts("after")];
    const generation = generationOf(resource);
    return [
      {
        resource,
        kind,
        identity,
        generation,
        fate: fateOf(resource),
        before,
        after,
        stored:
          kind === "certificate"
            ? storedIn(secrets, resource, identity.name, generation, after ?? before)
            : [],
      },
    ];
  });
}

function kindOf({ type, before, after }: PlannedResource): CredentialKind | undefined {
  if (isType(type, "azuread", "ApplicationCertificate", "ServicePrincipalCertificate")) return "certificate";
  if (isType(type, "azuread", "ServicePrincipalTokenSigningCertificate")) return "certificate";
  if (
    isType(
      type,
      "azuread",
      "ApplicationFederatedIdentityCredential",
      "ApplicationFlexibleFederatedIdentityCredential",
    ) ||
    isType(type, "azure-native", "FederatedIdentityCredential")
  )
    return "federated";
  if (isType(type, "azuread", "ApplicationPassword", "ServicePrincipalPassword")) return "secret";
  if (isType(type, "azuread", "Application"))
    return hasPassword(before) || hasPassword(after) ? "secret" : undefined;
  return isType(type, "azuread", "SynchronizationSecret") ? "secret" : undefined;
}

/** An application can hold a password in itself. */
function hasPassword(sides: PlannedResource["before"]): boolean {
  const password = at(sides?.inputs, "password");
  return stateOf(password) !== "absent" || listAt(sides?.inputs, "passwords").length > 0;
}

function fateOf(resource: PlannedResource): Credential["fate"] {
  const { operation, before, after, type } = resource;
  if (!isType(type, "azuread", "Application")) return FATES[operation];
  // Of an application with a password in it, only the password counts.
  if (!hasPassword(before)) return "added";
  if (operation === "replace") return "replaced";
  return hasPassword(after) ? "kept" : "removed";
}

function factsOf(
  resource: PlannedResource,
  kind: CredentialKind,
  side: "before" | "after",
  reader: CertificateReader,
): CredentialFacts {
  if (kind === "certificate") return reader.read(resource, side);
  const { inputs, outputs } = resource[side] ?? { inputs: {}, outputs: {} };
  if (kind === "secret") {
    const validFrom = momentOf(textAt(inputs, "startDate") ?? textAt(outputs, "startDate"));
    const validUntil = momentOf(textAt(inputs, "endDate") ?? textAt(outputs, "endDate"));
    return { ...(validFrom && { validFrom }), ...(validUntil && { validUntil }) };
  }
  const subject =
    textAt(inputs, "subject") ?? textAt(inputs, "claimsMatchingExpression") ?? textAt(outputs, "subject");
  const issuer = textAt(inputs, "issuer") ?? textAt(outputs, "issuer");
  return {
    ...(subject !== undefined && { subject: clean(subject, SUBJECT_CHARACTERS) }),
    ...(issuer !== undefined && { issuer: clean(issuer, SUBJECT_CHARACTERS) }),
  };
}

interface StoredSecret {
  /** `vault/secret` */
  readonly place: string;
  readonly thumbprint: string | undefined;
  readonly generation: number;
  /** Name of the component it is part of. */
  readonly component: string | undefined;
  readonly madeFrom: ReadonlySet<string>;
}

function storedSecrets(resources: readonly PlannedResource[]): StoredSecret[] {
  return resources
    .filter(({ type, operation }) => operation !== "delete" && isType(type, "azure-native", "Secret"))
    .map(({ after, before, dependencies, parent }) => {
      const inputs = after?.inputs ?? before?.inputs;
      const generation = textAt(inputs, "tags", "generation") ?? numberAt(inputs, "tags", "generation");
      const place = `${textAt(inputs, "vaultName") ?? "vault"}/${textAt(inputs, "secretName") ?? "secret"}`;
      return {
        place: clean(place, 160),
        thumbprint: textAt(inputs, "tags", "thumbprint-sha256")?.slice(0, 12).toLowerCase(),
        generation: Number(generation ?? NaN),
        component: parent === undefined ? undefined : nameOf(parent),
        madeFrom: new Set(Object.values(dependencies).flat()),
      };
    });
}

/** Vault secrets that say they hold the key of this certificate: by its thumbprint, or its generation and component. */
function storedIn(
  secrets: readonly StoredSecret[],
  { urn }: PlannedResource,
  owner: string,
  generation: number | undefined,
  facts: CredentialFacts | undefined,
): string[] {
  if (facts?.vaultSecret !== undefined) return [facts.vaultSecret];
  const found = secrets.filter((secret) => {
    if (secret.thumbprint !== undefined && facts?.thumbprint !== undefined)
      return secret.thumbprint === facts.thumbprint;
    const isNamesake = secret.component === owner && generation !== undefined;
    return secret.madeFrom.has(urn) || (isNamesake && secret.generation === generation);
  });
  return found.map(({ place }) => place);
}
