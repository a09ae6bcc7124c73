/** One preview on Pulumi's engine, with state and settings in a private folder that is thrown away afterwards. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import type { Engine } from "../engine/find";
import { type Configuration, YAML_TAGS } from "./configuration";
import type { Environment } from "./environment";
import { withoutMarkers } from "./markers";
import { HAS_GROUPS, killGroup } from "./process-group";
import type { Project } from "./project";

export interface EngineRunOptions {
  readonly engine: Engine;
  readonly project: Project;
  readonly stack: string;
  readonly configuration: Configuration;
  /** Private folder of this run. */
  readonly folder: string;
  readonly languagePort: number;
  /** Attached providers and where they are served: name and port. */
  readonly providers: ReadonlyMap<string, number>;
  /** Executable policy packs. */
  readonly packs: readonly string[];
  /** For the engine and, through it, for the packs. */
  readonly environment: Environment;
  /** Told the process as soon as there is one. */
  readonly started?: (child: ChildProcess) => void;
}

export interface EngineEnd {
  readonly code: number;
  /** Events as the engine streamed them, one a line. */
  readonly events: string;
  /** The engine's own complaints. */
  readonly errors: string;
}

const KEPT_ERRORS = 64 * 1024;

export class EngineRun {
  readonly #child: ChildProcess;
  readonly ended: Promise<EngineEnd>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    const events: string[] = [];
    let errors = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => events.push(text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      errors = (errors + text).slice(-KEPT_ERRORS);
    });
    this.ended = new Promise((resolve) => {
      const end = (code: number): void => {
        resolve({ code, events: withoutMarkers(events.join("")), errors: withoutMarkers(errors) });
      };
      child.on("error", () => {
        end(127);
      });
      child.on("close", (code) => {
        end(code ?? 1);
      });
    });
  }

  static async start(options: EngineRunOptions): Promise<EngineRun> {
    const { engine, stack, languagePort, packs } = options;
    const workspace = await prepare(options);
    const child = spawn(
      engine.command,
      [
        "preview",
        "--json",
        "--non-interactive",
        "--color=never",
        `--stack=${stack}`,
        `--client=127.0.0.1:${languagePort}`,
        "--exec-kind=auto.inline",
        "--skip-plugin-pre-install",
        // Stand-ins have not the types that the project's own schema asks for.
        "--skip-config-validation",
        ...packs.map((pack) => `--policy-pack=${pack}`),
      ],
      {
        cwd: workspace,
        env: environmentOf(options),
        stdio: ["ignore", "pipe", "pipe"],
        detached: HAS_GROUPS,
      },
    );
    options.started?.(child);
    return new EngineRun(child);
  }

  /** A preview has nothing to lose; the packs end with it. */
  kill(): void {
    killGroup(this.#child);
  }
}

/** Writes project, settings and an empty state, and answers the folder of the project. */
async function prepare({ project, stack, configuration, folder }: EngineRunOptions): Promise<string> {
  const workspace = join(folder, "project");
  const stacks = join(folder, "state", ".pulumi", "stacks", project.name);
  for (const path of [workspace, stacks]) await mkdir(path, { recursive: true, mode: 0o700 });
  const write = (path: string, text: string) => writeFile(path, text, { mode: 0o600 });
  await write(
    join(workspace, "Pulumi.yaml"),
    stringify({
      name: project.name,
      runtime: "nodejs",
      main: project.programFolder,
      ...configSchema(project.config),
    }),
  );
  await write(
    join(workspace, `Pulumi.${stack}.yaml`),
    stringify(configuration.stackFile, { customTags: YAML_TAGS }),
  );
  // What `pulumi stack init` would write, without starting the engine for it.
  await write(join(folder, "state", ".pulumi", "meta.yaml"), "version: 1\n");
  const checkpoint = {
    version: 3,
    checkpoint: { stack: `organization/${project.name}/${stack}`, latest: null },
  };
  await write(join(stacks, `${stack}.json`), JSON.stringify(checkpoint));
  return workspace;
}

function configSchema(config: unknown): { config?: unknown } {
  return typeof config === "object" && config !== null ? { config } : {};
}

function environmentOf(options: EngineRunOptions): Environment {
  const { folder, configuration, providers, project, stack, environment } = options;
  return {
    ...environment,
    PULUMI_HOME: join(folder, "home"),
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: configuration.passphrase,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
    PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true",
    PULUMI_DEBUG_PROVIDERS: [...providers].map(([name, port]) => `${name}:${port}`).join(","),
    // As Pulumi's Node host tells a pack; an executable one is told by nobody else.
    PULUMI_CONFIG: JSON.stringify(configuration.values),
    PULUMI_NODEJS_PROJECT: project.name,
    PULUMI_NODEJS_STACK: stack,
    PULUMI_NODEJS_DRY_RUN: "true",
    CERTLOCK_CALLED_IN: project.root,
  };
}
