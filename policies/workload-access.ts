/** The parts of a Conditional Access policy that say which workloads it is about. */
import { Property } from "./property";

/** What the policy says about service principals; absent in a policy for people. */
export function workloadsOf(policy: Property): Property {
  return policy.at("conditions", "clientApplications");
}

/** A single address or range that no sign-in over the internet can come from. */
export function isPrivateRange(range: string): boolean {
  return (
    /^(?:10|127)\./.test(range) ||
    /^(?:169\.254|192\.168)\./.test(range) ||
    /^172\.(?:1[6-9]|2\d|3[01])\./.test(range) ||
    /^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./.test(range) ||
    /^(?:f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:|::1(?:\/|$))/i.test(range)
  );
}

/** Length of the prefix of a range; a range without one is a single address. */
export function prefixOf(range: string): number {
  const [, prefix] = range.split("/");
  return prefix === undefined ? 128 : Number(prefix);
}

export function isGuid(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
