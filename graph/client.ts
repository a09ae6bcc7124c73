/** A small Microsoft Graph client that one can trust with writes: no token in errors, nothing sent twice unsafely. */
import { createHash, randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { errorForAnswer, parseObject, readBounded, type RequestPurpose } from "./answer";
import { type GraphCloud, PUBLIC_CLOUD } from "./clouds";
import {
  GraphAbortedError,
  GraphError,
  type GraphErrorDetails,
  GraphInvalidAnswerError,
  GraphSignInError,
  GraphUnreachableError,
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
  /** @default "v1.0" */
  readonly version?: "v1.0" | "beta" | undefined;
}

type Method = "GET" | "PATCH";
type Attempt =
  | { readonly text: string }
  | { readonly failed: GraphError; readonly repeatable: boolean; readonly waitMs?: number | undefined };

/**
 * Reads and changes objects of Microsoft Graph.
 *
 * Reads are repeated after 408, 429, 5xx and failed or cut connections; writes only after 429 and 503 and
 * when no connection came about, because only then the service certainly did nothing. A write whose
 * connection was cut is reported with `outcome: "unknown"` and left to the caller, who reads first. Waits
 * follow `Retry-After`, else grow with jitter up to a limit.
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
    const url = this.#url(path, options);
    const { text, details } = await this.#send("GET", url, undefined, options);
    return parseObject(text, details);
  }

  /** Changes one object. Resolves when the service has said that it did; its answer is not read. */
  async patch(path: string, body: object, options: GraphRequestOptions = {}): Promise<void> {
    await this.#send("PATCH", this.#url(path, options), JSON.stringify(body), options);
  }

  /**
   * Reads a collection page by page and yields its items as they come; memory does not grow with the
   * collection.
   *
   * @throws GraphInvalidAnswerError when a page link repeats or leads to another host.
   */
  async *list(
    path: string,
    options: GraphRequestOptions = {},
  ): AsyncGenerator<Record<string, unknown>, void, undefined> {
    let url: URL | undefined = this.#url(path, options);
    const seen = new Set<string>();
    while (url !== undefined) {
      // A digest, because page links are long and a large tenant has thousands of them.
      seen.add(createHash("sha256").update(url.href).digest("base64"));
      const { text, details } = await this.#send("GET", url, undefined, options);
      const page = parseObject(text, details);
      const items = page["value"];
      if (!Array.isArray(items)) {
        throw new GraphInvalidAnswerError(
          `The answer to ${String(details.request)} has no list "value".`,
          details,
        );
      }
      for (const item of items as unknown[]) {
        if (typeof item !== "object" || item === null) {
          throw new GraphInvalidAnswerError(
            `The list of ${String(details.request)} holds something that is not an object.`,
            details,
          );
        }
        yield item as Record<string, unknown>;
      }
      url = this.#nextPage(page["@odata.nextLink"], details);
      if (url !== undefined && seen.has(createHash("sha256").update(url.href).digest("base64"))) {
        throw new GraphInvalidAnswerError(
          `The pages of ${String(details.request)} lead in a circle: a page link came a second time. The list is incomplete.`,
          details,
        );
      }
    }
  }

  #url(path: string, options: GraphRequestOptions): URL {
    if (!path.startsWith("/")) {
      throw new TypeError(`A Graph path starts with "/" and follows the version; given: ${path}`);
    }
    return new URL(`/${options.version ?? "v1.0"}${path}`, this.#root);
  }

  #nextPage(link: unknown, details: GraphErrorDetails): URL | undefined {
    if (link === undefined || link === null) return undefined;
    const url = typeof link === "string" && URL.canParse(link) ? new URL(link) : undefined;
    // The token goes with the request, so a link to another host must not be followed.
    if (url?.origin !== this.#root.origin) {
      throw new GraphInvalidAnswerError(
        `The next page of ${String(details.request)} is not on ${this.#root.origin}; it was not followed.`,
        details,
      );
    }
    return url;
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
    let waitedMs = 0;
    for (let attempt = 0; ; attempt++) {
      const result = await this.#attempt(method, url, body, options, details);
      if ("text" in result) return { text: result.text, details };
      const { maxAttempts, maxTotalDelayMs } = this.#limits;
      if (!result.repeatable || attempt + 1 >= maxAttempts) throw result.failed;
      const waitMs = result.waitMs ?? backoffMs(attempt, this.#limits, this.#options.random ?? Math.random);
      waitedMs += waitMs;
      if (waitedMs > maxTotalDelayMs) throw result.failed;
      await this.#sleep(waitMs, options.signal, details, method);
    }
  }

  /** One round trip. A failure says whether another may follow, and after which wait if the service named one. */
  async #attempt(
    method: Method,
    url: URL,
    body: string | undefined,
    options: GraphRequestOptions,
    facts: GraphErrorDetails,
  ): Promise<Attempt> {
    const isRead = method === "GET";
    const notSent = isRead ? facts : { ...facts, outcome: "not-applied" as const };
    const unknown = isRead ? facts : { ...facts, outcome: "unknown" as const };
    const token = await this.#token(options.signal, notSent);
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
        const failed = unreachable(error, limit.aborted, early ? notSent : unknown, this.#root.host, token);
        return { failed, repeatable: !distrusted && (isRead || early) };
      }
    }
    const { status } = response;
    if (response.ok) return { text };
    const repeatable = repeatableStatus(status, isRead);
    const after = repeatable ? retryAfterMs(response.headers.get("retry-after"), this.#now()) : undefined;
    const undecided = !isRead && status >= 500 && status !== 503;
    const failed = errorForAnswer(
      response,
      text,
      {
        ...(undecided ? unknown : notSent),
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
    method: Method,
  ): Promise<void> {
    try {
      await (this.#options.sleep ?? pause)(milliseconds, signal);
    } catch (error) {
      if (!isAborted(signal)) throw error;
      // A repetition is only waited for when the attempt before it did nothing.
      throw aborted(method === "GET" ? details : { ...details, outcome: "not-applied" });
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
