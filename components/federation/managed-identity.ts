/** User-assigned managed identities of Azure as the credential of an application. */
import * as pulumi from "@pulumi/pulumi";
import { checkGuid } from "../guid";
import { isKnown, type Issuer } from "./claims";
import { entraIssuer } from "./cloud";

/**
 * A user-assigned managed identity of the application's own tenant; a `WorkloadIdentity` is one. Entra refuses
 * identities of another tenant (AADSTS700236) and system-assigned ones. To work in another tenant, make the application
 * multi-tenant and give its service principal there what it needs: the credential stays in the home tenant.
 */
export interface ManagedIdentityCredential {
  /** Tenant of the identity, which must be the tenant of the application. */
  readonly tenantId: pulumi.Input<string>;
  /** Object id (principal id) of the identity: not its client id. */
  readonly principalId: pulumi.Input<string>;
}

/** Source: https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity */
export const managedIdentity: Issuer<ManagedIdentityCredential> = {
  caller: "Managed identity",
  options: { tenantId: "checked", principalId: "checked" },
  check(at, { tenantId, principalId }, problems) {
    if (isKnown(tenantId)) {
      problems.add(`${at}.tenantId`, checkGuid(tenantId, "id of the tenant"));
    }
    if (isKnown(principalId)) {
      problems.add(
        `${at}.principalId`,
        checkGuid(principalId, "object (principal) id of the managed identity"),
      );
    }
  },
  claims: ({ tenantId, principalId }, cloud) => ({
    issuer: isKnown(tenantId)
      ? entraIssuer(cloud, tenantId)
      : later(tenantId, (id) => entraIssuer(cloud, id)),
    // Entra compares the subject with regard to upper and lower case; its tokens have lower case.
    subject: isKnown(principalId) ? principalId.toLowerCase() : later(principalId, (id) => id.toLowerCase()),
  }),
};

function later(given: pulumi.Input<string>, change: (known: string) => string): pulumi.Output<string> {
  return pulumi.output(given).apply(change);
}
