/** One run of program and engine: what is between the two, what each is given, and that both are gone afterwards. */
import type { ChildProcess } from "node:child_process";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import { packageFile } from "../package-files";
import type { CheckOptions, CheckOutcome } from "./check";
import type { Configuration } from "./configuration";
import { declarations } from "./declarations";
import { EngineRun } from "./engine-run";
import { namesOnly, picked, splitEnvironment } from "./environment";
import { FunctionAnswers } from "./function-answers";
import { type LanguageHost, openLanguageHost, type RunCall, type RunResult } from "./language-host";
import { LanguageProcess } from "./language-process";
import type { Markers } from "./markers";
import { interceptors } from "./monitor";
import { unknownConfiguration, Unanswered } from "./not-evaluated";
import { type InstalledPackages, isProviderName } from "./packages";
import { ProgramProcess } from "./program-process";
import type { Project } from "./project";
import { Relay } from "./relay";
import type { ChosenStack } from "./stack-choice";
import { LOADER, Template } from "./template";

/** A language host is made of the engine's own code, and would fetch what it thinks is missing. */
const NO_DOWNLOADS = {
  PULUMI_SKIP_UPDATE_CHECK: "true",
  PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
};

export interface AttemptOptions extends Omit<CheckOptions, "config"> {
  readonly project: Project;
  /** The language host of a program that is not for Node. */
  readonly languagePlugin: string | undefined;
  readonly chosen: ChosenStack;
  readonly configuration: Configuration;
  readonly markers: Markers;
  readonly packs: readonly string[];
  /** What can be made ready while the engine starts. */
  readonly whileStarting: () => void;
  /** Told every process that leads a group, as soon as there is one. */
  readonly started: (child: ChildProcess) => void;
}

/** The outcome, and what the next run needs to see more. */
export interface AttemptOutcome extends CheckOutcome {
  /** Providers that were asked for and that nobody had attached. */
  readonly missing: readonly string[];
}

export class Attempt {
  readonly #options: AttemptOptions;
  readonly #unanswered = new Unanswered();
  readonly #environment: ReturnType<typeof splitEnvironment>;
  #relay: Relay | undefined;
  #program: ProgramProcess | undefined;
  #language: LanguageProcess | undefined;
  readonly #template: Template | undefined;
  #failure: Error | undefined;
  #hasProgramFailed = false;
  #host: LanguageHost | undefined;
  #engine: EngineRun | undefined;

  constructor(options: AttemptOptions) {
    this.#options = options;
    this.#environment = splitEnvironment(options.environment, options.variables);
    const { project, languagePlugin } = options;
    if (languagePlugin !== undefined && project.runtime.name === "yaml")
      this.#template = new Template(project.programFolder);
  }

  async run(
    installed: InstalledPackages,
    names: readonly string[],
    port: number,
    folder: string,
  ): Promise<AttemptOutcome> {
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
      // What is started after the end was asked for has not been ended by it.
      signal.throwIfAborted();
      this.#host = await openLanguageHost(async (call) => {
        const result = await this.#runProgram(call, answers);
        this.#hasProgramFailed = result.error !== undefined || result.reported === true;
        return result;
      });
      const attached = new Set([...names, ...((await this.#language?.requiredPackages()) ?? [])]);
      this.#engine = await EngineRun.start({
        engine,
        project,
        stack: chosen.name,
        configuration,
        folder,
        languagePort: this.#host.port,
        started: this.#options.started,
        providers: new Map([...attached].filter(isProviderName).map((name) => [name, port])),
        packs,
        environment: {
          ...this.#environment.given,
          ...namesOnly(environment, this.#environment.withheld),
          ...picked(environment, /^CERTLOCK_/),
        },
      });
      signal.throwIfAborted();
      this.#options.whileStarting();
      const ended = await this.#engine.ended;
      signal.throwIfAborted();
      if (this.#failure !== undefined) throw this.#failure;
      return {
        stack: { project: project.name, name: chosen.name },
        project,
        events: ended.events,
        digest: declarations(this.#positions(), project.root),
        preview: ended.code === 0 ? { ok: true } : { ok: false, ...reasonOf(ended.errors) },
        notEvaluated: [...unknownConfiguration(configuration), ...this.#unanswered.items],
        hasProgramFailed: this.#hasProgramFailed,
        output: (this.#program ?? this.#language)?.output ?? "",
        missing: [...this.#unanswered.providers].filter(
          (name) => !attached.has(name) && isProviderName(name),
        ),
      };
    } catch (error) {
      // What is ended from outside complains of that.
      signal.throwIfAborted();
      throw error;
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
    const { project, chosen, typeCheck, languagePlugin } = this.#options;
    this.#relay = new Relay(
      { monitor: ResourceMonitorService, engine: EngineService, ...(this.#template && { loader: LOADER }) },
      new Map([
        ...interceptors(answers, this.#unanswered),
        ...(this.#template === undefined ? [] : [[LOADER.getSchema.path, this.#template.answer] as const]),
      ]),
    );
    await this.#relay.open();
    if (languagePlugin !== undefined) {
      this.#language = new LanguageProcess({
        project,
        executable: languagePlugin,
        address: this.#relay.address,
        environment: { ...this.#environment.given, ...NO_DOWNLOADS },
        started: this.#options.started,
      });
      return;
    }
    this.#program = new ProgramProcess({
      project,
      stack: chosen.name,
      config,
      secretKeys,
      address: this.#relay.address,
      environment: this.#environment.given,
      typeCheck,
      started: this.#options.started,
      preload: packageFile("dist/cli/check/program-hook.js"),
      settingsMayBeMissing: this.#options.configuration.mayBeIncomplete,
    });
  }

  async #runProgram(call: RunCall, answers: FunctionAnswers): Promise<RunResult> {
    const { configuration } = this.#options;
    const secretKeys = [...new Set([...call.secretKeys, ...configuration.unknownKeys])].sort();
    if (this.#language === undefined && !sameEntries(call.config, configuration.values)) {
      // The engine reads the configuration differently, and the engine is right.
      this.#program?.kill();
      this.#relay?.close();
      await this.#startProgram(answers, call.config, secretKeys);
      if (this.#options.signal.aborted) this.#kill();
    }
    this.#relay?.connect("monitor", call.monitorAddress);
    this.#relay?.connect("engine", call.engineAddress);
    if (this.#language !== undefined) {
      call.request.setConfigsecretkeysList(secretKeys);
      return this.#runLanguage(this.#language, call.request);
    }
    const end = await this.#program?.ended;
    if (end?.code === 0) return {};
    // https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/cmd/run/index.ts: it has told the engine why.
    if (end?.code === 32) return { reported: true };
    const how = end?.signal ? `was ended by ${end.signal}` : `ended with exit code ${end?.code ?? "unknown"}`;
    return { error: `The program ${how}.` };
  }

  async #runLanguage(language: LanguageProcess, request: RunCall["request"]): Promise<RunResult> {
    try {
      const result = await language.run(request);
      // Such a host downloads providers for their schemas.
      if (Object.keys(result).length > 0 && this.#template?.isPassedOver === true)
        throw language.failure("is too old: it does not ask the engine for the schemas of packages");
      return result;
    } catch (error) {
      this.#failure = error as Error;
      return { error: "The program could not be run." };
    }
  }

  /** A program in YAML has a place for each resource, and its host does not tell it. */
  #positions(): ReadonlyMap<string, readonly string[]> {
    const { positions } = this.#unanswered;
    if (this.#template === undefined) return positions;
    return new Map([...positions.keys()].map((urn) => [urn, [this.#template?.positionOf(urn) ?? ""]]));
  }

  #kill(): void {
    this.#program?.kill();
    this.#language?.kill();
    this.#engine?.kill();
  }
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
