import { ListValue, NullValue, Struct, Value } from "google-protobuf/google/protobuf/struct_pb";

/** A value the engine does not know yet, in a preview. */
export const UNKNOWN = Symbol("unknown");

/** A value the engine keeps encrypted. */
export class Secret {
  readonly value: PropertyValue;

  constructor(value: PropertyValue) {
    this.value = value;
  }
}

/** What a property can hold. Assets, archives and resource references stay the objects the engine sent. */
export type PropertyValue =
  null | boolean | number | string | typeof UNKNOWN | Secret | readonly PropertyValue[] | PropertyMap;

export interface PropertyMap {
  readonly [name: string]: PropertyValue | undefined;
}

// https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/sig/sig.go
const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

// https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/plugin/rpc.go
const UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const UNKNOWNS = new Set([
  UNKNOWN_STRING,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // boolean
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
  "030794c1-ac77-496b-92df-f27374a8bd58", // asset
  "e48ece36-62e2-4504-bad9-02848725956a", // archive
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);

/** Reads the properties of a request. */
export function decodeProperties(struct: Struct | undefined): PropertyMap {
  return struct ? decodeMap(struct) : {};
}

/** Writes the properties of an answer; undefined members are left out. */
export function encodeProperties(properties: PropertyMap): Struct {
  const struct = new Struct();
  for (const [name, value] of Object.entries(properties)) {
    if (value !== undefined) struct.getFieldsMap().set(name, encodeValue(value));
  }
  return struct;
}

/** The same properties without their secret wrappers. */
export function reveal(properties: PropertyMap): PropertyMap {
  return mapValues(properties, revealValue);
}

export function isMap(value: PropertyValue | undefined): value is PropertyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Secret);
}

export function isList(value: PropertyValue | undefined): value is readonly PropertyValue[] {
  return Array.isArray(value);
}

/** Whether a property path such as `ip.ipRanges[0]` leads to a secret or into one. */
export function isSecretAt(properties: PropertyMap, path: string): boolean {
  let value: PropertyValue | undefined = properties;
  for (const name of path.split(/[.[\]]+/).filter(Boolean)) {
    value = isMap(value) ? value[name] : isList(value) ? value[Number(name)] : undefined;
    if (value instanceof Secret) return true;
  }
  return false;
}

/** Whether anything inside a value is not known yet. */
export function hasUnknown(value: PropertyValue | undefined): boolean {
  if (value === UNKNOWN) return true;
  if (value instanceof Secret) return hasUnknown(value.value);
  if (isList(value)) return value.some(hasUnknown);
  return isMap(value) && Object.values(value).some(hasUnknown);
}

/** Marks in `outputs` whatever is secret at the same place in `inputs`, and the top-level names given. */
export function carrySecrets(
  outputs: PropertyMap,
  inputs: PropertyMap,
  secretNames: readonly string[],
): PropertyMap {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => {
      if (value === undefined) return [name, value];
      const carried = carrySecret(value, Object.hasOwn(inputs, name) ? inputs[name] : undefined);
      return [name, secretNames.includes(name) ? asSecret(carried) : carried];
    }),
  );
}

// Object.fromEntries defines own properties, so a property called "__proto__" stays a property.
function mapValues(map: PropertyMap, change: (value: PropertyValue) => PropertyValue): PropertyMap {
  return Object.fromEntries(
    Object.entries(map).map(([name, value]) => [name, value === undefined ? value : change(value)]),
  );
}

function revealValue(value: PropertyValue): PropertyValue {
  if (value instanceof Secret) return revealValue(value.value);
  if (isList(value)) return value.map(revealValue);
  return isMap(value) ? mapValues(value, revealValue) : value;
}

function carrySecret(output: PropertyValue, input: PropertyValue | undefined): PropertyValue {
  if (input instanceof Secret) return asSecret(output);
  if (isMap(output) && isMap(input)) return carrySecrets(output, input, []);
  // Elements may have moved: one secret element makes the whole list secret.
  if (isList(output) && isList(input)) return input.some(holdsSecret) ? asSecret(output) : output;
  return output;
}

function holdsSecret(value: PropertyValue | undefined): boolean {
  if (value instanceof Secret) return true;
  if (isList(value)) return value.some(holdsSecret);
  return isMap(value) && Object.values(value).some(holdsSecret);
}

function asSecret(value: PropertyValue): Secret {
  return value instanceof Secret ? value : new Secret(value);
}

function decodeMap(struct: Struct): PropertyMap {
  return Object.fromEntries(
    struct
      .getFieldsMap()
      .getEntryList()
      .map(([name]) => [name, decodeValue(struct.getFieldsMap().get(name))]),
  );
}

function decodeValue(value: Value | undefined): PropertyValue {
  switch (value?.getKindCase()) {
    case Value.KindCase.BOOL_VALUE:
      return value.getBoolValue();
    case Value.KindCase.NUMBER_VALUE:
      return value.getNumberValue();
    case Value.KindCase.STRING_VALUE:
      return UNKNOWNS.has(value.getStringValue()) ? UNKNOWN : value.getStringValue();
    case Value.KindCase.LIST_VALUE:
      return (value.getListValue()?.getValuesList() ?? []).map(decodeValue);
    case Value.KindCase.STRUCT_VALUE: {
      const map = decodeProperties(value.getStructValue());
      return map[SIGNATURE_KEY] === SECRET_SIGNATURE ? new Secret(map["value"] ?? null) : map;
    }
    default:
      return null;
  }
}

function encodeValue(value: PropertyValue): Value {
  const encoded = new Value();
  if (value === null) return encoded.setNullValue(NullValue.NULL_VALUE);
  if (value === UNKNOWN) return encoded.setStringValue(UNKNOWN_STRING);
  if (value instanceof Secret) {
    return encodeValue({ [SIGNATURE_KEY]: SECRET_SIGNATURE, value: value.value });
  }
  switch (typeof value) {
    case "boolean":
      return encoded.setBoolValue(value);
    case "number":
      return encoded.setNumberValue(value);
    case "string":
      return encoded.setStringValue(value);
    default:
      if (isList(value)) return encoded.setListValue(new ListValue().setValuesList(value.map(encodeValue)));
      return encoded.setStructValue(encodeProperties(value));
  }
}
