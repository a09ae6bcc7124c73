import type { Tenant } from "../tenant/tenant";

/** Who made a resource and when, as Azure Resource Manager adds it. */
export function systemData(tenant: Tenant, createdAt: Date, modifiedAt: Date): object {
  const by = tenant.deployer.appId;
  return {
    createdBy: by,
    createdByType: "Application",
    createdAt: createdAt.toISOString(),
    lastModifiedBy: by,
    lastModifiedByType: "Application",
    lastModifiedAt: modifiedAt.toISOString(),
  };
}
