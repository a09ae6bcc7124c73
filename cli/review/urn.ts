/** The parts of a URN: `urn:pulumi:<stack>::<project>::<parent type>$<type>::<name>`. */
import { clean } from "./clean-text";

export interface UrnParts {
  readonly stack: string;
  readonly project: string;
  readonly type: string;
  readonly name: string;
}

/** @returns parts that are empty where the text is no URN */
export function partsOf(urn: string): UrnParts {
  const [head = "", project = "", types = "", ...name] = urn.split("::");
  const stack = /^urn:pulumi:(.*)$/s.exec(head)?.[1] ?? "";
  return { stack, project, type: types.split("$").at(-1) ?? "", name: name.join("::") };
}

/** The name of a resource, fit to be printed. */
export function nameOf(urn: string): string {
  return clean(partsOf(urn).name || urn);
}

/** Whether a token is of this package and type, of whatever module and version: `azure-native:keyvault/v20230701:Vault`. */
export function isType(token: string, pack: string, ...names: readonly string[]): boolean {
  const parts = token.split(":");
  return parts.length === 3 && parts[0] === pack && names.includes(parts[2] ?? "");
}
