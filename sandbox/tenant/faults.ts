/** Which Graph calls a fault is for; what is left out matches every call. */
export interface FaultMatch {
  readonly method?: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /**
   * Path below the version, without query: `/policies/defaultAppManagementPolicy`. An expression is tried on path and
   * query.
   */
  readonly path?: string | RegExp;
}

/** What happens to a call instead of, or around, its answer. */
export type Fault =
  /** Graph refuses; nothing is applied. 429 without `retryAfterSeconds` carries no Retry-After, as Graph may do. */
  | {
      readonly kind: "answer";
      readonly status: number;
      /** @default - the code Graph uses with the status, e.g. "TooManyRequests" */
      readonly code?: string;
      readonly retryAfterSeconds?: number;
    }
  /** Somebody else changes the tenant just before the call is answered, or just after and before the answer leaves. */
  | { readonly kind: "change"; readonly when: "before" | "after"; readonly change: () => void }
  /** The connection ends without an answer, before the call is applied or after. */
  | { readonly kind: "cut"; readonly when: "before" | "after" }
  /** The call is applied; half of its answer arrives, then the connection ends. */
  | { readonly kind: "halfBody" }
  /** The call waits, not yet applied, until `release()` of the handle. */
  | { readonly kind: "hold" };

/** One fault laid out for calls to come. */
export interface FaultHandle {
  /** How many calls it has met. */
  readonly met: number;
  /** Resolves when it meets its first call. */
  readonly firstMet: Promise<void>;
  /** Lets held calls go on, those to come as well. */
  release(): void;
  /** Takes the fault away, met or not, and lets held calls go on. */
  cancel(): void;
}

type Transport = Extract<Fault, { kind: "cut" | "halfBody" | "hold" }>;
type Inner = Exclude<Fault, Transport>;

interface Laid {
  readonly match: FaultMatch;
  readonly fault: Fault;
  readonly handle: Handle;
  left: number;
}

/**
 * Lays faults out for the next Graph calls, to see what a client makes of them. Only whoever holds the sandbox object
 * can: there is no way in over the network.
 *
 * `answer` and `change` meet every call, also one inside a `$batch` and one a provider door makes in process; `cut`,
 * `halfBody` and `hold` meet what comes over HTTPS. Of several faults that match, the one laid out first is taken.
 *
 * @example Another pipeline writes between a client's read and its write:
 * sandbox.faults.next(
 *   { method: "PATCH", path: "/policies/defaultAppManagementPolicy" },
 *   { kind: "change", when: "before", change: () => sandbox.tenant.graph({ … }) },
 * );
 */
export class Faults {
  readonly #laid: Laid[] = [];

  /** `times`: how many calls it meets, then it is over; Infinity until cancelled. @default 1 */
  next(match: FaultMatch, fault: Fault, times = 1): FaultHandle {
    const handle = new Handle(() => {
      const index = this.#laid.indexOf(laid);
      if (index >= 0) this.#laid.splice(index, 1);
    });
    const laid: Laid = { match, fault, handle, left: times };
    this.#laid.push(laid);
    return handle;
  }

  /** Takes away what has not been met and lets every held call go on. */
  clear(): void {
    for (const { handle } of [...this.#laid]) handle.cancel();
  }

  /** The fault of the connection a call meets, taken by the HTTPS door. */
  takeTransport(call: FaultedCall): { fault: Transport; released: Promise<void> } | undefined {
    const laid = this.#take(call, isTransport);
    return laid && { fault: laid.fault as Transport, released: laid.handle.released };
  }

  /** The fault of the answer a call meets. */
  takeInner(call: FaultedCall): Inner | undefined {
    return this.#take(call, (fault) => !isTransport(fault))?.fault as Inner | undefined;
  }

  #take(call: FaultedCall, wanted: (fault: Fault) => boolean): Laid | undefined {
    const laid = this.#laid.find(({ match, fault }) => wanted(fault) && matches(match, call));
    if (!laid) return undefined;
    laid.left -= 1;
    if (laid.left <= 0) this.#laid.splice(this.#laid.indexOf(laid), 1);
    laid.handle.meet();
    return laid;
  }
}

/** Method and target of a call, target with version and query. */
export interface FaultedCall {
  readonly method: string;
  readonly path: string;
}

class Handle implements FaultHandle {
  met = 0;
  readonly firstMet: Promise<void>;
  readonly released: Promise<void>;
  readonly #remove: () => void;
  #resolveMet: () => void = () => undefined;
  #resolveReleased: () => void = () => undefined;

  constructor(remove: () => void) {
    this.#remove = remove;
    this.firstMet = new Promise((resolve) => (this.#resolveMet = resolve));
    this.released = new Promise((resolve) => (this.#resolveReleased = resolve));
  }

  meet(): void {
    this.met += 1;
    this.#resolveMet();
  }

  release(): void {
    this.#resolveReleased();
  }

  cancel(): void {
    this.#remove();
    this.release();
  }
}

function isTransport(fault: Fault): fault is Transport {
  return fault.kind === "cut" || fault.kind === "halfBody" || fault.kind === "hold";
}

function matches({ method, path }: FaultMatch, call: FaultedCall): boolean {
  if (method !== undefined && method !== call.method) return false;
  if (path === undefined) return true;
  const below = call.path.replace(/^\/[^/]*/, "");
  if (typeof path === "string") return (below.split("?", 1)[0] ?? "") === path;
  // A sticky or global expression would remember where it stopped.
  return new RegExp(path.source, path.flags.replace(/[gy]/g, "")).test(below);
}
