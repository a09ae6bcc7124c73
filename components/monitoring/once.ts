/** What is named twice is watched twice, and told of twice. */
import { describeGiven, type Finding } from "../problems";

/** Reports an id that was there before, whatever its case; what is no text is reported by others. */
export function checkOnce(given: unknown, seen: Set<string>): Finding | undefined {
  if (typeof given !== "string") return undefined;
  const id = given.toLowerCase();
  if (!seen.has(id)) {
    seen.add(id);
    return undefined;
  }
  return {
    code: "duplicate",
    given: describeGiven(given),
    allowed: "each id once",
    remedy: "put what is said about it into one entry",
  };
}
