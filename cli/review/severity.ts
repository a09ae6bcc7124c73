/** Severities from wherever they come, and the worst of them. */
import { severities, type Severity } from "./report";

export function worst(first: Severity, ...others: readonly (Severity | undefined)[]): Severity {
  return others.reduce<Severity>(
    (found, other) =>
      other !== undefined && severities.indexOf(other) > severities.indexOf(found) ? other : found,
    first,
  );
}

export function isSeverity(text: unknown): text is Severity {
  return (severities as readonly unknown[]).includes(text);
}

export function atLeast(severity: Severity, threshold: Severity): boolean {
  return severities.indexOf(severity) >= severities.indexOf(threshold);
}
