import { ArmError } from "../vault/arm-error";
import { seesSubscription } from "./access";
import { list, nameOf, ok, type ArmCall, type ArmRoute } from "./call";
import { vaultBody } from "./vaults";

const NAMESPACES = ["Microsoft.Authorization", "Microsoft.KeyVault", "Microsoft.Resources"];

/**
 * The tenant and its one subscription.
 * https://learn.microsoft.com/rest/api/resources/subscriptions
 */
export const SUBSCRIPTION_ROUTES: readonly ArmRoute[] = [
  {
    method: "GET",
    path: "/tenants",
    action: undefined,
    answer: ({ tenant }) =>
      list([
        {
          id: `/tenants/${tenant.id}`,
          tenantId: tenant.id,
          displayName: "certlock sandbox",
          defaultDomain: tenant.domain,
          domains: [tenant.domain],
          tenantCategory: "Home",
          tenantType: "AAD",
        },
      ]),
  },
  {
    method: "GET",
    path: "/subscriptions",
    action: undefined,
    answer: (call) => ({
      status: 200,
      body: {
        value: seesSubscription(call.tenant, call.caller) ? [subscriptionBody(call)] : [],
        count: { type: "Total", value: seesSubscription(call.tenant, call.caller) ? 1 : 0 },
      },
    }),
  },
  {
    method: "GET",
    path: "/subscriptions/{subscription}",
    action: "Microsoft.Resources/subscriptions/read",
    answer: (call) => ok(subscriptionBody(call)),
  },
  {
    method: "GET",
    path: "/subscriptions/{subscription}/resources",
    action: "Microsoft.Resources/subscriptions/resources/read",
    answer: resources,
  },
  {
    method: "GET",
    path: "/subscriptions/{subscription}/providers",
    action: "Microsoft.Resources/subscriptions/providers/read",
    answer: ({ tenant }) =>
      list(NAMESPACES.map((namespace) => providerBody(tenant.vaults.subscriptionId, namespace))),
  },
  {
    method: "GET",
    path: "/subscriptions/{subscription}/providers/{namespace}",
    action: "Microsoft.Resources/subscriptions/providers/read",
    answer: (call) => {
      const given = nameOf(call, "namespace").toLowerCase();
      const namespace = NAMESPACES.find((each) => each.toLowerCase() === given);
      if (namespace !== undefined) return ok(providerBody(call.tenant.vaults.subscriptionId, namespace));
      throw new ArmError(
        404,
        "InvalidResourceNamespace",
        `The resource namespace '${nameOf(call, "namespace")}' is invalid.`,
      );
    },
  },
];

/**
 * The vaults, which are all the resources there are. A filter may name a type and a name, as the command line of Azure
 * does to find a vault's group.
 */
function resources(call: ArmCall) {
  const filter = call.query.get("$filter")?.trim() ?? "";
  const wanted = new Map<string, string>();
  for (const clause of filter === "" ? [] : filter.split(/\s+and\s+/i)) {
    const [, property = "", value = ""] = /^(resourceType|name) eq '([^']*)'$/i.exec(clause) ?? [];
    if (property === "") {
      throw new ArmError(
        400,
        "InvalidFilterInQueryString",
        `Invalid $filter '${filter}' specified in the query string.`,
      );
    }
    wanted.set(property.toLowerCase(), value.toLowerCase());
  }
  const fits = (property: string, value: string): boolean =>
    (wanted.get(property) ?? value.toLowerCase()) === value.toLowerCase();
  const vaults = fits("resourcetype", "Microsoft.KeyVault/vaults") ? call.tenant.vaults.all() : [];
  return list(
    vaults
      .filter(({ name }) => fits("name", name))
      .map((vault) => {
        const { id, name, type, location, tags } = vaultBody(call, vault) as Record<string, unknown>;
        return { id, name, type, location, tags };
      }),
  );
}

function subscriptionBody({ tenant }: ArmCall): object {
  const { subscriptionId } = tenant.vaults;
  return {
    id: `/subscriptions/${subscriptionId}`,
    subscriptionId,
    tenantId: tenant.id,
    displayName: "certlock sandbox",
    state: "Enabled",
    subscriptionPolicies: {
      locationPlacementId: "Public_2014-09-01",
      quotaId: "PayAsYouGo_2014-09-01",
      spendingLimit: "Off",
    },
    authorizationSource: "RoleBased",
    managedByTenants: [],
  };
}

function providerBody(subscriptionId: string, namespace: string): object {
  return {
    id: `/subscriptions/${subscriptionId}/providers/${namespace}`,
    namespace,
    registrationPolicy: "RegistrationRequired",
    registrationState: "Registered",
    resourceTypes: [],
  };
}
