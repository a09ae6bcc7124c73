import { BlockList, isIPv4 } from "node:net";
import type { VaultProperties } from "./vault";

// Key Vault accepts public IPv4 addresses and ranges only.
// https://learn.microsoft.com/azure/key-vault/general/network-security
const PRIVATE_RANGES = new BlockList();
PRIVATE_RANGES.addSubnet("10.0.0.0", 8);
PRIVATE_RANGES.addSubnet("172.16.0.0", 12);
PRIVATE_RANGES.addSubnet("192.168.0.0", 16);

/** What is wrong with the text of an IP rule; undefined when Key Vault accepts it. */
export function ipRuleProblem(text: string): string | undefined {
  const rule = parseIpRule(text);
  if (!rule) return `The IP rule '${text}' is neither an IPv4 address nor an IPv4 CIDR range.`;
  if (PRIVATE_RANGES.check(rule.address)) {
    return `The IP rule '${text}' lies in a private network; only public addresses are allowed.`;
  }
  return undefined;
}

export type NetworkVerdict = "allowed" | "public-access-disabled" | "address-not-listed";

/**
 * Whether a vault lets a client address through. A private address can only have come through a private endpoint: it is
 * let in by one, whatever the firewall says. Virtual networks do not exist here.
 */
export function judgeAddress(
  properties: VaultProperties,
  clientAddress: string,
  hasPrivateEndpoint: boolean,
): NetworkVerdict {
  const address = clientAddress.replace(/^::ffff:/i, "");
  if (hasPrivateEndpoint && isIPv4(address) && PRIVATE_RANGES.check(address)) return "allowed";
  if (properties.publicNetworkAccess.toLowerCase() === "disabled") return "public-access-disabled";
  const { networkAcls } = properties;
  if (networkAcls?.defaultAction !== "Deny") return "allowed";

  const allowed = new BlockList();
  for (const { value } of networkAcls.ipRules) {
    const rule = parseIpRule(value);
    if (rule) allowed.addSubnet(rule.address, rule.prefixLength);
  }
  return isIPv4(address) && allowed.check(address) ? "allowed" : "address-not-listed";
}

function parseIpRule(text: string): { address: string; prefixLength: number } | undefined {
  const [address = "", prefix, ...rest] = text.split("/");
  if (!isIPv4(address) || rest.length > 0) return undefined;
  if (prefix === undefined) return { address, prefixLength: 32 };
  if (!/^\d{1,2}$/.test(prefix) || Number(prefix) > 32) return undefined;
  return { address, prefixLength: Number(prefix) };
}
