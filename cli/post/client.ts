/**
 * One small client for the REST doors of three code hosts: bounded answers, bounded waits, no redirect followed
 * with a token, no write repeated blindly, no token in an error.
 */
import { redact } from "../../graph/redact";
import {
  backoffMs,
  certificateDistrusted,
  connectionFailureCode,
  failedBeforeSending,
  type RetryLimits,
} from "../../graph/retry";
import { readText, refusal, redirected, type RequestFacts } from "./answer";
import {
  PostAbortedError,
  type PostError,
  PostInvalidAnswerError,
  PostUndecidedError,
  PostUnreachableError,
} from "./errors";
import { rateLimitWaitMs } from "./rate-limit";

/** What a client needs from the outside world. */
export interface Transport {
  readonly fetch: typeof fetch;
  /** Waits that many milliseconds; rejects when the signal aborts. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** A number from 0 to below 1, for spreading waits. */
  readonly random: () => number;
  readonly clock: () => Date;
}

/** Limits of repetition; a pipeline waits at most five minutes for one request. */
export const POST_LIMITS: RetryLimits = {
  maxAttempts: 5,
  baseDelayMs: 1_000,
  maxDelayMs: 30_000,
  maxTotalDelayMs: 300_000,
  attemptTimeoutMs: 60_000,
};

/** Largest answer that is read, in bytes: 100 comments of the largest size fit well within. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

export interface HostClientOptions {
  /** Name of the host in messages, such as "GitHub". */
  readonly name: string;
  /** Address that every path is added to; ends with a slash. */
  readonly root: URL;
  /** Headers of every request, the one with the token among them. */
  readonly headers: Readonly<Record<string, string>>;
  /** Values that must not appear in an error. */
  readonly secrets: readonly string[];
  readonly transport: Transport;
  /** @default - {@link POST_LIMITS} */
  readonly limits?: Partial<RetryLimits>;
  /** @default 33554432 (32 MiB) */
  readonly maxAnswerBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface HostRequest {
  readonly method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** Without a leading slash, each part already percent-encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  /** Next step when the host says 403 or hides the object with 404. */
  readonly permission: string;
  /**
   * Whether doing it twice is the same as doing it once.
   * @default - true for all methods but POST
   */
  readonly repeatable?: boolean;
}

export interface HostAnswer {
  readonly status: number;
  /** Parsed JSON; undefined when the answer had no body. */
  readonly value: unknown;
  readonly headers: Headers;
}

type Attempt =
  | { readonly answer: HostAnswer }
  | { readonly failed: PostError; readonly repeatable: boolean; readonly waitMs?: number | undefined };

/**
 * Sends one request at a time, again where that is safe: reads, and writes that are the same done twice, after
 * 429, 5xx and cut connections; the others only when the host said it did nothing (429, a rate limit in a 403)
 * or was never reached. Else they fail as `PostUndecidedError`, and the caller looks before it writes again.
 */
export class HostClient {
  readonly #options: HostClientOptions;
  readonly #limits: RetryLimits;

  constructor(options: HostClientOptions) {
    this.#options = options;
    this.#limits = { ...POST_LIMITS, ...options.limits };
  }

  async send(request: HostRequest): Promise<HostAnswer> {
    const { transport, signal } = this.#options;
    let waitedMs = 0;
    for (let attempt = 0; ; attempt++) {
      const result = await this.#attempt(request);
      if ("answer" in result) return result.answer;
      const waitMs = result.waitMs ?? backoffMs(attempt, this.#limits, transport.random);
      waitedMs += waitMs;
      const spent = attempt + 1 >= this.#limits.maxAttempts || waitedMs > this.#limits.maxTotalDelayMs;
      if (!result.repeatable || spent) throw result.failed;
      try {
        await transport.sleep(waitMs, signal);
      } catch (error) {
        if (signal?.aborted === true) throw this.#aborted(request);
        throw error;
      }
    }
  }

  /** All items of a listing in pages of 100; the next page is asked for at our own address, whatever a link says. */
  async sendForAll(request: HostRequest): Promise<unknown[]> {
    const items: unknown[] = [];
    let page: string | undefined = "1";
    for (const seen = new Set<string>(); page !== undefined;) {
      if (seen.has(page) || seen.size >= MAX_PAGES) {
        throw new PostInvalidAnswerError(
          `${this.#options.name} listed more than ${MAX_PAGES} pages for ${request.method} ${request.path}, or the same one twice.`,
        );
      }
      seen.add(page);
      const query = { ...request.query, per_page: "100", page };
      const { value, headers } = await this.send({ ...request, query });
      if (!Array.isArray(value)) {
        throw new PostInvalidAnswerError(`${this.#options.name} did not answer ${request.path} with a list.`);
      }
      for (const item of value) items.push(item);
      page = nextPage(headers);
    }
    return items;
  }

  async #attempt(request: HostRequest): Promise<Attempt> {
    const { name, root, headers, secrets, transport, signal } = this.#options;
    if (signal?.aborted === true) throw this.#aborted(request);
    const repeatable = request.repeatable ?? request.method !== "POST";
    const url = new URL(request.path, root);
    for (const [key, value] of Object.entries(request.query ?? {})) url.searchParams.set(key, value);
    const facts: RequestFacts = {
      name,
      request: `${request.method} ${url.pathname}`,
      permission: request.permission,
      secrets,
    };
    const limit = AbortSignal.timeout(this.#limits.attemptTimeoutMs);
    let response: Response | undefined;
    let text: string;
    try {
      response = await transport.fetch(url, {
        method: request.method,
        headers: {
          ...headers,
          ...(request.body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
        // A redirect would carry the token to a host nobody named.
        redirect: "manual",
        signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      });
      text = await readText(response, this.#options.maxAnswerBytes ?? MAX_ANSWER_BYTES, facts);
    } catch (error) {
      if (this.#options.signal?.aborted === true) throw this.#aborted(request);
      if (error instanceof PostInvalidAnswerError) throw error;
      const distrusted = certificateDistrusted(error);
      const early = distrusted || failedBeforeSending(error);
      const code = redact(connectionFailureCode(error) ?? "", secrets);
      const reason = limit.aborted
        ? "no complete answer in time"
        : `the connection failed${code && ` (${code})`}`;
      if (!repeatable && !early) return { failed: undecided(facts, reason), repeatable: false };
      const failed = new PostUnreachableError(
        `${facts.request} got no answer from ${root.host}: ${reason}. Check network, proxy and certificates (NODE_EXTRA_CA_CERTS).`,
      );
      return { failed, repeatable: !distrusted };
    }
    if (response.status >= 300 && response.status < 400) throw redirected(response, facts);
    if (response.ok)
      return {
        answer: { status: response.status, value: parse(text, response, facts), headers: response.headers },
      };

    const limited = rateLimitWaitMs(response, text, transport.clock());
    if (limited !== undefined) {
      return {
        failed: refusal(response, text, facts),
        repeatable: true,
        waitMs: limited === "unnamed" ? undefined : limited,
      };
    }
    if (response.status < 500 && response.status !== 408) throw refusal(response, text, facts);
    if (!repeatable)
      return { failed: undecided(facts, `answered with ${response.status}`), repeatable: false };
    return { failed: refusal(response, text, facts), repeatable: true };
  }

  #aborted(request: HostRequest): PostAbortedError {
    return new PostAbortedError(`${request.method} ${request.path} was cancelled.`);
  }
}

const MAX_PAGES = 200;

function undecided(facts: RequestFacts, reason: string): PostUndecidedError {
  return new PostUndecidedError(`${facts.name} may or may not have carried out ${facts.request}: ${reason}.`);
}

function parse(text: string, response: Response, facts: RequestFacts): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // Azure DevOps answers a token it does not accept with 203 and its sign-in page.
    if (response.status === 203) throw refusal(new Response(null, { status: 401 }), "", facts);
    throw new PostInvalidAnswerError(
      `The answer to ${facts.request} is not JSON (${text.length} characters). A proxy may have answered instead of ${facts.name}.`,
    );
  }
}

/** The number of the next page: GitLab has a header for it, GitHub a link. Only its number is taken. */
function nextPage(headers: Headers): string | undefined {
  const named = headers.get("x-next-page")?.trim();
  if (named !== undefined) return /^\d{1,9}$/.test(named) ? named : undefined;
  for (const link of (headers.get("link") ?? "").slice(0, 10_000).split(",")) {
    const [, target] = /^\s*<([^>]*)>[^,]*;\s*rel="?next"?/.exec(link) ?? [];
    const [, page] = /[?&]page=(\d{1,9})(?:&|$)/.exec(target ?? "") ?? [];
    if (page !== undefined) return page;
  }
  return undefined;
}
