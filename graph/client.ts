/** A small Microsoft Graph client that one can trust with writes: no token in errors, nothing sent twice unsafely. */
import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { errorForAnswer, parseObject, readBounded, type RequestPurpose } from "./answer";
import { type GraphCloud, PUBLIC_CLOUD } from "./clouds";
import {
  GraphAbortedError,
  GraphError,
  type GraphErrorDetails,
  GraphSignInError,
  GraphUnreachableError,
  type WriteOutcome,
} from "./errors";
import { redact } from "./redact";
import {
  backoffMs,
  certificateDistrusted,
  connectionFailureCode,
  DEFAULT_RETRY_LIMITS,
  failedBeforeSending,
  repeatableStatus,
  retryAfterMs,
  type RetryLimits,
} from "./retry";

/** Where tokens come from. Every `TokenCredential` of `@azure/identity` fits. It caches; we ask before each attempt. */
export interface TokenSource {
  getToken(
    scopes: string | string[],
    options?: { abortSignal?: AbortSignal },
  ): Promise<{ readonly token: string; readonly expiresOnTimestamp: number } | null>;
}

/** How to reach one tenant's Graph. Only the token source is required. */
export interface GraphClientOptions {
  readonly tokenSource: TokenSource;
  /**
   * Endpoints and token scope.
   * @default - the global service
   */
  readonly cloud?: Pick<GraphCloud, "graphEndpoint" | "scope">;
  /** @default - `fetch` of the runtime */
  readonly fetch?: typeof fetch;
  /** Limits of repetition; what is left out keeps its default, see {@link RetryLimits}. */
  readonly retry?: Partial<RetryLimits>;
  /** Largest answer that is read, in bytes. @default 16777216 (16 MiB) */
  readonly maxAnswerBytes?: number;
  /** Waits that many milliseconds; rejects when the signal aborts. @default - a timer */
  readonly sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** A number from 0 to below 1, for spreading waits. @default - Math.random */
  readonly random?: () => number;
  /** @default - the system's clock */
  readonly clock?: () => Date;
  /** Makes the `client-request-id` of each request. @default - a random UUID */
  readonly newRequestId?: () => string;
}

/** What goes with one request. */
export interface GraphRequestOptions extends RequestPurpose {
  /** Ends the request and any wait before a repetition. */
  readonly signal?: AbortSignal | undefined;
}

type Method = "GET" | "PATCH";
type Attempt =
  | { readonly text: string }
  | { readonly failed: GraphError; readonly repeatable: boolean; readonly waitMs?: number | undefined };

/**
 * Reads and changes objects of Microsoft Graph.
 *
 * Reads are repeated after 408, 429, 5xx and failed or cut connections; writes only after 429 and 503 and
 * when no connection came about. Waits follow `Retry-After`, else grow with jitter up to a limit.
 *
 * What became of a failed write is its `outcome`, judged over all its attempts. `not-applied` needs every one
 * of them to have been without effect: no connection, 429, or a refusal (4xx except 408). A 408, a 5xx or a cut
 * connection makes it `unknown`. So does a 503, although it is sent again: it may come from a gateway whose
 * backend went on, and then a refusal of the repetition (403, 409, …) says nothing about the attempt before.
 * The caller of an `unknown` write reads before anything else.
 */
export class GraphClient {
  readonly #root: URL;
  readonly #options: GraphClientOptions;
  readonly #scope: string;
  readonly #limits: RetryLimits;

  constructor(options: GraphClientOptions) {
    const { graphEndpoint, scope } = options.cloud ?? PUBLIC_CLOUD;
    this.#root = new URL(graphEndpoint);
    this.#options = options;
    this.#scope = scope;
    this.#limits = { ...DEFAULT_RETRY_LIMITS, ...options.retry };
  }

  /** Reads one object. `path` starts with a slash and follows the version: `/policies/…?$select=id`. */
  async get(path: string, options: GraphRequestOptions = {}): Promise<Record<string, unknown>> {
    const { text, details } = await this.#send("GET", this.#url(path), undefined, options);
    return parseObject(text, details);
  }

  /** Changes one object. Resolves when the service has said that it did; its answer is not read. */
  async patch(path: string, body: object, options: GraphRequestOptions = {}): Promise<void> {
    await this.#send("PATCH", this.#url(path), JSON.stringify(body), options);
  }

  #url(path: string): URL {
    if (!path.startsWith("/")) {
      throw new TypeError(`A Graph path starts with "/" and follows the version; given: ${path}`);
    }
    return new URL(`/v1.0${path}`, this.#root);
  }

  async #send(
    method: Method,
    url: URL,
    body: string | undefined,
    options: GraphRequestOptions,
  ): Promise<{ text: string; details: GraphErrorDetails }> {
    const details: GraphErrorDetails = {
      request: `${method} ${url.pathname}`,
      clientRequestId: (this.#options.newRequestId ?? randomUUID)(),
    };
    // What is known of the attempts so far. Once one of them may have had an effect, nothing takes that back.
    let outcome: WriteOutcome | undefined = method === "GET" ? undefined : "not-applied";
    let waitedMs = 0;
    for (let attempt = 0; ; attempt++) {
      const result = await this.#attempt(method, url, body, options, { ...details, outcome });
      if ("text" in result) return { text: result.text, details };
      const { maxAttempts, maxTotalDelayMs } = this.#limits;
      if (!result.repeatable || attempt + 1 >= maxAttempts) throw result.failed;
      const waitMs = result.waitMs ?? backoffMs(attempt, this.#limits, this.#options.random ?? Math.random);
      waitedMs += waitMs;
      if (waitedMs > maxTotalDelayMs) throw result.failed;
      outcome = result.failed.outcome;
      await this.#sleep(waitMs, options.signal, { ...details, outcome });
    }
  }

  /**
   * One round trip. A failure says whether another may follow, and after which wait if the service named one.
   * `facts.outcome` is that of the attempts before, and so of this one if it certainly does nothing.
   */
  async #attempt(
    method: Method,
    url: URL,
    body: string | undefined,
    options: GraphRequestOptions,
    facts: GraphErrorDetails,
  ): Promise<Attempt> {
    const isRead = method === "GET";
    const unknown = isRead ? facts : { ...facts, outcome: "unknown" as const };
    const token = await this.#token(options.signal, facts);
    const limit = AbortSignal.timeout(this.#limits.attemptTimeoutMs);
    const signal = options.signal === undefined ? limit : AbortSignal.any([options.signal, limit]);
    let response: Response | undefined;
    let text = "";
    let requestId: string | undefined;
    try {
      response = await (this.#options.fetch ?? fetch)(url, {
        method,
        headers: {
          accept: "application/json",
          authorization: `Bearer ${token}`,
          "client-request-id": String(facts.clientRequestId),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body }),
        // A redirect would carry the token to a host nobody named.
        redirect: "manual",
        signal,
      });
      requestId = redact(response.headers.get("request-id") ?? "", [token]) || undefined;
      if (response.ok && !isRead) {
        await response.body?.cancel();
        return { text };
      }
      const maxBytes = this.#options.maxAnswerBytes ?? 16 * 1024 * 1024;
      text = await readBounded(response, maxBytes, { ...facts, requestId, status: response.status });
    } catch (error) {
      if (response?.ok === true && !isRead) return { text };
      if (isAborted(options.signal)) throw aborted(unknown);
      // The status of a refusal is known even if its text was cut off or endless.
      if (response === undefined || response.ok) {
        if (error instanceof GraphError) throw error;
        const distrusted = certificateDistrusted(error);
        const early = distrusted || failedBeforeSending(error);
        const failed = unreachable(error, limit.aborted, early ? facts : unknown, this.#root.host, token);
        return { failed, repeatable: !distrusted && (isRead || early) };
      }
    }
    const { status } = response;
    if (response.ok) return { text };
    const repeatable = repeatableStatus(status, isRead);
    const after = repeatable ? retryAfterMs(response.headers.get("retry-after"), this.#now()) : undefined;
    const undecided = status >= 500 || status === 408;
    const failed = errorForAnswer(
      response,
      text,
      {
        ...(undecided ? unknown : facts),
        requestId,
        retryAfterSeconds: after === undefined ? undefined : Math.ceil(after / 1_000),
      },
      options,
      [token],
    );
    return { failed, repeatable, waitMs: after };
  }

  async #token(signal: AbortSignal | undefined, details: GraphErrorDetails): Promise<string> {
    if (isAborted(signal)) throw aborted(details);
    let said = "the token source gave none.";
    try {
      const token = await this.#options.tokenSource.getToken(
        this.#scope,
        signal === undefined ? {} : { abortSignal: signal },
      );
      if (token !== null && token.token !== "") return token.token;
    } catch (error) {
      if (isAborted(signal)) throw aborted(details);
      said = redact(error instanceof Error ? error.message : String(error));
    }
    throw new GraphSignInError(
      `No access token for ${this.#scope}: ${said} Nothing was sent to Microsoft Graph.`,
      details,
    );
  }

  async #sleep(
    milliseconds: number,
    signal: AbortSignal | undefined,
    details: GraphErrorDetails,
  ): Promise<void> {
    try {
      await (this.#options.sleep ?? pause)(milliseconds, signal);
    } catch (error) {
      if (!isAborted(signal)) throw error;
      throw aborted(details);
    }
  }

  #now(): Date {
    return (this.#options.clock ?? (() => new Date()))();
  }
}

/** A function, because the answer may change while something is awaited. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await wait(milliseconds, undefined, signal === undefined ? {} : { signal });
}

function aborted(details: GraphErrorDetails): GraphAbortedError {
  const state =
    details.outcome === "unknown"
      ? " Whether the change was carried out is unknown; read the object before trying again."
      : "";
  return new GraphAbortedError(`${String(details.request)} was cancelled.${state}`, details);
}

function unreachable(
  error: unknown,
  timedOut: boolean,
  details: GraphErrorDetails,
  host: string,
  token: string,
): GraphUnreachableError {
  const code = redact(connectionFailureCode(error) ?? "", [token]);
  const reason = timedOut ? "no complete answer in time" : `the connection failed${code && ` (${code})`}`;
  const state =
    details.outcome === "unknown"
      ? " Whether the change was carried out is unknown, so it was not sent again; read the object first."
      : "";
  return new GraphUnreachableError(
    `${String(details.request)} got no answer from ${host}: ${reason}.${state} Check network, proxy and certificates (NODE_EXTRA_CA_CERTS).`,
    details,
  );
}
