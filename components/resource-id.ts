/** Ids of Azure resources, as Azure Resource Manager writes and compares them. */
import { isGuid } from "./guid";
import { describeGiven, type Finding } from "./problems";

export interface ResourceId {
  readonly subscriptionId: string;
  readonly resourceGroupName: string;
  /** Namespace and every type on the way, for example `Microsoft.Network/virtualNetworks/subnets`; case as given. */
  readonly type: string;
  /** One name for each type after the namespace, the resource's own last. */
  readonly names: readonly string[];
}

/** Without what Azure forbids in every name, and what would end a segment or start a query. Some types allow spaces. */
const NAME = /^(?! )[^<>%&\\?/#\p{C}\p{Zl}\p{Zp}]{1,260}(?<! )$/u;

/** Reads the id of a resource in a resource group; undefined for any other text. */
export function parseResourceId(text: string): ResourceId | undefined {
  const [root, subscriptions, subscriptionId, groups, resourceGroupName, providers, namespace, ...path] =
    text.split("/");
  const fixed = [root, subscriptions, groups, providers].join("/").toLowerCase();
  if (fixed !== "/subscriptions/resourcegroups/providers") return undefined;
  if (!isGuid(subscriptionId ?? "") || !NAME.test(resourceGroupName ?? "")) return undefined;
  if (!/^[A-Za-z0-9]+(?:\.[A-Za-z0-9]+)+$/.test(namespace ?? "")) return undefined;
  const types = path.filter((_, index) => index % 2 === 0);
  const names = path.filter((_, index) => index % 2 === 1);
  if (types.length === 0 || types.length !== names.length) return undefined;
  if (!types.every((type) => /^[A-Za-z][A-Za-z0-9]*$/.test(type))) return undefined;
  if (!names.every((name) => NAME.test(name))) return undefined;
  return {
    subscriptionId: subscriptionId ?? "",
    resourceGroupName: resourceGroupName ?? "",
    type: [namespace, ...types].join("/"),
    names,
  };
}

/** Writes the id again; what was read comes out letter for letter. */
export function printResourceId({ subscriptionId, resourceGroupName, type, names }: ResourceId): string {
  const [namespace = "", ...types] = type.split("/");
  const path = types.map((each, index) => `${each}/${names[index] ?? ""}`);
  return [
    `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroupName}/providers/${namespace}`,
    ...path,
  ].join("/");
}

/** The id of a resource of this type, or a finding. Azure tells types apart without regard to case. */
export function checkResourceId(given: unknown, type: string): Finding | undefined {
  const found = typeof given === "string" ? parseResourceId(given) : undefined;
  if (found?.type.toLowerCase() === type.toLowerCase()) return undefined;
  const [namespace = "", ...types] = type.split("/");
  return {
    code: "invalid-id",
    // An id is as long and mixed as a token; what it is of says more anyway.
    given: found === undefined ? describeGiven(given) : `the id of a ${found.type}`,
    allowed: `the id of a ${type}: /subscriptions/…/resourceGroups/…/providers/${namespace}/${types.join("/…/")}/…`,
    remedy:
      found === undefined
        ? 'pass the property "id" of the resource, or copy the resource id from its JSON view in the portal'
        : `take the id of the ${type} itself`,
  };
}
