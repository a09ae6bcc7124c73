/** A command run within the test's own process, with a folder, a clock and an environment of its own. */
import { runProgram } from "../../../cli/program";

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export async function runIn(
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  let [out, err] = ["", ""];
  const code = await runProgram(args, {
    environment,
    workingFolder: folder,
    now: () => new Date("2026-12-01T08:30:00Z"),
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    colour: false,
    signal: new AbortController().signal,
    exit: () => undefined,
  });
  return { code, out, err };
}
