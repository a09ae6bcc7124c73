/** Ends what takes too long or is no longer wanted, and leaves nothing behind on the caller's signal. */

/** A function, because the answer may change while something is awaited. */
export function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

/** Longest delay of a timer in Node; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * One stretch of time that ends early: at its limit, or with the caller's signal.
 *
 * `AbortSignal.timeout` and `AbortSignal.any` would do the same, but keep timers and listeners until the limit has
 * passed; a caller with one signal for 100,000 requests would collect them.
 */
export class TimeLimit {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #caller: AbortSignal | undefined;
  readonly #cancel = (): void => {
    this.#controller.abort();
  };
  #expired = false;

  constructor(milliseconds: number, caller: AbortSignal | undefined) {
    this.#caller = caller;
    this.#timer = setTimeout(
      () => {
        this.#expired = true;
        this.#controller.abort();
      },
      Math.min(milliseconds, MAX_TIMER_MS),
    );
    caller?.addEventListener("abort", this.#cancel);
    if (isAborted(caller)) this.#cancel();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether the limit, and not the caller, ended it. */
  get expired(): boolean {
    return this.#expired;
  }

  /** The promise's result, or a rejection as soon as this ends, even if the promise does not heed the signal. */
  async race<T>(promise: Promise<T>): Promise<T> {
    const { signal } = this;
    let stop: (() => void) | undefined;
    const ended = new Promise<never>((_resolve, reject) => {
      stop = () => {
        reject(new DOMException("ended early", "AbortError"));
      };
      signal.addEventListener("abort", stop);
      if (signal.aborted) stop();
    });
    try {
      return await Promise.race([promise, ended]);
    } finally {
      if (stop !== undefined) signal.removeEventListener("abort", stop);
    }
  }

  /** Stops the timer and lets go of the caller's signal. */
  readonly end = (): void => {
    clearTimeout(this.#timer);
    this.#caller?.removeEventListener("abort", this.#cancel);
  };
}

/** Waits; rejects when the signal aborts. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(new DOMException("the wait was cancelled", "AbortError"));
    };
    const timer = setTimeout(
      () => {
        signal?.removeEventListener("abort", stop);
        resolve();
      },
      Math.min(milliseconds, MAX_TIMER_MS),
    );
    signal?.addEventListener("abort", stop, { once: true });
    if (isAborted(signal)) stop();
  });
}
