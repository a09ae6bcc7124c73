import assert from "node:assert/strict";
import fc from "fast-check";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import * as rpc from "@pulumi/pulumi/runtime/rpc";
import { nearest } from "../../provider/nearest";
import {
  decode,
  encode,
  hasUnknown,
  type PropertyMap,
  SECRET_SIGNATURE,
  SIGNATURE_KEY,
  UNKNOWN,
  UNKNOWN_STRING,
} from "../../provider/properties";

describe("property values on the wire", () => {
  it("uses the same constants as Pulumi's SDK", () => {
    assert.deepEqual(
      [SIGNATURE_KEY, SECRET_SIGNATURE, UNKNOWN_STRING],
      [rpc.specialSigKey, rpc.specialSecretSig, rpc.unknownValue],
    );
  });

  it("reads the unknown value of every type", () => {
    for (const sentinel of [
      "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
      "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
      UNKNOWN_STRING,
      "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
      "030794c1-ac77-496b-92df-f27374a8bd58",
      "e48ece36-62e2-4504-bad9-02848725956a",
      "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    ]) {
      const struct = Struct.fromJavaScript({ list: [{ deep: sentinel }] });
      assert.ok(hasUnknown(decode(struct).values["list"]));
      assert.deepEqual(decode(struct).values, { list: [{ deep: UNKNOWN }] });
    }
  });

  it("takes secrets apart at any depth and remembers under which key they were", () => {
    const secret = (value: string | null): { [key: string]: string | null } => ({
      [SIGNATURE_KEY]: SECRET_SIGNATURE,
      value,
    });
    const struct = Struct.fromJavaScript({ a: { b: [secret("x")] }, c: "plain", d: secret(null) });
    const { values, secretKeys } = decode(struct);
    assert.deepEqual(values, { a: { b: ["x"] }, c: "plain", d: null });
    assert.deepEqual([...secretKeys].toSorted(), ["a", "d"]);
  });

  it("brings every value back as it was, secrets included", () => {
    // The map of google-protobuf cannot hold a key of this name.
    const key = fc.string().filter((name) => name !== "__proto__");
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: "small" },
        fc.constant(null),
        fc.boolean(),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
        fc.string({ unit: "grapheme" }),
        fc.constant(UNKNOWN),
        fc.array(tie("tree"), { maxLength: 4 }),
        fc.dictionary(key, tie("tree"), { noNullPrototype: true }),
      ),
    }));
    const properties = fc.dictionary(key, tree, { noNullPrototype: true });
    fc.assert(
      fc.property(properties, fc.nat(), (map, pick) => {
        const keys = Object.keys(map);
        const secretKeys = new Set(keys.filter((_key, index) => (pick >> (index % 30)) & 1));
        const bytes = encode(map as PropertyMap, secretKeys).serializeBinary();
        const back = decode(Struct.deserializeBinary(bytes));
        assert.deepEqual(back.values, map);
        assert.deepEqual(back.secretKeys, secretKeys);
      }),
    );
  });

  it("leaves out what is undefined", () => {
    assert.deepEqual(decode(encode({ a: undefined, b: 1 })).values, { b: 1 });
    assert.deepEqual(decode(undefined).values, {});
  });
});

describe("finding what was meant", () => {
  const words = ["passwordAddition", "passwordLifetime", "isEnabled"];

  it("finds slips of the keyboard and nothing that is far away", () => {
    assert.deepEqual(
      ["passwordAdition", "PASSWORDLIFETIME", "isEnable", "secret", ""].map((word) => nearest(word, words)),
      ["passwordAddition", "passwordLifetime", "isEnabled", undefined, undefined],
    );
  });

  it("stays quick with a very long word", () => {
    assert.equal(nearest("x".repeat(1_000_000), words), undefined);
  });
});
