import assert from "node:assert/strict";
import { RunError } from "@pulumi/pulumi";
import * as fc from "fast-check";
import { ArgumentError, describeGiven, describeKey, type Problem } from "../../components/problems";

const problem = (at: string): Problem => ({ at, code: "missing", allowed: "something", remedy: "give it" });

describe("problems", () => {
  it("prints place, code, value, limit and remedy of each problem", () => {
    const error = new ArgumentError("CredentialVault", "billing", [
      { at: "vaultName", code: "invalid-name", given: '"x"', allowed: "3 to 24 letters", remedy: "choose" },
      problem("credentials"),
    ]);
    assert.equal(
      error.message,
      [
        'CERTLOCK_ARGUMENTS: CredentialVault "billing" has 2 problems in its arguments; it was not registered.',
        "",
        "  vaultName [invalid-name]",
        '    given:   "x"',
        "    allowed: 3 to 24 letters",
        "    remedy:  choose",
        "",
        "  credentials [missing]",
        "    allowed: something",
        "    remedy:  give it",
      ].join("\n"),
    );
  });

  it("is an error the engine prints without a stack trace", () => {
    assert.ok(RunError.isInstance(new ArgumentError("CredentialVault", "billing", [problem("x")])));
  });

  it("prints fifty problems and keeps all of them", () => {
    const many = Array.from({ length: 51 }, (_, index) => problem(`owners[${index}]`));
    const error = new ArgumentError("SecretFreeApplication", "billing", many);
    assert.equal(error.problems.length, 51);
    assert.match(error.message, /owners\[49\]/);
    assert.doesNotMatch(error.message, /owners\[50\]/);
    assert.match(error.message, /and 1 more/);
  });

  it("shows values of each type on one short line", () => {
    const shown = [1.5, true, null, undefined, [1, 2], {}, "plain", 'quo"te\\'].map(describeGiven);
    assert.deepEqual(shown, [
      "1.5",
      "true",
      "nothing",
      "nothing",
      "a list of length 2",
      "an object",
      '"plain"',
      '"quo\\"te\\\\"',
    ]);
  });

  it("never shows what looks like a secret", () => {
    const secrets = [
      "abc8Q~dEfGhIjKlMnOpQrStUvWxYz0123456789ab",
      "-----BEGIN PRIVATE KEY-----\nMIIE",
      "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.e30.x",
      "MIIJqQIBAzCCCW8GCSqGSIb3DQEHAaCC",
      "DefaultEndpointsProtocol=https;AccountKey=x==",
      "Server=x;Password=hunter2",
      "a1B2c3D4e5F6g7H8i9J0k1L2",
    ];
    assert.deepEqual(
      secrets.map((secret) => [describeGiven(secret), describeKey(secret)]),
      secrets.map(() => ["(not shown: it looks like a secret)", "(not shown: it looks like a secret)"]),
    );
  });

  it("escapes everything that could move, hide or reorder text, and stays short", () => {
    assert.equal(
      describeGiven("a\u001b[31m\u202e\u2028\n\ud800"),
      '"a\\u{1b}[31m\\u{202e}\\u{2028}\\u{a}\\u{d800}"',
    );
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
        for (const shown of [describeGiven(text), describeKey(text)]) {
          assert.doesNotMatch(shown, /[\p{C}\p{Zl}\p{Zp}]/u);
          assert.ok(shown.length <= 60 * "\\u{10ffff}".length + 3);
        }
      }),
    );
  });
});
