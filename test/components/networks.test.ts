import assert from "node:assert/strict";
import { BlockList } from "node:net";
import * as fc from "fast-check";
import { checkNetwork, checkNetworks, parseNetwork } from "../../components/networks";
import { Problems } from "../../components/problems";

const code = (range: unknown): string | undefined => checkNetwork(range)?.code;

describe("networks", () => {
  it("accepts public ranges, IPv4 and IPv6, down to one address and up to /8", () => {
    const accepted = [
      "198.51.100.0/24",
      "203.0.113.7/32",
      "8.0.0.0/8",
      "9.9.9.8/31",
      "2001:db8::/32",
      "2a00::/8",
      "2a00:1450:4001:800::200e/128",
    ];
    assert.deepEqual(
      accepted.map((range) => [range, code(range)]),
      accepted.map((range) => [range, undefined]),
    );
  });

  it("refuses what is no range in CIDR notation", () => {
    const refused = [
      "",
      "198.51.100.0",
      "2001:db8::",
      "198.51.100.0/",
      "198.51.100.0/33",
      "198.51.100.0/024",
      "198.51.100.0/-1",
      "198.51.100.0/24/24",
      "198.51.100/24",
      "198.051.100.0/24",
      "256.0.0.0/8",
      "2001:db8::/129",
      "2001:db8::1::/64",
      "fe80::1%eth0/64",
      " 198.51.100.0/24",
      "198.51.100.0-198.51.100.255",
      "example.com/24",
      24,
      null,
      undefined,
    ];
    assert.deepEqual(
      refused.map((range) => [range, code(range)]),
      refused.map((range) => [range, "network-malformed"]),
    );
  });

  it("refuses the whole internet and everything wider than /8", () => {
    for (const range of ["0.0.0.0/0", "::/0", "128.0.0.0/1", "10.0.0.0/7", "2000::/3", "2a00::/7"]) {
      assert.equal(code(range), "network-too-wide", range);
    }
  });

  it("refuses addresses that are not the first of their range, and names that one", () => {
    const finding = checkNetwork("198.51.100.7/24");
    assert.equal(finding?.code, "network-host-bits");
    assert.match(finding.remedy, /"198\.51\.100\.0\/24"/);
    assert.equal(code("2001:db8::1/64"), "network-host-bits");
  });

  it("refuses ranges that no caller on the internet has, also where they only overlap", () => {
    const refused = [
      "0.0.0.0/8",
      "10.0.0.0/8",
      "10.1.2.3/32",
      "100.64.0.0/10",
      "100.0.0.0/8",
      "127.0.0.1/32",
      "169.254.169.254/32",
      "172.16.0.0/12",
      "172.0.0.0/8",
      "192.168.1.0/24",
      "192.0.0.0/8",
      "198.18.0.0/15",
      "224.0.0.0/8",
      "255.255.255.255/32",
      "::1/128",
      "::ffff:198.51.100.0/120",
      "64:ff9b::/96",
      "2001::/32",
      "2002:c633:6400::/40",
      "fc00::/8",
      "fd12:3456:789a::/48",
      "fe80::/10",
      "ff00::/8",
    ];
    assert.deepEqual(
      refused.map((range) => [range, code(range)]),
      refused.map((range) => [range, "network-not-public"]),
    );
  });

  it("offers the prefix for a bare address, but repeats no zone", () => {
    assert.match(checkNetwork("203.0.113.7")?.remedy ?? "", /"203\.0\.113\.7\/32"/);
    assert.match(checkNetwork("2001:db8::7")?.remedy ?? "", /"2001:db8::7\/128"/);
    assert.doesNotMatch(checkNetwork("fe80::1%\u001b[31m")?.remedy ?? "", /\u001b/);
  });

  it("agrees with Node's own block list about every IPv4 address", () => {
    const blocked = new BlockList();
    for (const [net, prefix] of [
      ["0.0.0.0", 8],
      ["10.0.0.0", 8],
      ["100.64.0.0", 10],
      ["127.0.0.0", 8],
      ["169.254.0.0", 16],
      ["172.16.0.0", 12],
      ["192.0.0.0", 24],
      ["192.88.99.0", 24],
      ["192.168.0.0", 16],
      ["198.18.0.0", 15],
      ["224.0.0.0", 4],
      ["240.0.0.0", 4],
    ] as const) {
      blocked.addSubnet(net, prefix, "ipv4");
    }
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const expected = blocked.check(address, "ipv4") ? "network-not-public" : undefined;
        assert.equal(code(`${address}/32`), expected);
      }),
    );
  });

  it("agrees with Node's own block list about every IPv6 address", () => {
    const open = new BlockList();
    open.addSubnet("2000::", 3, "ipv6");
    const blocked = new BlockList();
    blocked.addSubnet("2001::", 23, "ipv6");
    blocked.addSubnet("2002::", 16, "ipv6");
    const address = fc.oneof(
      fc.ipV6(),
      fc.nat({ max: 0xffff }).map((last) => `2002::${last.toString(16)}`),
      fc.nat({ max: 0xffff }).map((group) => `2001:${group.toString(16)}::1`),
    );
    fc.assert(
      fc.property(address, (ip) => {
        const isPublic = open.check(ip, "ipv6") && !blocked.check(ip, "ipv6");
        assert.equal(code(`${ip}/128`), isPublic ? undefined : "network-not-public");
      }),
    );
  });

  it("spells a range in one way whatever way it was written", () => {
    assert.equal(parseNetwork("2001:0DB8:0:0::/32")?.text, "2001:db8::/32");
    assert.equal(parseNetwork("198.51.100.7/24")?.text, "198.51.100.0/24");
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.integer({ min: 0, max: 32 }), (address, prefix) => {
        const once = parseNetwork(`${address}/${prefix}`);
        assert.ok(once !== undefined);
        assert.deepEqual(parseNetwork(once.text), once);
      }),
    );
  });

  it("lists every problem of a list: twice, too many, the wrong family", () => {
    const problems = new Problems();
    checkNetworks(
      "networks",
      ["198.51.100.0/24", "2001:DB8::/32", "2001:db8:0::/32", "10.0.0.0/8"],
      problems,
      {
        most: 3,
        families: [4],
      },
    );
    assert.deepEqual(
      problems.found.map((problem) => `${problem.at} ${problem.code}`),
      [
        "networks too-many",
        "networks[1] network-family",
        "networks[2] network-family",
        "networks[2] duplicate",
        "networks[3] network-not-public",
      ],
    );
  });
});
