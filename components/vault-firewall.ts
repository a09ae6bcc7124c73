/** Who reaches the data of a vault over the network: nobody, unless named. */
import type * as pulumi from "@pulumi/pulumi";
import { isKnown } from "./federation/claims";
import { readItems } from "./given-options";
import { checkNetworks, parseNetwork, VAULT_RANGES } from "./networks";
import { checkOneOf, describeGiven, type Problems } from "./problems";
import { checkResourceId } from "./resource-id";
import { checkPrivateEndpoint, type PrivateEndpointArgs } from "./vault-private-endpoint";

export interface VaultFirewallArgs {
  /**
   * Public IPv4 ranges that may reach the vault's data, at most 1000. Deployments need none: credentials are
   * written through Azure Resource Manager.
   * @default - none: only private endpoints and what `bypass` lets through
   */
  readonly allowedNetworks?: readonly string[];
  /**
   * Ids of subnets with a service endpoint for Microsoft.KeyVault that may reach the vault's data, at most 200.
   * @default - none
   */
  readonly allowedSubnetIds?: readonly pulumi.Input<string>[];
  /**
   * An address of the vault inside a virtual network. The public door is shut with it, so it goes with neither
   * `allowedNetworks` nor `allowedSubnetIds`.
   * @default - none
   */
  readonly privateEndpoint?: PrivateEndpointArgs;
  /**
   * Whether Microsoft's trusted services pass the firewall: "None" or "AzureServices".
   * https://learn.microsoft.com/azure/key-vault/general/overview-vnet-service-endpoints#trusted-services
   * @default "None"
   */
  readonly bypass?: "None" | "AzureServices";
}

/** Subnets one vault's firewall holds; https://learn.microsoft.com/azure/key-vault/general/network-security */
const VAULT_SUBNETS = 200;

/**
 * Where the data of a vault can be reached from: the networks and subnets that are named, the network of its private
 * endpoint, or nowhere.
 */
export type VaultReach = "networks" | "privateEndpoint" | "nowhere";

export function reachOf({
  allowedNetworks = [],
  allowedSubnetIds = [],
  privateEndpoint,
}: VaultFirewallArgs): VaultReach {
  if (privateEndpoint !== undefined) return "privateEndpoint";
  return allowedNetworks.length + allowedSubnetIds.length > 0 ? "networks" : "nowhere";
}

/** The part of the vault's properties that closes it. */
export function firewallOf({ allowedNetworks = [], allowedSubnetIds = [], bypass }: VaultFirewallArgs) {
  const open = allowedNetworks.length + allowedSubnetIds.length > 0;
  return {
    publicNetworkAccess: open ? "Enabled" : "Disabled",
    networkAcls: {
      defaultAction: "Deny",
      bypass: bypass ?? "None",
      // In the spelling Azure gives back, so that a refresh finds no difference.
      ipRules: allowedNetworks.map((range) => ({ value: parseNetwork(range)?.text ?? range })),
      virtualNetworkRules: allowedSubnetIds.map((id) => ({ id })),
    },
  };
}

export function checkFirewall(args: VaultFirewallArgs, problems: Problems): void {
  const { privateEndpoint, bypass = "None" } = args;
  const allowedNetworks = readItems("allowedNetworks", args.allowedNetworks ?? [], problems) ?? [];
  const allowedSubnetIds = readItems("allowedSubnetIds", args.allowedSubnetIds ?? [], problems) ?? [];
  checkNetworks("allowedNetworks", allowedNetworks, problems, { most: VAULT_RANGES, families: [4] });
  checkSubnets(allowedSubnetIds, problems);
  problems.add("bypass", checkOneOf(bypass, ["None", "AzureServices"]));
  if (privateEndpoint === undefined) return;
  checkPrivateEndpoint("privateEndpoint", privateEndpoint, problems);
  for (const [at, list] of Object.entries({ allowedNetworks, allowedSubnetIds })) {
    if (list.length === 0) continue;
    problems.add(at, {
      code: "choose-one",
      given: describeGiven(list),
      allowed: `privateEndpoint or ${at}: with a private endpoint the vault has no public door to let anybody through`,
      remedy: `leave out ${at} and reach the vault from the endpoint's network, or leave out privateEndpoint`,
    });
  }
}

function checkSubnets(subnets: readonly pulumi.Input<string>[], problems: Problems): void {
  const at = "allowedSubnetIds";
  if (subnets.length > VAULT_SUBNETS) {
    problems.add(at, {
      code: "too-many",
      given: describeGiven(subnets),
      allowed: `at most ${VAULT_SUBNETS} subnets`,
      remedy: "use a private endpoint instead",
    });
  }
  const seen = new Set<string>();
  subnets.forEach((subnet, index) => {
    if (!isKnown(subnet)) return;
    const finding = checkResourceId(subnet, "Microsoft.Network/virtualNetworks/subnets");
    problems.add(`${at}[${index}]`, finding);
    if (finding !== undefined) return;
    if (seen.has(subnet.toLowerCase())) {
      problems.add(`${at}[${index}]`, {
        code: "duplicate",
        given: describeGiven(subnet),
        allowed: "each subnet once",
        remedy: "remove one of the two",
      });
    }
    seen.add(subnet.toLowerCase());
  });
}
