/** Makes a public address of the vault unnecessary: it gets one inside a virtual network. */
import type * as keyvault from "@pulumi/azure-native/keyvault";
import * as network from "@pulumi/azure-native/network";
import type * as pulumi from "@pulumi/pulumi";
import { isKnown } from "./federation/claims";
import { type OptionNames, readOptions } from "./given-options";
import { checkLocation, checkResourceGroupName } from "./names";
import type { Finding, Problems } from "./problems";
import { checkResourceId, parseResourceId } from "./resource-id";
import type { Tags } from "./vault-tags";

export interface PrivateEndpointArgs {
  /** Id of the subnet the endpoint takes its address from. Changing it makes a new endpoint. */
  readonly subnetId: pulumi.Input<string>;
  /**
   * Id of the private DNS zone in which the vault's name is entered, `privatelink.vaultcore.azure.net` in Azure's
   * public cloud. Without an entry clients go on resolving the public address, behind which nobody answers.
   * @default - none: somebody else enters the name, for example a policy of the landing zone
   */
  readonly privateDnsZoneId?: pulumi.Input<string>;
  /** Region of the virtual network. @default - that of the vault */
  readonly location?: pulumi.Input<string>;
  /** Existing resource group the endpoint is put in. @default - that of the vault */
  readonly resourceGroupName?: pulumi.Input<string>;
}

/** What the endpoint takes over from its vault. */
export interface EndpointSurroundings {
  readonly vaultName: string;
  readonly resourceGroupName: pulumi.Input<string>;
  readonly location: pulumi.Input<string> | undefined;
  readonly tags: Tags;
}

/** The part of a vault a connection leads to; https://learn.microsoft.com/azure/private-link/private-endpoint-overview */
const VAULT_GROUP = "vault";

/** Zones of the public and the sovereign clouds: https://learn.microsoft.com/azure/private-link/private-endpoint-dns */
const ZONES = [
  "privatelink.vaultcore.azure.net",
  "privatelink.vaultcore.usgovcloudapi.net",
  "privatelink.vaultcore.azure.cn",
];

/** Creates `<name>-endpoint` and, with a zone, `<name>-endpoint-dns`. */
export function createPrivateEndpoint(
  name: string,
  args: PrivateEndpointArgs,
  vault: keyvault.Vault,
  surroundings: EndpointSurroundings,
  child: pulumi.CustomResourceOptions,
): readonly pulumi.Resource[] {
  const resourceGroupName = args.resourceGroupName ?? surroundings.resourceGroupName;
  const location = args.location ?? surroundings.location;
  const endpoint = new network.PrivateEndpoint(
    `${name}-endpoint`,
    {
      privateEndpointName: `${surroundings.vaultName}-endpoint`,
      resourceGroupName,
      ...(location === undefined ? {} : { location }),
      subnet: { id: args.subnetId },
      privateLinkServiceConnections: [
        { name: surroundings.vaultName, privateLinkServiceId: vault.id, groupIds: [VAULT_GROUP] },
      ],
      tags: surroundings.tags,
    },
    child,
  );
  if (args.privateDnsZoneId === undefined) return [endpoint];
  const entry = new network.PrivateDnsZoneGroup(
    `${name}-endpoint-dns`,
    {
      privateDnsZoneGroupName: "default",
      privateEndpointName: endpoint.name,
      resourceGroupName,
      privateDnsZoneConfigs: [{ name: VAULT_GROUP, privateDnsZoneId: args.privateDnsZoneId }],
    },
    child,
  );
  return [endpoint, entry];
}

const OPTIONS: OptionNames<PrivateEndpointArgs> = {
  subnetId: "required",
  privateDnsZoneId: "optional",
  location: "optional",
  resourceGroupName: "optional",
};

export function checkPrivateEndpoint(at: string, given: PrivateEndpointArgs, problems: Problems): void {
  const args = readOptions(at, given, OPTIONS, problems);
  if (args === undefined) return;
  const { subnetId, privateDnsZoneId, location, resourceGroupName } = args;
  if (isPlain(subnetId)) {
    problems.add(`${at}.subnetId`, checkResourceId(subnetId, "Microsoft.Network/virtualNetworks/subnets"));
  }
  if (isPlain(privateDnsZoneId)) problems.add(`${at}.privateDnsZoneId`, checkZone(privateDnsZoneId));
  if (isPlain(location)) problems.add(`${at}.location`, checkLocation(location));
  if (isPlain(resourceGroupName)) {
    problems.add(`${at}.resourceGroupName`, checkResourceGroupName(resourceGroupName));
  }
}

/** Azure links any zone to an endpoint; in a wrong one nobody looks for the vault. */
function checkZone(given: string): Finding | undefined {
  const malformed = checkResourceId(given, "Microsoft.Network/privateDnsZones");
  if (malformed !== undefined) return malformed;
  const zone = parseResourceId(given)?.names.at(-1) ?? "";
  if (ZONES.includes(zone.toLowerCase())) return undefined;
  return {
    code: "invalid-id",
    given: `"${zone}"`,
    allowed: `a zone of Key Vault: ${ZONES.join(", ")}`,
    remedy: "take the zone for vaults: others, such as that for storage, hold the names of other services",
  };
}

/** Whether there is something to judge now. */
const isPlain = (given: pulumi.Input<string> | undefined): given is string =>
  given !== undefined && isKnown(given);
