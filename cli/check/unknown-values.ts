/** Turns stand-ins into what the engine takes for unknown, within the properties of a request. */
import { Struct, Value } from "google-protobuf/google/protobuf/struct_pb";
import { ANY_NAME } from "./function-answers";
import { holdsMarker } from "./markers";

/** https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/plugin/rpc.go */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Replaces every text with a stand-in in it, and every map with any names. */
export function markUnknown(properties: Struct | undefined): void {
  properties?.getFieldsMap().forEach((value) => {
    markValue(value);
  });
}

function markValue(value: Value): void {
  switch (value.getKindCase()) {
    case Value.KindCase.STRING_VALUE:
      if (holdsMarker(value.getStringValue())) value.setStringValue(UNKNOWN);
      break;
    case Value.KindCase.LIST_VALUE:
      value.getListValue()?.getValuesList().forEach(markValue);
      break;
    case Value.KindCase.STRUCT_VALUE: {
      const struct = value.getStructValue();
      if (struct?.getFieldsMap().has(ANY_NAME) === true) value.setStringValue(UNKNOWN);
      else markUnknown(struct);
      break;
    }
    default:
  }
}

/** A result of which nothing is known. */
export function unknownStruct(...names: readonly string[]): Struct {
  const struct = new Struct();
  for (const name of names) struct.getFieldsMap().set(name, new Value().setStringValue(UNKNOWN));
  return struct;
}
