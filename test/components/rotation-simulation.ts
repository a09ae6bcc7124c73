/**
 * A deployment over years, at the level of plans: an engine that does what Pulumi's does with what a plan declares, on
 * a tenant and a vault that remember. Time moves in days.
 */
import { type DayNumber } from "../../components/calendar";
import { planOn, type Schedule } from "../../components/rotation-schedule";

export interface Credential {
  readonly generation: number;
  /** A number for each key ever made. */
  readonly key: number;
  /** First and last whole day of validity. */
  readonly from: DayNumber;
  readonly until: DayNumber;
  readonly validityDays: number;
}

/** What goes wrong in a run. */
export interface Faults {
  /** The new credential is refused: keys and certificates exist, and the run ends before it deletes anything. */
  readonly create?: boolean;
  /** Nothing is deleted. */
  readonly delete?: boolean;
}

export class Simulation {
  /** Certificates in the stack's state, registered or not. */
  readonly #issued = new Map<number, Credential>();
  readonly #registered = new Map<number, Credential>();
  /** What the vault holds, by the day it was put there. */
  readonly #published: { readonly day: DayNumber; readonly credential: Credential }[] = [];
  /** Most credentials there ever were at once, also in the middle of a run. */
  most = 0;
  /** Keys that had a second certificate. */
  readonly usedTwice: number[] = [];

  get registered(): readonly Credential[] {
    return [...this.#registered.values()];
  }

  /** What a client holds that read the vault last on this day; undefined before the first run. */
  inVault(day: DayNumber): Credential | undefined {
    return this.#published.findLast((each) => each.day <= day)?.credential;
  }

  /** Changes the next run would make, as a preview counts them. */
  pending(schedule: Schedule, day: DayNumber): { readonly create: number; readonly delete: number } {
    const declared = planOn(schedule, day).declared.map(({ number }) => number);
    return {
      create: declared.filter((number) => !this.#registered.has(number)).length,
      delete: [...this.#issued.keys()].filter((number) => !declared.includes(number)).length,
    };
  }

  /** Creates before it deletes; a failure ends the run there, and the next one goes on with what is left to do. */
  run(schedule: Schedule, day: DayNumber, faults: Faults = {}): void {
    const { current, declared } = planOn(schedule, day);
    for (const { number, validityDays } of declared) {
      const issued = this.#issued.get(number);
      // The tls provider issues a certificate anew once it has ended, for the key it finds in the state.
      if (issued === undefined || day > issued.until) {
        if (issued !== undefined) this.usedTwice.push(issued.key);
        this.#issued.set(number, {
          generation: number,
          key: issued?.key ?? this.#nextKey(),
          from: day,
          until: day + validityDays - 1,
          validityDays,
        });
      }
    }
    for (const { number } of declared) {
      const wanted = this.#issued.get(number);
      if (wanted === undefined || this.#registered.get(number) === wanted) continue;
      if (faults.create === true) return;
      this.#registered.set(number, wanted);
      this.#count();
    }
    const published = this.#registered.get(current.number);
    if (published !== undefined && this.inVault(day) !== published)
      this.#published.push({ day, credential: published });
    if (faults.delete === true) return;
    const wanted = new Set(declared.map(({ number }) => number));
    for (const number of [...this.#issued.keys()].filter((each) => !wanted.has(each))) {
      this.#issued.delete(number);
      this.#registered.delete(number);
    }
  }

  #keys = 0;
  #nextKey(): number {
    this.#keys += 1;
    return this.#keys;
  }

  #count(): void {
    this.most = Math.max(this.most, this.#registered.size);
  }
}
