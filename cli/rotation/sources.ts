/** Reads what a plan is made from: a program, the events of a preview, the state of a stack. */
import { resolve } from "node:path";
import type { CommandIo } from "../command-io";
import { IncompleteError, UsageError } from "../errors";
import { readInputText } from "../input-file";
import { InputError } from "../review/bounded-json";
import { parseEvents } from "../review/events";
import { plannedResources, type PlannedResource } from "../review/resources";
import { partsOf } from "../review/urn";
import type { PlanInput } from "./build-plan";
import { rotatedIdentities } from "./identities";
import { parseStackExport, type StackState } from "./stack-export";

export interface PlanSources {
  readonly folder?: string;
  readonly state?: string;
  readonly events?: string;
  readonly stack?: string;
}

export interface Gathered extends Pick<
  PlanInput,
  "stack" | "identities" | "schedulesFrom" | "certificatesFrom" | "incomplete"
> {
  /** Object ids of the applications, by URN of the identity. */
  readonly objectIds: ReadonlyMap<string, string>;
  /** All that was read: nothing it marks as secret may be printed. */
  readonly read: readonly unknown[];
}

/**
 * @throws UsageError for a file that is not there
 * @throws IncompleteError for one that cannot be understood
 */
export async function gather(sources: PlanSources, now: Date, io: CommandIo): Promise<Gathered> {
  const { folder, events } = sources;
  if (folder !== undefined && events !== undefined)
    throw new UsageError(
      "PLAN_SOURCES",
      "The schedules come from the program in a folder or from --events, not from both.",
    );
  const incomplete: string[] = [];
  const state = sources.state === undefined ? undefined : await stateOf(sources.state, io);
  const preview = await previewOf(sources, state !== undefined, incomplete, io);
  // What a real preview knows of, it compares with what is deployed; certlock check compares with nothing.
  const deployed = state?.resources ?? (events === undefined ? undefined : preview);
  const program = preview ?? state?.resources;
  const identities = rotatedIdentities({
    ...(preview !== undefined && { program: preview }),
    ...(deployed !== undefined && { deployed }),
  });
  if (state !== undefined && state.pendingDeletions > 0)
    incomplete.push(
      `${state.pendingDeletions} replaced resources are not deleted yet: the next run deletes them, and they are not in this plan.`,
    );
  return {
    stack: state?.stack ?? stackOf(program),
    identities,
    schedulesFrom: preview === undefined ? "state" : events === undefined ? "program" : "preview",
    certificatesFrom: state !== undefined ? "state" : events !== undefined ? "preview" : "assumed",
    incomplete,
    objectIds: new Map(
      identities.flatMap(({ urn, objectId }) => (objectId === undefined ? [] : [[urn, objectId]])),
    ),
    read: [state?.resources, preview],
  };
}

async function stateOf(path: string, io: CommandIo): Promise<StackState> {
  const read = parseStackExport(await readInputText(path, "--state", io));
  if (!("problem" in read)) return read;
  throw new IncompleteError(
    "STATE_UNREADABLE",
    `The state cannot be read: it ${read.problem}. Make it with: pulumi stack export --file state.json`,
  );
}

/** Undefined where the state alone is asked. */
async function previewOf(
  sources: PlanSources,
  hasState: boolean,
  incomplete: string[],
  io: CommandIo,
): Promise<readonly PlannedResource[] | undefined> {
  const { folder, events, stack } = sources;
  if (events !== undefined) return resourcesIn(await readInputText(events, "--events", io), incomplete);
  if (folder === undefined && hasState) return undefined;
  const { previewProgram } = await import("./program-preview.js");
  const outcome = await previewProgram(resolve(io.workingFolder, folder ?? "."), stack, io);
  const resources = resourcesIn(outcome.events, incomplete);
  // Rules may stop a preview that has declared everything; a program that crashes has not.
  if (outcome.failure !== undefined)
    incomplete.push(`The program was not previewed to its end: ${outcome.failure}`);
  return resources;
}

function resourcesIn(text: string, incomplete: string[]): readonly PlannedResource[] {
  try {
    const { events, unreadable } = parseEvents(text);
    if (events.length === 0)
      throw new IncompleteError(
        "EVENTS_UNREADABLE",
        "There are no engine events to read the schedules from.",
      );
    if (unreadable.length > 0)
      incomplete.push(`${unreadable.length} events of the engine could not be read.`);
    return plannedResources(events, undefined);
  } catch (error) {
    if (error instanceof InputError) throw new IncompleteError("EVENTS_UNREADABLE", error.message);
    throw error;
  }
}

function stackOf(resources: readonly PlannedResource[] | undefined): Gathered["stack"] {
  const [first] = resources ?? [];
  if (first === undefined) return undefined;
  const { project, stack } = partsOf(first.urn);
  return stack === "" ? undefined : { project, name: stack };
}
