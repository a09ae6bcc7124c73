/** `certlock rotation schedule`: the file that makes a pipeline rotate, and whether the one in the repository is still it. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { Argument } from "commander";
import type { CommandIo, Register } from "../command-io";
import { UsageError } from "../errors";
import { EXIT } from "../exit-codes";
import { azurePipeline } from "../rotation-schedule/azure-devops";
import { githubWorkflow } from "../rotation-schedule/github-actions";
import {
  DEFAULTS,
  type Host,
  hosts,
  notesOn,
  readSchedule,
  type ScheduledRotation,
  type ScheduleOptions,
} from "../rotation-schedule/options";

interface Given extends ScheduleOptions {
  readonly output?: string;
  readonly check?: string | true;
}

/** Where the host looks for the file. */
const PLACES: Readonly<Record<Host, string>> = {
  "github-actions": ".github/workflows/rotation.yml",
  "azure-devops": ".azuredevops/rotation.yml",
};
const RENDERERS: Readonly<Record<Host, (rotation: ScheduledRotation) => string>> = {
  "github-actions": githubWorkflow,
  "azure-devops": azurePipeline,
};

const HELP = `
Cron is "minute hour * * weekday", in UTC: a rotation runs on weekdays, weekly at the least. GitHub runs schedules on the
default branch only, not closer than five minutes, later or not at all when it is busy.

Examples:
  certlock rotation schedule github-actions > .github/workflows/rotation.yml
  certlock rotation schedule github-actions --stack contoso/identities/prod --cron "17 5 * * *"
  certlock rotation schedule azure-devops --output .azuredevops/rotation.yml
  certlock rotation schedule github-actions --check

Exit codes:
  0  written, or the file is what would be written
  1  called wrongly, or the file cannot be written: one that this command did not write is left as it is
  2  --check: the file is missing or differs`;

/** `certlock rotation schedule HOST`. */
export const registerRotationSchedule: Register = (group, io) => {
  group
    .command("schedule")
    .description("write the pipeline that rotates on a schedule, or check the one there is")
    .addArgument(new Argument("<host>", "whose pipelines run it").choices(hosts))
    .option("-s, --stack <name>", "stack to update", DEFAULTS.stack)
    .option("--cron <expression>", "when it runs, in UTC", DEFAULTS.cron)
    .option("--environment <name>", "environment of the job; it should ask nobody", DEFAULTS.environment)
    .option("--branch <name>", "branch whose stack is updated", DEFAULTS.branch)
    .option("--work-dir <folder>", "folder of the Pulumi project within the repository", DEFAULTS.workDir)
    .option("--service-connection <name>", "of Azure DevOps, the one that writes", DEFAULTS.serviceConnection)
    .option("--no-evidence", "do not look at sign-ins before certificates are removed")
    .option("--no-alert", "open no issue when a run fails (GitHub)")
    .option("-o, --output <file>", "write the file there instead of to standard output")
    .option("--check [file]", "compare the file in the repository instead of writing it")
    .addHelpText("after", HELP)
    .action(async (host: Host, { output, check, ...options }: Given) => {
      if (output !== undefined && check !== undefined)
        throw new UsageError("SCHEDULE_OPTIONS", "Choose one of --output and --check.");
      const rotation = readSchedule(host, options);
      for (const note of notesOn(host, rotation)) io.err(`certlock: ${note}\n`);
      const text = RENDERERS[host](rotation);
      if (check !== undefined) io.exit(await compare(text, check === true ? PLACES[host] : check, host, io));
      else if (output === undefined) io.out(text);
      else await write(text, output, host, io);
    });
};

/** @throws UsageError when it cannot be written, or would take the place of what somebody else wrote */
async function write(text: string, file: string, host: Host, io: CommandIo): Promise<void> {
  const path = resolve(io.workingFolder, file);
  const found = await readIfThere(path, file);
  if (found !== undefined && found !== "" && !isWrittenFor(host, found)) {
    throw new UsageError(
      "OUTPUT_EXISTS",
      `${file} is there, and was not written by "certlock rotation schedule ${host}": it was left as it is. ` +
        "Move it away, or choose another --output.",
    );
  }
  try {
    await makeFolder(dirname(path));
    await writeFile(path, text);
  } catch (error) {
    throw failed("OUTPUT_FAILED", file, "written", error);
  }
}

/** Node's own recursion does not end where a folder cannot be made and none says so, as below /proc. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return;
    if (code !== "ENOENT" || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await mkdir(path);
  }
}

/** @throws UsageError for what is there and cannot be read */
async function readIfThere(path: string, file: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (["ENOENT", "ENOTDIR"].includes(code)) return undefined;
    throw failed("FILE_UNREADABLE", file, "read", error);
  }
}

function failed(code: string, file: string, done: string, error: unknown): UsageError {
  const reason = (error as NodeJS.ErrnoException).code ?? "no reason given";
  return new UsageError(
    code,
    `${file === "" ? "A file without a name" : file} cannot be ${done} (${reason}).`,
  );
}

/** What the file says of itself. */
function isWrittenFor(host: Host, text: string): boolean {
  return text
    .split(/\r?\n/, 10)
    .some((line) => `${line} `.startsWith(`# Written by: certlock rotation schedule ${host} `));
}

async function compare(wanted: string, file: string, host: Host, io: CommandIo): Promise<number> {
  const found = await readIfThere(resolve(io.workingFolder, file), file);
  if (found === undefined) {
    io.err(`certlock: ${file} is not there. The same command with --output ${file} writes it.\n`);
    return EXIT.blocked;
  }
  if (!isWrittenFor(host, found)) {
    io.err(`certlock: ${file} was not written by "certlock rotation schedule ${host}".\n`);
    return EXIT.blocked;
  }
  const [one, other] = [wanted, found].map((text) => text.replaceAll("\r\n", "\n").split("\n"));
  const line = one?.findIndex((each, index) => each !== other?.[index]) ?? -1;
  if (line === -1 && one?.length === other?.length) return EXIT.ok;
  const at = line === -1 ? (one?.length ?? 0) : line;
  io.err(
    `certlock: ${file} differs from line ${at + 1} on. The same command with --output ${file} writes it anew; ` +
      "what was changed by hand is lost then.\n",
  );
  return EXIT.blocked;
}
