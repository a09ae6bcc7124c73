/** At most so many at the same time; who waits longest is next. */
export class Slots {
  #free: number;
  // Keeps the order of arrival, and forgets one that gave up without a search.
  readonly #waiting = new Set<() => void>();

  /** @param count how many at the same time, a whole number from 1. */
  constructor(count: number) {
    this.#free = count;
  }

  /**
   * Waits for a free slot and gives the function that frees it; calling that twice is harmless.
   *
   * @throws the signal's reason when it aborts first; the place in the queue is given up.
   */
  async take(signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    if (this.#free > 0) this.#free--;
    else await this.#wait(signal);
    let freed = false;
    return () => {
      if (freed) return;
      freed = true;
      const [next] = this.#waiting;
      // A freed slot goes straight to the next in line: nobody who comes later can take it.
      if (next === undefined) this.#free++;
      else next();
    };
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(turn);
        signal?.removeEventListener("abort", giveUp);
      };
      const turn = (): void => {
        leave();
        resolve();
      };
      const giveUp = (): void => {
        leave();
        reject(signal?.reason as Error);
      };
      this.#waiting.add(turn);
      signal?.addEventListener("abort", giveUp);
    });
  }
}
