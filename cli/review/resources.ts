/** What the preview says about each resource: events and digest in one list, whatever order they came in. */
import type { EngineEvent, PreviewDigest } from "./input";
import type { DigestState } from "./digest";
import { byText } from "./order";
import { partsOf } from "./urn";
import { isRecord, type Values } from "./values";

export type Operation = "create" | "update" | "replace" | "delete" | "same";

export interface PlannedResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly operation: Operation;
  readonly parent: string | undefined;
  /** As the provider gave it; none before it is created. */
  readonly id: string | undefined;
  /** Inputs and outputs of the deployed resource. */
  readonly before: Sides | undefined;
  /** Inputs of the planned one, and the outputs that are known already. */
  readonly after: Sides | undefined;
  /** URNs a property is made from; known from the digest alone. */
  readonly dependencies: Readonly<Record<string, readonly string[]>>;
  /** Source positions, the innermost first; known from the digest alone. */
  readonly frames: readonly string[];
  /** When the deployed one was last changed; known from the digest alone. */
  readonly changedAt: Date | undefined;
  /** Of a replacement: whether the old one goes before the new one comes. */
  readonly goesFirst: boolean;
}

export interface Sides {
  readonly inputs: Values;
  readonly outputs: Values;
}

interface Step {
  readonly op: string;
  readonly urn: string;
  readonly order: number;
  readonly before?: DigestState | null | undefined;
  readonly after?: DigestState | null | undefined;
}

/** Resources in the order of their URNs. */
export function plannedResources(
  events: readonly EngineEvent[],
  digest: PreviewDigest | undefined,
): PlannedResource[] {
  const steps = new Map<string, Step[]>();
  const add = (step: Step): void => {
    const known = steps.get(step.urn);
    if (known === undefined) steps.set(step.urn, [step]);
    else known.push(step);
  };
  // The digest comes first: where both say something it says more.
  digest?.steps?.forEach(({ op, urn, oldState, newState }, order) => {
    add({ op, urn, order, before: oldState, after: newState });
  });
  for (const step of stepsOf(events)) add(step);
  return [...steps.values()].map(merge).sort((a, b) => byText(a.urn, b.urn));
}

/** Whether a digest holds what stays as it is: it was made with `--show-sames`. Without it, it has the stack itself. */
export function showsUnchanged(digest: PreviewDigest | undefined): boolean {
  return (
    digest?.steps?.some(({ op, urn }) => op === "same" && partsOf(urn).type !== "pulumi:pulumi:Stack") ??
    false
  );
}

function stepsOf(events: readonly EngineEvent[]): Step[] {
  const found = events.flatMap((event) => {
    const metadata = (event.resOutputsEvent ?? event.resourcePreEvent)?.metadata;
    if (metadata === undefined) return [];
    // Outputs are the fuller of the two.
    const order = (event.sequence ?? 0) + (event.resOutputsEvent === undefined ? 1e12 : 0);
    return [{ op: metadata.op, urn: metadata.urn, order, before: metadata.old, after: metadata.new }];
  });
  return found.sort((a, b) => a.order - b.order || byText(a.op, b.op));
}

function merge(steps: readonly Step[]): PlannedResource {
  const [{ urn }] = steps as readonly [Step];
  const before = steps.map((step) => step.before).filter((state) => state !== null && state !== undefined);
  const after = steps.map((step) => step.after).filter((state) => state !== null && state !== undefined);
  const operation = operationOf(steps);
  const { type, name } = partsOf(urn);
  const described = [...after, ...before];
  return {
    urn,
    type,
    name,
    operation,
    parent: firstText(described.map((state) => state.parent)),
    id: firstText(described.map((state) => state.id)),
    before: operation === "create" ? undefined : sidesOf(before),
    after: operation === "delete" ? undefined : sidesOf(after),
    dependencies: dependenciesOf(described),
    frames: framesOf(described),
    changedAt: changedAt(before),
    goesFirst: goesFirst(steps),
  };
}

function firstText(texts: readonly (string | null | undefined)[]): string | undefined {
  return texts.find((text): text is string => typeof text === "string" && text !== "");
}

function operationOf(steps: readonly Step[]): Operation {
  const ops = new Set(steps.map(({ op }) => op));
  const has = (...names: readonly string[]): boolean => names.some((name) => ops.has(name));
  if (has("replace", "create-replacement", "delete-replaced", "import-replacement")) return "replace";
  if (has("create", "import") && has("delete")) return "replace";
  if (has("create", "import")) return "create";
  if (has("delete", "discard", "discard-replaced")) return "delete";
  return has("update") ? "update" : "same";
}

function goesFirst(steps: readonly Step[]): boolean {
  const first = (...ops: readonly string[]): number =>
    Math.min(...steps.filter(({ op }) => ops.includes(op)).map(({ order }) => order));
  return first("delete-replaced", "delete") < first("create-replacement", "create");
}

function changedAt(states: readonly DigestState[]): Date | undefined {
  const moment = firstText(
    states.flatMap((state) => [state["modified"], state["created"]].map(textOrNothing)),
  );
  const parsed = Date.parse(moment ?? "");
  return Number.isNaN(parsed) ? undefined : new Date(parsed);
}

function textOrNothing(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function sidesOf(states: readonly DigestState[]): Sides | undefined {
  if (states.length === 0) return undefined;
  const fullest = (side: "inputs" | "outputs"): Values =>
    states.map((state) => state[side]).find((values) => isRecord(values) && Object.keys(values).length > 0) ??
    {};
  return { inputs: fullest("inputs"), outputs: fullest("outputs") };
}

function dependenciesOf(states: readonly DigestState[]): Record<string, readonly string[]> {
  for (const state of states) {
    const given = state["propertyDependencies"];
    if (!isRecord(given)) continue;
    const entries = Object.entries(given).map(([property, urns]) => {
      const texts = Array.isArray(urns) ? urns.filter((urn): urn is string => typeof urn === "string") : [];
      return [property, texts] as const;
    });
    return Object.fromEntries(entries);
  }
  return {};
}

function framesOf(states: readonly DigestState[]): string[] {
  for (const { sourcePosition, stackTrace } of states) {
    const frames = (stackTrace ?? [])
      .map((frame) => frame.sourcePosition ?? "")
      .filter((frame) => frame !== "");
    if (frames.length > 0) return frames;
    if (typeof sourcePosition === "string" && sourcePosition !== "") return [sourcePosition];
  }
  return [];
}
