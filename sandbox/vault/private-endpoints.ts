import { invalidRequest, resourceGroupNotFound } from "./arm-error";
import { requireLinked, resourceNotFound } from "./resource-path";
import type { Tags } from "./vault";

export interface PrivateEndpoint {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly tags: Tags;
  readonly subnetId: string;
  readonly connections: readonly PrivateConnection[];
}

export interface PrivateConnection {
  readonly name: string;
  /** Id of the vault it leads to. */
  readonly resourceId: string;
  /** Parts of the service it leads to; a vault has one, "vault". */
  readonly groupIds: readonly string[];
}

/** The names under which an endpoint is found. */
export interface DnsZoneGroup {
  readonly id: string;
  readonly name: string;
  readonly endpointId: string;
  readonly zones: readonly { readonly name: string; readonly zoneId: string }[];
}

interface Surroundings {
  groupExists(name: string): boolean;
  vaultExists(id: string): boolean;
}

/** Endpoints in virtual networks, as far as they lead to vaults. Networks themselves do not exist here. */
export class PrivateEndpoints {
  readonly #endpoints = new Map<string, PrivateEndpoint>();
  readonly #zoneGroups = new Map<string, DnsZoneGroup>();
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  get(id: string): PrivateEndpoint | undefined {
    return this.#endpoints.get(id.toLowerCase());
  }

  zoneGroup(id: string): DnsZoneGroup | undefined {
    return this.#zoneGroups.get(id.toLowerCase());
  }

  /** Endpoints that lead to a vault, in the order of their making. */
  leadingTo(vaultId: string): PrivateEndpoint[] {
    return [...this.#endpoints.values()].filter(({ connections }) =>
      connections.some(({ resourceId }) => resourceId.toLowerCase() === vaultId.toLowerCase()),
    );
  }

  /** @throws ArmError `ResourceGroupNotFound`, `LinkedInvalidPropertyId`, `ResourceNotFound` or `BadRequest`. */
  put(endpoint: PrivateEndpoint): void {
    const group = endpoint.id.split("/")[4] ?? "";
    if (!this.#around.groupExists(group)) throw resourceGroupNotFound(group);
    requireLinked(endpoint.subnetId, "Microsoft.Network/virtualNetworks/subnets", "properties.subnet.id");
    if (endpoint.connections.length !== 1) {
      throw invalidRequest(
        `Private endpoint '${endpoint.name}' must have exactly one private link service connection; given ${endpoint.connections.length}.`,
      );
    }
    for (const { resourceId, groupIds } of endpoint.connections) {
      const path = "properties.privateLinkServiceConnections[0].properties.privateLinkServiceId";
      requireLinked(resourceId, "Microsoft.KeyVault/vaults", path);
      if (!this.#around.vaultExists(resourceId)) throw resourceNotFound(resourceId);
      if (groupIds.length !== 1 || groupIds[0] !== "vault") {
        throw invalidRequest(
          `Call to Microsoft.KeyVault/vaults failed. Error message: The group ids '${groupIds.join(", ")}' are not valid for the resource; the only one is 'vault'.`,
        );
      }
    }
    this.#endpoints.set(endpoint.id.toLowerCase(), endpoint);
  }

  /** @throws ArmError `ResourceNotFound` without its endpoint, `LinkedInvalidPropertyId`. */
  putZoneGroup(group: DnsZoneGroup): void {
    if (!this.get(group.endpointId)) throw resourceNotFound(group.endpointId);
    group.zones.forEach(({ zoneId }, index) => {
      const path = `properties.privateDnsZoneConfigs[${index}].properties.privateDnsZoneId`;
      requireLinked(zoneId, "Microsoft.Network/privateDnsZones", path);
    });
    this.#zoneGroups.set(group.id.toLowerCase(), group);
  }

  delete(id: string): void {
    this.#endpoints.delete(id.toLowerCase());
    for (const [key, { endpointId }] of this.#zoneGroups) {
      if (endpointId.toLowerCase() === id.toLowerCase()) this.#zoneGroups.delete(key);
    }
  }

  deleteZoneGroup(id: string): void {
    this.#zoneGroups.delete(id.toLowerCase());
  }

  deleteBelow(groupId: string): void {
    for (const { id } of this.#endpoints.values()) {
      if (id.toLowerCase().startsWith(`${groupId.toLowerCase()}/`)) this.delete(id);
    }
  }
}
