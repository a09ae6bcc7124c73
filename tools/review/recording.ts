/** Records what the engine says in a preview, as a pipeline would have it: streamed events and the digest. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import * as auto from "@pulumi/pulumi/automation";
import type { Engine } from "../../cli/engine/find";
import { offlineEnvironment } from "../stack/environment";
import { copyProject, engineRoot } from "../stack/workspace";

export interface RecordingOptions {
  readonly engine: Engine;
  /** Folder of the project whose Pulumi.yaml is used. */
  readonly project: string;
  readonly stackName: string;
  /** Private folder for state, plugins and settings. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly policyPacks: readonly string[];
  readonly config?: Readonly<Record<string, unknown>>;
}

export interface Recording {
  /** What `pulumi preview --json` prints with streaming switched on. */
  readonly events: string;
  /** What it prints without. */
  readonly digest: string;
  readonly ok: boolean;
}

type Receive = (text: string) => void;

/** What the typings of `PulumiCommand` hide. */
interface RunsCommands {
  run: (
    args: string[],
    cwd: string,
    environment: Record<string, string>,
    onOutput?: Receive,
    onError?: Receive,
    signal?: AbortSignal,
  ) => Promise<unknown>;
}

type Program = () => Promise<Record<string, unknown>>;

export class Recorder {
  readonly #options: RecordingOptions;

  constructor(options: RecordingOptions) {
    this.#options = options;
  }

  /** Deploys without the guard, so that a preview has something to compare with. */
  async deploy(program: Program): Promise<void> {
    const { stack } = await this.#open(program);
    await stack.up({ color: "never" });
  }

  /** What `pulumi stack export` prints, its secrets encrypted: the Automation API's own export decrypts them. */
  async export(): Promise<string> {
    const { stack } = await this.#open(() => Promise.resolve({}));
    const { workspace, name } = stack;
    const command = workspace.pulumiCommand as auto.PulumiCommand & RunsCommands;
    const environment = { ...workspace.envVars, PULUMI_HOME: workspace.pulumiHome ?? "" };
    const exported = await command.run(["stack", "export", "--stack", name], workspace.workDir, environment);
    return (exported as { readonly stdout: string }).stdout;
  }

  async preview(program: Program): Promise<Recording> {
    const streamed = await this.#preview(program, true);
    const digest = await this.#preview(program, false);
    return { events: streamed.stdout, digest: digest.stdout, ok: streamed.ok };
  }

  async #preview(program: Program, streaming: boolean): Promise<{ stdout: string; ok: boolean }> {
    const { stack, printed } = await this.#open(program, streaming);
    try {
      await stack.preview({ color: "never", policyPacks: [...this.#options.policyPacks] });
      return { stdout: printed(), ok: true };
    } catch (error) {
      if (!(error instanceof auto.CommandError)) throw error;
      return { stdout: printed(), ok: false };
    }
  }

  async #open(program: Program, streaming?: boolean): Promise<{ stack: auto.Stack; printed: () => string }> {
    const { engine, project, stackName, folder, environment, config = {} } = this.#options;
    await mkdir(join(folder, "state"), { recursive: true, mode: 0o700 });
    const workDir = join(folder, "project");
    const projectName = await copyProject(project, stackName, workDir, config);
    const command = (await auto.PulumiCommand.get({
      root: await engineRoot(engine, join(folder, "engine")),
      skipVersionCheck: true,
    })) as auto.PulumiCommand & RunsCommands;
    let stdout = "";
    if (streaming !== undefined) {
      const run = command.run.bind(command);
      // The Automation API asks for no JSON, and stops a program as soon as it has what it wants: so it is asked here.
      command.run = (args, cwd, env, onOutput, onError, signal) => {
        if (args[0] !== "preview") return run(args, cwd, env, onOutput, onError, signal);
        const collect = (text: string): void => {
          stdout += text;
        };
        return run([...args, "--json"], cwd, env, collect, onError, signal);
      };
    }
    const stack = await auto.LocalWorkspace.createOrSelectStack(
      { stackName, projectName, program },
      {
        workDir,
        pulumiCommand: command,
        pulumiHome: join(folder, "home"),
        envVars: {
          ...offlineEnvironment(folder, "recorded"),
          ...environment,
          ...(streaming === true && { PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" }),
        },
      },
    );
    return { stack, printed: () => stdout };
  }
}
