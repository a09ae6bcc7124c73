/** What pipelines and shells make of the two files of a preview before the review reads them. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Report } from "../../../cli/review/report";
import { recordedText } from "../review/recorded";
import { type Outcome, runIn } from "./command-run";

const EVENTS = recordedText("certificate-rotated", "events.jsonl");
const DIGEST = recordedText("certificate-rotated", "digest.json");

const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, "utf16le");

const WRITINGS: readonly (readonly [what: string, write: (text: string) => Buffer])[] = [
  ["UTF-8 with a mark", (text) => Buffer.from(`\ufeff${text}`)],
  ["UTF-16, as Windows PowerShell redirects", utf16],
  ["UTF-16 with the other byte first", (text) => utf16(text).swap16()],
  ["lines that end as on Windows", (text) => Buffer.from(text.replaceAll("\n", "\r\n"))],
  ["no end of the last line", (text) => Buffer.from(text.trimEnd())],
  ["gzip", (text) => gzipSync(text)],
  ["gzip of UTF-16", (text) => gzipSync(utf16(text))],
];

describe("the files certlock review is given", function () {
  this.timeout(60_000);
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "certlock-review-inputs-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const review = async (
    events: string | Buffer,
    digest: string | Buffer,
    ...more: readonly string[]
  ): Promise<Outcome> => {
    await writeFile(join(folder, "events"), events);
    await writeFile(join(folder, "digest"), digest);
    return runIn(folder, [
      "review",
      "--events",
      join(folder, "events"),
      "--digest",
      join(folder, "digest"),
      ...more,
    ]);
  };

  it("give the same report however they are written", async () => {
    const plain = await review(EVENTS, DIGEST, "--format", "json");
    const sources = (JSON.parse(plain.out) as Report).credentialChanges.map(({ source }) => source?.line);
    assert.ok(
      sources.every((line) => line !== undefined),
      "the digest was read",
    );
    for (const [what, write] of WRITINGS)
      assert.deepEqual(await review(write(EVENTS), write(DIGEST), "--format", "json"), plain, what);
  });

  it("are said to be damaged when they are packed and cut off", async () => {
    const { code, out } = await review(EVENTS, gzipSync(DIGEST).subarray(0, 200));
    assert.equal(code, 3);
    assert.match(out, /^⚪ Incomplete — the preview digest cannot be read: the text is packed and damaged/);
  });

  it("are said to be no digest when they are the events once more", async () => {
    const { code, out } = await review(EVENTS, EVENTS);
    assert.equal(code, 3);
    assert.match(
      out,
      /^⚪ Incomplete — the preview digest cannot be read: the text holds the engine's events/,
    );
  });

  it("name the stack, the digest alone as well; a certificate it leaves out makes no gap", async () => {
    await writeFile(join(folder, "digest"), DIGEST);
    const asked = ["review", "--digest", join(folder, "digest"), "--format", "json"];
    const { code, out } = await runIn(folder, asked);
    assert.equal(code, 2);
    const { key, sentence, findings, credentialChanges } = JSON.parse(out) as Report;
    assert.equal(key, "identities/prod");
    assert.equal(
      sentence,
      "the policy pack did not run: there are no engine events, and a digest holds no policy results",
    );
    assert.deepEqual(findings, []);
    assert.deepEqual(
      credentialChanges.map(({ change, generation, overlapDays }) => [change, generation, overlapDays]),
      [
        ["rotate: retire old", 4, undefined],
        ["rotate: publish", 6, undefined],
      ],
    );
  });

  it("are refused when they are of two stacks: one report is about one", async () => {
    const other = EVENTS.replaceAll("urn:pulumi:prod::", "urn:pulumi:dev::");
    for (const [events, digest] of [
      [EVENTS + other, DIGEST],
      [other, DIGEST],
    ] as const) {
      const { code, out, err } = await review(events, digest);
      assert.deepEqual([code, out], [1, ""]);
      assert.match(err, /^STACKS_MIXED: .*identities\/(prod|dev), identities\/(prod|dev)\).*one preview/);
    }
  });

  it("twice the same are the same preview", async () => {
    const once = await review(EVENTS, DIGEST, "--format", "markdown");
    assert.deepEqual(await review(EVENTS + EVENTS, DIGEST, "--format", "markdown"), once);
  });

  it("are told from folders", async () => {
    await mkdir(join(folder, "events"));
    const { code, err } = await runIn(folder, [
      "review",
      "--events",
      join(folder, "events"),
      "--stack",
      "identities/prod",
    ]);
    assert.equal(code, 2);
    assert.match(err, /events cannot be read: it is a folder\.\n/);
  });

  it("have the same key when there are none: the next report takes the place of this one", async () => {
    await writeFile(join(folder, "Pulumi.yaml"), "name: identities\nruntime: nodejs\n");
    for (const stack of ["prod", "contoso/prod", "identities/prod", "contoso/identities/prod"]) {
      const { out } = await runIn(folder, ["review", "--preview-error", "No.", "--stack", stack]);
      assert.match(out, /\nidentities\/prod · /, stack);
    }
  });
});

describe("what a pipeline reads in the log", () => {
  it("is no command, whatever the sentence of a report says", async () => {
    const folder = await mkdtemp(join(tmpdir(), "certlock-review-log-"));
    try {
      const [events, report] = [join(folder, "events"), join(folder, "report")];
      await writeFile(events, recordedText("clean", "events.jsonl"));
      const made = await runIn(folder, ["review", "--events", events, "--format", "json"]);
      for (const command of ["::stop-commands::x", "##vso[task.setvariable variable=A]b", "##[error]x"]) {
        const forged = { ...(JSON.parse(made.out) as Report), sentence: command };
        await writeFile(report, JSON.stringify(forged));
        const written = await runIn(folder, ["review", "--report", report, "--output", join(folder, "page")]);
        assert.equal(written.code, 0, written.err);
        const shown = await runIn(folder, ["review", "--report", report]);
        assert.doesNotMatch(`${written.err}\n${shown.out}`, /^\s*::|##(vso)?\[/im);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
