/**
 * How long something new stays invisible: for so many reads that would have shown it, for so long by the tenant's
 * clock, or both. Entra answers from copies that lag behind.
 */
export interface ReplicationLag {
  readonly reads?: number;
  readonly milliseconds?: number;
}

interface Hidden {
  readsLeft: number;
  readonly until: number;
}

/** Which new objects and credentials reads do not show yet. Writes always meet the truth. */
export class Replication {
  /** For what is made from now on; undefined: everything is visible at once. */
  lag: ReplicationLag | undefined;
  readonly #hidden = new Map<string, Hidden>();
  readonly #clock: () => Date;

  constructor(clock: () => Date, lag: ReplicationLag | undefined) {
    this.#clock = clock;
    this.lag = lag;
  }

  /** Something new, by object id or key id. */
  made(id: string): void {
    if (!this.lag) return;
    const { reads = 0, milliseconds = 0 } = this.lag;
    this.#hidden.set(id, { readsLeft: reads, until: this.#clock().getTime() + milliseconds });
  }

  /** Whether a read must not show it yet; asking is one read. */
  hides(id: string): boolean {
    const hidden = this.#hidden.get(id);
    if (!hidden) return false;
    if (this.#clock().getTime() < hidden.until) return true;
    if (hidden.readsLeft > 0) {
      hidden.readsLeft -= 1;
      return true;
    }
    this.#hidden.delete(id);
    return false;
  }

  /** Shows everything. */
  settle(): void {
    this.#hidden.clear();
  }
}
