/** Brings the comments of one stack on one pull request into the state that this run wants. */
import { type Composed, compose, composeShort, postedKey, saysTheSame } from "./body";
import { PostNotFoundError, PostRejectedError, PostUndecidedError } from "./errors";
import type { OwnComment, ReviewHost } from "./host";
import { compareRuns, type Marker, readMarker } from "./marker";
import type { CommentMode, CommentOutcome, Posting } from "./posting";

export interface Spoken {
  readonly comment: CommentOutcome;
  readonly url?: string | undefined;
}

/** How often a comment that disappears, or a creation without an answer, is taken up again. */
const MAX_ROUNDS = 3;

/**
 * Posts, edits or removes. Afterwards, in mode `update`, one comment of ours is left, that of the latest run; runs
 * that meet agree on which: the higher run and attempt, then the later comment.
 */
export async function speak(
  host: ReviewHost,
  posting: Posting,
  mode: CommentMode,
  untrusted: boolean,
): Promise<Spoken> {
  if (mode === "none") return { comment: "not-wanted" };
  const composed = compose(posting, untrusted, host.maxBody, host.prepare);
  const settled = posting.verdict === "clean";
  const key = postedKey(posting, untrusted);

  const standing = await commentsOf(host, key);
  const [newest] = standing;
  if (newest !== undefined && compareRuns(newest.marker, composed.marker) > 0)
    return { comment: "superseded" };

  // With nothing about identities left to say, an older word must not stand. A failure is always something to say.
  if (!posting.hasIdentityChange && posting.verdict === "clean") return retire(host, standing, mode);

  if (newest !== undefined && saysTheSame(newest.body, composed)) {
    if (mode === "update") {
      for (const extra of standing.slice(1)) await host.remove(extra);
      // Somebody may have reopened or resolved it by hand; on GitHub there is nothing to set. Who resolves a review that
      // asks for eyes has seen it, for as long as it says the same; one that blocks is not talked away.
      const acknowledged = posting.verdict === "needs-review" && newest.settled;
      if (host.name !== "github" && !acknowledged && newest.settled !== settled) {
        await host.change(newest, newest.body, settled);
      }
    }
    return { comment: "unchanged", url: newest.url };
  }

  const speaker = new Speaker(host, posting, untrusted, composed, settled);
  if (mode === "update") return speaker.update(newest);
  const created = await speaker.create();
  if (mode === "hide-previous") for (const older of standing) await host.settle(older);
  return { comment: "created", url: created.url };
}

interface Standing extends OwnComment {
  readonly marker: Marker;
}

/** Our comments of this stack, the one that counts first. */
async function commentsOf(host: ReviewHost, key: string): Promise<readonly Standing[]> {
  const found = (await host.ownComments()).flatMap((comment) => {
    const marker = readMarker(comment.body);
    return marker?.key === key ? [{ ...comment, marker }] : [];
  });
  return found.sort((a, b) => -compareRuns(a.marker, b.marker) || (a.order < b.order ? 1 : -1));
}

async function retire(host: ReviewHost, standing: readonly Standing[], mode: CommentMode): Promise<Spoken> {
  if (standing.length === 0) return { comment: "not-wanted" };
  for (const comment of standing) {
    await (mode === "update" ? host.remove(comment) : host.settle(comment));
  }
  return { comment: "removed" };
}

class Speaker {
  readonly #host: ReviewHost;
  readonly #posting: Posting;
  readonly #untrusted: boolean;
  readonly #settled: boolean;
  #composed: Composed;

  constructor(host: ReviewHost, posting: Posting, untrusted: boolean, composed: Composed, settled: boolean) {
    this.#host = host;
    this.#posting = posting;
    this.#untrusted = untrusted;
    this.#composed = composed;
    this.#settled = settled;
  }

  /** Writes into the comment that counts, or a new one, and clears the others away. */
  async update(newest: Standing | undefined): Promise<Spoken> {
    let target = newest;
    let comment: CommentOutcome = "updated";
    for (let round = 0; round < MAX_ROUNDS; round++) {
      if (target === undefined) {
        target = await this.create();
        comment = "created";
      } else {
        const change = await this.#change(target);
        if (change === "superseded") return { comment: "superseded" };
        if (change === "gone") {
          // Deleted by somebody meanwhile: look what there is now.
          [target] = await commentsOf(this.#host, this.#composed.marker.key);
          continue;
        }
      }
      // Others may have written at the same time. Look again: one comment stays, and the latest run has the word.
      const [first, ...rest] = await commentsOf(this.#host, this.#composed.marker.key);
      for (const extra of rest) await this.#host.remove(extra);
      if (first === undefined) {
        // Not listed yet, or deleted this very moment; the next run sees it either way.
        return { comment, url: target.url };
      }
      const order = compareRuns(first.marker, this.#composed.marker);
      if (order > 0) return { comment: "superseded" };
      if (order === 0 && this.#isOurs(first)) return { comment, url: first.url };
      // An older run wrote over us after we had written.
      target = first;
      comment = "updated";
    }
    return { comment, url: target?.url };
  }

  /** One new comment. After an answer that leaves it open, it looks for the comment before it tries again. */
  async create(): Promise<Standing> {
    for (let round = 0; ; round++) {
      try {
        const created = await this.#refit(() => this.#host.create(this.#composed.text, this.#settled));
        return { ...created, marker: this.#composed.marker };
      } catch (error) {
        if (!(error instanceof PostUndecidedError) || round + 1 >= MAX_ROUNDS) throw error;
        const standing = await commentsOf(this.#host, this.#composed.marker.key);
        const ours = standing.find((comment) => this.#isOurs(comment));
        if (ours !== undefined) return ours;
      }
    }
  }

  async #change(target: Standing): Promise<"done" | "gone" | "superseded"> {
    // Right before writing: a later run may have written since the comments were listed.
    const now = await this.#host.reread(target);
    if (now === undefined) return "gone";
    const marker = readMarker(now.body);
    if (marker !== undefined && compareRuns(marker, this.#composed.marker) > 0) return "superseded";
    try {
      await this.#refit(() => this.#host.change(now, this.#composed.text, this.#settled));
      return "done";
    } catch (error) {
      if (error instanceof PostNotFoundError) return "gone";
      throw error;
    }
  }

  /** A host that finds the body too large, whatever its documentation says, gets the short form. */
  async #refit<T>(write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (error) {
      const refused = error instanceof PostRejectedError && [400, 413, 422].includes(error.status ?? 0);
      const short = composeShort(this.#posting, this.#untrusted, this.#host.prepare);
      if (!refused || short.text === this.#composed.text) throw error;
      this.#composed = short;
      return await write();
    }
  }

  #isOurs(comment: OwnComment): boolean {
    const marker = readMarker(comment.body);
    const { run, attempt, body } = this.#composed.marker;
    return marker?.run === run && marker?.attempt === attempt && marker?.body === body;
  }
}
