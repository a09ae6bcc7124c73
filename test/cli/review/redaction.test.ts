/** Nothing secret leaves: by what is read at all, and by a last look at what is written. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { buildReport } from "../../../cli/review/build-report";
import { InputError } from "../../../cli/review/bounded-json";
import { parseDigest, type PreviewDigest } from "../../../cli/review/digest";
import { type EngineEvent, parseEvents } from "../../../cli/review/events";
import { formats, render } from "../../../cli/review/render";
import { RedactionError } from "../../../cli/review/redaction";
import { type Preview, recordedInput, recordedText } from "./recorded";

/** Never in one piece in this file, so that scanners of repositories leave it alone. */
const SECRETS = {
  "a PEM private key": ["-----BEGIN RSA ", "PRIVATE KEY-----MIIEow"].join(""),
  "a JSON web token": ["eyJhbGciOiJSUzI1NiJ9", "eyJzdWIiOiJjYW5hcnkifQ", "c2lnbmF0dXJl"].join("."),
  "a client secret of Entra": ["abc8Q", "~", "x".repeat(34)].join(""),
  "an older client secret of Entra": ["abc7Q", "~", "y".repeat(31)].join(""),
  "a PFX file in base64": `MIIKYQIBAzCC${"Ab3d".repeat(20)}`,
  "a shared access signature": `https://x.blob.core.windows.net/c?sv=2024&sig=${"aB3%2F".repeat(8)}`,
} as const;

const SIGNATURE = {
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
};

interface Place {
  readonly owner: Record<string, unknown> | unknown[];
  readonly key: string;
}

/** Every text of a value, and where it stands. */
function texts(value: unknown, found: Place[] = []): Place[] {
  if (typeof value !== "object" || value === null) return found;
  for (const [key, entry] of Object.entries(value)) {
    if (typeof entry === "string") found.push({ owner: value as Place["owner"], key });
    else texts(entry, found);
  }
  return found;
}

/** A copy of a recorded preview in which one text, chosen by number, is another. */
function planted(
  name: Preview,
  number: number,
  value: unknown,
): { events: EngineEvent[]; digest: PreviewDigest } {
  const input = recordedInput(name);
  const copy = structuredClone({ events: [...(input.events ?? [])], digest: input.digest ?? {} });
  const places = texts(copy);
  const place = places[number % places.length];
  assert.ok(place);
  (place.owner as Record<string, unknown>)[place.key] = value;
  return copy;
}

/** As the command would read it from files: what is no event of the engine any more is left out. */
function read({ events, digest }: ReturnType<typeof planted>): ReturnType<typeof planted> | undefined {
  try {
    const lines = events.map((event) => JSON.stringify(event)).join("\n");
    return { events: [...parseEvents(lines).events], digest: parseDigest(JSON.stringify(digest)) };
  } catch (error) {
    assert.ok(error instanceof InputError, String(error));
    return undefined;
  }
}

/** Everything that would be printed; nothing when the guard has stopped it. */
function printed(name: Preview, given: ReturnType<typeof planted>): string | undefined {
  const change = read(given);
  if (change === undefined) return undefined;
  try {
    const report = buildReport(recordedInput(name, change));
    return formats.map((format) => render(report, format)).join("\n");
  } catch (error) {
    assert.ok(error instanceof RedactionError, String(error));
    return undefined;
  }
}

describe("a secret in the input of a review", function () {
  this.timeout(120_000);
  const names: readonly Preview[] = ["secret-added", "certificate-rotated", "boundaries", "tenant-weakened"];

  for (const [shape, secret] of Object.entries(SECRETS)) {
    it(`is never printed, wherever it stands: ${shape}`, () => {
      fc.assert(
        fc.property(fc.constantFrom(...names), fc.nat(), (name, number) => {
          const output = printed(name, planted(name, number, secret)) ?? "";
          assert.ok(!output.includes(secret.slice(-24)));
        }),
        { numRuns: 30 },
      );
    });
  }

  it("is never printed where it is marked as one and has no shape of one", () => {
    const canary = "canary-correct-horse";
    const marked = { ...SIGNATURE, plaintext: JSON.stringify(canary) };
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.nat(), fc.nat(), (name, number, other) => {
        // Once as a secret, and once more in plain text: a name made of it.
        const change = planted(name, number, marked);
        const places = texts(change);
        const place = places[other % places.length];
        assert.ok(place);
        // Not within the mark itself, which would be none then.
        if (!("plaintext" in place.owner))
          (place.owner as Record<string, unknown>)[place.key] = `x-${canary}`;
        const kept = JSON.stringify(read(change) ?? {}).includes('"plaintext":');
        const output = printed(name, change) ?? "";
        if (kept) assert.ok(!output.includes(canary), `${name} ${number} ${other}`);
      }),
      { numRuns: 100 },
    );
  });

  it("stops every format, saying the shape and not the text", () => {
    for (const [, secret] of Object.entries(SECRETS)) {
      const input = recordedInput("secret-added");
      const events = structuredClone([...(input.events ?? [])]);
      for (const { policyEvent } of events)
        if (policyEvent) policyEvent.message = `Leaks "${secret}" in a sentence.`;
      assert.throws(
        () => buildReport({ ...input, events }),
        (error: unknown) =>
          error instanceof RedactionError &&
          error.shapes.length > 0 &&
          !error.message.includes(secret.slice(0, 12)),
      );
    }
  });

  it("is found although a name was cut within it, or its white space went", () => {
    const input = recordedInput("secret-added");
    const named = (name: string, secret?: string): void => {
      const text = JSON.stringify(input.events).replaceAll("payroll-legacy", () =>
        JSON.stringify(name).slice(1, -1),
      );
      const marks = secret === undefined ? {} : { x: { ...SIGNATURE, plaintext: JSON.stringify(secret) } };
      const summary = { resultOfNobody: marks };
      const events = [...(JSON.parse(text) as EngineEvent[]), summary as EngineEvent];
      const report = buildReport({ ...input, events, digest: {} });
      for (const format of formats) render(report, format);
    };
    const entra = SECRETS["a client secret of Entra"];
    const jwt = SECRETS["a JSON web token"];
    const canary = "canary correct\thorse";
    named("x".repeat(200));
    for (const [name, secret] of [
      [`${"n".repeat(80 - 10)}${entra}`, undefined],
      [`${"n".repeat(80 - 25)} ${jwt}`, undefined],
      [`${"n".repeat(80 - 12)}${canary}`, canary],
      [`n ${canary} n`, canary],
    ] as const)
      assert.throws(() => {
        named(name, secret);
      }, RedactionError);
  });

  it("is found through the escapes of a format", () => {
    const report = buildReport(recordedInput("owner-added"));
    // A report somebody has changed after it was made.
    const changed = { ...report, sentence: SECRETS["a client secret of Entra"].replaceAll("~", "~") };
    for (const format of formats) assert.throws(() => render(changed, format), RedactionError, format);
  });

  it("in a debug message of the SDK is not even kept", () => {
    const line = JSON.stringify({
      sequence: 1,
      diagnosticEvent: { severity: "debug", message: SECRETS["a PEM private key"] },
    });
    assert.deepEqual(parseEvents(line), { events: [], unreadable: [] });
  });

  it("does not mistake what every report holds for one", () => {
    for (const name of names) assert.notEqual(printed(name, planted(name, 0, "plain")), undefined, name);
    assert.ok(!recordedText("secret-added", "events.jsonl").includes("PRIVATE KEY"));
  });
});

describe("the free texts of a preview", () => {
  it("never reach a report: descriptions, notes, tags, values and messages of errors", () => {
    const canary = "canarycanarycanary";
    const input = recordedInput("preview-crashed");
    const free = new Set([
      "description",
      "notes",
      "value",
      "message",
      "tags",
      "reason",
      "notBefore",
      "displayName",
    ]);
    const replace = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(replace);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(
        Object.entries(value).map(([key, entry]) => [
          key,
          free.has(key) && typeof entry === "string" ? canary : replace(entry),
        ]),
      );
    };
    const report = buildReport({
      ...input,
      events: replace(input.events) as EngineEvent[],
      digest: replace(input.digest) as PreviewDigest,
    });
    for (const format of formats) assert.ok(!render(report, format).includes(canary), format);
    assert.equal(report.preview.state, "failed");
  });
});
