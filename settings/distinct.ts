import { describeGiven, type Problems } from "../components/problems";

/** Reports what is there already: Entra and Azure tell names apart without regard to upper and lower case. */
export function addUnlessNew(at: string, given: unknown, seen: Set<string>, problems: Problems): void {
  if (typeof given !== "string" || given === "") return;
  if (seen.has(given.toLowerCase())) {
    problems.add(at, {
      code: "duplicate",
      given: describeGiven(given),
      allowed: "each once; upper and lower case are the same",
      remedy: "choose another, or remove one of the two",
    });
  }
  seen.add(given.toLowerCase());
}
