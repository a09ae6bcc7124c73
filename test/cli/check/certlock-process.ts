/** The command line as its users have it: a process of its own, with an environment of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Report } from "../../../cli/review/report";

export const ROOT = resolve(__dirname, "../../..");
export const PROGRAMS = join(ROOT, "test", "cli", "programs");
const EXECUTABLE = join(ROOT, "cli", "bin", "certlock");

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A folder for temporary files, so that what is left in it can be seen. */
export class TemporaryFolder {
  readonly path = mkdtempSync(join(tmpdir(), "certlock-cli-test-"));

  get names(): string[] {
    // The SDK of a program keeps a cache of its own there.
    return readdirSync(this.path).filter((name) => name.startsWith("certlock-"));
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** What a process needs to run at all, and to find the engine. */
export function bareEnvironment(): Record<string, string> {
  const { PATH = "", XDG_CACHE_HOME } = process.env;
  return { PATH, HOME: homedir(), ...(XDG_CACHE_HOME !== undefined && { XDG_CACHE_HOME }) };
}

export function start(args: readonly string[], options: RunOptions = {}): ChildProcess {
  return spawn(process.execPath, [EXECUTABLE, ...args], {
    cwd: options.cwd ?? PROGRAMS,
    env: { ...bareEnvironment(), ...options.environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

export function certlock(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return ended(start(args, options));
}

export function ended(child: ChildProcess): Promise<Ended> {
  return new Promise((resolve, reject) => {
    let stdout = "";
    let stderr = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code, stdout, stderr });
    });
  });
}

/** Checks a program of test/cli/programs and reads the report. */
export async function checked(
  program: string,
  options: RunOptions & { readonly args?: readonly string[] } = {},
): Promise<Ended & { readonly report: Report }> {
  const run = await certlock(["check", program, "--format", "json", ...(options.args ?? [])], options);
  if (run.stdout === "") throw new Error(`No report; exit code ${run.code ?? "none"}: ${run.stderr}`);
  return { ...run, report: JSON.parse(run.stdout) as Report };
}

/** `level rule resource`, as many as there are, in order. */
export function findings({ findings: found }: Report): string[] {
  return found.map(({ level, rule, resource }) => `${level} ${rule} ${resource}`).sort();
}

/** `resource property`, as many as there are, in order. */
export function notEvaluated(report: Report): string[] {
  return report.notEvaluated
    .map(({ resource, property }) => (property === undefined ? resource : `${resource} ${property}`))
    .sort();
}
