/** Every regular expression of the pack, and texts made from it. */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import ts from "typescript";
import { packDirectory } from "./harness/compiled-pack";

export interface Found {
  readonly place: string;
  readonly expression: RegExp;
}

export const sources = ["", "rules"].flatMap((folder) =>
  readdirSync(join(packDirectory, folder))
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(folder, file)),
);

/** Those that stand in the source. */
export function literalsIn(file: string): Found[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(join(packDirectory, file), "utf8"),
    ts.ScriptTarget.ES2022,
    true,
  );
  const found: Found[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf("/");
      const expression = new RegExp(node.text.slice(1, end), node.text.slice(end + 1).replace("y", ""));
      found.push({ place: `${file}:${source.getLineAndCharacterOfPosition(node.pos).line + 1}`, expression });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Those that the pack puts together while it is loaded: loads its modules once more and watches. */
export function expressionsMade(): RegExp[] {
  const load = createRequire(__filename);
  const entry = join(packDirectory, "catalogue.ts");
  load(entry); // so that nothing but the pack itself is loaded again
  const own = Object.entries(load.cache).filter(([file]) => file.startsWith(packDirectory));
  const forget = (file: string): boolean => Reflect.deleteProperty(load.cache, file);
  const made: RegExp[] = [];
  const Original = RegExp;
  for (const [file] of own) forget(file);
  globalThis.RegExp = new Proxy(Original, {
    construct(target, given: ConstructorParameters<typeof RegExp>) {
      const expression = new target(...given);
      made.push(expression);
      return expression;
    },
  });
  try {
    load(entry);
  } finally {
    globalThis.RegExp = Original;
    for (const [file, module] of own) load.cache[file] = module;
  }
  return made;
}

/** A sequence of parts, each of which can be written in several ways. */
type Part = readonly string[];

/**
 * Texts that an expression finds, or nearly: one for each alternative in it, however deep, with everything around it
 * written in the first way. What it only looks ahead or back for is left out.
 */
export function samplesOf({ source, flags }: RegExp): string[] {
  let at = 0;

  const alternatives = (): Part => {
    const all: string[] = [];
    for (;;) {
      all.push(...variants(sequence()));
      if (source[at] !== "|") return all;
      at++;
    }
  };

  const sequence = (): Part[] => {
    const parts: Part[] = [];
    while (at < source.length && source[at] !== "|" && source[at] !== ")") parts.push(repeated(term()));
    return parts;
  };

  const term = (): Part => {
    const character = source[at] ?? "";
    if (character === "(") return group();
    if (character === "[") return [oneOf(taken(/\[(?:\\.|[^\]\\])*\]/y))];
    if (character === "\\") {
      const escape = taken(/\\(?:u\{[^}]*\}|u[0-9a-f]{4}|x[0-9a-f]{2}|[pP]\{[^}]*\}|k<[^>]*>|.)/iy);
      return [/^\\(?:[bBk]|[1-9])/.test(escape) ? "" : oneOf(escape)];
    }
    at++;
    return [character === "^" || character === "$" ? "" : character === "." ? "a" : character];
  };

  const group = (): Part => {
    const opening = taken(/\((?:\?(?:<?[=!]|:|<\w+>))?/y);
    const inside = alternatives();
    at++;
    return /[=!]$/.test(opening) ? [""] : inside;
  };

  const repeated = (part: Part): Part => {
    const quantifier = taken(/(?:[*+?]|\{\d+(?:,\d*)?\})\??|/y);
    if (quantifier === "") return part;
    const [, least = "", most] = /^\{(\d+)(,)?/.exec(quantifier) ?? [];
    const times = least === "" ? 1 : Number(least) + (most === undefined ? 0 : 1);
    return part.map((text) => text.repeat(times));
  };

  const taken = (what: RegExp): string => {
    what.lastIndex = at;
    const text = what.exec(source)?.[0] ?? "";
    at += text.length;
    return text;
  };

  const oneOf = (set: string): string => {
    const pattern = new RegExp(`^${set}$`, flags.replace(/[gy]/g, ""));
    return (
      Array.from("aA1 \n\r\t'\"=:;,.-_/\\+@{}[]()<>|&$#%~`^!?*").find((each) => pattern.test(each)) ??
      unescaped(set)
    );
  };

  return [...new Set(alternatives())];
}

/** A letter or sign that is written by its number. */
function unescaped(escape: string): string {
  const digits = /^\[?\\(?:u\{?|x)([0-9a-f]+)/i.exec(escape)?.[1];
  return digits === undefined
    ? (/[^[\]\\^]/.exec(escape)?.[0] ?? "")
    : String.fromCodePoint(parseInt(digits, 16));
}

/** The first way of everything, and each other way once. */
function variants(parts: readonly Part[]): Part {
  const firsts = parts.map(([first = ""]) => first);
  const others = parts.flatMap((part, index) =>
    part.slice(1).map((other) => [...firsts.slice(0, index), other, ...firsts.slice(index + 1)].join("")),
  );
  return [firsts.join(""), ...others];
}
