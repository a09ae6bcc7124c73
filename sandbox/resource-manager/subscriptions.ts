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

/** The vaults, which are all the resources there are; a filter may name their type and nothing else. */
function resources(call: ArmCall) {
  const filter = call.query.get("$filter") ?? "";
  const type = /^\s*resourceType eq '([^']*)'\s*$/i.exec(filter)?.[1];
  if (filter !== "" && type === undefined) {
    throw new ArmError(
      400,
      "InvalidFilterInQueryString",
      `Invalid $filter '${filter}' specified in the query string.`,
    );
  }
  if (type !== undefined && type.toLowerCase() !== "microsoft.keyvault/vaults") return list([]);
  const vaults = call.tenant.vaults.all().map((vault) => vaultBody(call, vault) as Record<string, unknown>);
  return list(
    vaults.map(({ id, name, type: kind, location, tags }) => ({ id, name, type: kind, location, tags })),
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
