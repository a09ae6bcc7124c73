import { MICROSOFT_GRAPH } from "../../../../sandbox/tenant/microsoft-services";
import type { Tenant } from "../../../../sandbox/tenant/tenant";

/** What an administrator does before a deployment may do more than the seeded one. */
export function grantToDeployer(tenant: Tenant, role: string): void {
  const principal = tenant.servicePrincipalByAppId(tenant.deployer.appId)?.id ?? "";
  const graph = tenant.servicePrincipalByAppId(MICROSOFT_GRAPH.appId)?.id ?? "";
  const { status } = tenant.graph({
    method: "POST",
    path: `/v1.0/servicePrincipals/${principal}/appRoleAssignments`,
    body: {
      principalId: principal,
      resourceId: graph,
      appRoleId: MICROSOFT_GRAPH.appRoles.find(({ value }) => value === role)?.id,
    },
    caller: { appId: "0a0e0000-0000-4000-8000-0000000000ad", roles: ["AppRoleAssignment.ReadWrite.All"] },
  });
  if (status !== 201) throw new Error(`granting ${role} answered ${status}`);
}
