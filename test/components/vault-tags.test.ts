import assert from "node:assert/strict";
import * as fc from "fast-check";
import { Problems } from "../../components/problems";
import { checkTags, tagsOf, type VaultTagArgs } from "../../components/vault-tags";

const problems = (args: VaultTagArgs): string[] => {
  const found = new Problems();
  checkTags(args, found);
  return found.found.map(({ at, code }) => `${at} ${code}`);
};
const many = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`tag-${index}`, "x"]));

/** Names as Azure takes them. */
const name = fc
  .stringMatching(/^[A-Za-z][A-Za-z0-9 _.:-]{0,60}[A-Za-z0-9]$/)
  .filter((each) => !/^(?:microsoft|azure|windows)/i.test(each))
  .filter((each) => !/^(?:owner|rotation|generation|rotates-on|thumbprint-sha256)$/i.test(each));
const value = fc.stringMatching(/^[!-~]{1,256}$/);

describe("tags of a vault", () => {
  it("say how credentials are renewed, and by whom only where it is said", () => {
    assert.deepEqual(tagsOf({}), { rotation: "by deployment" });
    assert.deepEqual(tagsOf({ owner: "team", rotation: "weekly", tags: { costs: "4711" } }), {
      costs: "4711",
      owner: "team",
      rotation: "weekly",
    });
  });

  it("are taken as Azure takes them, up to ten of one's own", () => {
    const tags = fc
      .uniqueArray(fc.tuple(name, value), { maxLength: 10, selector: ([each]) => each.toLowerCase() })
      .map((entries) => Object.fromEntries(entries));
    fc.assert(
      fc.property(tags, (own) => {
        assert.deepEqual(problems({ tags: own }), []);
        assert.deepEqual(tagsOf({ tags: own }), { ...own, rotation: "by deployment" });
      }),
    );
    assert.deepEqual(problems({ tags: many(10) }), []);
    assert.deepEqual(problems({ tags: many(11) }), ["tags too-many"]);
  });

  it("are refused where Azure refuses them, and where they would hide one of ours", () => {
    assert.deepEqual(
      problems({
        owner: "",
        rotation: "daily\nor so",
        tags: {
          "a/b": "x",
          "azure-costs": "x",
          Rotation: "x",
          costs: "x",
          Costs: "y",
          empty: "",
          long: "x".repeat(257),
        },
      }),
      [
        "owner missing",
        "rotation invalid-text",
        'tags["a/b"] invalid-name',
        'tags["azure-costs"] invalid-name',
        'tags["Rotation"] duplicate',
        'tags["Costs"] duplicate',
        'tags["empty"] missing',
        'tags["long"] too-long',
      ],
    );
    assert.deepEqual(problems({ owner: "x".repeat(256), tags: { x: "x".repeat(256) } }), []);
  });
});
