/** Finds what somebody probably meant. The same idea stands in other rooms; this one is closed. */

/** The candidate closest to the given word, if one is close enough to be a slip of the keyboard. */
export function nearest(given: string, candidates: readonly string[]): string | undefined {
  const word = given.slice(0, 64).toLowerCase();
  const limit = Math.max(2, Math.floor(word.length / 3));
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((one, other) => one.distance - other.distance);
  return ranked[0]?.candidate;
}

/** Names a word that nobody knows, and what it was probably meant to be: `"lvel" is not a setting; did you mean "level"?` */
export function unknownWord(given: string, kind: string, candidates: readonly string[]): string {
  const meant = nearest(given, candidates);
  const shown = JSON.stringify(given.length > 80 ? `${given.slice(0, 80)}…` : given);
  if (meant !== undefined) return `${shown} is not ${kind}; did you mean "${meant}"?`;
  if (candidates.length > 8) return `${shown} is not ${kind}`;
  const list = candidates.map((candidate) => `"${candidate}"`).join(", ");
  return list === "" ? `${shown} is not ${kind}; there is none` : `${shown} is not ${kind}; there is ${list}`;
}

/** Insertions, deletions and replacements that turn one word into the other (Levenshtein). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let i = 0; i < from.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const replaced = (row[j] ?? 0) + (from[i] === to[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
