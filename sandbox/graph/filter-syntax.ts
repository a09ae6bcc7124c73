import { badQuery, type GraphError } from "./graph-error";

export type Literal = string | number | boolean | null | Date;
export type Comparison = "eq" | "ne" | "gt" | "ge" | "lt" | "le";
export type TextFunction = "startswith" | "endswith" | "contains";

/** A `$filter` taken apart. A path holds the parts between slashes; within `any`, the variable comes first. */
export type Filter =
  | { readonly kind: "and" | "or"; readonly parts: readonly Filter[] }
  | { readonly kind: "not"; readonly part: Filter }
  | { readonly kind: "compare"; readonly path: Path; readonly operator: Comparison; readonly value: Literal }
  | { readonly kind: "in"; readonly path: Path; readonly values: readonly Literal[] }
  | { readonly kind: "text"; readonly path: Path; readonly name: TextFunction; readonly value: string }
  | {
      readonly kind: "any" | "all";
      readonly path: Path;
      readonly variable: string;
      readonly condition: Filter | undefined;
    };

export type Path = readonly string[];

/** Deeper than people write, shallow enough for the stack. */
const DEEPEST = 50;
const LONGEST = 16_000;

const TOKEN =
  /\s*(?:(?<text>'(?:[^']|'')*')|(?<date>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)|\d{4}-\d\d-\d\d(?![-\w]))|(?<guid>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})|(?<number>-?\d+(?:\.\d+)?(?![\w-]))|(?<word>[A-Za-z_][\w.]*(?:\/(?:\$count|[A-Za-z_][\w.]*))*)|(?<mark>[(),:]))/y;

type TokenKind = "text" | "date" | "guid" | "number" | "word" | "mark";
interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

/**
 * Takes a `$filter` apart.
 * Source of the grammar: https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part2-url-conventions.html
 * @throws GraphError "Invalid filter clause" for what it cannot read.
 */
export function parseFilter(text: string): Filter {
  return new Parser(tokens(text), text).whole();
}

function tokens(text: string): readonly Token[] {
  if (text.length > LONGEST) throw badQuery("The filter is too long.");
  const found: Token[] = [];
  let position = 0;
  const end = text.trimEnd().length;
  while (position < end) {
    TOKEN.lastIndex = position;
    const groups = TOKEN.exec(text)?.groups;
    const parts = Object.entries(groups ?? {}) as [TokenKind, string | undefined][];
    const [kind, value] = parts.find(([, part]) => part !== undefined) ?? [];
    if (kind === undefined || value === undefined) throw invalid(text.slice(position).trim());
    found.push({ kind, text: value });
    position = TOKEN.lastIndex;
  }
  return found;
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #text: string;
  #next = 0;
  #depth = 0;

  constructor(list: readonly Token[], text: string) {
    this.#tokens = list;
    this.#text = text;
  }

  whole(): Filter {
    const filter = this.#joined("or");
    if (this.#next < this.#tokens.length) throw this.#wrong();
    return filter;
  }

  #joined(kind: "or" | "and"): Filter {
    if (++this.#depth > DEEPEST) throw badQuery("The filter is nested too deeply.");
    const part = (): Filter => (kind === "or" ? this.#joined("and") : this.#single());
    const parts = [part()];
    while (this.#takeWord(kind)) parts.push(part());
    this.#depth -= 1;
    const [only] = parts;
    return parts.length === 1 && only ? only : { kind, parts };
  }

  #single(): Filter {
    if (this.#takeWord("not")) {
      if (++this.#depth > DEEPEST) throw badQuery("The filter is nested too deeply.");
      const part = this.#single();
      this.#depth -= 1;
      return { kind: "not", part };
    }
    if (this.#takeMark("(")) {
      const inner = this.#joined("or");
      this.#expectMark(")");
      return inner;
    }
    const name = this.#take("word");
    const lower = name.toLowerCase();
    if (this.#peekMark("(")) {
      if (lower === "startswith" || lower === "endswith" || lower === "contains") return this.#text2(lower);
      const path = name.split("/");
      const last = path.at(-1);
      if ((last === "any" || last === "all") && path.length > 1) return this.#lambda(path.slice(0, -1), last);
      throw this.#wrong();
    }
    return this.#comparison(name.split("/"));
  }

  #text2(name: TextFunction): Filter {
    this.#expectMark("(");
    const path = this.#take("word").split("/");
    this.#expectMark(",");
    const value = unquoted(this.#take("text"));
    this.#expectMark(")");
    return { kind: "text", path, name, value };
  }

  #lambda(path: Path, kind: "any" | "all"): Filter {
    this.#expectMark("(");
    if (kind === "any" && this.#takeMark(")")) return { kind, path, variable: "", condition: undefined };
    const variable = this.#take("word");
    this.#expectMark(":");
    const condition = this.#joined("or");
    this.#expectMark(")");
    return { kind, path, variable, condition };
  }

  #comparison(path: Path): Filter {
    const operator = this.#take("word").toLowerCase();
    if (operator === "in") return { kind: "in", path, values: this.#list() };
    if (!isComparison(operator)) throw this.#wrong();
    return { kind: "compare", path, operator, value: this.#literal() };
  }

  #list(): readonly Literal[] {
    this.#expectMark("(");
    const values = [this.#literal()];
    while (this.#takeMark(",")) values.push(this.#literal());
    this.#expectMark(")");
    return values;
  }

  #literal(): Literal {
    const token = this.#tokens[this.#next++];
    switch (token?.kind) {
      case "text":
        return unquoted(token.text);
      case "number":
        return Number(token.text);
      case "guid":
        return token.text;
      case "date": {
        const date = new Date(token.text);
        if (Number.isNaN(date.getTime())) throw this.#wrong();
        return date;
      }
      case "word": {
        const word = token.text.toLowerCase();
        if (word === "null") return null;
        if (word === "true" || word === "false") return word === "true";
        throw this.#wrong();
      }
      default:
        throw this.#wrong();
    }
  }

  #take(kind: TokenKind): string {
    const token = this.#tokens[this.#next];
    if (token?.kind !== kind) throw this.#wrong();
    this.#next += 1;
    return token.text;
  }

  #takeWord(word: string): boolean {
    const token = this.#tokens[this.#next];
    if (token?.kind !== "word" || token.text.toLowerCase() !== word) return false;
    this.#next += 1;
    return true;
  }

  #peekMark(mark: string): boolean {
    const token = this.#tokens[this.#next];
    return token?.kind === "mark" && token.text === mark;
  }

  #takeMark(mark: string): boolean {
    if (!this.#peekMark(mark)) return false;
    this.#next += 1;
    return true;
  }

  #expectMark(mark: string): void {
    if (!this.#takeMark(mark)) throw this.#wrong();
  }

  #wrong(): GraphError {
    return invalid(this.#text.trim());
  }
}

const COMPARISONS: readonly string[] = ["eq", "ne", "gt", "ge", "lt", "le"];

function isComparison(word: string): word is Comparison {
  return COMPARISONS.includes(word);
}

function unquoted(text: string): string {
  return text.slice(1, -1).replaceAll("''", "'");
}

function invalid(clause: string): GraphError {
  return badQuery(`Invalid filter clause: ${clause}`);
}
