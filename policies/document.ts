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
  if (format === "json") {
    try {
      return JSON.parse(text);
    } catch {
      throw new DocumentError("is not valid JSON"); // The parser's own message quotes what it found.
    }
  }
  const lines = linesOf(text);
  const [first] = lines;
  if (first === undefined) return null;
  const reader = new Reader(lines);
  const value = reader.block(first.indent, 0);
  reader.end();
  return value;
}

function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  for (const [index, raw] of text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .entries()) {
    const content = raw.trimStart();
    const number = index + 1;
    if (content === "" || content.startsWith("#")) continue;
    if (raw.startsWith("---") && lines.length === 0 && raw.trim() === "---") continue;
    if (/^(---|\.\.\.|%)/.test(raw)) fail(number, "only one document, without directives, is allowed");
    const indentation = raw.slice(0, raw.length - content.length);
    if (/[^ ]/.test(indentation)) fail(number, "indentation has to be spaces");
    lines.push({ number, indent: indentation.length, content: content.trimEnd() });
  }
  return lines;
}

class Reader {
  private readonly lines: Line[];
  private position = 0;

  constructor(lines: Line[]) {
    this.lines = lines;
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
    const parts: string[] = [];
    const [first] = this.lines.slice(this.position, this.position + 1);
    let previous = line.number;
    for (let next = this.current(); next !== undefined && next.indent > indent; next = this.current()) {
      if (next.indent !== first?.indent || next.number !== previous + 1)
        fail(next.number, "long text has to be lines of the same indentation without gaps");
      previous = next.number;
      parts.push(next.content);
      this.position++;
    }
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
