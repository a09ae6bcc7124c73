/** A preview of a whole estate: a recorded one, over and over again under other names. */
import { parseDigest } from "../../../cli/review/digest";
import { parseEvents } from "../../../cli/review/events";
import type { ReviewInput } from "../../../cli/review/input";
import { contextOf, recordedText } from "./recorded";

/** Changes of the recorded rotation: three resources come, three go, one is updated. */
const CHANGES_EACH = 7;

/** @param least how many changed resources at least */
export function manyChanges(least: number): ReviewInput {
  const copies = Math.ceil(least / CHANGES_EACH);
  const events = recordedText("certificate-rotated", "events.jsonl");
  const secrets = recordedText("secret-added", "events.jsonl");
  const digest = recordedText("certificate-rotated", "digest.json");
  const numbered = (text: string, name: string, index: number): string =>
    text
      .replaceAll(name, `${name}-${index}`)
      // Ids differ from application to application; the sentinels of unknown values do not.
      .replace(
        /\b(?!04da6b54)([0-9a-f]{8})-([0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4})-([0-9a-f]{12})\b/g,
        (id) => {
          return /^0a0e|^7e0a|^5b0a/.test(id) ? id : `${id.slice(0, 24)}${String(index).padStart(12, "0")}`;
        },
      );
  const all = Array.from({ length: copies }, (_, index) => numbered(events, "billing-nightly", index));
  const more = Array.from({ length: 30 }, (_, index) => numbered(secrets, "payroll", index));
  const steps = Array.from({ length: copies }, (_, index) => {
    return parseDigest(numbered(digest, "billing-nightly", index)).steps ?? [];
  });
  return {
    stack: { project: "identities", name: "prod" },
    events: parseEvents([...all, ...more].join("\n")).events,
    digest: { steps: steps.flat() },
    context: contextOf("certificate-rotated"),
  };
}
