import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as auto from "@pulumi/pulumi/automation";
import type { Engine } from "../../cli/engine/find";
import { run } from "../../cli/engine/process";
import { offlineEnvironment } from "./environment";
import { isLockedByTheDead } from "./lock";
import { programOf } from "./program";
import { copyProject, engineRoot } from "./workspace";

export interface OpenStackOptions {
  readonly engine: Engine;
  /** Folder of the project: Pulumi.yaml, Pulumi.<stack>.yaml and the program. */
  readonly project: string;
  /** Program file; default `index.ts` of the project. */
  readonly program?: string;
  readonly stackName?: string;
  /** Private folder for state, plugins and settings; made with mode 0700. */
  readonly folder: string;
  readonly passphrase: string;
  /** What the tenant wants exported, on top of the process's own environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Configuration that replaces values of the stack's file; `undefined` removes a key. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Executable policy packs for preview and up. */
  readonly policyPacks?: readonly string[];
  /** Files of configuration, one for each of the packs. */
  readonly policyPackConfigs?: readonly string[];
}

/** What a policy pack said about one resource or the stack. */
export interface Finding {
  readonly rule: string;
  readonly level: string;
  readonly resource: string;
  readonly message: string;
}

/** How an operation ended: never thrown, so that a refused preview can be looked at. */
export interface Outcome {
  readonly ok: boolean;
  /** Number of resources an operation, without those that stay the same. */
  readonly changes: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
  /** Names of the packs that ran. */
  readonly packs: readonly string[];
  readonly diagnostics: readonly string[];
  /** Standard output and standard error as the engine printed them. */
  readonly output: string;
}

export interface StoredState {
  readonly version: number;
  readonly deployment: {
    readonly resources?: readonly { readonly urn: string; readonly type: string }[];
    readonly pending_operations?: readonly unknown[];
  };
}

export interface UpOptions {
  /** Look at the tenant first; needed after a run that was cut off. Default false. */
  readonly refresh?: boolean;
  readonly signal?: AbortSignal;
  /** Called with the URN of each resource that has just been created, changed or found unchanged. */
  readonly onResource?: (urn: string) => void;
}

/** A stack on the real engine, run as an inline program with executable packs. */
export class StackSession {
  readonly #stack: auto.Stack;
  readonly #packs: { readonly policyPacks: string[]; readonly policyPackConfigs: string[] };

  constructor(stack: auto.Stack, packs: readonly string[], configs: readonly string[]) {
    this.#stack = stack;
    this.#packs = { policyPacks: [...packs], policyPackConfigs: [...configs] };
  }

  preview(signal?: AbortSignal): Promise<Outcome> {
    return observe((options) => this.#stack.preview({ ...options, ...withSignal(signal), ...this.#packs }));
  }

  /**
   * Note that the Automation API's `up` skips the preview: call {@link preview} first where stack rules must gate.
   * `refresh` also clears creations that an interrupted run left pending.
   */
  up(options: UpOptions = {}): Promise<Outcome> {
    const refresh = options.refresh === true ? { refresh: true } : {};
    return observe(
      (common) => this.#stack.up({ ...common, ...refresh, ...withSignal(options.signal), ...this.#packs }),
      options.onResource,
    );
  }

  refresh(): Promise<Outcome> {
    return observe((options) => this.#stack.refresh({ ...options, clearPendingCreates: true }));
  }

  destroy(): Promise<Outcome> {
    return observe((options) => this.#stack.destroy(options));
  }

  outputs(): Promise<auto.OutputMap> {
    return this.#stack.outputs();
  }

  /**
   * The stored state as `pulumi stack export` gives it, secrets encrypted: the Automation API's own export decrypts
   * them.
   */
  async exportState(): Promise<StoredState> {
    const { workspace, name } = this.#stack;
    const result = await run(workspace.pulumiCommand.command, ["stack", "export", "--stack", name], {
      cwd: workspace.workDir,
      environment: { ...process.env, ...workspace.envVars },
    });
    if (result.code !== 0) throw new Error(result.stderr.trim());
    return JSON.parse(result.stdout) as StoredState;
  }

  /** Puts a state in place of the stored one, as `pulumi stack import` does. */
  async importState(state: StoredState): Promise<void> {
    const { workspace, name } = this.#stack;
    const file = join(workspace.workDir, "state-to-import.json");
    await writeFile(file, JSON.stringify(state), { mode: 0o600 });
    const result = await run(
      workspace.pulumiCommand.command,
      ["stack", "import", "--stack", name, "--file", file],
      { cwd: workspace.workDir, environment: { ...process.env, ...workspace.envVars } },
    );
    await rm(file);
    if (result.code !== 0) throw new Error(result.stderr.trim());
  }
}

/** Opens a stack, making it where it does not exist yet; clears the lock of an engine that was killed. */
export async function openStack(options: OpenStackOptions): Promise<StackSession> {
  const stackName = options.stackName ?? "dev";
  const folder = options.folder;
  await mkdir(join(folder, "state"), { recursive: true, mode: 0o700 });
  const workDir = join(folder, "project");
  const projectName = await copyProject(options.project, stackName, workDir, options.config ?? {});
  const pulumiCommand = await auto.PulumiCommand.get({
    root: await engineRoot(options.engine, join(folder, "engine")),
    skipVersionCheck: true,
  });
  const stack = await auto.LocalWorkspace.createOrSelectStack(
    { stackName, projectName, program: programOf(options.program ?? join(options.project, "index.ts")) },
    {
      workDir,
      pulumiCommand,
      pulumiHome: join(folder, "home"),
      envVars: {
        ...offlineEnvironment(folder, options.passphrase),
        ...options.environment,
      },
    },
  );
  if (await isLockedByTheDead(join(folder, "state"))) await stack.cancel();
  return new StackSession(stack, options.policyPacks ?? [], options.policyPackConfigs ?? []);
}

interface Observers {
  readonly onOutput: (text: string) => void;
  readonly onError: (text: string) => void;
  readonly onEvent: (event: auto.EngineEvent) => void;
  readonly color: "never";
}

async function observe(
  operation: (observers: Observers) => Promise<unknown>,
  onResource?: (urn: string) => void,
): Promise<Outcome> {
  let output = "";
  let changes: Record<string, number> = {};
  let packs: string[] = [];
  const findings: Finding[] = [];
  // A set, because an error of the program reaches the engine by two ways.
  const diagnostics = new Set<string>();
  const collect = (text: string): void => {
    output += text;
  };
  const observers: Observers = {
    color: "never",
    onOutput: collect,
    onError: collect,
    onEvent: (event) => {
      if (event.policyEvent !== undefined) findings.push(findingOf(event.policyEvent));
      if (event.summaryEvent !== undefined) {
        changes = { ...event.summaryEvent.resourceChanges };
        // The engine spells the member with a capital, unlike the SDK's typings, and leaves it out without packs.
        const { PolicyPacks } = event.summaryEvent as { PolicyPacks?: Record<string, string> };
        packs = Object.keys(PolicyPacks ?? {});
      }
      if (event.resOutputsEvent !== undefined) onResource?.(event.resOutputsEvent.metadata.urn);
      const diagnostic = event.diagnosticEvent;
      if (diagnostic !== undefined && isForPeople(diagnostic)) diagnostics.add(plain(diagnostic.message));
    },
  };
  let ok = true;
  try {
    await operation(observers);
  } catch (error) {
    ok = false;
    if (!(error instanceof auto.CommandError)) throw error;
    // The message repeats all that was printed; it is news only when the engine could not even start.
    if (output.trim() === "") output = error.message;
  }
  delete changes["same"];
  delete changes["read"];
  return { ok, changes, findings, packs, diagnostics: [...diagnostics], output };
}

/** The SDK's debug messages travel as events too, and hold every property in plain text, secrets included. */
function isForPeople({ severity, ephemeral }: auto.DiagnosticEvent): boolean {
  return ephemeral !== true && ["info", "info#err", "warning", "error"].includes(severity);
}

function findingOf(event: NonNullable<auto.EngineEvent["policyEvent"]>): Finding {
  return {
    rule: event.policyName,
    level: event.enforcementLevel,
    resource: event.resourceUrn ?? "",
    message: plain(event.message),
  };
}

/** Engine messages carry colour tags such as `<{%reset%}>`. */
function plain(message: string): string {
  return message.replaceAll(/<\{%[^%]*%\}>/g, "").trim();
}

function withSignal(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
