/**
 * The tenant's default app management policy: what credentials applications and service principals may get.
 *
 * One object per tenant; it always exists and is never created or deleted. A write replaces every collection
 * it names, so it is only ever written after a read and a merge (app-management-merge.ts).
 *
 * @see https://learn.microsoft.com/graph/api/resources/tenantappmanagementpolicy
 */
import type { GraphVersion } from "./address";
import type { GraphClient, GraphRequestOptions } from "./client";
import { GraphAbortedError, GraphError, GraphInvalidAnswerError, GraphSignInError } from "./errors";

/** Path after the version; the same in every tenant. */
const DEFAULT_POLICY_PATH = "/policies/defaultAppManagementPolicy";

/** Kinds of restriction of `passwordCredentials` in v1.0 (client secrets and symmetric keys). */
export const PASSWORD_RESTRICTION_TYPES = [
  "passwordAddition",
  "passwordLifetime",
  "symmetricKeyAddition",
  "symmetricKeyLifetime",
  "customPasswordAddition",
] as const;

/** Kinds of restriction of `keyCredentials` in v1.0 (certificates). */
export const KEY_RESTRICTION_TYPES = ["asymmetricKeyLifetime"] as const;

/** The kind of restriction that only beta knows: certificates of chosen authorities alone. v1.0 shows it as unknown. */
export const TRUSTED_AUTHORITY = "trustedCertificateAuthority";

/** Restrictions of identifier URIs, members of `identifierUris`. */
export const IDENTIFIER_URI_RESTRICTIONS = [
  "nonDefaultUriAddition",
  "uriAdditionWithoutUniqueTenantIdentifier",
] as const;

/** `enabled` enforces; `disabled` means the same as no entry, which is what the admin centre writes. */
export const RESTRICTION_STATES = ["enabled", "disabled"] as const;

/** Whose credentials: those on application objects, or those directly on service principals. */
export const SCOPES = ["applicationRestrictions", "servicePrincipalRestrictions"] as const;
export type Scope = (typeof SCOPES)[number];

/** Which credentials within a scope. */
export const COLLECTIONS = ["passwordCredentials", "keyCredentials"] as const;
export type Collection = (typeof COLLECTIONS)[number];

/** One restriction as Graph has it. Members we do not know (`excludeActors`, …) are kept as found. */
export interface RestrictionEntry {
  readonly restrictionType: string;
  readonly state?: string | null;
  /**
   * Longest lifetime of a credential, as Edm.Duration (`P180D`); null for the `…Addition` kinds. Reports say
   * that Graph accepts only what is shorter, so a rule of 180 days may refuse a certificate of exactly 180:
   * issue certificates shorter than the limit rather than widen the limit.
   */
  readonly maxLifetime?: string | null;
  /** Only objects created after this moment are restricted; null and `0001-01-01T00:00:00Z` mean all. */
  readonly restrictForAppsCreatedAfterDateTime?: string | null;
  readonly [unknownMember: string]: unknown;
}

/** The restrictions of one scope. `identifierUris` and members we do not know are kept as found. */
export interface ScopeRestrictions {
  readonly passwordCredentials?: readonly RestrictionEntry[] | null;
  readonly keyCredentials?: readonly RestrictionEntry[] | null;
  readonly [unknownMember: string]: unknown;
}

/** The policy as read. */
export interface TenantAppManagementPolicy {
  readonly id?: string;
  /** False switches the whole policy off, whatever its entries say. */
  readonly isEnabled: boolean;
  readonly applicationRestrictions?: ScopeRestrictions | null;
  readonly servicePrincipalRestrictions?: ScopeRestrictions | null;
  readonly [unknownMember: string]: unknown;
}

/** The part of a policy that a write may name. */
export type TenantAppManagementPolicyChange = Partial<Pick<TenantAppManagementPolicy, "isEnabled" | Scope>>;

/** Permissions: https://learn.microsoft.com/graph/api/tenantappmanagementpolicy-update#permissions */
const READ_PERMISSION = "Policy.Read.All";
const WRITE_PERMISSION = "Policy.ReadWrite.ApplicationConfiguration";

/** Reads the tenant's default policy. Needs the application permission Policy.Read.All. */
export async function readDefaultPolicy(
  client: GraphClient,
  options: Pick<GraphRequestOptions, "signal" | "version"> = {},
): Promise<TenantAppManagementPolicy> {
  return (await read(client, options)).policy;
}

/** The policy as read, and what a write that must not overwrite anybody needs to know of the reading. */
export interface FoundPolicy {
  readonly policy: TenantAppManagementPolicy;
  /** The version that shows all of it, to be written with. */
  readonly version: GraphVersion;
  /** Undefined where Graph gives none, which is what its documents show for this object. */
  readonly etag: string | undefined;
}

/**
 * Reads all of the policy: with beta where `version` says so or v1.0 shows a value that it has no word for.
 *
 * Where beta cannot be had, the reading of v1.0 is given, which {@link changeBetween} refuses to write over.
 */
export async function readWholeDefaultPolicy(
  client: GraphClient,
  options: Pick<GraphRequestOptions, "signal" | "version"> = {},
): Promise<FoundPolicy> {
  const found = await read(client, options);
  if (found.version === "beta" || !holdsUnknown(found.policy)) return found;
  try {
    return await read(client, { ...options, version: "beta" });
  } catch (error) {
    if (!(error instanceof GraphError) || error instanceof GraphAbortedError) throw error;
    if (error instanceof GraphSignInError) throw error;
    return found;
  }
}

/** What Graph answers for a value that the version asked does not know, and does not accept back. */
export const UNKNOWN_VALUE = "unknownFutureValue";

/** Whether the value is, or holds anywhere, one that this version of Graph has no word for. */
export function holdsUnknown(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return value === UNKNOWN_VALUE;
  return Object.values(value).some(holdsUnknown);
}

async function read(
  client: GraphClient,
  { signal, version = "v1.0" }: Pick<GraphRequestOptions, "signal" | "version">,
): Promise<FoundPolicy> {
  const { object: answer, etag } = await client.getWithEtag(DEFAULT_POLICY_PATH, {
    signal,
    version,
    permission: READ_PERMISSION,
  });
  // Annotations of the answer itself (@odata.context) are not part of the policy.
  const members = Object.entries(answer).filter(([member]) => !member.startsWith("@odata."));
  const policy: unknown = Object.fromEntries(members);
  assertPolicy(policy);
  return { policy, version, etag };
}

/**
 * Writes parts of the tenant's default policy. Needs Policy.ReadWrite.ApplicationConfiguration.
 *
 * Every collection in `change` replaces the one in the tenant: pass only what {@link changeBetween} made. With an
 * `etag`, a policy that somebody changed since is a GraphConflictError.
 */
export async function writeDefaultPolicy(
  client: GraphClient,
  change: TenantAppManagementPolicyChange,
  {
    signal,
    version,
    etag,
  }: Pick<GraphRequestOptions, "signal" | "version"> & { readonly etag?: string | undefined } = {},
): Promise<void> {
  await client.patch(DEFAULT_POLICY_PATH, change, {
    signal,
    version,
    ...(etag === undefined ? {} : { headers: { "if-match": etag } }),
    permission: WRITE_PERMISSION,
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Throws unless the value has the shape that merging relies on; members beyond it are nobody's business here. */
export function assertPolicy(value: unknown): asserts value is TenantAppManagementPolicy {
  const wrong = (path: string, wanted: string): never => {
    throw new GraphInvalidAnswerError(
      `The tenant's default app management policy has no usable "${path}": ${wanted} expected. Nothing was written.`,
    );
  };
  if (!isObject(value)) return wrong("", "an object");
  if (typeof value["isEnabled"] !== "boolean") return wrong("isEnabled", "true or false");
  for (const scope of SCOPES) {
    const restrictions = value[scope] ?? {};
    if (!isObject(restrictions)) return wrong(scope, "an object or null");
    for (const collection of COLLECTIONS) {
      const entries = restrictions[collection] ?? [];
      if (!Array.isArray(entries)) return wrong(`${scope}.${collection}`, "a list or null");
      for (const [index, entry] of (entries as unknown[]).entries()) {
        const path = `${scope}.${collection}[${index}]`;
        if (!isObject(entry)) return wrong(path, "an object");
        if (typeof entry["restrictionType"] !== "string") return wrong(`${path}.restrictionType`, "a text");
        for (const member of ["state", "maxLifetime", "restrictForAppsCreatedAfterDateTime"]) {
          const text = entry[member] ?? "";
          if (typeof text !== "string") return wrong(`${path}.${member}`, "a text or null");
        }
      }
    }
  }
}
