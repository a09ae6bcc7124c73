/** A text as one YAML scalar, quoted where a reader of YAML 1.1 or 1.2 would take it for something else. */
import { stringify } from "yaml";

export function scalar(text: string): string {
  return stringify(text, { version: "1.1", lineWidth: 0 }).trimEnd();
}
