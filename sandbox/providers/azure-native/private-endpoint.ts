import type { Tenant } from "../../tenant/tenant";
import { child, children, text, texts } from "../property-readers";
import type { PropertyMap } from "../property-values";
import type { ResourceKind } from "../resource-kind";
import { armParts, stringMap, type PackageSettings } from "./arm";
import { armResourceKind } from "./arm-resource";

/** azure-native.network.PrivateEndpoint, as far as it leads to key vaults. */
export function privateEndpointKind({ vaults }: Tenant, settings: PackageSettings): ResourceKind {
  const { privateEndpoints } = vaults;
  return armResourceKind({
    type: "Microsoft.Network/privateEndpoints",
    apiVersion: "2024-05-01",
    fields: {
      resourceGroupName: { type: "text", required: true, forceNew: true },
      privateEndpointName: { type: "text", forceNew: true },
      location: { type: "text", forceNew: true },
      subnet: { type: "object" },
      privateLinkServiceConnections: { type: "objects" },
      tags: { type: "map" },
    },
    named: { property: "privateEndpointName", style: "random" },
    address: ["resourceGroupName", "privateEndpointName"],
    added: ["customDnsConfigs", "networkInterfaces", "provisioningState"],
    locatedBy: settings,
    idOf: (inputs) => endpointId(vaults, inputs),
    put: (id, inputs) => {
      const group = text(inputs, "resourceGroupName") ?? "";
      privateEndpoints.put({
        id,
        name: text(inputs, "privateEndpointName") ?? "",
        location: text(inputs, "location") ?? vaults.resourceGroup(group)?.location ?? "",
        tags: stringMap(child(inputs, "tags")),
        subnetId: text(child(inputs, "subnet") ?? {}, "id") ?? "",
        connections: children(inputs, "privateLinkServiceConnections").map((connection) => ({
          name: text(connection, "name") ?? "",
          resourceId: text(connection, "privateLinkServiceId") ?? "",
          groupIds: texts(connection, "groupIds") ?? [],
        })),
      });
    },
    get: (id) => {
      const endpoint = privateEndpoints.get(id);
      if (!endpoint) return undefined;
      const properties: PropertyMap = {
        customDnsConfigs: [],
        location: endpoint.location,
        networkInterfaces: [{ id: id.replace(/privateEndpoints\//i, "networkInterfaces/") + ".nic" }],
        privateLinkServiceConnections: endpoint.connections.map(({ name, resourceId, groupIds }) => ({
          name,
          privateLinkServiceId: resourceId,
          groupIds,
          privateLinkServiceConnectionState: { status: "Approved", description: "", actionsRequired: "None" },
        })),
        provisioningState: "Succeeded",
        subnet: { id: endpoint.subnetId },
        tags: endpoint.tags,
      };
      return { name: endpoint.name, properties };
    },
    delete: (id) => {
      privateEndpoints.delete(id);
    },
    addressOf: (id) => ({ resourceGroupName: armParts(id)["resourcegroups"] }),
  });
}

/** azure-native.network.PrivateDnsZoneGroup */
export function privateDnsZoneGroupKind({ vaults }: Tenant): ResourceKind {
  const { privateEndpoints } = vaults;
  return armResourceKind({
    type: "Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
    apiVersion: "2024-05-01",
    fields: {
      resourceGroupName: { type: "text", required: true, forceNew: true },
      privateEndpointName: { type: "text", required: true, forceNew: true },
      privateDnsZoneGroupName: { type: "text", forceNew: true },
      privateDnsZoneConfigs: { type: "objects" },
    },
    named: { property: "privateDnsZoneGroupName", style: "random" },
    address: ["resourceGroupName", "privateEndpointName", "privateDnsZoneGroupName"],
    added: ["provisioningState"],
    idOf: (inputs) =>
      `${endpointId(vaults, inputs)}/privateDnsZoneGroups/${text(inputs, "privateDnsZoneGroupName") ?? ""}`,
    put: (id, inputs) => {
      privateEndpoints.putZoneGroup({
        id,
        name: text(inputs, "privateDnsZoneGroupName") ?? "",
        endpointId: endpointId(vaults, inputs),
        zones: children(inputs, "privateDnsZoneConfigs").map((zone) => ({
          name: text(zone, "name") ?? "",
          zoneId: text(zone, "privateDnsZoneId") ?? "",
        })),
      });
    },
    get: (id) => {
      const group = privateEndpoints.zoneGroup(id);
      if (!group) return undefined;
      const configs = group.zones.map(({ name, zoneId }) => ({ name, privateDnsZoneId: zoneId }));
      return {
        name: group.name,
        properties: { privateDnsZoneConfigs: configs, provisioningState: "Succeeded" },
      };
    },
    delete: (id) => {
      privateEndpoints.deleteZoneGroup(id);
    },
    addressOf: (id) => ({
      resourceGroupName: armParts(id)["resourcegroups"],
      privateEndpointName: armParts(id)["privateendpoints"],
    }),
  });
}

function endpointId(vaults: Tenant["vaults"], inputs: PropertyMap): string {
  const group = vaults.resourceGroupId(text(inputs, "resourceGroupName") ?? "");
  return `${group}/providers/Microsoft.Network/privateEndpoints/${text(inputs, "privateEndpointName") ?? ""}`;
}
