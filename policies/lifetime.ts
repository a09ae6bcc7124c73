/** How long a credential lives, from the dates its declaration states. */
import { Property } from "./property";

export const millisecondsPerHour = 3_600_000;
export const millisecondsPerDay = 24 * millisecondsPerHour;

/** A limit that lifetimes have to stay below, as Entra compares them; what is no number is too long. */
export function lifetimeLimit(days: number) {
  return {
    isTooLong: (milliseconds: number): boolean => !(milliseconds < days * millisecondsPerDay),
    limit: `must stay below ${days} days`,
  };
}

export type Lifetime =
  | { readonly kind: "known"; readonly milliseconds: number }
  | { readonly kind: "undecided"; readonly property: Property }
  | { readonly kind: "unreadable"; readonly property: Property }
  | { readonly kind: "not stated" };

/**
 * The lifetime that `endDate` or `endDateRelative` of an azuread certificate state. Without `startDate` the
 * credential starts when it is created, hence `now`.
 */
export function statedLifetime(credential: Property, now: Date): Lifetime {
  const [start, end, relative] = [
    credential.at("startDate"),
    credential.at("endDate"),
    credential.at("endDateRelative"),
  ];
  if (end.isPresent) {
    const undecided = [end, start].find((property) => property.isUndecided);
    if (undecided !== undefined) return { kind: "undecided", property: undecided };
    const from = start.isPresent ? instant(start) : now.getTime();
    const until = instant(end);
    if (until === undefined) return { kind: "unreadable", property: end };
    if (from === undefined) return { kind: "unreadable", property: start };
    return { kind: "known", milliseconds: until - from };
  }
  if (!relative.isPresent) return { kind: "not stated" };
  if (relative.isUndecided) return { kind: "undecided", property: relative };
  const milliseconds = duration(relative.text ?? "");
  return milliseconds === undefined
    ? { kind: "unreadable", property: relative }
    : { kind: "known", milliseconds };
}

function instant(property: Property): number | undefined {
  const milliseconds = Date.parse(property.text ?? "");
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

const units: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: millisecondsPerHour,
};

/** A duration as Go writes it, such as `4320h` or `1h30m`, in milliseconds. https://pkg.go.dev/time#ParseDuration */
export function duration(text: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined;
  const parts = text.split(/(?<=[a-zµ])(?=\d)/);
  return parts.reduce(
    (total, part) => total + Number.parseFloat(part) * (units[part.replace(/^[\d.]+/, "")] ?? 0),
    0,
  );
}
