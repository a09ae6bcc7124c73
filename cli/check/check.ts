/**
 * A preview with the policy pack that needs no account, no state and no download: Pulumi's engine with the program, and
 * stand-ins for everything that lives in a cloud.
 */
import { join } from "node:path";
import { createPrivateFiles } from "../../sandbox/private-files";
import type { Engine } from "../engine/find";
import { IncompleteError } from "../errors";
import { packageFile } from "../package-files";
import type { NotEvaluatedItem, PreviewDigest } from "../review/input";
import { Attempt } from "./attempt";
import { type Overrides, readConfiguration, withSetting } from "./configuration";
import { emulations } from "./emulations";
import { type Environment, picked } from "./environment";
import { Guardian } from "./guardian";
import { languagePlugin } from "./language-plugin";
import { Markers } from "./markers";
import { missingSettings } from "./missing-settings";
import { STACK_REFERENCES } from "./monitor";
import { ProviderProcess } from "./own-provider";
import { attachable, type InstalledPackages, installedPackages } from "./packages";
import { packLaunchers } from "./pack-launcher";
import { runnerOf } from "./program-process";
import { type Project, readProject } from "./project";
import { openProviderDoor, type ProviderDoor } from "./provider-service";
import { chooseStack } from "./stack-choice";

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
  /** Milliseconds for the whole of it. */
  readonly timeoutMs: number;
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
  /** Whether the program itself ended with an error, whatever the rules say. */
  readonly hasProgramFailed: boolean;
  /** The end of what the program printed. */
  readonly output: string;
}

/** Rounds in which providers and settings that nobody could foresee are added; each finds at least one. */
const MAX_ROUNDS = 8;

/**
 * @throws UsageError for a project or stack that cannot be read
 * @throws IncompleteError when the program's language cannot be run here, and when it takes too long
 */
export async function check(options: CheckOptions): Promise<CheckOutcome> {
  const limit = new AbortController();
  const timer = setTimeout(() => {
    limit.abort(
      new IncompleteError(
        "TIME_LIMIT",
        `The program has not ended within ${options.timeoutMs / 1000} s, and was ended. Look for what it waits for: input, a server, a loop. --timeout SECONDS gives it longer.`,
      ),
    );
  }, options.timeoutMs);
  try {
    return await checkInTime({ ...options, signal: AbortSignal.any([options.signal, limit.signal]) });
  } finally {
    clearTimeout(timer);
  }
}

async function checkInTime(options: CheckOptions): Promise<CheckOutcome> {
  const project = readProject(options.folder);
  const stack = chooseStack(project, options.stack, options.environment);
  const plugin = languagePluginOf(project, options);
  const markers = new Markers();
  let configuration = await readConfiguration(project, stack, options.config, options.environment, markers);
  const files = await createPrivateFiles("certlock-check-");
  const guardian = new Guardian(files.directory);
  const own = new ProviderProcess(
    packageFile("provider/bin/pulumi-resource-certlock"),
    providerEnvironment(options),
  );
  const packages = emulations(options.now);
  // A program that is checked for its identities most likely has some.
  const whileStarting = (): void => void packages.get("azuread")?.();
  let door: ProviderDoor | undefined;
  try {
    door = await openProviderDoor({
      packages,
      own: new Map([["certlock", own]]),
    });
    const packs = await packLaunchers(
      [packageFile("policies/certlock-policies"), ...options.policyPacks],
      files.directory,
    );
    const installed = installedPackages(project.programFolder);
    const names = new Set([...attachable(installed, project.declaredPackages), STACK_REFERENCES]);
    const known = plugin === undefined ? installed : withOwnPackages(installed);
    for (let round = 1; ; round++) {
      const attempt = new Attempt({
        ...{ ...options, project, chosen: stack, configuration, markers, packs, languagePlugin: plugin },
        whileStarting,
        started: guardian.watch,
      });
      const folder = join(files.directory, `${round}`);
      const { missing, ...outcome } = await attempt.run(known, [...names], door.port, folder);
      const settings = plugin === undefined ? [] : missingSettings(outcome, configuration);
      if ((missing.length === 0 && settings.length === 0) || round === MAX_ROUNDS) return outcome;
      for (const key of settings) {
        options.report(`Once more, with an unknown value for the setting ${key}.`);
        configuration = withSetting(configuration, key, markers.next());
      }
      if (missing.length > 0)
        options.report(`Once more, with a stand-in for the provider ${missing.join(", ")}.`);
      for (const name of missing) names.add(name);
    }
  } finally {
    own.close();
    door?.close();
    await files.remove();
    guardian.dismiss();
  }
}

/** Looked for before anything is started. */
function languagePluginOf(project: Project, { engine, environment }: CheckOptions): string | undefined {
  if (project.runtime.name !== "nodejs") return languagePlugin(project, engine, environment);
  runnerOf(project);
  return undefined;
}

/** SDKs in other languages say nothing of what functions answer; those that stand beside certlock do. */
function withOwnPackages(installed: InstalledPackages): InstalledPackages {
  return new Map([...installedPackages(packageFile(".")), ...installed]);
}

/** certlock's provider refuses to work beside a client secret; here it signs in nowhere. */
function providerEnvironment({ environment }: CheckOptions): Environment {
  return picked(environment, /^(PATH|HOME|ARM_ENVIRONMENT|SystemRoot)$/);
}
