import { BlockList, isIPv6 } from "node:net";
import type { ConditionalAccessPolicy, NamedLocation } from "../tenant/conditional-access";
import type { ApplicationRecord, ServicePrincipalRecord } from "../tenant/directory-objects";
import type { AppliedConditionalAccessPolicy, SignIn } from "../tenant/sign-ins";
import type { Tenant } from "../tenant/tenant";

/** What the tenant's policies say to one token request. */
export interface ConditionalAccessVerdict {
  readonly status: SignIn["conditionalAccessStatus"];
  readonly applied: readonly AppliedConditionalAccessPolicy[];
}

/** Who asks for a token of what, from where. */
export interface TokenAttempt {
  readonly application: ApplicationRecord;
  readonly principal: ServicePrincipalRecord;
  readonly resourceAppId: string;
  readonly address: string;
}

/**
 * Evaluates every policy for a service principal that asks for a token. Only single-tenant service principals of
 * this tenant are in scope, block is the only control. Risk is what the tenant's `servicePrincipalRisk` says: nothing
 * is assessed here.
 * Source: https://learn.microsoft.com/entra/identity/conditional-access/workload-identity
 */
export function evaluateConditionalAccess(tenant: Tenant, attempt: TokenAttempt): ConditionalAccessVerdict {
  const { application, principal, address } = attempt;
  const inScope =
    principal.appOwnerOrganizationId === tenant.id &&
    application.properties["signInAudience"] === "AzureADMyOrg";
  const applied = [...tenant.conditionalAccessPolicies.values()]
    .filter(({ conditions }) => conditions.clientApplications !== null)
    .map((policy) => {
      const matches =
        inScope &&
        targets(policy, principal) &&
        resourceMatches(policy, attempt.resourceAppId) &&
        riskMatches(tenant, policy, principal) &&
        locationMatches(tenant, policy, address);
      return { id: policy.id, displayName: policy.displayName, result: result(policy, matches) };
    });
  if (applied.some(({ result: each }) => each === "failure")) return { status: "failure", applied };
  return {
    status: applied.some(({ result: each }) => each === "success") ? "success" : "notApplied",
    applied,
  };
}

/** A matching policy blocks; one in report-only mode is only written to the log. */
function result(policy: ConditionalAccessPolicy, matches: boolean): AppliedConditionalAccessPolicy["result"] {
  if (policy.state === "disabled") return "notEnabled";
  const enforced = policy.state === "enabled";
  if (!matches) return enforced ? "notApplied" : "reportOnlyNotApplied";
  const blocks = policy.grantControls?.builtInControls.includes("block") ?? false;
  if (enforced) return blocks ? "failure" : "success";
  return blocks ? "reportOnlyFailure" : "reportOnlySuccess";
}

function targets({ conditions }: ConditionalAccessPolicy, principal: ServicePrincipalRecord): boolean {
  const { includeServicePrincipals = [], excludeServicePrincipals = [] } =
    conditions.clientApplications ?? {};
  const names = [principal.id, "ServicePrincipalsInMyTenant"];
  return (
    includeServicePrincipals.some((id) => names.includes(id)) &&
    !excludeServicePrincipals.some((id) => names.includes(id))
  );
}

/** A policy without applications is about all of them, as the Graph door has it. */
function resourceMatches({ conditions }: ConditionalAccessPolicy, appId: string): boolean {
  const applications = conditions["applications"];
  if (typeof applications !== "object" || applications === null) return true;
  const { includeApplications, excludeApplications } = applications as Record<string, unknown>;
  const names = (list: unknown): boolean =>
    Array.isArray(list) && list.some((name) => name === "All" || String(name).toLowerCase() === appId);
  return (includeApplications === undefined || names(includeApplications)) && !names(excludeApplications);
}

function riskMatches(
  tenant: Tenant,
  { conditions }: ConditionalAccessPolicy,
  principal: ServicePrincipalRecord,
): boolean {
  const levels = conditions["servicePrincipalRiskLevels"];
  if (!Array.isArray(levels) || levels.length === 0) return true;
  const risk = tenant.servicePrincipalRisk.get(principal.id);
  return risk !== undefined && levels.includes(risk);
}

function locationMatches(tenant: Tenant, { conditions }: ConditionalAccessPolicy, address: string): boolean {
  const { locations } = conditions;
  if (!locations) return true;
  const inside = (id: string) => id === "All" || isInside(tenant, id, address);
  return locations.includeLocations.some(inside) && !locations.excludeLocations.some(inside);
}

function isInside(tenant: Tenant, id: string, address: string): boolean {
  if (id === "AllTrusted") {
    return [...tenant.namedLocations.values()].some(
      (location) =>
        location["@odata.type"] === "#microsoft.graph.ipNamedLocation" &&
        location.isTrusted &&
        containsAddress(location, address),
    );
  }
  const location = tenant.namedLocations.get(id);
  return location !== undefined && containsAddress(location, address);
}

function containsAddress(location: NamedLocation, address: string): boolean {
  if (location["@odata.type"] === "#microsoft.graph.countryNamedLocation") {
    // Without geography every address is of an unknown country.
    return location.includeUnknownCountriesAndRegions;
  }
  const list = new BlockList();
  for (const { cidrAddress } of location.ipRanges) {
    const [network = "", prefix = ""] = cidrAddress.split("/");
    list.addSubnet(network, Number(prefix), isIPv6(network) ? "ipv6" : "ipv4");
  }
  return list.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}
