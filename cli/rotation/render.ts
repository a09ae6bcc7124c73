/** Writes a plan down, and lets nothing secret out. */
import { scanned } from "../review/redaction";
import type { Plan } from "./plan";
import { ics } from "./render/ics";
import { markdown } from "./render/markdown";
import { svg } from "./render/svg";
import { text, type TextOptions } from "./render/text";

export const planFormats = ["text", "markdown", "json", "ics", "svg"] as const;
export type PlanFormat = (typeof planFormats)[number];

/**
 * A plan in one of the formats; the same bytes for the same plan and options.
 *
 * @throws RedactionError when the text would hold something secret
 */
export function renderPlan(plan: Plan, format: PlanFormat, options: TextOptions = {}): string {
  return scanned(body(plan, format, options), plan);
}

function body(plan: Plan, format: PlanFormat, options: TextOptions): string {
  switch (format) {
    case "text":
      return text(plan, options);
    case "markdown":
      return markdown(plan);
    case "json":
      return `${JSON.stringify(plan, null, 2)}\n`;
    case "ics":
      return ics(plan);
    case "svg":
      return svg(plan);
  }
}
