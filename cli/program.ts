/** The command line as a tree: what `--help`, completion and the process itself are made from. */
import { Command, CommanderError } from "commander";
import type { CommandIo } from "./command-io";
import { registerCheck } from "./commands/check";
import { registerCompletion } from "./commands/completion";
import { registerEngine } from "./commands/engine";
import { registerExplain } from "./commands/explain";
import { registerReview } from "./commands/review";
import { registerRotation } from "./commands/rotation";
import { registerSandbox } from "./commands/sandbox";
import { IncompleteError, UsageError } from "./errors";
import { EXIT } from "./exit-codes";
import { packageVersion } from "./package-files";

const DESCRIPTION = `Entra app identities without client secrets: checks and reviews Pulumi programs.

  laptop, pre-commit, fork     certlock check
  pipeline, pull request       certlock review
  what the next runs do        certlock rotation plan
  a rule's name in a report    certlock explain RULE`;

const EPILOGUE = `
Examples:
  certlock check                           the project in this folder
  certlock check infra --stack prod        another folder, one of its stacks
  certlock check --format sarif --output certlock.sarif
  certlock explain no-client-secret-input  what a rule wants, and how to mend it

Exit codes of check and review, and much the same of rotation plan:
  0  nothing at or above the threshold (--fail-on)
  1  called wrongly, or an error of certlock itself
  2  blocking findings, or a preview that failed
  3  incomplete: no engine, a language that cannot be run, a pack that did not run, unknowns with --strict
  4  something secret would have been printed; nothing was`;

const REGISTRATIONS = [
  registerCheck,
  registerReview,
  registerExplain,
  registerRotation,
  registerSandbox,
  registerEngine,
  registerCompletion,
];

export function createProgram(io: CommandIo): Command {
  const program = new Command("certlock")
    .description(DESCRIPTION)
    .version(packageVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this text")
    .helpCommand("help [command]", "print the help of a command")
    .addHelpText("after", EPILOGUE)
    .showHelpAfterError("Run certlock --help for what there is.")
    .configureOutput({
      writeOut: io.out,
      writeErr: io.err,
      getOutHasColors: () => io.colour,
      getErrHasColors: () => false,
    })
    .exitOverride();
  for (const register of REGISTRATIONS) register(program, io);
  settle(program, program, "certlock");
  return program;
}

/** Every command, those of groups too, complains the same way. */
function settle(program: Command, group: Command, path: string): void {
  for (const command of group.commands) {
    const name = `${path} ${command.name()}`;
    const what = command.commands.length > 0 ? "its commands" : "its options";
    command.copyInheritedSettings(program).showHelpAfterError(`Run ${name} --help for ${what}.`);
    settle(program, command, name);
  }
}

/**
 * Runs one command.
 *
 * @param args without node and script
 * @returns the exit code; every failure has been told on standard error
 */
export async function runProgram(args: readonly string[], io: CommandIo): Promise<number> {
  let code: number = EXIT.ok;
  const exit = (given: number): void => {
    code = given;
  };
  const program = createProgram({ ...io, exit });
  try {
    if (args.length === 0) io.out(program.helpInformation() + EPILOGUE + "\n");
    else await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (io.signal.aborted) return code;
    return tell(error, io);
  }
}

function tell(error: unknown, io: CommandIo): number {
  if (error instanceof UsageError || error instanceof IncompleteError) {
    io.err(`${error.code}: ${error.message}\n`);
    return error instanceof UsageError ? EXIT.usage : EXIT.incomplete;
  }
  const code = error instanceof Error && "exitCode" in error ? error.exitCode : undefined;
  io.err(`${error instanceof Error ? error.message : String(error)}\n`);
  return typeof code === "number" ? code : EXIT.usage;
}
