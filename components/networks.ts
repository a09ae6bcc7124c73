/** Public address ranges in CIDR notation, as Conditional Access and Key Vault see their callers. */
import { isIPv4, isIPv6, SocketAddress } from "node:net";
import { describeGiven, type Finding, type Problems } from "./problems";

/**
 * Shortest prefix of a range in a named location, IPv4 and IPv6 alike: /8.
 * https://learn.microsoft.com/entra/identity/conditional-access/concept-assignment-network
 */
export const SHORTEST_PREFIX = 8;

/** Ranges one named location holds. Same source. */
export const NAMED_LOCATION_RANGES = 2000;

/**
 * Address rules one vault's firewall holds, IPv4 only.
 * https://learn.microsoft.com/azure/key-vault/general/network-security
 */
export const VAULT_RANGES = 1000;

/** A parsed range; comparable without looking at its text again. */
export interface Network {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
  readonly prefix: number;
  /** The one spelling services give back: decimal quads, or RFC 5952 for IPv6. */
  readonly text: string;
}

/** What is wrong with a range, or nothing. */
export function checkNetwork(given: unknown): Finding | undefined {
  if (typeof given !== "string") return malformed(given);
  const network = parseNetwork(given);
  if (network === undefined) return malformed(given);
  if (network.prefix < SHORTEST_PREFIX) return tooWide(given);
  const size = network.last - network.first;
  if ((addressValue(given) & size) !== 0n) return hostBits(given, network);
  const place = notPublic(network);
  return place === undefined ? undefined : outsideInternet(given, place);
}

/** Checks a whole list: each range, its length, and that none stands in it twice. */
export function checkNetworks(
  at: string,
  given: readonly unknown[],
  problems: Problems,
  limits: { readonly most: number; readonly families?: readonly (4 | 6)[] },
): void {
  if (given.length > limits.most) {
    problems.add(at, {
      code: "too-many",
      given: describeGiven(given),
      allowed: `at most ${limits.most} ranges`,
      remedy: "join neighbouring ranges into wider ones",
    });
  }
  const seen = new Set<string>();
  given.forEach((range, index) => {
    const place = `${at}[${index}]`;
    problems.add(place, checkNetwork(range));
    const network = typeof range === "string" ? parseNetwork(range) : undefined;
    if (network === undefined) return;
    if (limits.families?.includes(network.family) === false) problems.add(place, ipv4Only(range));
    if (seen.has(network.text)) problems.add(place, twice(range));
    seen.add(network.text);
  });
}

/** Reads `address/prefix`; undefined when it is not one. Host bits are cut off in the result. */
export function parseNetwork(text: string): Network | undefined {
  const [address, prefixText, ...extra] = text.split("/");
  if (address === undefined || prefixText === undefined || extra.length > 0) return undefined;
  if (!/^(0|[1-9][0-9]{0,2})$/.test(prefixText) || address.includes("%")) return undefined;
  const family = isIPv4(address) ? 4 : isIPv6(address) ? 6 : undefined;
  const prefix = Number(prefixText);
  if (family === undefined || prefix > bits(family)) return undefined;
  const size = (1n << BigInt(bits(family) - prefix)) - 1n;
  const value = addressValue(address);
  const first = value - (value & size);
  return { family, first, last: first + size, prefix, text: `${addressText(family, first)}/${prefix}` };
}

/**
 * Ranges of the special-purpose registries that no caller on the internet has. Documentation ranges
 * (192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24, 2001:db8::/32) are left out on purpose: examples need them.
 * https://www.iana.org/assignments/iana-ipv4-special-registry
 * https://www.iana.org/assignments/iana-ipv6-special-registry
 */
const NOT_PUBLIC: readonly (readonly [range: string, name: string])[] = [
  ["0.0.0.0/8", "unspecified addresses"],
  ["10.0.0.0/8", "private addresses (RFC 1918)"],
  ["100.64.0.0/10", "carrier-grade NAT (RFC 6598)"],
  ["127.0.0.0/8", "loopback addresses"],
  ["169.254.0.0/16", "link-local addresses"],
  ["172.16.0.0/12", "private addresses (RFC 1918)"],
  ["192.0.0.0/24", "protocol assignments (RFC 6890)"],
  ["192.88.99.0/24", "withdrawn 6to4 relays (RFC 7526)"],
  ["192.168.0.0/16", "private addresses (RFC 1918)"],
  ["198.18.0.0/15", "benchmarking addresses (RFC 2544)"],
  ["224.0.0.0/3", "multicast and reserved addresses"],
  ["::/3", "unspecified, loopback and mapped addresses"],
  ["2001::/23", "protocol assignments and Teredo (RFC 2928)"],
  ["2002::/16", "6to4 addresses (RFC 7526)"],
  ["4000::/2", "unassigned addresses"],
  ["8000::/1", "unassigned, unique local, link-local and multicast addresses"],
];

function notPublic(network: Network): string | undefined {
  const hit = NOT_PUBLIC.find(([range]) => {
    const special = parseNetwork(range);
    return (
      special?.family === network.family && special.first <= network.last && network.first <= special.last
    );
  });
  return hit === undefined ? undefined : `${hit[1]}, ${hit[0]}`;
}

function bits(family: 4 | 6): number {
  return family === 4 ? 32 : 128;
}

/** The address of `text` (a prefix may follow) as a number. */
function addressValue(text: string): bigint {
  const address = text.split("/")[0] ?? "";
  if (isIPv4(address)) return quads(address);
  // "::" stands for as many zero groups as are missing; the last 32 bits may be written as decimal quads.
  const [head = "", tail] = address.split("::");
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const zeros = new Array<bigint>(8 - before.length - after.length).fill(0n);
  return [...before, ...zeros, ...after].reduce((value, group) => (value << 16n) | group, 0n);
}

function quads(address: string): bigint {
  return address.split(".").reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

function groups(text: string): bigint[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (!group.includes(".")) return [BigInt(`0x${group}`)];
    const value = quads(group);
    return [value >> 16n, value & 0xffffn];
  });
}

function addressText(family: 4 | 6, value: bigint): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join(".");
  const hex = value.toString(16).padStart(32, "0");
  const address = (hex.match(/.{4}/g) ?? []).join(":");
  return new SocketAddress({ address, family: "ipv6" }).address;
}

const ALLOWED = `a public range in CIDR notation with a prefix of /${SHORTEST_PREFIX} or longer`;

function malformed(given: unknown): Finding {
  // An IPv6 zone may hold any characters: such an address is not repeated.
  const bare = typeof given === "string" && !given.includes("%") && (isIPv4(given) || isIPv6(given));
  return {
    code: "network-malformed",
    given: describeGiven(given),
    allowed: `${ALLOWED}, for example "198.51.100.0/24" or "2001:db8::/32"`,
    remedy: bare
      ? `for a single address write "${given}/${isIPv4(given) ? 32 : 128}"`
      : "write network address, slash, prefix length; no leading zeros, no zone",
  };
}

function tooWide(given: string): Finding {
  return {
    code: "network-too-wide",
    given: describeGiven(given),
    allowed: ALLOWED,
    remedy: "name the addresses the workload really calls from: its NAT gateway, proxy or egress firewall",
  };
}

function hostBits(given: string, network: Network): Finding {
  return {
    code: "network-host-bits",
    given: describeGiven(given),
    allowed: "a network address: all bits after the prefix are zero",
    remedy: `write "${network.text}" for the whole range, or /${bits(network.family)} for the one address`,
  };
}

function outsideInternet(given: string, place: string): Finding {
  return {
    code: "network-not-public",
    given: describeGiven(given),
    allowed: `${ALLOWED}; this one touches ${place}`,
    remedy: "Entra and Key Vault see the public address behind NAT: name that one",
  };
}

function ipv4Only(given: unknown): Finding {
  return {
    code: "network-family",
    given: describeGiven(given),
    allowed: "IPv4 ranges only: the firewall of Key Vault knows no others",
    remedy: "name the IPv4 egress of the workload, or reach the vault through a private endpoint",
  };
}

function twice(given: unknown): Finding {
  return {
    code: "duplicate",
    given: describeGiven(given),
    allowed: "each range once",
    remedy: "remove one of the two",
  };
}
