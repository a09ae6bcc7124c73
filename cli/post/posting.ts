/** What is posted, and what came of it. */
import type { Problem } from "./errors";

/** Where reviews are posted. */
export type HostName = "github" | "azure-devops" | "gitlab";

export const HOST_NAMES: readonly HostName[] = ["github", "azure-devops", "gitlab"];

/**
 * How a review relates to the one before.
 *
 * - `update`: one comment per stack, edited in place.
 * - `hide-previous`: a new comment each time something changed; older ones are minimised or resolved.
 * - `append`: a new comment each time something changed; older ones stay.
 * - `none`: no comment; status and summary only.
 */
export type CommentMode = "update" | "hide-previous" | "append" | "none";

export const COMMENT_MODES: readonly CommentMode[] = ["update", "hide-previous", "append", "none"];

export type PostedVerdict = "blocked" | "needs-review" | "clean" | "incomplete";

/** One line in the log of the run that the host shows beside the source. */
export interface Annotation {
  readonly level: "error" | "warning" | "notice";
  readonly message: string;
  readonly title?: string | undefined;
  /** Path from the root of the repository. */
  readonly path?: string | undefined;
  /** From 1. */
  readonly line?: number | undefined;
}

/** One review of one stack, ready to be shown. */
export interface Posting {
  /** `project/stack`: one sticky comment each. */
  readonly key: string;
  /** The whole Markdown. Its first line, an HTML comment, is replaced by our own marker. */
  readonly body: string;
  /** The body without what differs from run to run; when it is unchanged, the comment is left alone. */
  readonly comparable: string;
  readonly verdict: PostedVerdict;
  /** The verdict in one plain sentence: description of the status, and all that is left when a body is refused. */
  readonly sentence: string;
  /** False when the change touches no identity; a clean verdict then removes the comment. */
  readonly hasIdentityChange: boolean;
  /** Commit the review speaks of, in full. */
  readonly headSha: string;
  readonly runId: string;
  /** From 1. */
  readonly attempt: number;
  readonly runUrl?: string | undefined;
  /** Hash of the set of finding fingerprints, kept in the marker. */
  readonly fingerprints?: string | undefined;
  /**
   * Longer rendering for the run's own page.
   * @default - the body
   */
  readonly summary?: string | undefined;
  /**
   * In order of risk; the first ten of each level are shown.
   * @default - none
   */
  readonly annotations?: readonly Annotation[] | undefined;
}

/** What became of the comment. */
export type CommentOutcome =
  | "created"
  | "updated"
  /** The comment that stands says the same. */
  | "unchanged"
  /** Nothing touches an identity any more: the older comment is gone. */
  | "removed"
  /** Mode `none`, or nothing to say and nothing to remove. */
  | "not-wanted"
  /** A later run or attempt has spoken already. */
  | "superseded"
  /** The pull request has moved on to another commit. */
  | "stale"
  /** The run does not belong to a pull request. */
  | "no-pull-request"
  | "failed";

export type StatusOutcome = "check-run" | "commit-status" | "pull-request-status" | "not-set" | "failed";

export interface PostOutcome {
  readonly comment: CommentOutcome;
  /** Address of the comment that now speaks, when the host named one. */
  readonly url?: string | undefined;
  readonly status: StatusOutcome;
  /** What could not be done, each with a stable code and the next step. Empty when all went well. */
  readonly problems: readonly Problem[];
}
