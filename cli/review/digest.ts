/**
 * The digest `pulumi preview --json` prints: steps with old and new state, and where the program declares each
 * resource. It holds no policy results.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/pkg/display/json.go
 */
import { z } from "zod";
import { type Bounds, BOUNDS, boundedJson, InputError } from "./bounded-json";
import { readEvent } from "./events";

const text = z.string();
const record = z.record(z.string(), z.unknown());
const maybe = <T extends z.ZodType>(schema: T) => schema.nullish();

const state = z.looseObject({
  urn: maybe(text),
  type: maybe(text),
  id: maybe(text),
  parent: maybe(text),
  inputs: maybe(record),
  outputs: maybe(record),
  sourcePosition: maybe(text),
  stackTrace: maybe(z.array(z.looseObject({ sourcePosition: maybe(text) }))),
  additionalSecretOutputs: maybe(z.array(text)),
});

const digestSchema = z.looseObject({
  steps: maybe(
    z.array(
      z.looseObject({
        op: text,
        urn: text,
        oldState: maybe(state),
        newState: maybe(state),
        replaceReasons: maybe(z.array(text)),
        diffReasons: maybe(z.array(text)),
      }),
    ),
  ),
  diagnostics: maybe(
    z.array(z.looseObject({ urn: maybe(text), message: maybe(text), severity: maybe(text) })),
  ),
  changeSummary: maybe(z.record(z.string(), z.number())),
  maybeCorrupt: maybe(z.boolean()),
});

export type PreviewDigest = z.infer<typeof digestSchema>;
export type DigestState = z.infer<typeof state>;

/**
 * The digest in the output of `pulumi preview --json`, which may have lines of other tools before and after it.
 *
 * @throws InputError when there is no digest in it, or one beyond the bounds
 */
export function parseDigest(given: string, bounds: Bounds = BOUNDS): PreviewDigest {
  const parsed = boundedJson(objectIn(given), bounds);
  if (parsed.problem !== undefined) throw new InputError("preview digest", parsed.problem);
  if (readEvent(parsed.value)?.sequence !== undefined)
    throw new InputError("preview digest", "holds the engine's events, which are an input of their own");
  const digest = digestSchema.safeParse(parsed.value);
  if (!digest.success) {
    const where = digest.error.issues[0]?.path.filter(
      (step) => typeof step === "number" || /^\w+$/.test(String(step)),
    );
    throw new InputError(
      "preview digest",
      `has something unexpected at "${where?.map(String).join(".") ?? ""}"`,
    );
  }
  return digest.data;
}

/** The digest is printed indented: it begins and ends with a brace alone on its line. */
function objectIn(text: string): string {
  const lines = text.split("\n").map((line) => line.trimEnd());
  const first = lines.findIndex((line) => line.startsWith("{"));
  if (first < 0) throw new InputError("preview digest", "holds no JSON object");
  const end = lines.lastIndexOf("}");
  if (end > first) return lines.slice(first, end + 1).join("\n");
  return lines[first] ?? "";
}
