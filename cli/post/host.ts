/** What the three code hosts have in common, as far as a review needs it. */
import type { HostName, PostedVerdict, StatusOutcome } from "./posting";

/** A comment on a pull request that this identity wrote and that carries our marker. */
export interface OwnComment {
  /** Sorts by age: a later comment has a higher number. */
  readonly order: bigint;
  readonly body: string;
  /** Minimised, resolved or closed: it no longer asks for attention. */
  readonly settled: boolean;
  readonly url?: string | undefined;
  /** What the host needs to find it again. */
  readonly handle: unknown;
}

export interface PullRequest {
  /** Its newest commit, now. */
  readonly headSha: string;
}

/** The status that goes with a review. */
export interface Status {
  readonly key: string;
  readonly verdict: PostedVerdict;
  readonly sentence: string;
  readonly headSha: string;
  readonly runId: string;
  readonly attempt: number;
  readonly runUrl?: string | undefined;
  /** The review without its marker, for hosts that show one with the status. */
  readonly details: string;
  /** Made from the report of a stranger's run: has a name of its own and never says that all is well. */
  readonly untrusted: boolean;
}

/**
 * One pull request on one code host.
 *
 * `create` throws `PostUndecidedError` when it may have worked; `change` throws `PostNotFoundError` when the
 * comment has gone; for `remove` and `settle` that is as good as done.
 */
export interface ReviewHost {
  readonly name: HostName;
  /** Largest comment, in UTF-16 units and in bytes, whichever is reached first. */
  readonly maxBody: number;
  /** The text with what this host would act upon made inert. */
  readonly prepare: (body: string) => string;
  /** Undefined when the run belongs to no open pull request. */
  pullRequest(): Promise<PullRequest | undefined>;
  /** Comments of this identity with our marker, from all pages. */
  ownComments(): Promise<readonly OwnComment[]>;
  /** @param settled whether it asks for no attention. */
  create(body: string, settled: boolean): Promise<OwnComment>;
  /** The comment as it is now, or undefined when it has gone. */
  reread(comment: OwnComment): Promise<OwnComment | undefined>;
  change(comment: OwnComment, body: string, settled: boolean): Promise<void>;
  remove(comment: OwnComment): Promise<void>;
  /** Makes an older comment ask for no attention: minimised, resolved or closed. */
  settle(comment: OwnComment): Promise<void>;
  setStatus(status: Status): Promise<StatusOutcome>;
}

/** Name of the status, the same on every host: branch policies name it. */
export function statusName(status: Pick<Status, "key" | "untrusted">): string {
  return `credential-review${status.untrusted ? "-fork" : ""}/${status.key}`;
}

/** A description for the status; the hosts allow 140 characters at least. */
export function statusDescription(sentence: string): string {
  const line = sentence.replace(/[\s\p{Cc}]+/gu, " ").trim();
  const characters = Array.from(line);
  return characters.length <= 140 ? line : `${characters.slice(0, 139).join("")}…`;
}
