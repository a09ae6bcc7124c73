import assert from "node:assert/strict";
import * as policy from "@pulumi/policy";
import fc from "fast-check";
import { inspect } from "../../policies/property";
import { unknown } from "./harness/wire";

// Exported by the SDK, but left out of its declarations.
const { unknownCheckingProxy } = policy as unknown as { unknownCheckingProxy: (props: object) => object };

/** Properties as the SDK hands them to a rule in a preview: reading an unknown one throws. */
function guarded(props: Record<string, unknown>): object {
  return unknownCheckingProxy(props);
}

describe("looking at properties", () => {
  it("sees that an unknown value stands there without reading it", () => {
    const props = guarded({ password: unknown.object });
    assert.throws(() => (props as { password: unknown }).password, {
      name: "Error",
      message: /can't be known/,
    });
    const password = inspect(props).at("password");
    assert.deepEqual([password.state, password.isPresent, password.isUndecided], ["unknown", true, true]);
  });

  for (const [kind, mark] of Object.entries(unknown)) {
    it(`knows the mark of an unknown ${kind}, in depth and in lists`, () => {
      const properties = inspect(guarded({ outer: { list: [{ inner: mark }] } }));
      const inner = properties
        .at("outer", "list")
        .elements()
        .map((element) => element.at("inner"));
      assert.deepEqual(
        inner.map(({ state, path }) => [state, path]),
        [["unknown", "outer.list[0].inner"]],
      );
    });
  }

  it("calls everything below an unknown unknown, and everything below a placeholder hidden", () => {
    const properties = inspect(guarded({ networkAcls: unknown.object, value: "[secret]" }));
    assert.equal(properties.at("networkAcls", "ipRules", "0").state, "unknown");
    assert.equal(properties.at("value", "inner").state, "hidden");
    assert.equal(properties.at("value").text, undefined);
  });

  it("calls null, an empty string and what is missing absent", () => {
    const properties = inspect(guarded({ nothing: null, empty: "" }));
    for (const name of ["nothing", "empty", "missing", "toString", "constructor", "__proto__"]) {
      assert.equal(properties.at(name).state, "absent", name);
      assert.equal(properties.at(name).isPresent, false, name);
    }
  });

  it("counts an empty list as nothing and a single value as a list of one", () => {
    const properties = inspect(guarded({ none: [], one: { displayName: "ci" }, unknown: unknown.array }));
    assert.equal(properties.at("none").isPresent, false);
    assert.equal(properties.at("one").elements().length, 1);
    assert.deepEqual(
      properties
        .at("unknown")
        .elements()
        .map(({ state }) => state),
      ["unknown"],
    );
  });

  it("reads numbers, also as text, and nothing that is not one", () => {
    const properties = inspect(guarded({ number: 3000, text: "3000", word: "many", list: [1], flag: true }));
    assert.deepEqual(
      ["number", "text", "word", "list", "flag", "missing"].map((name) => properties.at(name).number),
      [3000, 3000, undefined, undefined, undefined, undefined],
    );
  });

  it("shows what stands directly below, with its path, and nothing below what has no properties", () => {
    const properties = inspect(
      guarded({
        outer: { text: "abc", later: unknown.string, list: [1, 2] },
        hidden: "[secret]",
        nothing: null,
      }),
    );
    const below = (name: string) =>
      properties
        .at(name)
        .members()
        .map(({ path, state }) => [path, state]);
    assert.deepEqual(below("outer"), [
      ["outer.text", "known"],
      ["outer.later", "unknown"],
      ["outer.list", "known"],
    ]);
    assert.deepEqual(
      properties
        .at("outer", "list")
        .members()
        .map(({ path, raw }) => [path, raw]),
      [
        ["outer.list[0]", 1],
        ["outer.list[1]", 2],
      ],
    );
    for (const property of [
      properties.at("outer", "text"),
      properties.at("outer", "later"),
      properties.at("hidden"),
      properties.at("nothing"),
      properties.at("missing"),
    ])
      assert.deepEqual(property.members(), [], property.path);
  });

  it("has no elements where there is nothing", () => {
    const properties = inspect(guarded({ nothing: null, empty: "" }));
    for (const name of ["nothing", "empty", "missing"])
      assert.deepEqual(properties.at(name).elements(), [], name);
  });

  it("finds what Terraform has named and put into a list of one, and says where it is", () => {
    const properties = inspect(
      guarded({ network_acls: [{ default_action: "Deny", ip_rules: ["198.51.100.0/24"] }], networkRules: 1 }),
    );
    const found = (...path: readonly string[]) => {
      const { raw, path: place } = properties.at(...path);
      return [raw, place];
    };
    assert.deepEqual(found("networkAcls", "defaultAction"), ["Deny", "network_acls[0].default_action"]);
    assert.deepEqual(found("networkAcls", "bypass"), [undefined, "network_acls[0].bypass"]);
    assert.deepEqual(found("networkRules"), [1, "networkRules"]);
    assert.deepEqual(found("publicAccess"), [undefined, "publicAccess"]);
    const two = inspect({ blocks: [{ name: "a" }, { name: "b" }], nested: [[{ name: "a" }]] });
    assert.deepEqual([two.at("blocks", "name").raw, two.at("nested", "name").raw], [undefined, undefined]);
  });

  it("finds nothing below a value that has no properties", () => {
    const properties = inspect(guarded({ text: "abc", number: 1, flag: false }));
    for (const name of ["text", "number", "flag"])
      assert.equal(properties.at(name, "length").state, "absent");
  });

  it("never throws, whatever stands where, unknown values included", () => {
    const leaf = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.constantFrom(...Object.values(unknown)),
    );
    const tree = fc.letrec((tie) => ({
      node: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie("node")), fc.dictionary(fc.string(), tie("node"))),
    })).node;
    fc.assert(
      fc.property(fc.dictionary(fc.string(), tree), fc.array(fc.string()), (props, path) => {
        const property = inspect(guarded(props)).at(...path);
        for (const each of [property, ...property.elements()]) {
          assert.ok([each.state, each.isPresent, each.text, each.number, each.is(true), each.isText("x")]);
        }
      }),
    );
  });
});
