import { ArmError, resourceGroupNotFound } from "../vault/arm-error";
import type { ResourceGroup } from "../vault/vault-store";
import { list, nameOf, ok, tagsOf, textOf, type ArmAnswer, type ArmCall, type ArmRoute } from "./call";

const GROUPS = "/subscriptions/{subscription}/resourceGroups";
const TYPE = "Microsoft.Resources/subscriptions/resourceGroups";
const NAME = /^[-\w._()]{1,89}[-\w_()]$|^[-\w_()]$/;

/** https://learn.microsoft.com/rest/api/resources/resource-groups */
export const RESOURCE_GROUP_ROUTES: readonly ArmRoute[] = [
  {
    method: "GET",
    path: GROUPS,
    action: `${TYPE}/read`,
    answer: ({ tenant }) => list(tenant.vaults.resourceGroups().map(groupBody)),
  },
  {
    method: "GET",
    path: `${GROUPS}/{group}`,
    action: `${TYPE}/read`,
    answer: (call) => ok(groupBody(find(call))),
  },
  {
    method: "HEAD",
    path: `${GROUPS}/{group}`,
    action: `${TYPE}/read`,
    answer: (call) => ({ status: call.tenant.vaults.resourceGroup(nameOf(call, "group")) ? 204 : 404 }),
  },
  { method: "PUT", path: `${GROUPS}/{group}`, action: `${TYPE}/write`, answer: put },
  {
    method: "DELETE",
    path: `${GROUPS}/{group}`,
    action: `${TYPE}/delete`,
    answer: (call) => {
      const { tenant, addresses, query } = call;
      const { name } = find(call);
      tenant.vaults.deleteResourceGroup(name);
      const operation = `/subscriptions/${tenant.vaults.subscriptionId}/operationresults/${tenant.newId()}`;
      const location = `${addresses.resourceManager}${operation}?api-version=${query.get("api-version") ?? ""}`;
      return { status: 202, headers: { location, "retry-after": "1" } };
    },
  },
  {
    method: "GET",
    path: "/subscriptions/{subscription}/operationresults/{operation}",
    action: undefined,
    // The group is gone when its operation is handed out: here it only has to be looked at.
    answer: () => ({ status: 200 }),
  },
];

function put(call: ArmCall): ArmAnswer {
  const name = nameOf(call, "group");
  if (!NAME.test(name)) {
    throw new ArmError(
      400,
      "InvalidResourceGroupName",
      `The provided resource group name '${name}' has these invalid characters or is longer than 90. The name can only be a letter, digit, '-', '.', '(', ')' or '_' and must not end with a period.`,
    );
  }
  const location = textOf(call.body, "location");
  if (location === undefined) {
    throw new ArmError(400, "LocationRequired", "The location property is required for this definition.");
  }
  const before = call.tenant.vaults.resourceGroup(name);
  const group = call.tenant.vaults.putResourceGroup({
    name: before?.name ?? name,
    location: location.toLowerCase().replaceAll(" ", ""),
    tags: tagsOf(call.body) ?? {},
    managedBy: textOf(call.body, "managedBy"),
  });
  return { status: before ? 200 : 201, body: groupBody(group) };
}

function find(call: ArmCall): ResourceGroup {
  const group = call.tenant.vaults.resourceGroup(nameOf(call, "group"));
  if (!group) throw resourceGroupNotFound(nameOf(call, "group"));
  return group;
}

function groupBody({ id, name, location, tags, managedBy }: ResourceGroup): object {
  return {
    id,
    name,
    type: "Microsoft.Resources/resourceGroups",
    location,
    tags,
    ...(managedBy !== undefined && { managedBy }),
    properties: { provisioningState: "Succeeded" },
  };
}
