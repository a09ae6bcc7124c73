/** The text of a comment: marker, notices, review; and the short form for when the review is refused. Pure. */
import { createHash } from "node:crypto";
import { linkTarget } from "./endpoint";
import { type Marker, readMarker, withoutMarker, writeMarker } from "./marker";
import type { PostedVerdict, Posting } from "./posting";

const HEADINGS: Readonly<Record<PostedVerdict, string>> = {
  blocked: "❌ Blocked",
  "needs-review": "⚠️ Needs review",
  clean: "✅ No credential risk",
  incomplete: "⚪ Incomplete",
};

/** Stands above a report that a stranger's run has made. */
export const UNTRUSTED =
  "> **From a fork.** This report was made by a run that executed the code of this pull request, without credentials. Read it as a hint, not as proof: the author of the pull request can write anything into it.";

/** A comment ready to be sent. */
export interface Composed {
  readonly marker: Marker;
  readonly text: string;
}

/**
 * The whole comment, or its short form if it is larger than `maxBody`.
 *
 * @param prepare makes inert what a host would act upon.
 */
export function compose(
  posting: Posting,
  untrusted: boolean,
  maxBody: number,
  prepare: (body: string) => string,
): Composed {
  const review = withoutMarker(posting.body);
  const whole = prepare(untrusted ? `${UNTRUSTED}\n\n${review}` : review);
  const composed = stamped(posting, untrusted, whole);
  return fits(composed.text, maxBody) ? composed : composeShort(posting, untrusted, prepare);
}

/** Verdict, sentence and the way to the whole report. */
export function composeShort(
  posting: Posting,
  untrusted: boolean,
  prepare: (body: string) => string,
): Composed {
  const target = linkTarget(posting.runUrl);
  const lines = [
    ...(untrusted ? [UNTRUSTED, ""] : []),
    `### ${HEADINGS[posting.verdict]}`,
    "",
    plain(posting.sentence),
    "",
    `The whole review does not fit into a comment here. ${target === undefined ? "The run has it." : `[The run has it](${target}).`}`,
  ];
  return stamped(posting, untrusted, prepare(lines.join("\n")));
}

/** True when the standing comment says what the new one would say, and nobody has edited it since. */
export function saysTheSame(standing: string, composed: Composed): boolean {
  const marker = readMarker(standing);
  return (
    marker?.content === composed.marker.content && marker?.body === digest(normal(withoutMarker(standing)))
  );
}

/** `fork:` in front: the report of a stranger never takes the place of one of our own. */
export function postedKey(posting: Posting, untrusted: boolean): string {
  return untrusted ? `fork:${posting.key}` : posting.key;
}

function stamped(posting: Posting, untrusted: boolean, body: string): Composed {
  const marker: Marker = {
    key: postedKey(posting, untrusted),
    head: posting.headSha,
    run: posting.runId,
    attempt: posting.attempt,
    verdict: posting.verdict,
    fingerprints: posting.fingerprints,
    content: digest(`${posting.verdict}\n${normal(withoutMarker(posting.comparable))}`),
    body: digest(normal(body)),
  };
  return { marker, text: `${writeMarker(marker)}\n${body}` };
}

/** Hosts change line ends and drop white space at the end of lines and texts. */
function normal(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")
    .trim();
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

function fits(text: string, max: number): boolean {
  return text.length <= max && Buffer.byteLength(text) <= max;
}

/** A sentence as Markdown that shows itself: no markup, no mention, no reference, no hidden character. */
function plain(sentence: string): string {
  return sentence
    .slice(0, 1_000)
    .replace(/[\p{Cc}\p{Cf}]+/gu, " ")
    .replaceAll("@", "＠")
    .replaceAll("#", "＃")
    .replace(/[&<>"'`*_~[\](){}|\\!$/:]/g, (character) => `&#${character.charCodeAt(0)};`);
}
