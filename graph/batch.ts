/** Many requests in few: `$batch`, where each request keeps its own errors, its own waits and its own safety. */
import type { GraphAddress, GraphVersion } from "./address";
import { parseObject, type RequestPurpose, stateOfWrite } from "./answer";
import { isAborted } from "./cancellation";
import { GraphError, type GraphErrorDetails, GraphInvalidAnswerError } from "./errors";
import type { Exchange, ExchangeMeans, Incoming, Outgoing } from "./exchange";
import { aborted } from "./no-answer";
import { redact } from "./redact";
import { refusal } from "./refusal";
import { backoffMs, type RequestEffect } from "./retry";

/** Requests in one batch. https://learn.microsoft.com/graph/json-batching#batch-size-limitations */
export const BATCH_SIZE = 20;

/** One request of many. */
export interface GraphBatchRequest extends RequestPurpose {
  readonly method: Outgoing["method"];
  /** Starts with a slash and follows the version, as everywhere. */
  readonly path: string;
  readonly body?: object | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * What it does when it arrives twice, and so when it may be sent again.
   * @default - `read` for GET, `idempotent` for PATCH and DELETE, `once` for POST
   */
  readonly effect?: RequestEffect | undefined;
}

/** What goes with all requests of a call. */
export interface GraphBatchOptions {
  /** Ends everything; what was not finished has a `GraphAbortedError` as its result. */
  readonly signal?: AbortSignal | undefined;
  /** @default "v1.0" */
  readonly version?: GraphVersion | undefined;
}

/** What became of one request: the object of its answer, if there is one to read, or the error of its situation. */
export type GraphBatchResult =
  | { readonly ok: true; readonly object: Record<string, unknown> | undefined }
  | { readonly ok: false; readonly error: GraphError };

interface Item {
  readonly index: number;
  readonly outgoing: Outgoing;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly body: object | undefined;
  readonly name: string;
  outcome: GraphErrorDetails["outcome"];
  attempts: number;
  waitedMs: number;
}

/** The batches of one call. */
export class BatchRun {
  readonly #means: ExchangeMeans;
  readonly #exchange: Exchange;
  readonly #address: GraphAddress;
  readonly #options: GraphBatchOptions;
  readonly #results: GraphBatchResult[] = [];

  constructor(
    means: ExchangeMeans,
    exchange: Exchange,
    address: GraphAddress,
    options: GraphBatchOptions = {},
  ) {
    this.#means = means;
    this.#exchange = exchange;
    this.#address = address;
    this.#options = options;
  }

  /** The results in the order of the requests. Never rejects for what became of a request. */
  async run(
    requests: readonly (GraphBatchRequest & { effect: RequestEffect })[],
  ): Promise<GraphBatchResult[]> {
    const items = requests.map((request, index) => this.#item(request, index));
    const { pacer } = this.#means;
    // A batch does not get around a limit: each request in it counts.
    const paced = new Set(items.filter(({ outgoing }) => pacer.paces(outgoing.method, outgoing.url)));
    const work = [...paced].map((item) => this.#alone(item));
    // Reads are not mixed with writes: a batch is repeated as carefully as its most dangerous request.
    for (const effect of ["read", "idempotent", "once"] as const) {
      const kind = items.filter((item) => item.outgoing.effect === effect && !paced.has(item));
      for (let from = 0; from < kind.length; from += BATCH_SIZE) {
        work.push(this.#together(kind.slice(from, from + BATCH_SIZE)));
      }
    }
    await Promise.all(work);
    return this.#results;
  }

  #item(request: GraphBatchRequest & { effect: RequestEffect }, index: number): Item {
    const { method, path, body, headers, effect, permission } = request;
    const url = this.#address.url(path, this.#options.version);
    return {
      index,
      outgoing: {
        method,
        url,
        body: body === undefined ? undefined : JSON.stringify(body),
        headers,
        effect,
        wantsAnswer: method === "GET" || method === "POST",
        accepted: "applied",
        permission,
        signal: this.#options.signal,
      },
      headers,
      body,
      name: `${method} ${url.pathname}`,
      outcome: effect === "read" ? undefined : "not-applied",
      attempts: 0,
      waitedMs: 0,
    };
  }

  async #alone(item: Item): Promise<void> {
    try {
      const { text, details } = await this.#exchange.send(item.outgoing);
      this.#succeed(item, text, details);
    } catch (error) {
      if (!(error instanceof GraphError)) throw error;
      this.#fail(item, error);
    }
  }

  /** At most 20 requests, all of the same effect. */
  async #together(items: readonly Item[]): Promise<void> {
    let answer: Incoming;
    let responses: ReadonlyMap<string, BatchResponse | undefined>;
    try {
      answer = await this.#exchange.send(this.#batch(items));
      responses = readResponses(answer);
    } catch (error) {
      if (!(error instanceof GraphError)) throw error;
      for (const item of items) this.#fail(item, inBatch(error, item));
      return;
    }
    // One wait for all that were told none, so that they stay together.
    const ownWaitMs = backoffMs(items[0]?.attempts ?? 0, this.#means.limits, this.#means.random);
    const again = new Map<number, Item[]>();
    items.forEach((item, position) => {
      const waitMs = this.#settle(item, responses.get(String(position + 1)), answer, ownWaitMs);
      if (waitMs !== undefined) again.set(waitMs, [...(again.get(waitMs) ?? []), item]);
    });
    await Promise.all([...again].map(([waitMs, later]) => this.#later(waitMs, later)));
  }

  /** Ends a request with its result, or gives the wait before it is sent again. */
  #settle(
    item: Item,
    response: BatchResponse | undefined,
    answer: Incoming,
    ownWaitMs: number,
  ): number | undefined {
    const { effect } = item.outgoing;
    const unknown = effect === "read" ? item.outcome : ("unknown" as const);
    const { requestId: ofBatch, clientRequestId } = answer.details;
    const requestId = redact(response?.header("request-id") ?? "", answer.tokens) || ofBatch;
    const facts: GraphErrorDetails = {
      request: item.name,
      clientRequestId,
      requestId,
      outcome: item.outcome,
    };
    if (response === undefined) {
      const details = { ...facts, outcome: unknown };
      const what = `The batch was answered without one usable answer to ${item.name}.${stateOfWrite(details)}`;
      this.#fail(item, new GraphInvalidAnswerError(what, details));
      return undefined;
    }
    if (response.status >= 200 && response.status < 300) {
      const done = effect === "read" ? undefined : ("applied" as const);
      this.#succeed(item, response.text, { ...facts, status: response.status, outcome: done });
      return undefined;
    }
    const said = { status: response.status, text: response.text, retryAfter: response.header("retry-after") };
    const refused = refusal(said, item.outgoing, facts, answer.tokens, this.#means.clock());
    const { maxAttempts, maxTotalDelayMs } = this.#means.limits;
    const waitMs = refused.waitMs ?? ownWaitMs;
    item.attempts++;
    item.waitedMs += waitMs;
    if (!refused.repeatable || item.attempts >= maxAttempts || item.waitedMs > maxTotalDelayMs) {
      this.#fail(item, refused.failed);
      return undefined;
    }
    item.outcome = refused.failed.outcome;
    return waitMs;
  }

  async #later(waitMs: number, items: readonly Item[]): Promise<void> {
    const { signal } = this.#options;
    try {
      await this.#means.sleep(waitMs, signal);
    } catch (error) {
      if (!isAborted(signal)) throw error;
      for (const item of items) this.#fail(item, aborted({ request: item.name, outcome: item.outcome }));
      return;
    }
    await this.#together(items);
  }

  #batch(items: readonly Item[]): Outgoing {
    const { version = "v1.0", signal } = this.#options;
    const requests = items.map(({ outgoing: { method, url }, headers, body }, position) => {
      const all = { ...headers, ...(body === undefined ? {} : { "Content-Type": "application/json" }) };
      return {
        id: String(position + 1),
        method,
        url: url.pathname.slice(version.length + 1) + url.search,
        ...(Object.keys(all).length === 0 ? {} : { headers: all }),
        ...(body === undefined ? {} : { body }),
      };
    });
    return {
      method: "POST",
      url: this.#address.url("/$batch", version),
      body: JSON.stringify({ requests }),
      effect: items[0]?.outgoing.effect ?? "read",
      wantsAnswer: true,
      // That a batch was taken says nothing of the requests in it.
      accepted: "unknown",
      signal,
    };
  }

  #succeed(item: Item, text: string, details: GraphErrorDetails): void {
    const { method } = item.outgoing;
    const nothing = method === "PATCH" || method === "DELETE" || (method === "POST" && text === "");
    try {
      this.#results[item.index] = { ok: true, object: nothing ? undefined : parseObject(text, details) };
    } catch (error) {
      if (!(error instanceof GraphError)) throw error;
      this.#fail(item, error);
    }
  }

  #fail(item: Item, error: GraphError): void {
    this.#results[item.index] = { ok: false, error };
  }
}

/** The error of a whole batch as that of one request in it. What an earlier round may have done stays possible. */
function inBatch(error: GraphError, item: Item): GraphError {
  const outcome = item.outcome === "unknown" ? "unknown" : error.outcome;
  const changed = { request: item.name, outcome };
  const state = outcome === error.outcome ? "" : stateOfWrite(changed);
  return errorAbout(error, `${item.name}, in a batch: ${error.message}${state}`, changed);
}

/** The same kind of error about another request: of a batch that failed, for each request in it. */
function errorAbout(
  error: GraphError,
  message: string,
  changed: Pick<GraphErrorDetails, "request" | "outcome">,
): GraphError {
  const { status, graphCode, requestId, clientRequestId, retryAfterSeconds } = error;
  const kind = error.constructor as new (message: string, details: GraphErrorDetails) => GraphError;
  return new kind(message, { status, graphCode, requestId, clientRequestId, retryAfterSeconds, ...changed });
}

interface BatchResponse {
  readonly status: number;
  readonly text: string;
  readonly header: (name: string) => string | null;
}

/** The answers by id; an id that is answered twice has none that can be used. */
function readResponses(answer: Incoming): Map<string, BatchResponse | undefined> {
  const { responses } = parseObject(answer.text, answer.details);
  if (!Array.isArray(responses)) {
    throw new GraphInvalidAnswerError(
      `The answer to ${String(answer.details.request)} has no list of responses.${stateOfWrite(answer.details)}`,
      answer.details,
    );
  }
  const found = new Map<string, BatchResponse | undefined>();
  for (const response of responses as unknown[]) {
    const { id, status, headers, body } = (response ?? {}) as Record<string, unknown>;
    if (typeof id !== "string" && typeof id !== "number") continue;
    const usable = typeof status === "number" && Number.isInteger(status) && status >= 200 && status <= 599;
    const known = found.has(String(id)) || !usable;
    found.set(
      String(id),
      known
        ? undefined
        : {
            status,
            text: body === undefined || body === null ? "" : JSON.stringify(body),
            header: (name) => headerOf(headers, name),
          },
    );
  }
  return found;
}

function headerOf(headers: unknown, name: string): string | null {
  if (typeof headers !== "object" || headers === null) return null;
  const value = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1] as unknown;
  return typeof value === "string" || typeof value === "number" ? String(value) : null;
}
