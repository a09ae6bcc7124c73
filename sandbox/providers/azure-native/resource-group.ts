import type { Tenant } from "../../tenant/tenant";
import { ArmError } from "../../vault/arm-error";
import type { ResourceGroup } from "../../vault/vault-store";
import { child, text } from "../property-readers";
import { UNKNOWN, type PropertyMap } from "../property-values";
import type { ResourceKind, ResourceState } from "../resource-kind";
import {
  alreadyExists,
  armParts,
  calling,
  sameId,
  stringMap,
  withLocation,
  type PackageSettings,
} from "./arm";
import { withName } from "./autoname";

/** azure-native.resources.ResourceGroup */
export function resourceGroupKind(tenant: Tenant, settings: PackageSettings): ResourceKind {
  const { vaults: store } = tenant;
  const write = (inputs: PropertyMap): ResourceState =>
    calling(() => {
      const location = text(inputs, "location");
      if (location === undefined) {
        throw new ArmError(400, "LocationRequired", "The location property is required for this definition.");
      }
      const group = store.putResourceGroup({
        name: text(inputs, "resourceGroupName") ?? "",
        location,
        tags: stringMap(child(inputs, "tags")),
        managedBy: text(inputs, "managedBy"),
      });
      return { id: group.id, outputs: outputs(group) };
    });
  return {
    schema: "open",
    fields: {
      resourceGroupName: { type: "text", forceNew: true, problem: nameProblem },
      location: { type: "text", forceNew: true },
      managedBy: { type: "text", forceNew: true },
      tags: { type: "map" },
    },
    computed: [],
    secrets: [],
    complete: (inputs, request) =>
      withLocation(withName(inputs, "resourceGroupName", "random", request), settings),
    deleteFirst: (state, inputs) => text(state, "name") === text(inputs, "resourceGroupName"),
    preview: (inputs) => ({
      azureApiVersion: UNKNOWN,
      location: inputs["location"] ?? UNKNOWN,
      ...(inputs["managedBy"] !== undefined && { managedBy: inputs["managedBy"] }),
      name: inputs["resourceGroupName"],
      properties: UNKNOWN,
      ...(inputs["tags"] !== undefined && { tags: inputs["tags"] }),
      type: UNKNOWN,
    }),
    create: (inputs) => {
      const existing = store.resourceGroup(text(inputs, "resourceGroupName") ?? "");
      if (existing) throw alreadyExists(existing.id);
      return write(inputs);
    },
    read: (id) => {
      const group = store.resourceGroup(armParts(id)["resourcegroups"] ?? "");
      return group && sameId(group.id, id) ? { id: group.id, outputs: outputs(group) } : undefined;
    },
    importInputs: ({ outputs: state }) => ({
      resourceGroupName: state["name"],
      location: state["location"],
      tags: state["tags"],
    }),
    update: (_id, inputs) => write(inputs).outputs,
    delete: (id) => {
      store.deleteResourceGroup(armParts(id)["resourcegroups"] ?? "");
    },
  };
}

function outputs(group: ResourceGroup): PropertyMap {
  return {
    azureApiVersion: "2024-11-01",
    location: group.location,
    ...(group.managedBy !== undefined && { managedBy: group.managedBy }),
    name: group.name,
    properties: { provisioningState: "Succeeded" },
    tags: group.tags,
    type: "Microsoft.Resources/resourceGroups",
  };
}

function nameProblem(value: string | number): string | undefined {
  return /^[-\w._()]{1,89}[-\w_()]$|^[-\w_()]$/.test(String(value))
    ? undefined
    : `'resourceGroupName' must have 1 to 90 letters, digits, hyphens, periods, parentheses and underscores and not end with a period, got "${value}"`;
}
