/** Keeps below the limits of Graph that are so low, or so quiet, that waiting for a 429 would be the wrong way. */
import { pause } from "./cancellation";
import { Slots } from "./slots";

/** A kind of request of which a tenant takes only so many in a stretch of time. */
export interface PaceRule {
  readonly limit: number;
  readonly windowMs: number;
  readonly applies: (method: string, url: URL) => boolean;
}

/**
 * The limits that are kept.
 *
 * - Conditional Access and Identity Protection: one request a second for a tenant, over all its applications, and
 *   a 429 there says no Retry-After. The 50 milliseconds more are for requests that overtake each other on the way.
 * - Applications and service principals with their `keyCredentials` selected: 150 requests a minute for a tenant.
 *
 * @see https://learn.microsoft.com/graph/throttling-limits
 * @see https://learn.microsoft.com/graph/api/application-list
 */
export const PACE_RULES: readonly PaceRule[] = [
  {
    limit: 1,
    windowMs: 1_050,
    applies: (_method, url) =>
      /^\/[^/]+\/(?:identity\/conditionalAccess|identityProtection)(?:\/|$)/i.test(url.pathname),
  },
  {
    limit: 150,
    windowMs: 60_000,
    applies: (method, url) =>
      method === "GET" &&
      /^\/[^/]+\/(?:applications|servicePrincipals)(?:[/(]|$)/i.test(url.pathname) &&
      selects(url, "keycredentials"),
  },
];

function selects(url: URL, property: string): boolean {
  return [...url.searchParams].some(
    ([name, value]) =>
      /^\$?select$/i.test(name) &&
      value.split(",").some((selected) => selected.trim().toLowerCase() === property),
  );
}

/** The right to send one paced request. Whoever holds it keeps all others of its kind waiting. */
export interface PacedTurn {
  /** The request is sent now; the next turn counts from here. */
  readonly start: () => void;
  /** Ends the turn if it was not started. */
  readonly giveUp: () => void;
}

/** Time and waiting, as parameters. */
export interface PacerOptions {
  /** @default - the system's clock */
  readonly clock?: () => Date;
  /** Waits that many milliseconds; rejects when the signal aborts. @default - a timer */
  readonly sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** @default PACE_RULES */
  readonly rules?: readonly PaceRule[];
}

/** The pace of one tenant. Clients of the same tenant in one process may share one. */
export class Pacer {
  readonly #lanes: readonly Lane[];

  constructor(options: PacerOptions = {}) {
    const clock = options.clock ?? (() => new Date());
    const sleep = options.sleep ?? pause;
    this.#lanes = (options.rules ?? PACE_RULES).map((rule) => new Lane(rule, clock, sleep));
  }

  /** Whether a request of this kind has to wait for its turn. */
  paces(method: string, url: URL): boolean {
    return this.#lane(method, url) !== undefined;
  }

  /**
   * Waits until such a request may be sent; at once for a kind that is not paced.
   *
   * @throws the signal's reason when it aborts first.
   */
  async turn(method: string, url: URL, signal?: AbortSignal): Promise<PacedTurn | undefined> {
    return this.#lane(method, url)?.enter(signal);
  }

  #lane(method: string, url: URL): Lane | undefined {
    return this.#lanes.find(({ rule }) => rule.applies(method, url));
  }
}

/** The requests of one kind: never more than `limit` starts within any `windowMs`. */
class Lane {
  readonly rule: PaceRule;
  readonly #clock: () => Date;
  readonly #sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  readonly #door = new Slots(1);
  /** When the latest requests started, oldest first, at most `limit` of them. */
  #starts: number[] = [];
  #seen = Number.NEGATIVE_INFINITY;

  constructor(
    rule: PaceRule,
    clock: () => Date,
    sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>,
  ) {
    this.rule = rule;
    this.#clock = clock;
    this.#sleep = sleep;
  }

  async enter(signal?: AbortSignal): Promise<PacedTurn> {
    const leave = await this.#door.take(signal);
    try {
      const now = this.#now();
      const waitMs = this.#earliest() - now;
      if (waitMs > 0) await this.#sleep(waitMs, signal);
    } catch (error) {
      leave();
      throw error;
    }
    return {
      start: () => {
        // A clock that stands still or a timer that is early does not make two requests one.
        const now = this.#now();
        this.#starts.push(Math.max(now, this.#earliest()));
        if (this.#starts.length > this.rule.limit) this.#starts.shift();
        leave();
      },
      giveUp: leave,
    };
  }

  #earliest(): number {
    const [oldest] = this.#starts;
    if (oldest === undefined || this.#starts.length < this.rule.limit) return Number.NEGATIVE_INFINITY;
    return oldest + this.rule.windowMs;
  }

  #now(): number {
    const now = this.#clock().getTime();
    // A clock set back takes the past with it, or a request would wait for the time that is lived twice.
    if (now < this.#seen) this.#starts = this.#starts.map((start) => start - (this.#seen - now));
    this.#seen = now;
    return now;
  }
}
