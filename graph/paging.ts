/** Lists as streams: one page in memory, links followed only where the token may go, and no circle for ever. */
import { createHash } from "node:crypto";
import type { GraphAddress, GraphVersion } from "./address";
import { parseObject } from "./answer";
import { GraphInvalidAnswerError } from "./errors";
import type { Incoming } from "./exchange";
import { redact, repeats } from "./redact";

/** One page of a list. */
export interface GraphPage {
  readonly items: readonly Record<string, unknown>[];
  /**
   * Link to the next page, undefined after the last one. Keep it to go on later (`resumeFrom`): it is no secret, but
   * Graph forgets it after a while.
   */
  readonly next: string | undefined;
}

/** Where a list begins and how its pages are fetched. */
export interface PageSource {
  readonly address: GraphAddress;
  readonly version: GraphVersion | undefined;
  readonly first: URL;
  readonly fetchPage: (url: URL) => Promise<Incoming>;
}

/**
 * The pages of a list, each fetched when it is asked for.
 *
 * Of the pages gone by only a digest of their links is kept, to notice a link that comes back.
 *
 * @throws GraphInvalidAnswerError for a page that is none, a link elsewhere, and a link that repeats.
 * @throws GraphPageExpiredError when Graph no longer knows the page of a link.
 */
export async function* pagesFrom(source: PageSource): AsyncGenerator<GraphPage, void, undefined> {
  const seen = new Set<string>();
  for (let url: URL | undefined = source.first; url !== undefined;) {
    seen.add(digest(url));
    const answer = await source.fetchPage(url);
    const body = parseObject(answer.text, answer.details);
    const items = readItems(body["value"], answer);
    url = nextUrl(body["@odata.nextLink"], source, answer);
    if (url !== undefined && seen.has(digest(url))) {
      throw invalid(answer, "repeats the link to a page that was read before; the list would never end");
    }
    yield { items, next: url?.href };
  }
}

/** @throws TypeError when the link does not lead into this Graph. */
export function resumedUrl(link: string, address: GraphAddress, version: GraphVersion | undefined): URL {
  const url = address.follow(link, version);
  if (url === undefined) {
    throw new TypeError(
      `"resumeFrom" is the "next" of a page of the same Graph and version (${address.host}, ${version ?? "v1.0"}); the one given leads elsewhere.`,
    );
  }
  return url;
}

function digest(url: URL): string {
  return createHash("sha256").update(url.href).digest("base64");
}

function readItems(value: unknown, answer: Incoming): Record<string, unknown>[] {
  if (!Array.isArray(value)) throw invalid(answer, 'has no list in "value"');
  if (!value.every((item) => typeof item === "object" && item !== null && !Array.isArray(item))) {
    throw invalid(answer, "lists something that is not an object");
  }
  return value as Record<string, unknown>[];
}

function nextUrl(link: unknown, source: PageSource, answer: Incoming): URL | undefined {
  if (link === undefined || link === null) return undefined;
  if (typeof link !== "string") throw invalid(answer, 'has an "@odata.nextLink" that is no text');
  // A link is printed, stored and handed on: not with a token in it.
  if (repeats(link, answer.tokens))
    throw invalid(answer, "repeats the access token in the link to the next page");
  const url = source.address.follow(link, source.version);
  if (url !== undefined) return url;
  const place = URL.canParse(link)
    ? `to ${redact(new URL(link).host, answer.tokens).slice(0, 100)}`
    : "nowhere";
  const inside = `${source.address.host} and ${source.version ?? "v1.0"}`;
  throw invalid(
    answer,
    `links the next page ${place}, outside ${inside}; it is not followed, since the access token would go there`,
  );
}

function invalid(answer: Incoming, what: string): GraphInvalidAnswerError {
  const { requestId, request } = answer.details;
  const id = requestId === undefined ? "" : ` Request id ${requestId}.`;
  return new GraphInvalidAnswerError(`The answer to ${String(request)} ${what}.${id}`, answer.details);
}
