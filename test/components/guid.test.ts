import assert from "node:assert/strict";
import * as fc from "fast-check";
import { checkGuid, isGuid, nameBasedGuid } from "../../components/guid";

describe("ids", () => {
  it("are GUIDs in either case, and not the id of nobody", () => {
    assert.equal(isGuid("7e0a0000-0000-4000-8000-000000000001"), true);
    assert.equal(isGuid("7E0A0000-0000-4000-8000-00000000000F"), true);
    assert.equal(isGuid("00000000-0000-0000-0000-000000000000"), false);
    assert.equal(isGuid("{7e0a0000-0000-4000-8000-000000000001}"), false);
    assert.equal(isGuid("7e0a0000-0000-4000-8000-000000000001\n"), false);
  });

  it("say what to do when a path was given instead", () => {
    assert.match(checkGuid("/servicePrincipals/x", "object id")?.remedy ?? "", /objectId/);
  });

  it("made of names are the same for the same names, and differ for all others", () => {
    // Frozen: another value here would replace every role assignment that exists.
    assert.equal(nameBasedGuid("kv-billing", "billing", "reader"), "d72a7325-e854-55f7-9ca5-1d3ed6a34632");
    fc.assert(
      fc.property(fc.array(fc.string()), fc.array(fc.string()), (left, right) => {
        assert.match(
          nameBasedGuid(...left),
          /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
        );
        const same = JSON.stringify(left) === JSON.stringify(right);
        assert.equal(nameBasedGuid(...left) === nameBasedGuid(...right), same);
      }),
    );
  });
});
