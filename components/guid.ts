/** Object ids of Entra, and names that must be GUIDs but must not be random. */
import { createHash } from "node:crypto";
import { describeGiven, type Finding } from "./problems";

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The id of nobody; services answer with it where an id is missing. */
const NIL = "00000000-0000-0000-0000-000000000000";

export function isGuid(text: string): boolean {
  return GUID.test(text) && text !== NIL;
}

/** What is wrong with an id, or nothing. `what` names the object, for example "object id of a user". */
export function checkGuid(given: unknown, what: string): Finding | undefined {
  if (typeof given === "string" && isGuid(given)) return undefined;
  return {
    code: "invalid-id",
    given: describeGiven(given),
    allowed: `the ${what}: 32 hexadecimal digits in groups of 8-4-4-4-12`,
    remedy:
      typeof given === "string" && /^\/[A-Za-z]+\//.test(given)
        ? "pass the bare id: the property objectId, not the property id, which is a path"
        : "copy it from the Entra admin center, or pass the objectId of the resource",
  };
}

/**
 * A GUID that depends on its names alone (RFC 9562, version 5), so that the same declaration gives the same id
 * on every run and on every machine.
 */
export function nameBasedGuid(...names: readonly string[]): string {
  const bytes = createHash("sha1")
    .update(Buffer.from(NAMESPACE.replaceAll("-", ""), "hex"))
    .update(JSON.stringify(names))
    .digest()
    .subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** Ours alone, made once at random. Changing it would replace every role assignment in someone's tenant. */
const NAMESPACE = "5b9c1a52-6d0e-4f0b-9a3e-2f1f6f0c7d11";
