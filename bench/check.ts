/**
 * How much longer `certlock check` takes than a bare preview of the same program with the same attached providers.
 *
 *   npm run build && npx tsx bench/check.ts
 *
 * At most 1.5 times, on this repository's own stack. Bare is: the engine, the program started when the engine asks for
 * it, and nothing between the two; providers are served by this process, which is warm. The two run in turns and the
 * median of the ratios decides. TypeScript is compiled without looking at types on both sides: as `pulumi preview` does
 * it by default, with types, is shown beside it. So is the processor time, on Linux, which other work on the machine
 * changes little.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { readConfiguration } from "../cli/check/configuration";
import { EngineRun } from "../cli/check/engine-run";
import { openLanguageHost, type RunCall, type RunResult } from "../cli/check/language-host";
import { Markers } from "../cli/check/markers";
import { runnerOf } from "../cli/check/program-process";
import { readProject } from "../cli/check/project";
import { openProviderDoor } from "../cli/check/provider-service";
import { findEngine } from "../cli/engine/find";
import { EMULATED_PACKAGES, openProvidersDoor } from "../sandbox/providers/door";
import { Tenant } from "../sandbox/tenant/tenant";

const ROOT = resolve(__dirname, "..");
const LIMIT = 1.5;
const ROUNDS = 5;
const STACK = "dev";

/** What one run has taken, in seconds. */
interface Cost {
  readonly elapsed: number;
  /** Of this process and of all that it has started and waited for; NaN where the system does not tell. */
  readonly processor: number;
}

async function main(): Promise<void> {
  const bare: Cost[] = [];
  const typed: Cost[] = [];
  const checked: Cost[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    bare.push(await measured(() => barePreview(true)));
    checked.push(await measured(certlockCheck));
    typed.push(await measured(() => barePreview(false)));
  }
  const ratio = (of: keyof Cost, to: readonly Cost[]): number =>
    median(checked.map((cost, round) => cost[of] / (to[round]?.[of] ?? NaN)));
  const line = (what: string, of: keyof Cost, to: readonly Cost[], limit = ""): string => {
    const seconds = (costs: readonly Cost[]): string =>
      `${median(costs.map((cost) => cost[of])).toFixed(1)} s`;
    return `${what.padEnd(46)}${ratio(of, to).toFixed(2)}  ${limit.padEnd(12)}${seconds(checked)} against ${seconds(to)}`;
  };
  console.log(line("certlock check, times a bare preview", "elapsed", bare, `(limit ${LIMIT})`));
  console.log(line("  in processor time", "processor", bare));
  console.log(line("certlock check, times a preview with types", "elapsed", typed));
  console.log(line("  in processor time", "processor", typed));
  if (ratio("elapsed", bare) > LIMIT) process.exitCode = 1;
}

function certlockCheck(): Promise<void> {
  const command = [join(ROOT, "cli", "bin", "certlock"), "check", ROOT, "--stack", STACK, "--format", "json"];
  return succeed(spawn(process.execPath, command, { stdio: "ignore" }));
}

/** As the engine and its Node host run a program: the program starts when the engine is ready, and talks to it directly. */
async function barePreview(transpileOnly: boolean): Promise<void> {
  const { engine } = await findEngine(process.env);
  if (engine === undefined) throw new Error("No engine: run npm run engine.");
  const project = readProject(ROOT);
  const stack = { name: STACK, file: join(ROOT, `Pulumi.${STACK}.yaml`) };
  const configuration = await readConfiguration(project, stack, new Map(), {}, new Markers());
  const folder = await mkdtemp(join(tmpdir(), "certlock-bench-"));
  const tenant = new Tenant();
  const door = await openProvidersDoor({ tenant });
  const own = await openProviderDoor({ packages: new Map(), own: new Map() });
  const host = await openLanguageHost((call) => runProgram(call, transpileOnly));
  try {
    const run = await EngineRun.start({
      engine,
      project,
      stack: STACK,
      configuration,
      folder,
      languagePort: host.port,
      providers: new Map([
        ...EMULATED_PACKAGES.map((name) => [name, door.port] as const),
        ["certlock", own.port],
      ]),
      packs: [],
      environment: process.env,
    });
    const { code, errors } = await run.ended;
    if (code !== 0) throw new Error(`The bare preview failed: ${errors}`);
  } finally {
    host.close();
    own.close();
    await door.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function runProgram(call: RunCall, transpileOnly: boolean): Promise<RunResult> {
  const project = readProject(ROOT);
  const child = spawn(
    process.execPath,
    [
      runnerOf(project),
      `--monitor=${call.monitorAddress}`,
      `--engine=${call.engineAddress}`,
      `--project=${project.name}`,
      `--stack=${STACK}`,
      `--pwd=${project.programFolder}`,
      "--dry-run",
      "--parallel=16",
      project.entryPoint,
    ],
    {
      stdio: "ignore",
      env: {
        ...process.env,
        PULUMI_CONFIG: JSON.stringify(call.config),
        PULUMI_NODEJS_TYPESCRIPT: "true",
        PULUMI_NODEJS_TRANSPILE_ONLY: String(transpileOnly),
      },
    },
  );
  return succeed(child).then(() => ({}));
}

function succeed(child: ReturnType<typeof spawn>): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`Exit code ${code ?? "none"}.`));
    });
  });
}

async function measured(work: () => Promise<void>): Promise<Cost> {
  const [started, used] = [performance.now(), processorSeconds()];
  await work();
  return { elapsed: (performance.now() - started) / 1000, processor: processorSeconds() - used };
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: cutime and cstime, in hundredths of a second. */
function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  try {
    const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1]?.split(" ") ?? [];
    return (user + system) / 1e6 + (Number(fields[13]) + Number(fields[14])) / 100;
  } catch {
    return NaN;
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
}

if (require.main === module) void main();
