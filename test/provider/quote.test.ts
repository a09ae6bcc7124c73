import assert from "node:assert/strict";
import fc from "fast-check";
import { quoted, shownName } from "../../provider/quote";

describe("showing what somebody gave", () => {
  it("quotes words, durations and moments as they are", () => {
    for (const word of [
      "passwordAdition",
      "password-addition",
      "symmetricKeyLifetimes",
      "P6M",
      "P180DT4320H30M",
      "2026-02-30T00:00:00Z",
      "2026-02-03T00:00:00.1234567+14:00",
      "one hundred and 80 days",
      "",
    ]) {
      assert.equal(quoted(word), `"${word}"`);
    }
    assert.equal(shownName("max_lifetime_in_days"), "max_lifetime_in_days");
  });

  it("shows only the length of what may be a secret", () => {
    for (const secret of [
      "abc8Q~0123456789012345678901234567890",
      "eyJhbGciOiJub25lIn0.eyJhdWQiOiJncmFwaCJ9.c2ln",
      "-----BEGIN PRIVATE KEY----- MIIE",
      "client_secret=x",
      "Bearer abc",
      "Xk29vQmz81pLw0",
      "correct+horse=battery",
    ]) {
      assert.equal(quoted(secret), `a text of ${secret.length} characters`);
      assert.equal(shownName(secret), `(a name of ${secret.length} characters)`);
    }
  });

  it("escapes what a terminal would obey or not show, and cuts between characters", () => {
    assert.equal(quoted('a"\n\u001b[31m'), '"a\\"\\n\\u001b[31m"');
    assert.equal(quoted("a\u009b\u202eb\u200b"), '"a\\u009b\\u202eb\\u200b"');
    assert.equal(quoted(" 😀".repeat(30)), `"${" 😀".repeat(20)}…"`);
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        assert.doesNotMatch(
          quoted(text) + shownName(text),
          /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/,
        );
      }),
    );
  });
});
