/** When a request is sent again, and after how long. Pure: clock and randomness are arguments. */

/** Limits of repetition. */
export interface RetryLimits {
  /** How often one request is sent at most, the first time included. Default 6. */
  readonly maxAttempts: number;
  /** First wait without `Retry-After`, in milliseconds; doubles each time. Default 1,000. */
  readonly baseDelayMs: number;
  /** Longest single wait without `Retry-After`, in milliseconds. Default 30,000. */
  readonly maxDelayMs: number;
  /** All waits of one request together, in milliseconds; a longer `Retry-After` is an error. Default 300,000. */
  readonly maxTotalDelayMs: number;
  /**
   * One attempt, from sending to the end of the answer, in milliseconds; the token before it may take as long.
   * Default 60,000.
   */
  readonly attemptTimeoutMs: number;
}

export const DEFAULT_RETRY_LIMITS: RetryLimits = {
  maxAttempts: 6,
  baseDelayMs: 1_000,
  maxDelayMs: 30_000,
  maxTotalDelayMs: 300_000,
  attemptTimeoutMs: 60_000,
};

/** @throws TypeError naming the limit that is not a number in its range. */
export function checkRetryLimits(limits: RetryLimits): void {
  for (const [name, value] of Object.entries(limits) as [string, unknown][]) {
    const least = name === "maxAttempts" ? 1 : 0;
    if (typeof value !== "number" || Number.isNaN(value) || value < least) {
      throw new TypeError(`"retry.${name}" is a number from ${least} upwards; given: ${String(value)}`);
    }
  }
}

/**
 * What it does to the tenant when a request arrives twice.
 *
 * - `read`: nothing, as it changes nothing.
 * - `idempotent`: the same as arriving once: a PATCH with the wanted values, a DELETE.
 * - `once`: something else, such as a second object or a second credential: most POSTs.
 */
export type RequestEffect = "read" | "idempotent" | "once";

/**
 * Whether a request may be sent again after this status.
 *
 * A read may be repeated after every passing fault. 429 refuses the request before anything is done, so it is
 * safe for all. A 503 asks for repetition too, but may come from a gateway whose backend went on: it is followed
 * only where arriving twice does no harm. After 408, 500, 502 and 504 a write may have been carried out, and
 * whoever sent it has to look first.
 *
 * @see https://learn.microsoft.com/graph/errors
 */
export function repeatableStatus(status: number, effect: RequestEffect): boolean {
  if (status === 429) return true;
  if (status === 503) return effect !== "once";
  return effect === "read" && (status === 408 || status === 500 || status === 502 || status === 504);
}

const NEVER_CONNECTED: ReadonlySet<string> = new Set([
  "EAI_AGAIN",
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** The system's code of a failed `fetch`, looked up along the chain of causes. */
export function connectionFailureCode(error: unknown): string | undefined {
  let current: unknown = error;
  for (let depth = 0; depth < 5 && current instanceof Error; depth++) {
    const { code } = current as { code?: unknown };
    if (typeof code === "string") return code;
    if (current instanceof AggregateError) current = (current.errors as unknown[])[0];
    else current = current.cause;
  }
  return undefined;
}

/** Whether the failure came before a connection existed, so that the service cannot have seen the request. */
export function failedBeforeSending(error: unknown): boolean {
  const code = connectionFailureCode(error);
  return code !== undefined && NEVER_CONNECTED.has(code);
}

/** Whether TLS failed because of the other side's certificate: nothing was sent, and waiting changes nothing. */
export function certificateDistrusted(error: unknown): boolean {
  const code = connectionFailureCode(error) ?? "";
  return /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT)/.test(code);
}

/**
 * The wait a `Retry-After` header asks for, in milliseconds; undefined when it is absent or not understood.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfterMs(header: string | null, now: Date): number | undefined {
  if (header === null) return undefined;
  const value = header.trim();
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1_000;
  const at = Date.parse(value);
  // Only the fixed date form, and only days that exist: Date.parse alone would take "-5" for a year.
  if (Number.isNaN(at) || new Date(at).toUTCString() !== value) return undefined;
  return Math.max(0, at - now.getTime());
}

/**
 * The wait before repetition number `repetition` (0 is the first) without `Retry-After`: doubling, capped,
 * and spread over its upper half so that many clients do not come back together.
 */
export function backoffMs(repetition: number, limits: RetryLimits, random: () => number): number {
  const full = Math.min(limits.maxDelayMs, limits.baseDelayMs * 2 ** repetition);
  return Math.round(full * (0.5 + random() / 2));
}
