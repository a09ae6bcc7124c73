/**
 * The limits Graph puts on its callers; what is left out is not limited. They can be changed at any time through
 * `tenant.throttling`.
 * Source: https://learn.microsoft.com/graph/throttling-limits
 */
export interface Throttling {
  /** Calls to Conditional Access a second, of all applications together; refused without Retry-After. */
  readonly conditionalAccessPerSecond?: number;
  /** Calls to the audit and sign-in logs and reports in 10 seconds, of one application. */
  readonly reportsPer10Seconds?: number;
  /** Resource units in 10 seconds, of one application. */
  readonly resourceUnitsPer10Seconds?: number;
  /** Writes to the directory in 150 seconds, of one application. */
  readonly writesPer150Seconds?: number;
  /** Reads that select keyCredentials a minute, of all applications together. */
  readonly keyCredentialReadsPerMinute?: number;
}

/** What Microsoft documents for a tenant of fewer than 50 users. */
export const MICROSOFT_LIMITS: Throttling = {
  conditionalAccessPerSecond: 1,
  reportsPer10Seconds: 5,
  resourceUnitsPer10Seconds: 3500,
  writesPer150Seconds: 3000,
  keyCredentialReadsPerMinute: 150,
};

interface Window {
  readonly start: number;
  readonly used: number;
}

/** Counts what was used of each limit, in windows of the tenant's own time. */
export class ThrottlingLedger {
  readonly #windows = new Map<string, Window>();

  /**
   * Takes `cost` from what is left of a limit. `used` is the share taken afterwards, above 1 when it was too much;
   * nothing is taken then. `waitSeconds` is the time until the window is over.
   */
  take(
    key: string,
    { cost, limit, seconds }: { cost: number; limit: number; seconds: number },
    now: Date,
  ): { used: number; waitSeconds: number } {
    const time = now.getTime();
    const before = this.#windows.get(key);
    const open = before && time < before.start + seconds * 1000 ? before : { start: time, used: 0 };
    const used = open.used + cost;
    if (used <= limit) this.#windows.set(key, { start: open.start, used });
    return { used: used / limit, waitSeconds: Math.ceil((open.start + seconds * 1000 - time) / 1000) };
  }
}
