import assert from "node:assert/strict";
import { nearest, unknownWord } from "../../policies/nearest";

describe("the nearest word", () => {
  const rules = ["vault-network-deny", "vault-purge-protection", "application-owners"];
  for (const [slip, given, meant] of [
    ["a letter too much", "vault-network-denny", "vault-network-deny"],
    ["a letter too few", "vault-network-dny", "vault-network-deny"],
    ["another letter", "vault-netwerk-deny", "vault-network-deny"],
    ["another case", "Vault-Network-DENY", "vault-network-deny"],
    ["a third of the word", "vault-network-all", "vault-network-deny"],
    ["the wrong half", "vault-purge", undefined],
    ["nothing in common", "tls", undefined],
  ] as const) {
    it(`for ${slip} is ${meant ?? "none"}`, () => {
      assert.equal(nearest(given, rules), meant);
    });
  }

  it("may differ by two letters however short it is, and by a third of a long word", () => {
    assert.equal(nearest("abcd", ["abxy"]), "abxy");
    assert.equal(nearest("abcd", ["axyz"]), undefined);
    assert.equal(nearest("abcdefghi", ["abcdefxyz"]), "abcdefxyz");
    assert.equal(nearest("abcdefghi", ["abcdewxyz"]), undefined);
    assert.equal(nearest("abcdefgh", ["abcdexyz"]), undefined);
  });

  it("is the closest of several, and the first of equals", () => {
    assert.equal(nearest("level", ["lever!", "levels", "leave"]), "levels");
    assert.equal(nearest("cat", ["bat", "hat"]), "bat");
  });

  it("is looked for in bounded time, whatever is given", () => {
    const started = performance.now();
    assert.equal(nearest("x".repeat(1_000_000), rules), undefined);
    assert.ok(performance.now() - started < 1000);
  });
});

describe("an unknown word", () => {
  it("is named with what was meant", () => {
    assert.equal(
      unknownWord("levle", "a setting", ["level"]),
      '"levle" is not a setting; did you mean "level"?',
    );
  });

  it("is named with all there is, where that is little", () => {
    const eight = ["aa1", "bb2", "cc3", "dd4", "ee5", "ff6", "gg7", "hh8"];
    assert.equal(
      unknownWord("wholly", "a setting", eight),
      '"wholly" is not a setting; there is "aa1", "bb2", "cc3", "dd4", "ee5", "ff6", "gg7", "hh8"',
    );
    assert.equal(unknownWord("wholly", "a setting", [...eight, "ii9"]), '"wholly" is not a setting');
    assert.equal(unknownWord("wholly", "an option", []), '"wholly" is not an option; there is none');
  });

  it("is cut short where it is long, and cannot break out of its quotes", () => {
    assert.equal(unknownWord("x".repeat(80), "known", []), `"${"x".repeat(80)}" is not known; there is none`);
    assert.equal(
      unknownWord("x".repeat(81), "known", []),
      `"${"x".repeat(80)}…" is not known; there is none`,
    );
    assert.equal(unknownWord('a"\n', "known", []), '"a\\"\\n" is not known; there is none');
  });
});
