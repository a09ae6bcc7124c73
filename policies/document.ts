/**
 * Reads the small documents people write beside a stack: JSON, or the part of YAML that has one meaning.
 *
 * Block mappings and sequences, plain and quoted scalars, folded text (`>-`), comments. Everything else (anchors, tags,
 * flow collections, several documents, words like `yes` that YAML versions disagree about) is refused with its line,
 * because a guard must not guess. A pack may depend on nothing but the policy SDK: docs/decisions/007-documents.md.
 */

/** A document that cannot be read. The message has the line and what is allowed, never what stands there. */
export class DocumentError extends Error {
  readonly code = "DOCUMENT_UNREADABLE";
}

/** Characters; nobody reviews a longer document. */
const maxLength = 262_144;
const maxDepth = 8;

interface Line {
  readonly number: number;
  readonly indent: number;
  readonly content: string;
}

/** @throws DocumentError */
export function parseDocument(text: string, format: "yaml" | "json"): unknown {
  if (text.length > maxLength) throw new DocumentError(`is longer than ${maxLength} characters`);
  if (format === "json") return parseJson(text);
  const rows = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const lines = linesOf(rows);
  const [first] = lines;
  if (first === undefined) return null;
  const reader = new Reader(lines, rows);
  const value = reader.block(first.indent, 0);
  reader.end();
  return value;
}

function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new DocumentError("is not valid JSON"); // The parser's own message quotes what it found.
  }
  // JSON.parse takes the last of them, and a reviewer may have read the first.
  if (hasNameTwice(text)) throw new DocumentError("has the same name twice in one object");
  return value;
}

/** Looks at the tokens of a text that is known to be JSON. */
function hasNameTwice(text: string): boolean {
  const namesOf: Set<string>[] = [];
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"(?:\s*:)?|[{}]/g)) {
    if (token === "{") namesOf.push(new Set());
    else if (token === "}") namesOf.pop();
    else if (token.endsWith(":")) {
      const name = JSON.parse(token.slice(0, -1).trimEnd()) as string;
      const names = namesOf.at(-1);
      if (names?.has(name)) return true;
      names?.add(name);
    }
  }
  return false;
}

function linesOf(rows: readonly string[]): Line[] {
  const lines: Line[] = [];
  for (const [index, raw] of rows.entries()) {
    const content = raw.trimStart();
    const number = index + 1;
    // They look like blanks or line ends, and what they are depends on who reads.
    if (/[^\P{Cc}\t]|[^\S \t]/u.test(raw)) fail(number, "no other blanks than spaces and tabs are allowed");
    // Also where nothing follows: readers do not agree on whether that is a blank line.
    if (/^ *\t/.test(raw)) fail(number, "indentation has to be spaces");
    if (content === "" || content.startsWith("#")) continue;
    if (raw.startsWith("---") && lines.length === 0 && raw.trim() === "---") continue;
    if (/^(---|\.\.\.|%)/.test(raw)) fail(number, "only one document, without directives, is allowed");
    lines.push({ number, indent: raw.length - content.length, content: content.trimEnd() });
  }
  return lines;
}

class Reader {
  private readonly lines: Line[];
  /** As written, comments and blank lines included: in long text they are text. */
  private readonly rows: readonly string[];
  private position = 0;

  constructor(lines: Line[], rows: readonly string[]) {
    this.lines = lines;
    this.rows = rows;
  }

  block(indent: number, depth: number): unknown {
    const line = this.current();
    if (line === undefined) return null;
    if (depth > maxDepth) fail(line.number, `nothing may be nested deeper than ${maxDepth} levels`);
    return isItem(line) ? this.sequence(indent, depth) : this.mapping(indent, depth);
  }

  end(): void {
    const line = this.current();
    if (line !== undefined) fail(line.number, "the indentation fits nothing above");
  }

  private sequence(indent: number, depth: number): unknown[] {
    const items: unknown[] = [];
    for (let line = this.at(indent); line !== undefined && isItem(line); line = this.at(indent)) {
      const rest = line.content.slice(1).trimStart();
      if (rest === "" || rest.startsWith("#")) {
        this.position++;
        items.push(this.nested(indent, line, depth));
      } else if (keyOf({ ...line, content: rest }) !== undefined || rest.startsWith("- ")) {
        const offset = line.content.length - rest.length;
        if (line.content.slice(0, offset).includes("\t")) fail(line.number, "indentation has to be spaces");
        this.lines[this.position] = { number: line.number, indent: indent + offset, content: rest };
        items.push(this.block(indent + offset, depth + 1));
      } else {
        this.position++;
        items.push(this.value(rest, indent, line));
      }
    }
    return items;
  }

  private mapping(indent: number, depth: number): Record<string, unknown> {
    const entries = new Map<string, unknown>();
    for (let line = this.at(indent); line !== undefined && !isItem(line); line = this.at(indent)) {
      const found = keyOf(line) ?? fail(line.number, 'a name and a colon are expected, as in "owner: …"');
      if (entries.has(found.key)) fail(line.number, "the same name stands twice");
      this.position++;
      const isEmpty = found.rest === "" || found.rest.startsWith("#");
      entries.set(
        found.key,
        isEmpty ? this.nested(indent, line, depth) : this.value(found.rest, indent, line),
      );
    }
    return Object.fromEntries(entries);
  }

  /** What stands below a name or a dash: deeper, or a list at the depth of its name. */
  private nested(indent: number, owner: Line, depth: number): unknown {
    const line = this.current();
    if (line === undefined) return null;
    if (line.indent > indent) return this.block(line.indent, depth + 1);
    return line.indent === indent && isItem(line) && !isItem(owner) ? this.sequence(indent, depth + 1) : null;
  }

  private value(text: string, indent: number, line: Line): unknown {
    if (!text.startsWith(">")) return scalar(text, line.number);
    if (text !== ">-") fail(line.number, 'of the forms for long text only ">-" is allowed');
    return this.longText(indent, line);
  }

  /** The rows below that are deeper than their name, `#` and all, joined by blanks. */
  private longText(indent: number, line: Line): string {
    const parts: string[] = [];
    let width: number | undefined;
    let isOver = false;
    let number = line.number + 1;
    for (; number <= this.rows.length; number++) {
      const row = this.rows[number - 1] ?? "";
      const content = row.replace(/^ +/, "");
      const depth = row.length - content.length;
      const isBlank = content === "" && depth <= (width ?? 0);
      // A comment that is not as deep as the text stands between it and what follows.
      const isBelow = depth <= indent || (depth < (width ?? 0) && content.startsWith("#"));
      if (!isBlank && isBelow) break;
      if (isBlank) isOver = true;
      else if (isOver || depth !== (width ??= depth) || /^\s|^$/.test(content))
        fail(number, "long text has to be lines of the same indentation without gaps");
      else parts.push(content);
    }
    while ((this.current()?.number ?? number) < number) this.position++;
    return parts.join(" ");
  }

  private current(): Line | undefined {
    return this.lines[this.position];
  }

  /** The current line if it belongs to the block at this indentation. */
  private at(indent: number): Line | undefined {
    const line = this.current();
    if (line === undefined || line.indent < indent) return undefined;
    if (line.indent > indent) fail(line.number, "the indentation fits nothing above");
    return line;
  }
}

function isItem({ content }: Line): boolean {
  return content === "-" || content.startsWith("- ");
}

function keyOf({ content, number }: Line): { key: string; rest: string } | undefined {
  const quoted = /^(["'])/.test(content) ? quotedAt(content, number) : undefined;
  const plain = quoted ? undefined : /^([A-Za-z_][\w.-]*)\s*:(?=\s|$)/.exec(content);
  if (plain?.[1] !== undefined) return { key: plain[1], rest: content.slice(plain[0].length).trimStart() };
  const after = quoted && /^\s*:(?=\s|$)/.exec(quoted.rest);
  return quoted && after
    ? { key: quoted.text, rest: quoted.rest.slice(after[0].length).trimStart() }
    : undefined;
}

/** The quoted string at the beginning, and what follows it. */
function quotedAt(content: string, number: number): { text: string; rest: string } {
  const pattern = content.startsWith('"') ? /^"(?:[^"\\]|\\.)*"/ : /^'(?:[^']|'')*'/;
  const token = pattern.exec(content)?.[0] ?? fail(number, "a quotation mark is not closed on its line");
  const rest = content.slice(token.length);
  if (token.startsWith("'")) return { text: token.slice(1, -1).replaceAll("''", "'"), rest };
  try {
    return { text: JSON.parse(token) as string, rest };
  } catch {
    return fail(number, "a quoted text has an escape that JSON does not know");
  }
}

function scalar(text: string, number: number): unknown {
  if (/^["']/.test(text)) {
    const { text: value, rest } = quotedAt(text, number);
    if (!/^(\s+#.*|\s*)$/.test(rest)) fail(number, "something follows a quoted text");
    return value;
  }
  const comment = text.search(/\s#/);
  const plain = (comment < 0 ? text : text.slice(0, comment)).trim();
  if (plain === "[]") return [];
  if (plain === "{}") return {};
  if (/^[[\]{},#&*!|>%@`]|^[-?:](\s|$)|:(\s|$)/.test(plain)) fail(number, "this text has to be quoted");
  if (/^(null|~)$/.test(plain)) return null;
  if (/^(true|false)$/.test(plain)) return plain === "true";
  if (/^-?(0|[1-9]\d*)(\.\d+)?$/.test(plain)) return Number(plain);
  // YAML versions read these differently: a boolean or a word, an octal number or a decimal one.
  if (/^(y|n|yes|no|on|off|null|true|false)$/i.test(plain) || /^[-+.]?[0-9][0-9_.eExXoObB+:]*$/.test(plain))
    fail(number, "this word or number can be read in two ways; quote it");
  return plain;
}

function fail(line: number, problem: string): never {
  throw new DocumentError(`cannot be read in line ${line}: ${problem}`);
}
