/** Orders that depend on nothing but what is compared: no locale, no order of arrival. */
import { severities, type Severity } from "./report";

export type Compare<T> = (left: T, right: T) => number;

/** By code units, the same on every machine. */
export function byText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** One after the other, until one decides. */
export function inTurn<T>(...compares: readonly Compare<T>[]): Compare<T> {
  return (left, right) => {
    for (const compare of compares) {
      const order = compare(left, right);
      if (order !== 0) return order;
    }
    return 0;
  };
}

/** Smaller keys first. */
export function by<T>(key: (value: T) => number | string): Compare<T> {
  return (left, right) => {
    const [a, b] = [key(left), key(right)];
    return typeof a === "number" && typeof b === "number" ? a - b : byText(String(a), String(b));
  };
}

/** Smaller for what is worse. */
export function severityRank(severity: Severity): number {
  return severities.length - severities.indexOf(severity);
}

/** Production first, then what is called after nothing known, then the rest. */
export function environmentRank(environment: string): number {
  if (/^(prod|prd|production|live)\b/i.test(environment)) return 0;
  return /^(dev|test|tst|qa|stag|stg|sandbox|lab|int|uat|preview)/i.test(environment) ? 2 : 1;
}
