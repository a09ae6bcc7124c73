/**
 * Engine events as a preview streams them: `pulumi preview --json` with `PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true`, an
 * event log, or `onEvent` of the Automation API.
 *
 * A schema of our own, because the SDK's typings know neither severities nor all levels of policy events. Events and
 * members it does not name are let through unread.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/events.go
 */
import { z } from "zod";
import { type Bounds, BOUNDS, boundedJson, InputError } from "./bounded-json";

const text = z.string();
const record = z.record(z.string(), z.unknown());
/** The engine leaves members out or writes null. */
const maybe = <T extends z.ZodType>(schema: T) => schema.nullish();

const state = z.looseObject({
  type: maybe(text),
  urn: maybe(text),
  id: maybe(text),
  parent: maybe(text),
  inputs: maybe(record),
  outputs: maybe(record),
});

const metadata = z.looseObject({
  op: text,
  urn: text,
  type: text,
  old: maybe(state),
  new: maybe(state),
  keys: maybe(z.array(text)),
  diffs: maybe(z.array(text)),
});

const pack = {
  policyPackName: maybe(text),
  policyPackVersion: maybe(text),
};

const eventSchema = z.object({
  /** Number of the event within the run; the lines may come in another order. */
  sequence: maybe(z.number()),
  policyEvent: z
    .looseObject({
      ...pack,
      resourceUrn: maybe(text),
      message: text,
      policyName: text,
      enforcementLevel: text,
      severity: maybe(text),
    })
    .optional(),
  policyAnalyzeSummaryEvent: z
    .looseObject({
      ...pack,
      resourceUrn: maybe(text),
      passed: maybe(z.array(text)),
      failed: maybe(z.array(text)),
    })
    .optional(),
  policyAnalyzeStackSummaryEvent: z
    .looseObject({ ...pack, passed: maybe(z.array(text)), failed: maybe(z.array(text)) })
    .optional(),
  policyLoadEvent: z.looseObject({}).optional(),
  resourcePreEvent: z.looseObject({ metadata }).optional(),
  resOutputsEvent: z.looseObject({ metadata }).optional(),
  resOpFailedEvent: z.looseObject({ metadata }).optional(),
  diagnosticEvent: z
    .looseObject({ urn: maybe(text), message: text, severity: text, ephemeral: maybe(z.boolean()) })
    .optional(),
  preludeEvent: z.looseObject({}).optional(),
  summaryEvent: z
    .looseObject({
      maybeCorrupt: maybe(z.boolean()),
      result: maybe(text),
      resourceChanges: maybe(z.record(z.string(), z.number())),
      PolicyPacks: maybe(z.record(z.string(), text)),
      policyPacks: maybe(z.record(z.string(), text)),
    })
    .optional(),
  cancelEvent: z.looseObject({}).optional(),
  errorEvent: z.looseObject({ error: maybe(text) }).optional(),
});

/** One event of the engine, as far as the review reads it. */
export type EngineEvent = z.infer<typeof eventSchema>;

export interface ParsedEvents {
  readonly events: readonly EngineEvent[];
  /** Lines that look like events and are none the schema knows: something was not read. */
  readonly unreadable: readonly { readonly line: number; readonly problem: string }[];
}

/**
 * One event; `undefined` for a value that is no event of a known shape.
 *
 * @param value what `onEvent` of the Automation API gives, or a parsed line
 */
export function readEvent(value: unknown): EngineEvent | undefined {
  const event = eventSchema.safeParse(value).data;
  // Debug messages of the SDK hold every property in plain text.
  if (event?.diagnosticEvent?.severity === "debug") delete event.diagnosticEvent;
  return event;
}

/**
 * The events in a text of JSON lines. Lines that are not JSON objects are what tools print on the way (install
 * messages, npm warnings) and are skipped.
 *
 * @throws InputError when the text is larger than the bounds
 */
export function parseEvents(given: string, bounds: Bounds = BOUNDS): ParsedEvents {
  if (given.length > bounds.characters)
    throw new InputError("events", `has more than ${bounds.characters} characters`);
  const events: EngineEvent[] = [];
  const unreadable: { line: number; problem: string }[] = [];
  let number = 0;
  for (const line of given.split("\n")) {
    number++;
    const candidate = line.trim();
    if (!candidate.startsWith("{")) continue;
    const parsed = boundedJson(candidate, bounds);
    if (parsed.problem !== undefined) {
      unreadable.push({ line: number, problem: parsed.problem });
      continue;
    }
    const event = readEvent(parsed.value);
    if (event === undefined)
      unreadable.push({ line: number, problem: "is an event of another shape than the engine's" });
    else if (Object.keys(event).some((key) => key !== "sequence")) events.push(event);
  }
  return { events, unreadable };
}
