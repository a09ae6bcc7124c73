/** The user's program, run as Pulumi's own Node language host runs it: by the SDK that is installed for it. */
import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { IncompleteError } from "../errors";
import type { Environment } from "./environment";
import { HAS_GROUPS, killGroup } from "./process-group";
import { Printed } from "./printed";
import type { Project } from "./project";

export interface ProgramOptions {
  readonly project: Project;
  readonly stack: string;
  /** Configuration by full key. */
  readonly config: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
  /** Where monitor and engine are to be had. */
  readonly address: string;
  readonly environment: Environment;
  /** Whether TypeScript is compiled with its types looked at. */
  readonly typeCheck: boolean;
  /** Module that is loaded before the program's SDK. */
  readonly preload: string;
  /** Whether a required setting that is not there gets a stand-in instead of ending the program. */
  readonly settingsMayBeMissing: boolean;
  /** Told the process as soon as there is one. */
  readonly started: (child: ChildProcess) => void;
}

export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class ProgramProcess {
  readonly ended: Promise<ProgramEnd>;
  readonly #child: ChildProcess;
  readonly #printed: Printed;

  constructor(options: ProgramOptions) {
    const { project, preload } = options;
    const nodeArguments = (project.runtime.options.nodeargs ?? "").split(/\s+/).filter((part) => part !== "");
    // `-r` and not `--require`: at that, the SDK would leave ES modules in TypeScript alone.
    const child = spawn(
      process.execPath,
      [...nodeArguments, "-r", preload, runnerOf(project), ...argumentsOf(options)],
      {
        cwd: project.programFolder,
        env: environmentOf(options),
        stdio: ["ignore", "pipe", "pipe"],
        detached: HAS_GROUPS,
      },
    );
    this.#child = child;
    options.started(child);
    this.#printed = new Printed(child.stdout, child.stderr);
    this.ended = new Promise((resolve) => {
      child.on("error", () => {
        resolve({ code: 127, signal: null });
      });
      child.on("close", (code, signal) => {
        resolve({ code, signal });
      });
    });
  }

  /** The end of what it has printed. */
  get output(): string {
    return this.#printed.text;
  }

  kill(): void {
    killGroup(this.#child);
  }
}

/** The runner of the SDK that the program itself would load. It is looked up, not loaded. */
export function runnerOf(project: Project): string {
  try {
    return createRequire(join(project.programFolder, "program.js")).resolve("@pulumi/pulumi/cmd/run");
  } catch {
    throw new IncompleteError(
      "SDK_MISSING",
      `@pulumi/pulumi is not installed for ${project.programFolder}. Install the program's packages there first: npm install`,
    );
  }
}

function argumentsOf({ project, stack, address }: ProgramOptions): string[] {
  return [
    `--monitor=${address}`,
    `--engine=${address}`,
    "--organization=organization",
    `--project=${project.name}`,
    `--root-directory=${project.root}`,
    `--stack=${stack}`,
    `--pwd=${project.programFolder}`,
    "--dry-run",
    "--parallel=16",
    project.entryPoint,
  ];
}

function environmentOf(options: ProgramOptions): Environment {
  const { typescript, tsconfig } = options.project.runtime.options;
  return {
    ...options.environment,
    PULUMI_CONFIG: JSON.stringify(options.config),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(options.secretKeys),
    ...(options.settingsMayBeMissing && { CERTLOCK_CHECK_MISSING_SETTINGS: "1" }),
    PULUMI_PROJECT: options.project.name,
    PULUMI_STACK: options.stack,
    PULUMI_NODEJS_TYPESCRIPT: String(typescript !== false),
    ...(tsconfig !== undefined && { PULUMI_NODEJS_TSCONFIG_PATH: tsconfig }),
    // Types are the compiler's business; a program that asks for no check in its tsconfig gets none either way.
    ...(!options.typeCheck && { PULUMI_NODEJS_TRANSPILE_ONLY: "true" }),
  };
}
