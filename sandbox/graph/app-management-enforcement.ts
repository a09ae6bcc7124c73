import type { Restriction, RestrictionType } from "../tenant/app-management-policies";
import { DEFAULT_POLICY_ID } from "../tenant/app-management-policies";
import type { CredentialHolder } from "../tenant/directory-objects";
import type { GraphCall } from "./call";
import { isObject } from "./call";
import { isIssuedUnder } from "./certificate-authorities";
import { GraphError } from "./graph-error";
import { durationMilliseconds } from "./values";

/** A credential about to be written. */
export interface NewCredential {
  readonly kind: "password" | "symmetricKey" | "certificate";
  /** A password whose value the client chose. */
  readonly custom?: boolean;
  readonly start: Date;
  readonly end: Date;
  /** Base64 of the DER form; of certificates alone. */
  readonly certificate?: string;
}

/** The object it is written on; while it is being created it has neither policy nor age. */
export type PolicyTarget = Pick<CredentialHolder, "kind" | "createdDateTime" | "appManagementPolicyId">;

/**
 * A service principal without a creation date counts as created on this day.
 * Source: https://learn.microsoft.com/graph/api/resources/applicationauthenticationmethodpolicy
 */
const UNKNOWN_CREATION = new Date("2019-01-01T00:00:00Z");

const ADDITIONS: Readonly<Record<NewCredential["kind"], readonly RestrictionType[]>> = {
  password: ["passwordAddition"],
  symmetricKey: ["symmetricKeyAddition"],
  certificate: [],
};
const LIFETIMES: Readonly<Record<NewCredential["kind"], RestrictionType>> = {
  password: "passwordLifetime",
  symmetricKey: "symmetricKeyLifetime",
  certificate: "asymmetricKeyLifetime",
};

/** Refuses the write when an app management policy forbids one of the new credentials. */
export function enforceAppManagementPolicies(
  call: GraphCall,
  target: PolicyTarget,
  credentials: readonly NewCredential[],
): void {
  for (const credential of credentials) {
    for (const type of additions(credential)) {
      const forbidding = restrictionInForce(call, target, type);
      if (forbidding) throw typeNotAllowed(forbidding.policyId);
    }
    const bounding = restrictionInForce(call, target, LIFETIMES[credential.kind]);
    if (bounding && !withinLifetime(credential, bounding.restriction)) {
      throw invalidLifetime(bounding.policyId);
    }
    if (credential.certificate === undefined) continue;
    const issuing = restrictionInForce(call, target, "trustedCertificateAuthority");
    if (issuing && !isTrusted(call, credential.certificate, issuing.restriction)) {
      throw issuerNotAllowed(issuing.policyId);
    }
  }
}

function additions(credential: NewCredential): readonly RestrictionType[] {
  const types = ADDITIONS[credential.kind];
  return credential.custom ? [...types, "customPasswordAddition"] : types;
}

/** A lifetime must be less than the maximum: CISA's checks for 180 days therefore ask for P181D. */
function withinLifetime(credential: NewCredential, { maxLifetime }: Restriction): boolean {
  const limit = durationMilliseconds(maxLifetime ?? "");
  return limit === undefined || credential.end.getTime() - credential.start.getTime() < limit;
}

/** Trusted is what one of the configurations named has issued; a deleted one trusts nobody. */
function isTrusted(call: GraphCall, certificate: string, restriction: Restriction): boolean {
  const ids = restriction.certificateBasedApplicationConfigurationIds ?? [];
  return ids.some((id) => {
    const configuration = call.tenant.certificateAuthorityConfigurations.get(id);
    return (
      configuration?.deletedDateTime === null &&
      isIssuedUnder(Buffer.from(certificate, "base64"), configuration)
    );
  });
}

/** One restriction that binds this call, with the policy it stands in. */
interface RestrictionInForce {
  readonly policyId: string;
  readonly restriction: Restriction;
}

/**
 * The custom policy decides where it says something ("disabled" lifts the default); where it is silent, or
 * switched off, the tenant's default decides.
 * Source: https://learn.microsoft.com/graph/api/resources/applicationauthenticationmethodpolicy (since 2024-09-13)
 */
function restrictionInForce(
  call: GraphCall,
  target: PolicyTarget,
  type: RestrictionType,
): RestrictionInForce | undefined {
  const { tenant } = call;
  const custom = tenant.appManagementPolicies.get(target.appManagementPolicyId ?? "");
  const customEntry = custom?.isEnabled ? entry(custom.restrictions, type) : undefined;
  if (custom && customEntry) {
    return binds(call, target, customEntry) ? { policyId: custom.id, restriction: customEntry } : undefined;
  }
  const fallback = tenant.defaultAppManagementPolicy;
  if (!fallback.isEnabled) return undefined;
  const scope =
    target.kind === "application" ? fallback.applicationRestrictions : fallback.servicePrincipalRestrictions;
  const defaultEntry = entry(scope, type);
  return defaultEntry && binds(call, target, defaultEntry)
    ? { policyId: DEFAULT_POLICY_ID, restriction: defaultEntry }
    : undefined;
}

function entry(
  restrictions: { passwordCredentials: readonly Restriction[]; keyCredentials: readonly Restriction[] },
  type: RestrictionType,
): Restriction | undefined {
  return [...restrictions.passwordCredentials, ...restrictions.keyCredentials].find(
    ({ restrictionType }) => restrictionType === type,
  );
}

function binds(call: GraphCall, target: PolicyTarget, restriction: Restriction): boolean {
  if (restriction.state !== "enabled" || isExemptActor(call, restriction)) return false;
  const cutOff = restriction.restrictForAppsCreatedAfterDateTime;
  if (cutOff === null) return true;
  const created = target.createdDateTime ? new Date(target.createdDateTime) : UNKNOWN_CREATION;
  return created > new Date(cutOff);
}

/** The exemption is the caller's, not the application's: its own custom security attribute lets it through. */
export function isExemptActor(
  call: GraphCall,
  { excludeActors }: Pick<Restriction, "excludeActors">,
): boolean {
  const attributes = call.tenant.servicePrincipalByAppId(call.caller.appId)?.properties[
    "customSecurityAttributes"
  ];
  if (!excludeActors || !isObject(attributes)) return false;
  return excludeActors.customSecurityAttributes.some(({ id, value }) => {
    const separator = id.indexOf("_");
    const set = attributes[id.slice(0, separator)];
    return isObject(set) && set[id.slice(separator + 1)] === value;
  });
}

/** Status 400: the documents do not name it, toolkits that meet these errors report a client error. */
function typeNotAllowed(policyId: string): GraphError {
  return new GraphError(
    400,
    "CredentialTypeNotAllowedAsPerAppPolicy",
    `Credential type not allowed as per assigned policy '${policyId}'.`,
  );
}

/** Code and text of this refusal are not documented. */
function issuerNotAllowed(policyId: string): GraphError {
  return new GraphError(
    400,
    "CredentialTypeNotAllowedAsPerAppPolicy",
    `Certificate issuer not allowed as per assigned policy '${policyId}'.`,
  );
}

/** Body as quoted in https://github.com/OfficeDev/microsoft-365-agents-toolkit/issues/10998 */
function invalidLifetime(policyId: string): GraphError {
  const message = `Credential lifetime exceeds the max value allowed as per assigned policy '${policyId}'.`;
  return new GraphError(400, "CredentialInvalidLifetimeAsPerAppPolicy", message, [
    { code: "InvalidKeyEndDate", message, target: "EndDate" },
  ]);
}
