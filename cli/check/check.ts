/**
 * A preview with the policy pack that needs no account, no state and no download: Pulumi's engine with the program, and
 * stand-ins for everything that lives in a cloud.
 */
import { join } from "node:path";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import { createPrivateFiles } from "../../sandbox/private-files";
import { azureNativePackage } from "../../sandbox/providers/azure-native/package";
import { azureadPackage } from "../../sandbox/providers/azuread/package";
import { tlsPackage } from "../../sandbox/providers/tls/package";
import { Tenant } from "../../sandbox/tenant/tenant";
import type { Engine } from "../engine/find";
import { IncompleteError } from "../errors";
import { packageFile } from "../package-files";
import type { NotEvaluatedItem, PreviewDigest } from "../review/input";
import { type Configuration, type Overrides, readConfiguration } from "./configuration";
import { EngineRun } from "./engine-run";
import { type Environment, namesOnly, splitEnvironment } from "./environment";
import { FunctionAnswers } from "./function-answers";
import { type LanguageHost, openLanguageHost, type RunCall, type RunResult } from "./language-host";
import { Markers } from "./markers";
import { interceptors, STACK_REFERENCES } from "./monitor";
import { unknownConfiguration, Unanswered } from "./not-evaluated";
import { ProviderProcess } from "./own-provider";
import { attachable, type InstalledPackages, installedPackages, isProviderName } from "./packages";
import { packLaunchers } from "./pack-launcher";
import { ProgramProcess, runnerOf } from "./program-process";
import { type Project, readProject } from "./project";
import { openProviderDoor, type ProviderDoor } from "./provider-service";
import { declarations } from "./declarations";
import { Relay } from "./relay";
import { chooseStack, type ChosenStack } from "./stack-choice";

export interface CheckOptions {
  /** A folder of the project. */
  readonly folder: string;
  readonly stack?: string;
  /** Policy packs beside certlock's own: folders, or executables. */
  readonly policyPacks: readonly string[];
  /** Settings that replace those of the stack. */
  readonly config: Overrides;
  /** Variables the program gets though they look like something to sign in with. */
  readonly variables: readonly string[];
  readonly typeCheck: boolean;
  readonly environment: Environment;
  readonly engine: Engine;
  readonly now: () => Date;
  /** Told what is going on. */
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface CheckOutcome {
  readonly stack: { readonly project: string; readonly name: string };
  readonly project: Project;
  /** Engine events, one a line. */
  readonly events: string;
  /** Where the program declares its resources. */
  readonly digest: PreviewDigest;
  readonly preview: { readonly ok: boolean; readonly reason?: string };
  readonly notEvaluated: readonly NotEvaluatedItem[];
  /** The end of what the program printed. */
  readonly output: string;
}

/** Rounds in which providers that nobody could foresee are attached; each finds at least one. */
const MAX_ROUNDS = 8;

/**
 * @throws UsageError for a project or stack that cannot be read
 * @throws IncompleteError when the program's language cannot be run here
 */
export async function check(options: CheckOptions): Promise<CheckOutcome> {
  const project = readProject(options.folder);
  const stack = chooseStack(project, options.stack, options.environment);
  if (project.runtime.name !== "nodejs")
    throw new IncompleteError(
      "LANGUAGE_MISSING",
      `${project.name} is written for the runtime "${project.runtime.name}", and certlock check runs TypeScript and JavaScript programs only. Let the pipeline preview it with the policy pack instead.`,
    );
  runnerOf(project);
  const markers = new Markers();
  const configuration = await readConfiguration(project, stack, options.config, options.environment, markers);
  const files = await createPrivateFiles("certlock-check-");
  const own = new ProviderProcess(
    packageFile("provider/bin/pulumi-resource-certlock"),
    providerEnvironment(options),
  );
  let door: ProviderDoor | undefined;
  try {
    const tenant = new Tenant({ clock: options.now });
    door = await openProviderDoor({
      packages: [azureadPackage(tenant), azureNativePackage(tenant), tlsPackage(tenant.clock)],
      own: new Map([["certlock", own]]),
    });
    const packs = await packLaunchers(
      [packageFile("policies/certlock-policies"), ...options.policyPacks],
      files.directory,
    );
    const installed = installedPackages(project.programFolder);
    const names = new Set([...attachable(installed, project.declaredPackages), STACK_REFERENCES]);
    for (let round = 1; ; round++) {
      const attempt = new Attempt({ ...options, project, chosen: stack, configuration, markers, packs });
      const outcome = await attempt.run(installed, [...names], door.port, join(files.directory, `${round}`));
      const missing = [...outcome.providers].filter((name) => !names.has(name) && isProviderName(name));
      if (missing.length === 0 || round === MAX_ROUNDS) return outcome;
      options.report(`Once more, with a stand-in for the provider ${missing.join(", ")}.`);
      for (const name of missing) names.add(name);
    }
  } finally {
    own.close();
    door?.close();
    await files.remove();
  }
}

interface AttemptOptions extends Omit<CheckOptions, "config"> {
  readonly project: Project;
  readonly chosen: ChosenStack;
  readonly configuration: Configuration;
  readonly markers: Markers;
  readonly packs: readonly string[];
}

/** One run of program and engine. */
class Attempt {
  readonly #options: AttemptOptions;
  readonly #unanswered = new Unanswered();
  readonly #environment: ReturnType<typeof splitEnvironment>;
  #relay: Relay | undefined;
  #program: ProgramProcess | undefined;
  #host: LanguageHost | undefined;
  #engine: EngineRun | undefined;

  constructor(options: AttemptOptions) {
    this.#options = options;
    this.#environment = splitEnvironment(options.environment, options.variables);
  }

  async run(
    installed: InstalledPackages,
    names: readonly string[],
    port: number,
    folder: string,
  ): Promise<CheckOutcome & { readonly providers: ReadonlySet<string> }> {
    const { project, chosen, configuration, engine, packs, environment, signal } = this.#options;
    const answers = new FunctionAnswers(installed, this.#options.markers);
    const stop = (): void => {
      this.#kill();
    };
    signal.throwIfAborted();
    signal.addEventListener("abort", stop, { once: true });
    try {
      // Program and engine start together; what the program asks for waits until the engine is there to answer.
      await this.#startProgram(answers, configuration.values, configuration.secretKeys);
      this.#host = await openLanguageHost((call) => this.#runProgram(call, answers));
      this.#engine = await EngineRun.start({
        engine,
        project,
        stack: chosen.name,
        configuration,
        folder,
        languagePort: this.#host.port,
        providers: new Map(names.map((name) => [name, port])),
        packs,
        environment: {
          ...this.#environment.given,
          ...namesOnly(environment, this.#environment.withheld),
          ...own(environment, /^CERTLOCK_/),
        },
      });
      const ended = await this.#engine.ended;
      signal.throwIfAborted();
      return {
        stack: { project: project.name, name: chosen.name },
        project,
        events: ended.events,
        digest: declarations(this.#unanswered.positions, project.root),
        preview: ended.code === 0 ? { ok: true } : { ok: false, ...reasonOf(ended.errors) },
        notEvaluated: [...unknownConfiguration(configuration), ...this.#unanswered.items],
        output: this.#program?.output ?? "",
        providers: this.#unanswered.providers,
      };
    } finally {
      signal.removeEventListener("abort", stop);
      this.#kill();
      this.#host?.close();
      this.#relay?.close();
    }
  }

  async #startProgram(
    answers: FunctionAnswers,
    config: Readonly<Record<string, string>>,
    secretKeys: readonly string[],
  ): Promise<void> {
    const { project, chosen, typeCheck } = this.#options;
    this.#relay = new Relay(
      { monitor: ResourceMonitorService, engine: EngineService },
      interceptors(answers, this.#unanswered),
    );
    await this.#relay.open();
    this.#program = new ProgramProcess({
      project,
      stack: chosen.name,
      config,
      secretKeys,
      address: this.#relay.address,
      environment: this.#environment.given,
      typeCheck,
      preload: packageFile("dist/cli/check/program-hook.js"),
      settingsMayBeMissing: this.#options.configuration.mayBeIncomplete,
    });
  }

  async #runProgram(call: RunCall, answers: FunctionAnswers): Promise<RunResult> {
    const { configuration } = this.#options;
    const secretKeys = [...new Set([...call.secretKeys, ...configuration.unknownKeys])].sort();
    if (!sameEntries(call.config, configuration.values)) {
      // The engine reads the configuration differently, and the engine is right.
      this.#program?.kill();
      this.#relay?.close();
      await this.#startProgram(answers, call.config, secretKeys);
    }
    this.#relay?.connect("monitor", call.monitorAddress);
    this.#relay?.connect("engine", call.engineAddress);
    const end = await this.#program?.ended;
    if (end?.code === 0) return {};
    // https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/cmd/run/index.ts: it has told the engine why.
    if (end?.code === 32) return { reported: true };
    const how = end?.signal ? `was ended by ${end.signal}` : `ended with exit code ${end?.code ?? "unknown"}`;
    return { error: `The program ${how}.` };
  }

  #kill(): void {
    this.#program?.kill();
    this.#engine?.kill();
  }
}

/** certlock's provider refuses to work beside a client secret; here it signs in nowhere. */
function providerEnvironment({ environment }: CheckOptions): Environment {
  return own(environment, /^(PATH|HOME|ARM_ENVIRONMENT|SystemRoot)$/);
}

function own(environment: Environment, names: RegExp): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value !== undefined && names.test(name) ? [[name, value]] : [],
    ),
  );
}

function sameEntries(
  one: Readonly<Record<string, string>>,
  other: Readonly<Record<string, string>>,
): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}

/** Why a preview could not run, where it is more than that rules or the program have ended it. */
function reasonOf(errors: string): { readonly reason?: string } {
  const lines = errors.split("\n").map((line) => line.replace(/^error: /, "").trim());
  const reason = lines.filter((line) => line !== "" && !/^(preview|update) failed$/.test(line)).at(-1);
  return reason === undefined ? {} : { reason };
}
