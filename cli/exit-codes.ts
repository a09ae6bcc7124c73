/** What the exit code of `certlock check` and `certlock review` says. */
import { type Report, severities } from "./review/report";
import { atLeast } from "./review/severity";

export const EXIT = {
  /** Nothing at or above the threshold. */
  ok: 0,
  /** The command was called wrongly, or failed itself. */
  usage: 1,
  /** Findings at or above the threshold, a failed preview, or a pack that did not run. */
  blocked: 2,
  /** Something could not be decided, and the caller is strict. */
  incomplete: 3,
  /** Something secret would have been printed; nothing was. */
  redaction: 4,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What fails a run: findings of this severity and above, or with `mandatory` those of mandatory rules alone. */
export const thresholds = ["mandatory", ...severities] as const;
export type Threshold = (typeof thresholds)[number];

/** The same, for the help of the commands. */
export const EXIT_CODES = `Exit codes of check and review:
  0  nothing at or above the threshold (--fail-on)
  1  called wrongly, or an error of certlock itself
  2  blocking findings, a preview that failed, or a pack that did not run
  3  incomplete: no engine, a language that cannot be run, a program that does not end, an input that
     cannot be read; with --strict an open question
  4  something secret would have been printed; nothing was
If several apply: 4, then 2, then 3, then 1.`;

export interface ExitOptions {
  /**
   * What fails the run. Findings of mandatory rules fail it at every threshold.
   * @default "high"
   */
  readonly failOn?: Threshold;
  /**
   * Whether what could not be decided fails the run, with a code of its own.
   * @default false
   */
  readonly strict?: boolean;
  /**
   * An earlier report: only findings it does not have fail the run. A preview that failed and a pack that did not run
   * fail it all the same.
   * @default - every finding counts
   */
  readonly baseline?: Pick<Report, "fingerprints">;
}

/**
 * The exit code of a report. Where several apply, blocked (2) comes before incomplete (3). The code of the redaction
 * guard (4) comes before all and is not decided here: with it there is no report to print.
 */
export function exitCodeOf(report: Report, options: ExitOptions = {}): ExitCode {
  const { failOn = "high", strict = false, baseline } = options;
  const known = new Set(baseline?.fingerprints ?? []);
  const fails =
    report.blockers.length > 0 ||
    report.findings.some((finding) => {
      if (finding.kind !== "violation" || finding.exemption !== undefined || known.has(finding.fingerprint))
        return false;
      return finding.level === "mandatory" || (failOn !== "mandatory" && atLeast(finding.severity, failOn));
    });
  if (fails) return EXIT.blocked;
  return report.verdict === "incomplete" || (strict && report.notEvaluated.length > 0)
    ? EXIT.incomplete
    : EXIT.ok;
}
