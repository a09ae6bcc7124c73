import { newGuid } from "../tenant/identifiers";
import { MICROSOFT_GRAPH } from "../tenant/microsoft-services";
import type { Tenant } from "../tenant/tenant";
import type { SeededHolders } from "./holders";
import type { SeededSignIn } from "./seed";
import type { SeededRandom } from "./seeded-random";

type GivenSignIn = Required<Omit<SeededSignIn, "application">>;

/** Writes a line of the sign-in log as if an application had signed in with its first credential of the kind. */
export function addSignIn(
  tenant: Tenant,
  random: SeededRandom,
  { application, principal }: SeededHolders,
  { clientCredentialType, createdDateTime, ipAddress, errorCode }: GivenSignIn,
): void {
  const certificate = application.keyCredentials.find(({ type }) => type === "AsymmetricX509Cert");
  const used =
    clientCredentialType === "clientSecret"
      ? application.passwordCredentials[0]
      : clientCredentialType === "certificate"
        ? certificate
        : undefined;
  const graph = tenant.servicePrincipalByAppId(MICROSOFT_GRAPH.appId);
  tenant.signIns.push({
    id: newGuid(random.bytes),
    createdDateTime,
    correlationId: newGuid(random.bytes),
    appId: application.appId,
    servicePrincipalId: principal?.id ?? null,
    servicePrincipalName: String(application.properties["displayName"]),
    clientCredentialType,
    servicePrincipalCredentialKeyId: used?.keyId ?? null,
    get servicePrincipalCredentialThumbprint() {
      // Made when it is read, as the certificate is.
      if (clientCredentialType !== "certificate") return null;
      const sha1 = Buffer.from(certificate?.customKeyIdentifier ?? "", "base64");
      return sha1.toString("hex").toUpperCase();
    },
    federatedCredentialId:
      clientCredentialType === "federatedIdentityCredential"
        ? (application.federatedIdentityCredentials[0]?.id ?? null)
        : null,
    ipAddress,
    resourceDisplayName: MICROSOFT_GRAPH.displayName,
    resourceId: MICROSOFT_GRAPH.appId,
    resourceServicePrincipalId: graph?.id ?? null,
    uniqueTokenIdentifier: null,
    status: { errorCode, failureReason: errorCode === 0 ? null : `AADSTS${errorCode}` },
    conditionalAccessStatus: errorCode === 53003 ? "failure" : "notApplied",
    appliedConditionalAccessPolicies: [],
  });
}

/** The log is kept oldest first. */
export function sortSignIns(tenant: Tenant): void {
  tenant.signIns.sort((a, b) =>
    a.createdDateTime < b.createdDateTime ? -1 : a.createdDateTime > b.createdDateTime ? 1 : 0,
  );
}
