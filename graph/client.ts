/** A small Microsoft Graph client that one can trust with writes: no token in errors, nothing sent twice unsafely. */
import { GraphAddress, type GraphVersion } from "./address";
import { parseObject, type RequestPurpose } from "./answer";
import { type GraphBatchOptions, type GraphBatchRequest, type GraphBatchResult, BatchRun } from "./batch";
import { type GraphCloud, PUBLIC_CLOUD } from "./clouds";
import {
  DEFAULT_MEANS,
  Exchange,
  type ExchangeMeans,
  type Incoming,
  type Outgoing,
  type TokenSource,
} from "./exchange";
import { Pacer } from "./pacing";
import { type GraphPage, pagesFrom, resumedUrl } from "./paging";
import { checkRetryLimits, DEFAULT_RETRY_LIMITS, type RequestEffect, type RetryLimits } from "./retry";
import { Slots } from "./slots";

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
  /** How many requests may be under way at the same time; others wait in order. A whole number from 1. @default 8 */
  readonly maxInFlight?: number;
  /**
   * Spaces the requests of which Graph takes few, see {@link PACE_RULES}. The limits are the tenant's: give clients
   * of one tenant the same one.
   * @default - one of its own
   */
  readonly pacer?: Pacer;
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
  readonly version?: GraphVersion | undefined;
  /** Further headers, such as `ConsistencyLevel: eventual` or `If-Match`; not the ones the client sets itself. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** What goes with one POST. */
export interface GraphPostOptions extends GraphRequestOptions {
  /**
   * What it does when it arrives twice, and so when it may be sent again: `read` for a question in a body
   * (`getByIds`), `idempotent` where a second time changes nothing.
   * @default "once"
   */
  readonly effect?: RequestEffect | undefined;
}

/** What goes with one list. */
export interface GraphListOptions extends GraphRequestOptions {
  /**
   * The `next` of a page that was read before: the list goes on there, and the path only names what it is.
   * @default - from the beginning
   */
  readonly resumeFrom?: string | undefined;
}

/** An object and the tag of the state it was read in. */
export interface TaggedObject {
  readonly object: Record<string, unknown>;
  /** For `If-Match` of a change; undefined where Graph has none for this kind of object. */
  readonly etag: string | undefined;
}

/**
 * Reads and changes objects of Microsoft Graph.
 *
 * Reads are repeated after 408, 429, 5xx and failed or cut connections. Writes are repeated after 429 and when no
 * connection came about; PATCH and DELETE, which do the same twice as once, after 503 too. Waits follow
 * `Retry-After`, else grow with jitter up to a limit.
 *
 * What became of a failed write is its `outcome`, judged over all its attempts. `not-applied` needs every one
 * of them to have been without effect: no connection, 429, or a refusal (4xx except 408). A 408, a 5xx or a cut
 * connection makes it `unknown`. So does a 503, although it is sent again: it may come from a gateway whose
 * backend went on, and then a refusal of the repetition (403, 409, …) says nothing about the attempt before.
 * `applied` is a POST that was answered with 2xx and whose result was lost on the way.
 * The caller of a write that is not `not-applied` reads before anything else.
 */
export class GraphClient {
  readonly #address: GraphAddress;
  readonly #means: ExchangeMeans;
  readonly #exchange: Exchange;

  /** @throws TypeError naming the option that cannot be used. */
  constructor(options: GraphClientOptions) {
    const { graphEndpoint, scope } = options.cloud ?? PUBLIC_CLOUD;
    const limits = { ...DEFAULT_RETRY_LIMITS, ...options.retry };
    checkRetryLimits(limits);
    const { maxInFlight = 8, sleep = DEFAULT_MEANS.sleep, clock = DEFAULT_MEANS.clock } = options;
    if (!Number.isSafeInteger(maxInFlight) || maxInFlight < 1) {
      throw new TypeError(`"maxInFlight" is a whole number from 1 upwards; given: ${maxInFlight}`);
    }
    this.#address = new GraphAddress(graphEndpoint);
    this.#means = {
      tokenSource: options.tokenSource,
      scope,
      host: this.#address.host,
      limits,
      slots: new Slots(maxInFlight),
      pacer: options.pacer ?? new Pacer({ clock, sleep }),
      maxAnswerBytes: options.maxAnswerBytes ?? DEFAULT_MEANS.maxAnswerBytes,
      // Looked up at each request, so that a test's replacement of the global is seen.
      fetch: options.fetch ?? ((input, init) => fetch(input, init)),
      sleep,
      random: options.random ?? DEFAULT_MEANS.random,
      clock,
      newRequestId: options.newRequestId ?? DEFAULT_MEANS.newRequestId,
    };
    this.#exchange = new Exchange(this.#means);
  }

  /** The absolute address of an object, for references (`@odata.id`) in the body of a request. */
  address(path: string, version?: GraphVersion): string {
    return this.#address.url(path, version).href;
  }

  /** Reads one object. `path` starts with a slash and follows the version: `/policies/…?$select=id`. */
  async get(path: string, options: GraphRequestOptions = {}): Promise<Record<string, unknown>> {
    return (await this.getWithEtag(path, options)).object;
  }

  /** Reads one object with its ETag, from the header or the object's own `@odata.etag`. */
  async getWithEtag(path: string, options: GraphRequestOptions = {}): Promise<TaggedObject> {
    const { text, etag, details } = await this.#send("GET", path, undefined, "read", options);
    const object = parseObject(text, details);
    const own = object["@odata.etag"];
    return { object, etag: etag ?? (typeof own === "string" ? own : undefined) };
  }

  /**
   * Lists objects one by one and reads a page when it is needed, whatever the size of the tenant. To go on after a
   * fault, or in another run, use {@link pages}.
   */
  async *list(
    path: string,
    options: GraphListOptions = {},
  ): AsyncGenerator<Record<string, unknown>, void, undefined> {
    for await (const { items } of this.pages(path, options)) yield* items;
  }

  /**
   * Lists objects page by page. The `next` of the last page that was dealt with is where `resumeFrom` goes on.
   *
   * @throws GraphInvalidAnswerError when a link leads out of this Graph or in a circle; nothing is sent there.
   * @throws GraphPageExpiredError when Graph no longer knows the link; the list begins again then.
   */
  pages(path: string, options: GraphListOptions = {}): AsyncGenerator<GraphPage, void, undefined> {
    const { version, resumeFrom } = options;
    const address = this.#address;
    const beginning = address.url(path, version);
    const first = resumeFrom === undefined ? beginning : resumedUrl(resumeFrom, address, version);
    const fetchPage = (url: URL): Promise<Incoming> => this.#send("GET", url, undefined, "read", options);
    return pagesFrom({ address, version, first, fetchPage });
  }

  /** Changes one object. Resolves when the service has said that it did; its answer is not read. */
  async patch(path: string, body: object, options: GraphRequestOptions = {}): Promise<void> {
    await this.#send("PATCH", path, body, "idempotent", options);
  }

  /**
   * Creates an object or calls an action. Gives the object of the answer, undefined where there is none (204).
   *
   * An error with outcome `applied` means that it happened and the answer, with an id or a secret in it, is lost.
   */
  async post(
    path: string,
    body: object | undefined,
    options: GraphPostOptions = {},
  ): Promise<Record<string, unknown> | undefined> {
    const { text, details } = await this.#send("POST", path, body, options.effect ?? "once", options);
    return text === "" ? undefined : parseObject(text, details);
  }

  /** Deletes an object, or with `/$ref` a reference. An object that is gone already is a `GraphNotFoundError`. */
  async delete(path: string, options: GraphRequestOptions = {}): Promise<void> {
    await this.#send("DELETE", path, undefined, "idempotent", options);
  }

  /**
   * Sends many requests in batches of 20 and gives their results in the same order, each with its object or its
   * error. The service may carry them out in any order; what depends on another request belongs in a second call.
   *
   * Each request is repeated by its own answer and waits as long as that says. A batch that fails as a whole is
   * repeated as its requests would be; reads are therefore not sent together with writes. Kinds of which Graph takes
   * few a minute (see {@link PACE_RULES}) are sent singly, at their pace. `retry.maxAttempts` counts for a batch,
   * and again for each request in it.
   *
   * @throws TypeError for a path or a header that cannot be sent; nothing has been sent then.
   */
  async batch(
    requests: readonly GraphBatchRequest[],
    options: GraphBatchOptions = {},
  ): Promise<readonly GraphBatchResult[]> {
    const checked = requests.map((request) => {
      const effect = request.effect ?? EFFECTS[request.method];
      return { ...request, effect, headers: checkedHeaders(request.headers) };
    });
    return new BatchRun(this.#means, this.#exchange, this.#address, options).run(checked);
  }

  #send(
    method: Outgoing["method"],
    path: string | URL,
    body: object | undefined,
    effect: RequestEffect,
    options: GraphRequestOptions,
  ): Promise<Incoming> {
    return this.#exchange.send({
      method,
      url: typeof path === "string" ? this.#address.url(path, options.version) : path,
      body: body === undefined ? undefined : JSON.stringify(body),
      headers: checkedHeaders(options.headers),
      effect,
      wantsAnswer: method === "GET" || method === "POST",
      accepted: "applied",
      permission: options.permission,
      signal: options.signal,
    });
  }
}

/** What a request does when it arrives twice, unless its caller knows better. */
const EFFECTS: Readonly<Record<Outgoing["method"], RequestEffect>> = {
  GET: "read",
  PATCH: "idempotent",
  DELETE: "idempotent",
  POST: "once",
};

const OWN_HEADERS: ReadonlySet<string> = new Set([
  "accept",
  "authorization",
  "client-request-id",
  "content-type",
]);

/** @throws TypeError for a header that the client sets itself, or that HTTP does not allow. */
function checkedHeaders(headers: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(headers)) {
    if (OWN_HEADERS.has(name.toLowerCase())) {
      throw new TypeError(`The header "${name}" is set by the client itself.`);
    }
    if (!/^[\w-]+$/.test(name) || !/^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(value)) {
      throw new TypeError(`The header "${name}" has a name or a value that HTTP does not allow.`);
    }
  }
  return headers;
}
