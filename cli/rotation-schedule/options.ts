/** What a generated file is made from: every value is checked before it stands in YAML or in a shell. */
import { closestStarts, type Cron, parseCron, startsPerWeek } from "../../components/cron";
import { UsageError } from "../errors";

export const hosts = ["github-actions", "azure-devops"] as const;
export type Host = (typeof hosts)[number];

/** As they come from the command line. */
export interface ScheduleOptions {
  readonly stack: string;
  readonly cron: string;
  readonly environment: string;
  readonly branch: string;
  readonly workDir: string;
  readonly serviceConnection: string;
  readonly evidence: boolean;
  readonly alert: boolean;
}

export const DEFAULTS: ScheduleOptions = {
  stack: "prod",
  cron: "17 5 * * 1",
  environment: "rotation",
  branch: "main",
  workDir: ".",
  serviceConnection: "pulumi-deploy",
  evidence: true,
  alert: true,
};

export interface ScheduledRotation extends Omit<ScheduleOptions, "cron"> {
  readonly cron: Cron;
}

interface HostLimits {
  /** Minutes between two starts, at the least. */
  readonly closest: number;
  readonly perWeek: number;
  readonly source: string;
}

const LIMITS: Readonly<Record<Host, HostLimits>> = {
  "github-actions": {
    closest: 5,
    perWeek: Infinity,
    source:
      "https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule",
  },
  "azure-devops": {
    closest: 1,
    // 1000 runs of one pipeline a week, and 10 in 15 minutes.
    perWeek: 1000,
    source: "https://learn.microsoft.com/azure/devops/pipelines/process/scheduled-triggers",
  },
};

/** Letters that mean nothing to YAML, to a shell and to the expressions of either host. */
const PATTERNS: Readonly<Record<string, { readonly pattern: RegExp; readonly allowed: string }>> = {
  stack: {
    pattern: /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}(?:\/[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}){0,2}$/,
    allowed: "the name of a stack, such as prod or contoso/identities/prod",
  },
  environment: {
    pattern: /^[A-Za-z0-9_](?:[A-Za-z0-9_ .-]{0,98}[A-Za-z0-9_.-])?$/,
    allowed: "1 to 100 letters, digits, spaces, dots, hyphens and underscores",
  },
  branch: {
    pattern: /^(?!.*(?:\.\.|\/\/|\.lock$|[./]$))[A-Za-z0-9_][A-Za-z0-9_./-]{0,199}$/,
    allowed: "one branch, without wildcards",
  },
  workDir: {
    pattern: /^(?!.*(?:^|\/)\.\.(?:\/|$))[A-Za-z0-9_.][A-Za-z0-9_./-]{0,199}$/,
    allowed: "a folder within the repository, relative to its root",
  },
  serviceConnection: {
    pattern: /^[A-Za-z0-9_](?:[A-Za-z0-9_ .()-]{0,98}[A-Za-z0-9_.()-])?$/,
    allowed: "1 to 100 letters, digits, spaces, dots, hyphens, underscores and parentheses",
  },
};

/** @throws UsageError with everything that is wrong */
export function readSchedule(host: Host, options: ScheduleOptions): ScheduledRotation {
  const problems = Object.entries(PATTERNS).flatMap(([name, { pattern, allowed }]) => {
    const given = String(options[name as keyof ScheduleOptions]);
    return pattern.test(given) ? [] : [`${flagOf(name)} has to be ${allowed}`];
  });
  const cron = parseCron(options.cron);
  if (typeof cron === "string") problems.push(`--cron is not usable: ${cron}`);
  else problems.push(...beyondLimits(cron, host));
  if (problems.length > 0 || typeof cron === "string") {
    throw new UsageError("SCHEDULE_OPTIONS", `Nothing was written.\n  ${problems.join("\n  ")}`);
  }
  return { ...options, cron };
}

/** What the host does with such a schedule, where that surprises people. */
export function notesOn(host: Host, { cron }: ScheduledRotation): string[] {
  const notes: string[] = [];
  if (host === "github-actions" && cron.minutes.includes(0)) {
    notes.push("GitHub delays and drops runs at the full hour, when load is high: choose another minute.");
  }
  if (startsPerWeek(cron) > 14)
    notes.push("More than two runs a day rotate nothing sooner: what is due is counted in days.");
  return notes;
}

/** The options that are not the default, as they were written: the file says how it was made. */
export function commandOf(host: Host, options: ScheduleOptions): string {
  const given = (Object.keys(DEFAULTS) as (keyof ScheduleOptions)[]).flatMap((name) => {
    const value = options[name];
    if (value === DEFAULTS[name]) return [];
    if (typeof value === "boolean") return [`--no-${name}`];
    return [`${flagOf(name)} ${/^[\w./-]+$/.test(value) ? value : `"${value}"`}`];
  });
  return ["certlock rotation schedule", host, ...given].join(" ");
}

function beyondLimits(cron: Cron, host: Host): string[] {
  const { closest, perWeek, source } = LIMITS[host];
  return [
    ...(closestStarts(cron) < closest
      ? [
          `--cron starts runs ${closestStarts(cron)} minutes apart; ${host} wants ${closest} at the least: ${source}`,
        ]
      : []),
    ...(startsPerWeek(cron) > perWeek
      ? [`--cron starts ${startsPerWeek(cron)} runs a week; ${host} takes ${perWeek} at the most: ${source}`]
      : []),
  ];
}

function flagOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
