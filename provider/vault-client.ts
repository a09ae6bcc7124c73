/** A small client of Key Vault's data plane, with the manners of the Graph client: no token in errors, no write sent twice blindly. */
import { randomUUID } from "node:crypto";
import {
  backoffMs,
  certificateDistrusted,
  connectionFailureCode,
  DEFAULT_RETRY_LIMITS,
  failedBeforeSending,
  redact,
  repeatableStatus,
  retryAfterMs,
  type RetryLimits,
  type TokenSource,
} from "../graph";
import type { VaultService } from "./settings";
import type { VaultAddress } from "./vault-address";
import { errorForAnswer, VaultError, type VaultErrorFacts } from "./vault-error";

export interface VaultClientOptions {
  readonly tokenSource: TokenSource;
  readonly service: VaultService;
  /** @default - `fetch` of the runtime */
  readonly fetch?: typeof fetch;
  /** Limits of repetition; what is left out keeps the Graph client's default. */
  readonly retry?: Partial<RetryLimits>;
  /** Waits that many milliseconds; rejects when the signal aborts. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** A number from 0 to below 1, for spreading waits. @default - Math.random */
  readonly random?: () => number;
  /** @default - the system's clock */
  readonly clock?: () => Date;
}

export type JsonObject = Readonly<Record<string, unknown>>;

export interface VaultAnswer {
  readonly body: JsonObject;
  /** What the answer asks to wait before asking again, in milliseconds. */
  readonly retryAfterMs: number | undefined;
}

interface VaultRequest {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly vault: VaultAddress;
  /** Starts with a slash: `/certificates/billing`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly signal: AbortSignal;
}

/** In all clouds for years, and has all we need. https://learn.microsoft.com/rest/api/keyvault/certificates/operation-groups */
const API_VERSION = "7.4";
/** An answer is a certificate and its policy, or a page of 25 items. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
/** 25 versions each: more than any rotation makes in a lifetime. */
const MAX_PAGES = 200;

type Attempt =
  | { readonly answer: VaultAnswer }
  | { readonly failed: VaultError; readonly repeatable: boolean; readonly waitMs?: number | undefined };

/**
 * Asks a vault. GET, PATCH and DELETE are repeated after passing faults, for doing them twice changes nothing; POST,
 * which makes a key, only when it certainly did not arrive. Otherwise its error says `outcome: "unknown"` and the
 * caller looks before sending it again.
 */
export class VaultClient {
  readonly #options: VaultClientOptions;
  readonly #limits: RetryLimits;

  constructor(options: VaultClientOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_RETRY_LIMITS, ...options.retry };
  }

  /** @throws VaultError */
  async send(request: VaultRequest): Promise<VaultAnswer> {
    const limits = this.#limits;
    let waitedMs = 0;
    for (let attempt = 0; ; attempt++) {
      const result = await this.#attempt(request);
      if ("answer" in result) return result.answer;
      if (!result.repeatable || attempt + 1 >= limits.maxAttempts) throw result.failed;
      const waitMs = result.waitMs ?? backoffMs(attempt, limits, this.#options.random ?? Math.random);
      waitedMs += waitMs;
      if (waitedMs > limits.maxTotalDelayMs) throw result.failed;
      await this.sleep(waitMs, request);
    }
  }

  /** The same, with undefined for what is not there. */
  async find(request: VaultRequest): Promise<VaultAnswer | undefined> {
    try {
      return await this.send(request);
    } catch (error) {
      if (error instanceof VaultError && error.code === "VAULT_NOT_FOUND") return undefined;
      throw error;
    }
  }

  /** All items of a list, page by page. */
  async list(request: Omit<VaultRequest, "method" | "body">): Promise<JsonObject[]> {
    const items: JsonObject[] = [];
    let query = request.query ?? {};
    for (let page = 0; page < MAX_PAGES; page++) {
      const { body } = await this.send({ ...request, method: "GET", query });
      if (Array.isArray(body["value"])) items.push(...(body["value"] as unknown[]).filter(isObject));
      const next = body["nextLink"];
      if (typeof next !== "string" || !URL.canParse(next)) return items;
      // Only its query is taken: no answer decides which host the next token goes to.
      query = Object.fromEntries(new URL(next).searchParams);
    }
    return items;
  }

  /** Waits, and tells an abort as an error of the request that is waited for. */
  async sleep(
    milliseconds: number,
    request: Pick<VaultRequest, "method" | "vault" | "path" | "signal">,
  ): Promise<void> {
    try {
      await this.#options.sleep(milliseconds, request.signal);
    } catch (error) {
      if (!isAborted(request.signal)) throw error;
      throw aborted(factsOf(request));
    }
  }

  async #attempt(request: VaultRequest): Promise<Attempt> {
    const { method, signal } = request;
    const safe = method !== "POST";
    const facts = factsOf(request);
    const unknown: VaultErrorFacts = method === "GET" ? facts : { ...facts, outcome: "unknown" };
    const token = await this.#token(facts, signal);
    const limit = AbortSignal.timeout(this.#limits.attemptTimeoutMs);
    let response: Response | undefined;
    let text: string;
    try {
      response = await (this.#options.fetch ?? fetch)(this.#url(request), {
        method,
        headers: {
          accept: "application/json",
          authorization: `Bearer ${token}`,
          "x-ms-client-request-id": randomUUID(),
          ...(request.body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
        // A redirect would carry the token to a host nobody named.
        redirect: "manual",
        signal: AbortSignal.any([signal, limit]),
      });
      text = await readBounded(response, unknown);
    } catch (error) {
      if (isAborted(signal)) throw aborted(unknown);
      if (error instanceof VaultError) throw error;
      const distrusted = certificateDistrusted(error);
      const early = distrusted || failedBeforeSending(error);
      const failed = unreachable(error, limit.aborted, early ? facts : unknown, token);
      return { failed, repeatable: !distrusted && (safe || early) };
    }
    const { status } = response;
    const after = retryAfterMs(response.headers.get("retry-after"), this.#now());
    if (response.ok) return { answer: { body: parseObject(text, unknown), retryAfterMs: after } };
    const requestId = redact(response.headers.get("x-ms-request-id") ?? "", [token]) || undefined;
    const undecided = status >= 500 || status === 408;
    const failed = errorForAnswer(status, text, { ...(undecided ? unknown : facts), requestId }, [token]);
    return { failed, repeatable: safe ? repeatableStatus(status, "read") : status === 429, waitMs: after };
  }

  #url({ vault, path, query }: VaultRequest): URL {
    const { endpoint } = this.#options.service;
    const url = new URL(endpoint === undefined ? vault.uri : `${endpoint}/${vault.name}/`);
    url.pathname = url.pathname.replace(/\/$/, "") + path;
    url.search = new URLSearchParams({ ...query, "api-version": API_VERSION }).toString();
    return url;
  }

  async #token(facts: VaultErrorFacts, signal: AbortSignal): Promise<string> {
    const { scope } = this.#options.service;
    let said = "the token source gave none.";
    try {
      const token = await this.#options.tokenSource.getToken(scope, { abortSignal: signal });
      if (token !== null && token.token !== "") return token.token;
    } catch (error) {
      if (isAborted(signal)) throw aborted(facts);
      said = redact(error instanceof Error ? error.message : String(error));
    }
    throw new VaultError(
      "VAULT_SIGN_IN_FAILED",
      `No access token for ${scope}: ${said} Nothing was sent to ${facts.vault}.`,
      facts,
    );
  }

  #now(): Date {
    return (this.#options.clock ?? (() => new Date()))();
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function factsOf({ method, vault, path }: Pick<VaultRequest, "method" | "vault" | "path">): VaultErrorFacts {
  return {
    request: `${method} ${path}`,
    vault: new URL(vault.uri).host,
    ...(method === "GET" ? {} : { outcome: "not-applied" }),
  };
}

/** A function, because the answer may change while something is awaited. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

async function readBounded(response: Response, facts: VaultErrorFacts): Promise<string> {
  if (response.body === null) return "";
  const decoder = new TextDecoder("utf-8");
  let text = "";
  let size = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    // Leaving the loop cancels the stream and closes the connection.
    if (size > MAX_ANSWER_BYTES) {
      throw new VaultError(
        "VAULT_INVALID_ANSWER",
        `The answer to ${facts.request} is larger than ${MAX_ANSWER_BYTES} bytes. A proxy may have answered instead of ${facts.vault}.`,
        facts,
      );
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parseObject(text: string, facts: VaultErrorFacts): JsonObject {
  if (text.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // The parser's own message quotes the text, which may hold anything.
  }
  throw new VaultError(
    "VAULT_INVALID_ANSWER",
    `The answer to ${facts.request} is not a JSON object (${text.length} characters). A proxy may have answered instead of ${facts.vault}.`,
    facts,
  );
}

function aborted(facts: VaultErrorFacts): VaultError {
  const state = facts.outcome === "unknown" ? " Whether the change was carried out is unknown." : "";
  return new VaultError("VAULT_ABORTED", `${facts.request} was cancelled.${state}`, facts);
}

/** In Azure a vault that does not exist has no host name, and one that was just made gets it within seconds. */
function isUnknownHost(error: unknown): boolean {
  return connectionFailureCode(error) === "ENOTFOUND";
}

function unreachable(error: unknown, timedOut: boolean, facts: VaultErrorFacts, token: string): VaultError {
  const code = redact(connectionFailureCode(error) ?? "", [token]);
  if (isUnknownHost(error)) {
    return new VaultError(
      "VAULT_UNREACHABLE",
      `${facts.request} was not sent: there is no host ${facts.vault}. Check the vault's name, and in a private network its zone privatelink.vaultcore.azure.net.`,
      facts,
    );
  }
  const reason = timedOut ? "no complete answer in time" : `the connection failed${code && ` (${code})`}`;
  const state = facts.outcome === "unknown" ? " Whether the change was carried out is unknown." : "";
  return new VaultError(
    "VAULT_UNREACHABLE",
    `${facts.request} got no answer from ${facts.vault}: ${reason}.${state} Check network, proxy and certificates (NODE_EXTRA_CA_CERTS).`,
    facts,
  );
}
