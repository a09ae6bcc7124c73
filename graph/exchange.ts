/** One request and its answer: token, sending, repetition, and what a failure says about a write. */
import { randomUUID } from "node:crypto";
import { readBounded, type RequestPurpose } from "./answer";
import { isAborted, pause, TimeLimit } from "./cancellation";
import type { GraphErrorDetails, WriteOutcome } from "./errors";
import { GraphError, GraphSignInError } from "./errors";
import { aborted, unreachable } from "./no-answer";
import type { Pacer } from "./pacing";
import { redact } from "./redact";
import { type Refusal, refusal } from "./refusal";
import {
  backoffMs,
  certificateDistrusted,
  failedBeforeSending,
  type RequestEffect,
  type RetryLimits,
} from "./retry";
import type { Slots } from "./slots";

/** Where tokens come from. Every `TokenCredential` of `@azure/identity` fits. It caches; we ask before each attempt. */
export interface TokenSource {
  getToken(
    scopes: string | string[],
    options?: { abortSignal?: AbortSignal },
  ): Promise<{ readonly token: string; readonly expiresOnTimestamp: number } | null>;
}

/** A request as it goes over the wire. */
export interface Outgoing extends RequestPurpose {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly url: URL;
  readonly body?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly effect: RequestEffect;
  /** Whether the body of a successful answer is read; what a PATCH answers is of no use. */
  readonly wantsAnswer: boolean;
  /** What a 2xx says of a write when the answer it began is lost. */
  readonly accepted: WriteOutcome;
  readonly signal?: AbortSignal | undefined;
}

/** A successful answer. */
export interface Incoming {
  readonly text: string;
  readonly etag: string | undefined;
  /** What an error about this answer must carry. */
  readonly details: GraphErrorDetails;
  /** The access tokens of its attempts, to keep them out of what is said about the answer. */
  readonly tokens: readonly string[];
}

/** What an exchange needs from outside; everything is given, nothing is looked up. */
export interface ExchangeMeans {
  readonly tokenSource: TokenSource;
  readonly scope: string;
  readonly host: string;
  readonly limits: RetryLimits;
  /** How many requests may be under way. */
  readonly slots: Slots;
  readonly pacer: Pacer;
  readonly maxAnswerBytes: number;
  readonly fetch: typeof fetch;
  readonly sleep: typeof pause;
  readonly random: () => number;
  readonly clock: () => Date;
  readonly newRequestId: () => string;
}

export const DEFAULT_MEANS = {
  maxAnswerBytes: 16 * 1024 * 1024,
  sleep: pause,
  random: Math.random,
  clock: () => new Date(),
  newRequestId: () => randomUUID() as string,
} as const;

type Attempt = { readonly answer: Incoming } | Refusal;

/** Sends requests, again where that is safe, and knows for each failed write what became of it. */
export class Exchange {
  readonly #means: ExchangeMeans;

  constructor(means: ExchangeMeans) {
    this.#means = means;
  }

  async send(request: Outgoing): Promise<Incoming> {
    const { limits, random, newRequestId } = this.#means;
    const details: GraphErrorDetails = {
      request: `${request.method} ${request.url.pathname}`,
      clientRequestId: newRequestId(),
    };
    // What is known of the attempts so far. Once one of them may have had an effect, nothing takes that back.
    let outcome: WriteOutcome | undefined = request.effect === "read" ? undefined : "not-applied";
    let waitedMs = 0;
    const tokens: string[] = [];
    for (let attempt = 0; ; attempt++) {
      const result = await this.#attempt(request, { ...details, outcome }, tokens);
      if ("answer" in result) return result.answer;
      if (!result.repeatable || attempt + 1 >= limits.maxAttempts) throw result.failed;
      const waitMs = result.waitMs ?? backoffMs(attempt, limits, random);
      waitedMs += waitMs;
      if (waitedMs > limits.maxTotalDelayMs) throw result.failed;
      outcome = result.failed.outcome;
      await this.#sleep(waitMs, request.signal, { ...details, outcome });
    }
  }

  /**
   * One round trip. A failure says whether another may follow, and after which wait if the service named one.
   * `facts.outcome` is that of the attempts before, and so of this one if it certainly does nothing. Every token
   * used is added to `tokens`: the service may repeat an earlier one.
   */
  async #attempt(request: Outgoing, facts: GraphErrorDetails, tokens: string[]): Promise<Attempt> {
    const { pacer, slots, limits } = this.#means;
    const undo: (() => void)[] = [];
    try {
      // The turn first: one that waits for a second must not keep a slot from the others.
      const turn = await pacer.turn(request.method, request.url, request.signal);
      if (turn !== undefined) undo.push(turn.giveUp);
      undo.push(await slots.take(request.signal));
      const token = await this.#token(request.signal, facts);
      if (!tokens.includes(token)) tokens.push(token);
      // The last moment at which a cancelled write certainly has no effect.
      if (isAborted(request.signal)) throw aborted(facts);
      turn?.start();
      const limit = new TimeLimit(limits.attemptTimeoutMs, request.signal);
      undo.push(limit.end);
      return await this.#roundTrip(request, token, limit, facts, tokens);
    } catch (error) {
      if (error instanceof GraphError || !isAborted(request.signal)) throw error;
      throw aborted(facts);
    } finally {
      for (const step of undo) step();
    }
  }

  async #roundTrip(
    request: Outgoing,
    token: string,
    limit: TimeLimit,
    facts: GraphErrorDetails,
    tokens: readonly string[],
  ): Promise<Attempt> {
    const isRead = request.effect === "read";
    const unknown: GraphErrorDetails = isRead ? facts : { ...facts, outcome: "unknown" };
    const accepted: GraphErrorDetails = isRead ? {} : { outcome: request.accepted };
    const { fetch, maxAnswerBytes } = this.#means;
    let response: Response | undefined;
    let text = "";
    let requestId: string | undefined;
    try {
      response = await limit.race(
        fetch(request.url, {
          method: request.method,
          headers: {
            ...request.headers,
            accept: "application/json",
            authorization: `Bearer ${token}`,
            "client-request-id": String(facts.clientRequestId),
            ...(request.body === undefined ? {} : { "content-type": "application/json" }),
          },
          ...(request.body === undefined ? {} : { body: request.body }),
          // A redirect would carry the token to a host nobody named.
          redirect: "manual",
          signal: limit.signal,
        }),
      );
      requestId = redact(response.headers.get("request-id") ?? "", tokens) || undefined;
      if (response.ok && !request.wantsAnswer) await response.body?.cancel();
      else {
        const read = { ...facts, ...(response.ok ? accepted : {}), requestId, status: response.status };
        text = await limit.race(readBounded(response, maxAnswerBytes, read));
      }
    } catch (error) {
      // What the status says stands, even if the text of a refusal was cut off or endless.
      const decided = response !== undefined && !(response.ok && request.wantsAnswer);
      if (!decided) {
        const reached = response === undefined ? unknown : { ...facts, ...accepted, requestId };
        if (isAborted(request.signal)) throw aborted(reached);
        if (error instanceof GraphError) throw error;
        const distrusted = certificateDistrusted(error);
        const early = response === undefined && (distrusted || failedBeforeSending(error));
        const { host } = this.#means;
        const failed = unreachable(error, limit.expired, early ? facts : reached, host, tokens);
        return { failed, repeatable: !distrusted && (isRead || early) };
      }
    }
    if (response?.ok === true) {
      const { status } = response;
      const details = { ...facts, ...accepted, requestId, status };
      const etag = response.headers.get("etag") ?? undefined;
      return { answer: { text, etag, details, tokens } };
    }
    const { status, headers } = response as Response;
    const said = { status, text, retryAfter: headers.get("retry-after") };
    return refusal(said, request, { ...facts, requestId }, tokens, this.#means.clock());
  }

  async #token(signal: AbortSignal | undefined, details: GraphErrorDetails): Promise<string> {
    if (isAborted(signal)) throw aborted(details);
    const { tokenSource, scope, limits } = this.#means;
    const limit = new TimeLimit(limits.attemptTimeoutMs, signal);
    let said = "the token source gave none.";
    try {
      const token = await limit.race(tokenSource.getToken(scope, { abortSignal: limit.signal }));
      if (token !== null && token.token !== "") return token.token;
    } catch (error) {
      if (isAborted(signal)) throw aborted(details);
      if (limit.expired) said = "the token source gave no answer in time.";
      else said = redact(error instanceof Error ? error.message : String(error));
    } finally {
      limit.end();
    }
    throw new GraphSignInError(
      `No access token for ${scope}: ${said} Nothing was sent to Microsoft Graph.`,
      details,
    );
  }

  async #sleep(
    milliseconds: number,
    signal: AbortSignal | undefined,
    details: GraphErrorDetails,
  ): Promise<void> {
    try {
      await this.#means.sleep(milliseconds, signal);
    } catch (error) {
      if (!isAborted(signal)) throw error;
      throw aborted(details);
    }
  }
}
