import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { packageFile } from "../package-files";
import { type Engine, engineAt } from "./find";
import { builtPath, type Environment, EXECUTABLE } from "./places";
import { run } from "./process";
import { ENGINE_VERSION } from "./version";

const COMMAND_PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
/** Folder of go.mod and go.sum, which the compiler leaves where they are. */
const MODULE_FOLDER = "cli/engine";

export interface BuildOptions {
  readonly environment: Environment;
  readonly report: (line: string) => void;
  /** Milliseconds between two progress lines; default 10 s. */
  readonly progressMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Builds the engine from Pulumi's Go modules, pinned by go.mod and go.sum, and keeps it for the next run.
 * The checksum database stays as Go has it: nothing here turns it off. Answers the engine, or why not.
 *
 * The binary is written beside its final place and renamed, so that a killed build leaves no half engine.
 */
export async function buildEngine(options: BuildOptions): Promise<Engine | string> {
  const { environment, report, signal } = options;
  const go = (args: readonly string[], onErrorLine?: (line: string) => void) =>
    run("go", args, {
      cwd: packageFile(MODULE_FOLDER),
      environment,
      ...(signal === undefined ? {} : { signal }),
      ...(onErrorLine === undefined ? {} : { onErrorLine }),
    });

  const version = await go(["version"]);
  if (version.code === 127) return "Go is not installed.";
  if (version.code !== 0) return `"go version" failed: ${lastLine(version.stderr)}`;

  const target = builtPath(environment);
  const folder = dirname(target);
  await mkdir(folder, { recursive: true });
  const scratch = await mkdtemp(join(folder, ".building-"));
  const progress = new Progress(report, options.progressMs ?? 10_000);
  try {
    report(
      `Building Pulumi's engine ${ENGINE_VERSION} from its Go modules. Once only: two to four minutes on two cores, up to six when the modules must be fetched.`,
    );
    progress.say("fetching modules");
    const listed = await go(["list", "-mod=readonly", "-deps", COMMAND_PACKAGE]);
    if (listed.code !== 0) return `Go could not fetch Pulumi's modules: ${lastLine(listed.stderr)}`;
    progress.expect(listed.stdout.trim().split("\n").length);

    const built = await go(
      [
        "build",
        "-mod=readonly",
        "-buildvcs=false",
        "-trimpath",
        "-v",
        "-ldflags",
        `-s -w -X ${VERSION_VARIABLE}=v${ENGINE_VERSION}`,
        "-o",
        join(scratch, EXECUTABLE),
        COMMAND_PACKAGE,
      ],
      () => {
        progress.count();
      },
    );
    if (built.code !== 0) return `The build of Pulumi's engine failed: ${lastLine(built.stderr)}`;
    await rename(join(scratch, EXECUTABLE), target);
  } finally {
    progress.stop();
    await rm(scratch, { recursive: true, force: true });
  }
  const engine = await engineAt(target, "Go modules", environment);
  return typeof engine === "object" ? engine : (engine ?? `${target} is missing after its build.`);
}

/** Says at a steady pace how far the build is, also when Go itself is silent (linking, fetching). */
class Progress {
  readonly #report: (line: string) => void;
  readonly #started = Date.now();
  readonly #timer: NodeJS.Timeout;
  #phase = "starting";
  #done = 0;
  #total = 0;

  constructor(report: (line: string) => void, everyMs: number) {
    this.#report = report;
    this.#timer = setInterval(() => {
      this.#tick();
    }, everyMs);
  }

  say(phase: string): void {
    this.#phase = phase;
  }

  expect(total: number): void {
    this.#total = total;
    this.#phase = "compiling";
  }

  /** One more package compiled. Packages from Go's build cache are not counted by Go. */
  count(): void {
    this.#done += 1;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const seconds = Math.round((Date.now() - this.#started) / 1000);
    const share = this.#total === 0 ? "" : `, ${this.#done} of at most ${this.#total} packages`;
    this.#report(`  ${this.#phase}${share}, ${seconds} s`);
  }
}

function lastLine(text: string): string {
  return (text.trim().split("\n").at(-1) ?? "").slice(0, 300) || "no reason given";
}
