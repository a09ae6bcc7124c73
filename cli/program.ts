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
import { EXIT, EXIT_CODES } from "./exit-codes";
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
  certlock review --events events.jsonl --digest digest.json
  certlock explain no-client-secret-input  what a rule wants, and how to mend it
  certlock rotation plan --until P180D     which certificates come and go in half a year

${EXIT_CODES}`;

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
  settle(program, "certlock");
  return program;
}

/** Every command below says where its own help is. */
function settle(parent: Command, name: string): void {
  for (const command of parent.commands) {
    const full = `${name} ${command.name()}`;
    const what = command.commands.length > 0 ? "its commands" : "its options";
    command.showHelpAfterError(`Run ${full} --help for ${what}.`);
    settle(command, full);
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
