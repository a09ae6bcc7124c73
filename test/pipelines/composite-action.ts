/** Runs a composite action as GitHub's runner does: steps in a real shell, with its files for outputs and summary. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { type Contexts, interpolate, runs } from "./expression";

interface Step {
  readonly id?: string;
  readonly name: string;
  readonly if?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string | boolean>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly "continue-on-error"?: boolean;
}

export interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string; readonly required?: boolean }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

export interface StepResult {
  readonly name: string;
  readonly outcome: "success" | "failure" | "skipped";
  readonly code?: number;
}

export interface ActionResult {
  readonly steps: readonly StepResult[];
  /** Other actions it would have called, with what they would have been given. */
  readonly called: readonly { readonly uses: string; readonly with: Readonly<Record<string, string>> }[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly failed: boolean;
  /** Both output streams of all steps, as in the log of the run. */
  readonly log: string;
  readonly summary: string;
}

export interface ActionRun {
  readonly inputs: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  /** The checkout. */
  readonly workspace: string;
  /** Private folder for the runner's own files. */
  readonly temp: string;
}

export async function readAction(path: string): Promise<Action> {
  return parse(await readFile(path, "utf8")) as Action;
}

export async function runAction(path: string, run: ActionRun): Promise<ActionResult> {
  const action = await readAction(path);
  for (const name of Object.keys(run.inputs)) {
    if (!(name in action.inputs)) throw new Error(`The action has no input ${name}.`);
  }
  const github = { token: run.environment["TEST_GITHUB_TOKEN"] ?? "" };
  const steps: Record<string, { outcome: string; outputs: Record<string, string> }> = {};
  const results: StepResult[] = [];
  const called: { uses: string; with: Record<string, string> }[] = [];
  const files = join(run.temp, "runner");
  await mkdir(files, { recursive: true });
  let failed = false;
  let log = "";
  let summary = "";
  const contexts = (): Contexts => ({ inputs, github, steps, cancelled: false, failed });
  // Defaults may hold expressions; what is given has been evaluated by the workflow.
  const inputs: Record<string, string> = {};
  for (const [name, { default: otherwise = "" }] of Object.entries(action.inputs)) {
    inputs[name] = run.inputs[name] ?? interpolate(otherwise, contexts());
  }

  for (const [index, step] of action.runs.steps.entries()) {
    if (!runs(step.if, contexts())) {
      results.push({ name: step.name, outcome: "skipped" });
      if (step.id !== undefined) steps[step.id] = { outcome: "skipped", outputs: {} };
      continue;
    }
    const evaluated = (values: Readonly<Record<string, string | boolean>> = {}): Record<string, string> =>
      Object.fromEntries(
        Object.entries(values).map(([key, value]) => [key, interpolate(String(value), contexts())]),
      );
    if (step.uses !== undefined) {
      called.push({ uses: step.uses, with: evaluated(step.with) });
      results.push({ name: step.name, outcome: "success" });
      continue;
    }
    const script = join(files, `step-${index}.sh`);
    const [outputFile, summaryFile] = [join(files, `output-${index}`), join(files, `summary-${index}.md`)];
    await writeFile(script, interpolate(step.run ?? "", contexts()));
    await writeFile(outputFile, "");
    await writeFile(summaryFile, "");
    const { code, text } = await shell(script, run.workspace, {
      ...run.environment,
      ...evaluated(step.env),
      GITHUB_ACTION_PATH: dirname(path),
      GITHUB_OUTPUT: outputFile,
      GITHUB_STEP_SUMMARY: summaryFile,
      RUNNER_TEMP: run.temp,
    });
    log += text;
    summary += await readFile(summaryFile, "utf8");
    const outcome = code === 0 ? "success" : "failure";
    results.push({ name: step.name, outcome, code });
    if (step.id !== undefined)
      steps[step.id] = { outcome, outputs: parseOutputs(await readFile(outputFile, "utf8")) };
    if (code !== 0 && step["continue-on-error"] !== true) failed = true;
  }
  const outputs = Object.fromEntries(
    Object.entries(action.outputs).map(([name, { value }]) => [name, interpolate(value, contexts())]),
  );
  return { steps: results, called, outputs, failed, log, summary };
}

function parseOutputs(text: string): Record<string, string> {
  const lines = text.split("\n").filter((line) => line !== "");
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf("=");
      if (at <= 0) throw new Error(`Not an output: ${line}`);
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
}

/** As the runner calls bash for `shell: bash`. Nothing of our own environment is passed on. */
export async function shell(
  script: string,
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<{ code: number; text: string }> {
  const child = spawn("bash", ["--noprofile", "--norc", "-eo", "pipefail", script], {
    cwd: folder,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  const collect = (chunk: Buffer): void => {
    text += chunk.toString("utf8");
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  const [code] = (await once(child, "close")) as [number | null];
  return { code: code ?? 1, text };
}
