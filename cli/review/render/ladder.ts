/** Makes a report fit into a comment: one step of the ladder at a time, never within a row, a fence or a tag. */
import type { Host } from "../input";
import type { Report } from "../report";
import { type Cut, markdown, WHOLE } from "./markdown";

/**
 * Budgets in UTF-16 units and in bytes, the stricter of which counts, below the limits of the hosts.
 *
 * GitHub 65,536 characters; Azure DevOps 150,000; GitLab about 1,000,000; Bitbucket Server 32,768.
 */
export const BUDGETS: Readonly<Record<Host, number>> = {
  github: 60_000,
  "azure-devops": 140_000,
  gitlab: 900_000,
  bitbucket: 30_000,
};

/**
 * The fullest Markdown that fits.
 *
 * @param budget in UTF-16 units and bytes
 */
export function fitted(report: Report, budget: number): string {
  const fits = (text: string): boolean => text.length <= budget && Buffer.byteLength(text, "utf8") <= budget;
  const whole = markdown(report, WHOLE);
  if (fits(whole)) return whole;
  let cut: Cut = { ...WHOLE, passed: false };
  for (const step of STEPS) {
    const candidate = { ...cut, ...step };
    // The least that can be kept of what a step takes away is all of it.
    const kept = step.identities === 0 ? mostIdentities(report, candidate, fits) : undefined;
    const text = kept ?? markdown(report, candidate);
    if (fits(text)) return text;
    cut = candidate;
  }
  return smallest(report, cut, fits);
}

const STEPS: readonly Partial<Cut>[] = [
  {},
  { identities: 0 },
  { horizon: 3 },
  { horizon: 0 },
  { trust: 10, credentials: 10 },
  { text: 120 },
  { advisory: 5, exemptions: 5, notEvaluated: 5, text: 80 },
  { minimal: true, mustFix: 5 },
];

/** As many blocks as fit, those with the least risk go first. */
function mostIdentities(report: Report, cut: Cut, fits: (text: string) => boolean): string | undefined {
  let [low, high] = [0, report.identities.length];
  let best: string | undefined;
  while (low <= high) {
    const middle = Math.floor((low + high) / 2);
    const text = markdown(report, { ...cut, identities: middle });
    if (fits(text)) {
      best = text;
      low = middle + 1;
    } else high = middle - 1;
  }
  return best;
}

/** For budgets below those of any host: shorter texts, at last no row at all but how many there are. */
function smallest(report: Report, cut: Cut, fits: (text: string) => boolean): string {
  for (const step of [{ text: 40 }, { text: 40, mustFix: 1 }, { text: 40, mustFix: 0 }]) {
    const text = markdown(report, { ...cut, ...step });
    if (fits(text)) return text;
  }
  return markdown(report, { ...cut, text: 20, mustFix: 0 });
}
