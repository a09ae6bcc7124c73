import { editDistance } from "../sandbox/edit-distance";

/** The candidate closest to a mistyped word; undefined when none is close. */
export function nearest(given: string, candidates: readonly string[]): string | undefined {
  const word = given.toLowerCase().slice(0, 80);
  const limit = Math.max(2, Math.floor(word.length / 3));
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= limit || candidate.includes(word))
    .sort((one, other) => one.distance - other.distance);
  return word === "" ? undefined : ranked[0]?.candidate;
}
