/** Writes a report down, and lets nothing secret out. */
import type { Host } from "./input";
import { scanned } from "./redaction";
import type { Report } from "./report";
import { html } from "./render/html";
import { junit } from "./render/junit";
import { BUDGETS, fitted } from "./render/ladder";
import { sarif } from "./render/sarif";
import { text, type TextOptions } from "./render/text";

export const formats = ["text", "markdown", "json", "sarif", "junit", "html"] as const;
export type Format = (typeof formats)[number];

export interface RenderOptions extends TextOptions {
  /**
   * Where Markdown is going to stand; decides how long it may be.
   * @default "github"
   */
  readonly host?: Host;
  /** Longest Markdown in UTF-16 units and in bytes; default: that of the host. */
  readonly maxSize?: number;
}

/**
 * A report in one of the formats; the same bytes for the same report and options.
 *
 * @throws RedactionError when the text would hold something secret
 */
export function render(report: Report, format: Format, options: RenderOptions = {}): string {
  return scanned(body(report, format, options), report);
}

function body(report: Report, format: Format, options: RenderOptions): string {
  switch (format) {
    case "text":
      return text(report, options);
    case "markdown":
      return fitted(report, options.maxSize ?? BUDGETS[options.host ?? "github"]);
    case "json":
      return `${JSON.stringify(report, null, 2)}\n`;
    case "sarif":
      return sarif(report);
    case "junit":
      return junit(report);
    case "html":
      return html(report);
  }
}

/** What of a Markdown report stays the same when a run is repeated: without marker, time, commit and links of the run. */
export function comparable(report: Report, options: RenderOptions = {}): string {
  const same: Report = { ...report, run: {}, links: {}, generatedAt: "1970-01-01T00:00:00.000Z" };
  delete same.commit;
  const [, ...lines] = body(same, "markdown", options).split("\n");
  const text = lines.join("\n");
  return scanned(report.commit === undefined ? text : text.replaceAll(report.commit, ""), report);
}
