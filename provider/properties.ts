/** Property values on the wire of a Pulumi provider: plain JSON, unknown values and secrets. */
import { type JavaScriptValue, Struct, Value } from "google-protobuf/google/protobuf/struct_pb";

/** Stands for a value that a preview cannot know. */
export const UNKNOWN = Symbol("unknown");

export type PropertyValue =
  | null
  | boolean
  | number
  | string
  | typeof UNKNOWN
  | readonly PropertyValue[]
  | { readonly [key: string]: PropertyValue };

export type PropertyMap = Readonly<Record<string, PropertyValue | undefined>>;

/** Decoded properties: the values without their secret wrappers, and which top-level keys held a secret. */
export interface Properties {
  readonly values: PropertyMap;
  readonly secretKeys: ReadonlySet<string>;
}

// The wire constants of Pulumi's protocol, written out because the SDK's module that exports them starts its
// whole run time. A test compares them with the SDK's.
export const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
export const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";
export const UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

// One sentinel for each type the unknown value would have (sdk/go/common/resource/plugin/rpc.go).
const UNKNOWN_SENTINELS: ReadonlySet<string> = new Set([
  UNKNOWN_STRING,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** Reads a message's properties. */
export function decode(struct: Struct | undefined): Properties {
  const secretKeys = new Set<string>();
  const entries: [string, PropertyValue][] = [];
  for (const [key, value] of struct?.getFieldsMap().entries() ?? []) {
    entries.push([key, decodeValue(value, () => secretKeys.add(key))]);
  }
  return { values: Object.fromEntries(entries), secretKeys };
}

function decodeValue(value: Value, onSecret: () => void): PropertyValue {
  switch (value.getKindCase()) {
    case Value.KindCase.BOOL_VALUE:
      return value.getBoolValue();
    case Value.KindCase.NUMBER_VALUE:
      return value.getNumberValue();
    case Value.KindCase.STRING_VALUE: {
      const text = value.getStringValue();
      return UNKNOWN_SENTINELS.has(text) ? UNKNOWN : text;
    }
    case Value.KindCase.LIST_VALUE:
      return (value.getListValue()?.getValuesList() ?? []).map((item) => decodeValue(item, onSecret));
    case Value.KindCase.STRUCT_VALUE: {
      const fields = [...(value.getStructValue()?.getFieldsMap().entries() ?? [])];
      const inner = new Map(fields);
      if (inner.get(SIGNATURE_KEY)?.getStringValue() === SECRET_SIGNATURE) {
        onSecret();
        const secret = inner.get("value");
        return secret === undefined ? null : decodeValue(secret, onSecret);
      }
      return Object.fromEntries(fields.map(([key, item]) => [key, decodeValue(item, onSecret)]));
    }
    default:
      return null;
  }
}

/** Writes properties into a message; top-level keys in `secretKeys` become secrets, undefined ones are left out. */
export function encode(values: PropertyMap, secretKeys: ReadonlySet<string> = new Set()): Struct {
  const plain: [string, JavaScriptValue][] = [];
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const encoded = encodeValue(value);
    plain.push([key, secretKeys.has(key) ? { [SIGNATURE_KEY]: SECRET_SIGNATURE, value: encoded } : encoded]);
  }
  return Struct.fromJavaScript(Object.fromEntries(plain));
}

function encodeValue(value: PropertyValue): JavaScriptValue {
  if (value === UNKNOWN) return UNKNOWN_STRING;
  if (typeof value !== "object" || value === null) return value;
  if (isList(value)) return value.map(encodeValue);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encodeValue(item)]));
}

/** A list, with its element type kept. */
export function isList(value: PropertyValue | undefined): value is readonly PropertyValue[] {
  return Array.isArray(value);
}

/** An object: neither a list nor null nor unknown. */
export function isMap(value: PropertyValue | undefined): value is Readonly<Record<string, PropertyValue>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether the value is unknown or holds an unknown anywhere. */
export function hasUnknown(value: PropertyValue | undefined): boolean {
  if (value === UNKNOWN) return true;
  if (isList(value)) return value.some(hasUnknown);
  return isMap(value) && Object.values(value).some(hasUnknown);
}
