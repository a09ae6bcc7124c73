/** Text of others within Markdown: it may say anything and does nothing. */

/** Joins words without being seen; put behind a sign it takes the sign's meaning away. */
const JOINER = "\u2060";
/**
 * What hosts make links of: mentions, issues, requests, labels, milestones, snippets, epics, alerts, formulas and bare
 * addresses. No escape of Markdown stops them, because they are looked for after Markdown.
 */
const REFERENCES =
  /[@#!~%$&^](?=[\p{L}\p{N}"'_{[(<\\-])|:\/(?=\/)|(?<![a-z\d])(?:(?:www|ftp)(?=\.)|GH(?=-\d))/giu;

/** Safe in a cell, a list item behind a word, or a sentence. */
export function md(text: string): string {
  return text
    .replace(REFERENCES, (sign) => sign + JOINER)
    .replace(/[\\`*_[\]|~]/g, "\\$&")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;");
}

/**
 * A name as code. Between backticks a bar cannot follow a backslash in a cell: whatever is written, the cell ends there
 * or the backslash goes, so such a name stands in an element, where escapes count.
 */
export function code(text: string): string {
  return /[`|\\]/.test(text) ? `<code>${md(text)}</code>` : `\`${text}\``;
}

/** Safe within an element or attribute of HTML, where Markdown is not read. */
export function htmlText(text: string): string {
  return text
    .replace(REFERENCES, (sign) => sign + JOINER)
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;")
    .replace(/'/g, "&#39;");
}

/** @param url checked already (`webAddress`): of the web and without brackets */
export function link(label: string, url: string | undefined): string {
  return url === undefined ? label : `[${label}](${url})`;
}

/** A table: every row on one line of its own. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((text) => (text === "" ? " " : text)).join(" | ")} |`;
  return [line(titles), `|${"---|".repeat(titles.length)}`, ...rows.map(line)];
}
