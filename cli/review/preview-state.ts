/** Whether the preview went through, and whether the policy pack was there: nothing else in a report counts without. */
import { clean } from "./clean-text";
import type { EngineEvent, PreviewDigest, ReviewInput } from "./input";
import type { Report } from "./report";
import { isOfCatalogue } from "./rule-book";

export interface PreviewState {
  readonly preview: Report["preview"];
  readonly packs: Report["packs"];
  /** Whether rules of the catalogue have been asked. */
  readonly packRan: boolean;
  /** Why the run is blocked whatever was found. */
  readonly blockers: readonly string[];
}

/** Said by the engine when a rule has stopped a preview; tells nothing more. */
const STOPPED = /^(preview|update) failed$/;

export function previewState(input: ReviewInput): PreviewState {
  const events = input.events ?? [];
  const packs = packsIn(events);
  const packRan = hasRun(events);
  const preview = stateOf(input, events);
  const blockers: string[] = [];
  if (preview.state === "failed")
    blockers.push(`The preview failed: ${preview.reason ?? "for a reason it does not tell"}.`);
  if (!packRan) blockers.push(`The policy pack did not run: ${whyNot(input, packs)}.`);
  const stoppedByRules = preview.state === "failed" && preview.reason === STOPPED_BY_RULES;
  return { preview, packs, packRan, blockers: stoppedByRules ? blockers.slice(1) : blockers };
}

const STOPPED_BY_RULES = "stopped by mandatory rules";

function stateOf(input: ReviewInput, events: readonly EngineEvent[]): Report["preview"] {
  const errors = countErrors(events, input.digest);
  const stopped = events.some(({ policyEvent }) => policyEvent?.enforcementLevel === "mandatory");
  const told = input.preview?.reason;
  const failed = (reason: string): Report["preview"] => ({ state: "failed", reason });
  const failure = (): Report["preview"] => {
    if (told !== undefined) return failed(clean(told, 200));
    if (errors > 0)
      return failed(
        errors === 1 ? "1 error, see the log of the run" : `${errors} errors, see the log of the run`,
      );
    return failed(stopped ? STOPPED_BY_RULES : "see the log of the run");
  };
  if (events.length > 0) {
    const summaries = events.map(({ summaryEvent }) => summaryEvent).filter((event) => event !== undefined);
    if (summaries.length === 0)
      return failed(told === undefined ? "its events end before its end" : clean(told, 200));
    if (summaries.some(({ maybeCorrupt }) => maybeCorrupt === true))
      return failed("the engine says that its result may be wrong");
    // Older engines give no result; errors tell it as well.
    if (
      errors > 0 ||
      input.preview?.ok === false ||
      summaries.some(({ result }) => (result ?? "succeeded") !== "succeeded")
    )
      return failure();
    return { state: "ok" };
  }
  if (input.preview?.ok === false || input.digest?.maybeCorrupt === true || errors > 0) return failure();
  return { state: input.preview?.ok === true ? "ok" : "unknown" };
}

function countErrors(events: readonly EngineEvent[], digest: PreviewDigest | undefined): number {
  const diagnostics = [
    ...events.map(({ diagnosticEvent }) => diagnosticEvent),
    ...(events.length > 0 ? [] : (digest?.diagnostics ?? [])),
  ];
  const messages = diagnostics.flatMap((diagnostic) => {
    if (diagnostic?.severity !== "error") return [];
    const message = (diagnostic.message ?? "").replace(/<\{%[^%]{0,40}%\}>/g, "").trim();
    return message === "" || STOPPED.test(message)
      ? []
      : [`${diagnostic.urn ?? ""} ${message.split("\n")[0] ?? ""}`];
  });
  const crashes = events.filter(({ errorEvent }) => errorEvent !== undefined).length;
  // The language host repeats the message of an unhandled exception on its own.
  const texts = [...new Set(messages)];
  const repeated = texts.filter((text) =>
    texts.some((other) => other !== text && other.endsWith(text.trim())),
  );
  return texts.length - repeated.length + crashes;
}

function packsIn(events: readonly EngineEvent[]): Report["packs"] {
  const found = new Map<string, string | undefined>();
  for (const event of events) {
    const { PolicyPacks, policyPacks } = event.summaryEvent ?? {};
    // `name|local|path`: the path is that of a machine.
    for (const [key, version] of Object.entries(PolicyPacks ?? policyPacks ?? {}))
      found.set(clean(key.split("|")[0] ?? key), clean(version, 40));
    const said = event.policyEvent ?? event.policyAnalyzeSummaryEvent ?? event.policyAnalyzeStackSummaryEvent;
    const name = said?.policyPackName;
    if (typeof name === "string" && !found.has(clean(name)))
      found.set(clean(name), clean(said?.policyPackVersion ?? "", 40) || undefined);
  }
  return [...found]
    .map(([name, version]) => ({ name, ...(version !== undefined && { version }) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function hasRun(events: readonly EngineEvent[]): boolean {
  return events.some((event) => {
    const summary = event.policyAnalyzeSummaryEvent ?? event.policyAnalyzeStackSummaryEvent;
    const asked = [
      ...(summary?.passed ?? []),
      ...(summary?.failed ?? []),
      event.policyEvent?.policyName ?? "",
    ];
    return asked.some(isOfCatalogue);
  });
}

function whyNot(input: ReviewInput, packs: Report["packs"]): string {
  if (input.events === undefined || input.events.length === 0)
    return "there are no engine events, and a digest holds no policy results";
  if (packs.length === 0) return "pass --policy-pack to the preview";
  return `of certlock's rules none was asked, only those of ${packs.map(({ name }) => name).join(", ")}`;
}
