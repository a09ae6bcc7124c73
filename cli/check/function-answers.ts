/**
 * Answers of cloud functions (`getClientConfig`, `getVault`, …) that nobody has asked the cloud for: an object with the
 * members that the function's SDK declares, each of the declared type, its texts stand-ins.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Markers } from "./markers";
import type { InstalledPackages } from "./packages";

export type Answer = { readonly [name: string]: AnswerValue };
type AnswerValue = string | number | boolean | Answer | readonly AnswerValue[];

/** Member of a map with any names; the program's side makes every name answer. */
export const ANY_NAME = "7cc710cb:any";

/** As many as programs pick by number: zones, subnets. */
const TEXTS_IN_LIST = 3;
const MAX_DEPTH = 5;

export class FunctionAnswers {
  readonly #packages: InstalledPackages;
  readonly #markers: Markers;
  readonly #texts = new Map<string, string>();

  constructor(packages: InstalledPackages, markers: Markers) {
    this.#packages = packages;
    this.#markers = markers;
  }

  /** @param token `azuread:index/getClientConfig:getClientConfig`, `azure-native:keyvault:getVault` */
  answer(token: string, args: Answer): Answer {
    const folder = this.#folderOf(token);
    const [, module = "", name = ""] = token.split(":");
    const [area = "", version = ""] = module.split("/");
    const places = [area === "index" ? "" : area, join(area, version), ""];
    for (const place of folder === undefined ? [] : places) {
      for (const base of ["", "bin"]) {
        const text = this.#read(join(folder ?? "", base, place, `${name}.d.ts`));
        if (text === undefined) continue;
        const body = interfaceBody(text, `${name.charAt(0).toUpperCase()}${name.slice(1)}Result`);
        if (body === undefined) return { ...args };
        return { ...args, ...this.#object(body, join(folder ?? "", base), 0), ...plainOnes(args) };
      }
    }
    return { ...args, [ANY_NAME]: this.#markers.next() };
  }

  #object(body: string, folder: string, depth: number): Answer {
    return Object.fromEntries(
      membersOf(body).map(([name, type]) => [name, this.#value(type, folder, depth + 1)]),
    );
  }

  #value(type: string, folder: string, depth: number): AnswerValue {
    const one = type.replaceAll(/\s*\|\s*(undefined|null)\b/g, "").trim();
    const list = /^(?:Array<(.+)>|(.+)\[\])$/s.exec(one);
    const element = list?.[1] ?? list?.[2];
    if (element !== undefined) {
      const count = element.trim() === "string" ? TEXTS_IN_LIST : 1;
      return Array.from({ length: count }, () => this.#value(element, folder, depth));
    }
    if (one === "number") return 1;
    if (one === "boolean") return false;
    const literal = /^"([^"]*)"/.exec(one)?.[1];
    if (literal !== undefined) return literal;
    if (/^\{\s*\[key: string\]/.test(one)) return { [ANY_NAME]: this.#markers.next() };
    if (one.startsWith("{")) return depth > MAX_DEPTH ? {} : this.#object(one.slice(1, -1), folder, depth);
    const nested = /^outputs\.((?:\w+\.)*)(\w+)$/.exec(one);
    if (nested === null || depth > MAX_DEPTH) return this.#markers.next();
    const text = this.#read(join(folder, "types", "output.d.ts")) ?? "";
    const scope = (nested[1] ?? "").split(".").filter((part) => part !== "");
    const body = interfaceBody(inNamespaces(text, scope), nested[2] ?? "");
    return body === undefined ? this.#markers.next() : this.#object(body, folder, depth);
  }

  #folderOf(token: string): string | undefined {
    const name = token.split(":", 1)[0] ?? "";
    return this.#packages.get(name) ?? this.#packages.get(name.split("_", 1)[0] ?? "");
  }

  #read(path: string): string | undefined {
    const known = this.#texts.get(path);
    if (known !== undefined) return known;
    try {
      const text = readFileSync(path, "utf8");
      this.#texts.set(path, text);
      return text;
    } catch {
      return undefined;
    }
  }
}

/** What the program asked by comes back as it was given, a text or a number at least. */
function plainOnes(args: Answer): Answer {
  return Object.fromEntries(Object.entries(args).filter(([, value]) => typeof value !== "object"));
}

/** From the line that opens the innermost of the namespaces on. */
function inNamespaces(text: string, names: readonly string[]): string {
  return names.reduce((rest, name) => {
    const at = rest.search(new RegExp(`\\bnamespace ${name} \\{`));
    return at < 0 ? rest : rest.slice(at);
  }, text);
}

/** The text between the braces of an interface. */
function interfaceBody(text: string, name: string): string | undefined {
  const start = text.indexOf(`interface ${name} {`);
  if (start < 0) return undefined;
  const open = text.indexOf("{", start);
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === "{") depth++;
    else if (text[at] === "}" && --depth === 0) return withoutComments(text.slice(open + 1, at));
  }
  return undefined;
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/^\s*\/\/.*$/gm, "");
}

/** Names and types of the members of an interface; braces within a type are kept together. */
function membersOf(body: string): (readonly [string, string])[] {
  const members: (readonly [string, string])[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < body.length; at++) {
    const letter = body[at];
    if (letter === "{") depth++;
    else if (letter === "}") depth--;
    else if (letter === ";" && depth === 0) {
      const member = /^\s*(?:readonly\s+)?["']?([\w-]+)["']?\??:\s*([\s\S]+)$/.exec(body.slice(start, at));
      if (member?.[1] !== undefined && member[2] !== undefined) members.push([member[1], member[2].trim()]);
      start = at + 1;
    }
  }
  return members;
}
