/** Runs a program as `certlock check` does, to hear what it declares: no credentials, no backend, nothing deployed. */
import { check } from "../check/check";
import type { CommandIo } from "../command-io";
import { findEngine } from "../engine/find";
import { IncompleteError } from "../errors";
import { parseEvents } from "../review/events";

/** As long as `certlock check` gives a program by itself. */
const LONGEST_PREVIEW_MS = 600_000;

export interface ProgramPreview {
  /** Engine events, one a line. */
  readonly events: string;
  /** Why the program did not come to its end. */
  readonly failure?: string;
}

/** @throws IncompleteError without an engine; UsageError for a project or stack that cannot be read */
export async function previewProgram(
  folder: string,
  stack: string | undefined,
  io: CommandIo,
): Promise<ProgramPreview> {
  const { engine, passedOver } = await findEngine(io.environment);
  if (engine === undefined)
    throw new IncompleteError(
      "ENGINE_MISSING",
      [
        "Pulumi's engine is not on this machine. Install Pulumi (https://www.pulumi.com/docs/install/), or run: certlock engine. The state alone needs none: certlock rotation plan --state FILE",
        ...passedOver,
      ].join("\n"),
    );
  const outcome = await check({
    folder,
    ...(stack !== undefined && { stack }),
    policyPacks: [],
    config: new Map(),
    variables: [],
    typeCheck: false,
    environment: io.environment,
    engine,
    timeoutMs: LONGEST_PREVIEW_MS,
    now: io.now,
    report: (line) => {
      io.err(`${line}\n`);
    },
    signal: io.signal,
  });
  if (outcome.preview.ok) return { events: outcome.events };
  // A rule that stops the preview says nothing against what the program declares.
  const { events } = parseEvents(outcome.events);
  const errors = events.flatMap(({ diagnosticEvent }) =>
    diagnosticEvent?.severity === "error" &&
    !/^(?:preview|update) failed\s*$/.test(plain(diagnosticEvent.message))
      ? [plain(diagnosticEvent.message)]
      : [],
  );
  for (const error of errors) io.err(`${error.split("\n").slice(0, 16).join("\n")}\n`);
  const isStopped = errors.length === 0 && events.some(({ policyEvent }) => policyEvent !== undefined);
  if (isStopped) return { events: outcome.events };
  return { events: outcome.events, failure: "its errors are above." };
}

/** Engine messages carry colour tags such as `<{%reset%}>`. */
function plain(message: string): string {
  return message.replaceAll(/<\{%[^%]*%\}>/g, "").trim();
}
