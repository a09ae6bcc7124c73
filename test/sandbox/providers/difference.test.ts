import assert from "node:assert/strict";
import { inputDifference, stateDifference } from "../../../sandbox/providers/difference";
import type { Fields } from "../../../sandbox/providers/fields";
import { UNKNOWN, type PropertyMap } from "../../../sandbox/providers/property-values";

const FIELDS: Fields = {
  name: { type: "text", forceNew: true },
  notes: { type: "text" },
  enabled: { type: "flag" },
  version: { type: "number", zero: 1 },
  tags: { type: "texts", unordered: true },
  order: { type: "texts" },
  decided: { type: "text", computed: true, forceNew: true },
  hidden: { type: "text", writeOnly: true },
  block: {
    type: "object",
    forceNew: true,
    fields: { inner: { type: "text" }, kept: { type: "text", computed: true } },
  },
};

const STATE: PropertyMap = {
  name: "a",
  notes: "n",
  tags: ["x", "y"],
  order: ["x", "y"],
  decided: "by the tenant",
  block: { inner: "i", kept: "k" },
};
const INPUTS: PropertyMap = {
  name: "a",
  notes: "n",
  tags: ["y", "x"],
  order: ["x", "y"],
  block: { inner: "i" },
};

describe("difference between inputs", () => {
  it("names what changed in the engine's own spelling of paths", () => {
    const paths = inputDifference(
      { parameters: { "[PARAMETER 1]": "a", plain: "a", "with.dot": "a" } },
      { parameters: { "[PARAMETER 1]": "b", plain: "b", "with.dot": "b" } },
      [],
    ).map(({ path }) => path);
    assert.deepEqual(paths, ['parameters["[PARAMETER 1]"]', "parameters.plain", 'parameters["with.dot"]']);
  });
});

describe("difference between state and declaration", () => {
  const cases: [string, PropertyMap, PropertyMap, [string, string, boolean][]][] = [
    ["nothing, though sets are in another order and the tenant decided a value", {}, {}, []],
    ["a changed text", {}, { notes: "m" }, [["notes", "update", false]]],
    ["a changed text that replaces", {}, { name: "b" }, [["name", "update", true]]],
    ["a text no longer declared", {}, { notes: undefined }, [["notes", "delete", false]]],
    ["an empty text for none", { notes: undefined }, { notes: "" }, []],
    ["false for no flag", {}, { enabled: false }, []],
    ["a flag set behind the program's back", { enabled: true }, {}, [["enabled", "delete", false]]],
    ["a value that means as little as none", { version: 1 }, { version: undefined }, []],
    ["another order where order counts", {}, { order: ["y", "x"] }, [["order", "update", false]]],
    ["an element more", {}, { tags: ["x", "y", "z"] }, [["tags", "update", false]]],
    ["an element twice in place of another", {}, { tags: ["x", "x"] }, [["tags", "update", false]]],
    ["a decided value that is now declared otherwise", {}, { decided: "me" }, [["decided", "update", true]]],
    ["a write-only value", {}, { hidden: "s" }, []],
    ["a value not known yet", {}, { notes: UNKNOWN }, [["notes", "update", false]]],
    ["a member of a block, in place", {}, { block: { inner: "j" } }, [["block.inner", "update", false]]],
    ["a block gone, which replaces", {}, { block: undefined }, [["block", "delete", true]]],
    ["a block come, which replaces", { block: undefined }, {}, [["block", "add", true]]],
  ];
  for (const [title, state, inputs, expected] of cases) {
    it(`sees ${title}`, () => {
      const changes = stateDifference(FIELDS, { ...STATE, ...state }, { ...INPUTS, ...inputs });
      assert.deepEqual(
        changes.map(({ path, kind, replaces }) => [path, kind, replaces]),
        expected,
      );
    });
  }
});

describe("difference between inputs", () => {
  it("names each changed path, and replaces by top-level name", () => {
    const before = { name: "a", properties: { x: 1, y: { z: [1] } }, gone: true };
    const after = { name: "b", properties: { x: 1, y: { z: [1, 2] }, w: null }, come: "c" };
    assert.deepEqual(inputDifference(before, after, ["name"]), [
      { path: "name", kind: "update", replaces: true },
      { path: "properties.y.z", kind: "update", replaces: false },
      { path: "properties.w", kind: "add", replaces: false },
      { path: "gone", kind: "delete", replaces: false },
      { path: "come", kind: "add", replaces: false },
    ]);
  });

  it("counts a value not known yet as a change, also against another one", () => {
    assert.deepEqual(inputDifference({ a: UNKNOWN }, { a: UNKNOWN }, []), [
      { path: "a", kind: "update", replaces: false },
    ]);
  });
});
