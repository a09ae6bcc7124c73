/** Reads the files of a pipeline into the input of a review. What is missing or unreadable becomes part of the review. */
import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { CommandIo } from "../command-io";
import { UsageError } from "../errors";
import { exemptionFile, readExemptionFile } from "../exemption-file";
import { textOf } from "../input-file";
import { packageVersion } from "../package-files";
import { detectHost, readRunContext } from "../post/run-context";
import { InputError } from "../review/bounded-json";
import { clean } from "../review/clean-text";
import { parseDigest, type PreviewDigest } from "../review/digest";
import { parseEvents } from "../review/events";
import type { EngineEvent, ExemptionRecord, ReviewContext, ReviewInput } from "../review/input";
import { plural } from "../review/verdict";

export interface ReviewSources {
  readonly events?: string;
  readonly digest?: string;
  readonly previewExit?: number;
  readonly previewError?: string;
  readonly stack?: string;
  readonly project: string;
  readonly against?: string;
  readonly exemptions?: string;
  readonly commit?: string;
  readonly repository?: string;
  readonly runUrl?: string;
  readonly artifactUrl?: string;
  readonly rulesUrl?: string;
  readonly environment?: string;
  readonly secretsProvider?: string;
  readonly reportOnlyDays?: number;
}

/** @throws UsageError when stack and project cannot be told */
export async function reviewInput(sources: ReviewSources, io: CommandIo): Promise<ReviewInput> {
  const incomplete: string[] = [];
  const read = async <T>(
    path: string | undefined,
    input: string,
    parser: (text: string) => T,
  ): Promise<T | undefined> => {
    if (path === undefined) return undefined;
    try {
      return parser(textOf(path === "-" ? await readInput(io) : await readFile(path), input));
    } catch (error) {
      if (error instanceof InputError) incomplete.push(error.message);
      else io.err(`${path} cannot be read: ${whyNot(error)}.\n`);
      return undefined;
    }
  };
  const parsed = await read(sources.events, "events", parseEvents);
  if (parsed !== undefined && parsed.unreadable.length > 0)
    incomplete.push(`${plural(parsed.unreadable.length, "event")} of the engine could not be read`);
  const digest = await read(sources.digest, "preview digest", parseDigest);
  const events = parsed?.events ?? [];
  const folder = resolve(io.workingFolder, sources.project);
  const stack = stackOf(sources, stacksIn(events, digest), folder);
  const exemptions = exemptionsOf(folder, sources.exemptions, incomplete, io);
  const preview = previewOf(sources, events.length > 0);
  return {
    stack,
    events,
    ...(digest !== undefined && { digest }),
    ...(preview !== undefined && { preview }),
    ...(exemptions !== undefined && { exemptions }),
    ...(incomplete.length > 0 && { incomplete }),
    context: { ...(await contextOf(folder, stack.name, io)), ...givenContext(sources) },
  };
}

/** With events the engine itself says how it ended and why; the exit code adds nothing but the failure. */
function previewOf({ previewExit, previewError }: ReviewSources, hasEvents: boolean): ReviewInput["preview"] {
  if (previewError !== undefined) return { ok: false, reason: previewError };
  if (previewExit === undefined) return undefined;
  if (previewExit === 0) return { ok: true };
  return hasEvents ? { ok: false } : { ok: false, reason: `pulumi preview ended with ${previewExit}` };
}

/** `urn:pulumi:STACK::PROJECT::…` of every resource anybody speaks of; one stack, where nothing has gone wrong. */
function stacksIn(events: readonly EngineEvent[], digest: PreviewDigest | undefined): ReviewInput["stack"][] {
  const urns = [
    ...events.map(
      (event) =>
        event.policyAnalyzeSummaryEvent?.resourceUrn ??
        event.resourcePreEvent?.metadata.urn ??
        event.policyEvent?.resourceUrn,
    ),
    ...(digest?.steps ?? []).map(({ urn }) => urn),
  ];
  const found = new Map<string, ReviewInput["stack"]>();
  for (const urn of urns) {
    const [, name, project] = /^urn:pulumi:([^:]+)::([^:]+)::/.exec(urn ?? "") ?? [];
    if (name !== undefined && project !== undefined) found.set(`${project}/${name}`, { project, name });
  }
  return [...found.values()];
}

/** The stack of the inputs; else what the caller knows. */
function stackOf(
  sources: ReviewSources,
  found: readonly ReviewInput["stack"][],
  folder: string,
): ReviewInput["stack"] {
  const [first, ...others] = found;
  if (first !== undefined && others.length === 0) return first;
  if (first !== undefined) {
    const names = found.slice(0, 5).map(({ project, name }) => clean(`${project}/${name}`));
    throw new UsageError(
      "STACKS_MIXED",
      `Events and digest are of ${found.length} stacks (${names.join(", ")}): review one preview at a time.`,
    );
  }
  const parts = (sources.stack ?? "").split("/").filter((part) => part !== "");
  const name = parts.at(-1);
  // Of two parts the first may be an organisation: what the project calls itself comes before it.
  const named = parts.length > 1 ? parts.at(-2) : undefined;
  const project = parts.length > 2 ? named : (projectName(folder) ?? named);
  if (name === undefined || project === undefined) {
    throw new UsageError(
      "STACK_UNKNOWN",
      `The events name no stack: give --stack PROJECT/STACK${project === undefined ? ", or --project with the folder of Pulumi.yaml" : ""}.`,
    );
  }
  return { project, name };
}

function projectName(folder: string): string | undefined {
  const settings = yamlIn(folder, "Pulumi.yaml") ?? yamlIn(folder, "Pulumi.yml");
  return z.looseObject({ name: z.string().min(1) }).safeParse(settings).data?.name;
}

function yamlIn(folder: string, name: string): unknown {
  try {
    return parse(readFileSync(resolve(folder, name), "utf8"), { maxAliasCount: 100 });
  } catch {
    return undefined;
  }
}

/** The file beside the stack, as the pack reads it; what is wrong in it is a finding of the pack, not ours. */
function exemptionsOf(
  folder: string,
  given: string | undefined,
  incomplete: string[],
  io: CommandIo,
): ExemptionRecord[] | undefined {
  const path = given === undefined ? exemptionFile(folder, io.environment) : resolve(io.workingFolder, given);
  if (path === undefined) return undefined;
  const exemptions = readExemptionFile(path);
  if (exemptions === undefined) incomplete.push(`${given ?? basename(path)} could not be read`);
  return exemptions;
}

/** What is given by name comes before what the pipeline says. */
function givenContext(sources: ReviewSources): Partial<ReviewContext> {
  const { commit, repository, runUrl, artifactUrl, rulesUrl, environment, secretsProvider, reportOnlyDays } =
    sources;
  return {
    ...(commit !== undefined && { headSha: commit }),
    ...(repository !== undefined && { repositoryUrl: repository }),
    ...(runUrl !== undefined && { runUrl }),
    ...(artifactUrl !== undefined && { artifactUrl }),
    ...(rulesUrl !== undefined && { rulesUrl }),
    ...(environment !== undefined && { environment }),
    ...(secretsProvider !== undefined && { secretsProvider }),
    ...(reportOnlyDays !== undefined && { reportOnlyDays }),
  };
}

function whyNot(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return "the preview did not write it";
  return code === "EISDIR" ? "it is a folder" : `the system says ${code ?? "nothing more"}`;
}

async function readInput({ input }: CommandIo): Promise<Buffer> {
  if (input === undefined) throw new InputError("standard input", "is not there");
  return input();
}

async function contextOf(folder: string, stack: string, io: CommandIo): Promise<ReviewContext> {
  const host = detectHost(io.environment);
  const settings = z
    .looseObject({ secretsprovider: z.string().optional(), encryptionsalt: z.string().optional() })
    .safeParse(yamlIn(folder, `Pulumi.${stack}.yaml`)).data;
  const secretsProvider =
    settings?.secretsprovider?.split(":")[0] ??
    (settings?.encryptionsalt === undefined ? undefined : "passphrase");
  const sourceRoot = relative(repositoryRoot(folder), folder).split(sep).join("/");
  const own: ReviewContext = {
    generatedAt: io.now(),
    ...(sourceRoot !== "" && { sourceRoot }),
    ...(secretsProvider !== undefined && { secretsProvider }),
    versions: { certlock: packageVersion() },
  };
  if (host === undefined) return own;
  // Outside of a pipeline, or in half of one, a review is still a review: only posting needs all of it.
  const run = await readRunContext(host, io.environment, (path) => readFile(path, "utf8")).catch(
    () => undefined,
  );
  if (run === undefined) return own;
  return {
    ...own,
    host,
    headSha: run.headSha,
    runId: run.runId,
    runAttempt: String(run.attempt),
    ...(run.runUrl !== undefined && { runUrl: run.runUrl }),
    ...(run.repositoryUrl !== undefined && { repositoryUrl: run.repositoryUrl }),
    ...(run.pullRequest !== undefined && { pullRequest: run.pullRequest }),
  };
}

/** The nearest folder above that git knows as its root; else the folder itself. */
function repositoryRoot(folder: string): string {
  for (let place = folder; ; place = dirname(place)) {
    if (existsSync(join(place, ".git"))) return place;
    if (dirname(place) === place) return folder;
  }
}
