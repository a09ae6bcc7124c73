/** The known key a misspelt one most likely meant; undefined where none is near. */
export function nearestKey(given: string, known: readonly string[]): string | undefined {
  if (given.length > LONGEST_KEY) return undefined;
  let nearest: string | undefined;
  let least = Infinity;
  for (const candidate of known) {
    const distance = editDistance(given.toLowerCase(), candidate.toLowerCase());
    // A third of the letters may differ: "ownrs" means owners, "colour" means nothing we know.
    const tolerated = Math.max(1, Math.floor(Math.max(given.length, candidate.length) / 3));
    if (distance <= tolerated && distance < least) {
      nearest = candidate;
      least = distance;
    }
  }
  return nearest;
}

/** Longer input is no misspelling, and comparing it would cost time. */
const LONGEST_KEY = 64;

/** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
function editDistance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const row = [i];
    for (let j = 1; j <= right.length; j++) {
      const same = left[i - 1] === right[j - 1];
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1];
      if (swapped) cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[right.length] ?? 0;
}
