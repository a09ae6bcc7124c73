/** `certlock rotation plan` as a process: programs, previews, states, and what it is called with wrongly. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Plan } from "../../../cli/rotation/plan";
import { engineFor } from "../../engine/engine";
import { certlock, ROOT } from "../check/certlock-process";
import { RECORDED as PREVIEWS } from "../review/recorded";
import { recordedState } from "./recorded";

const EXAMPLE = join(ROOT, "examples/application-with-certificate");

describe("certlock rotation plan", function () {
  this.timeout(180_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "certlock-rotation-"));
    writeFileSync(join(folder, "state.json"), recordedState("day-60"));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const call = (...args: readonly string[]) => certlock(["rotation", "plan", ...args], { cwd: folder });

  async function planned(...args: readonly string[]): Promise<{ code: number | null; plan: Plan }> {
    const { code, stdout, stderr } = await call("--format", "json", ...args);
    assert.notEqual(stdout, "", stderr);
    return { code, plan: JSON.parse(stdout) as Plan };
  }

  it("takes the schedules from a program, without credentials, and says that the dates are computed", async function () {
    await engineFor(this);
    const { code, plan } = await planned(EXAMPLE, "--now", "2026-12-01", "--until", "60d");
    assert.deepEqual([code, plan.schedulesFrom, plan.certificatesFrom], [0, "program", "assumed"]);
    assert.match(plan.notes.join(), /^What is deployed was not read: /);
    const [{ name, certificates, runs }] = plan.identities as [Plan["identities"][number]];
    assert.equal(name, "billing-nightly");
    assert.deepEqual(
      certificates.map(({ generation, state, validFrom }) => [generation, state, validFrom]),
      [
        [5, "assumed", "2026-08-29"],
        [6, "assumed", "2026-10-28"],
        [7, "planned", "2026-12-27"],
      ],
    );
    assert.deepEqual(
      runs.map(({ day, makes, removes }) => [day, makes, removes]),
      [["2026-12-27", [7], [5]]],
    );
  });

  it("compares the program of a branch with what is deployed: here its epoch is another one", async function () {
    await engineFor(this);
    const state = recordedState("day-60").replaceAll("::identities::", "::application-with-certificate::");
    writeFileSync(join(folder, "deployed.json"), state);
    const { code, plan } = await planned(
      EXAMPLE,
      "--state",
      "deployed.json",
      "--now",
      "2027-01-26",
      "--until",
      "20d",
    );
    assert.deepEqual([code, plan.schedulesFrom, plan.certificatesFrom], [2, "program", "state"]);
    assert.equal(
      plan.sentence,
      "billing-nightly: on 2027-01-26 the run removes g2, which clients hold: they fail until they have read the vault again.",
    );
    assert.deepEqual(
      plan.identities.map(({ name, status }) => [name, status]),
      [
        ["billing-nightly", "gap"],
        ["partner-upload", "removed"],
      ],
    );
  });

  it("reads what a real preview knows of the deployed stack, of an older certlock all but the schedule", async () => {
    const { code, plan } = await planned(
      ...["--events", join(PREVIEWS, "certificate-rotated/events.jsonl")],
      ...["--now", readFileSync(join(PREVIEWS, "certificate-rotated/recorded-at.txt"), "utf8").trim()],
    );
    assert.deepEqual([code, plan.stack, plan.certificatesFrom], [3, "identities/prod", "preview"]);
    assert.deepEqual(
      plan.identities.map(({ name, status, certificates }) => [
        name,
        status,
        certificates.map(({ generation, validUntil }) => [generation, validUntil]),
      ]),
      [
        [
          "billing-nightly",
          "unknown",
          [
            [4, "2026-11-04"],
            [5, "2027-02-22"],
          ],
        ],
      ],
    );
  });

  it("reads the state from standard input", () => {
    const { status, stdout } = spawnSync(
      process.execPath,
      [join(ROOT, "cli/bin/certlock"), "rotation", "plan", "--state", "-", "--now", "2027-01-26"],
      { input: recordedState("day-60"), encoding: "utf8", cwd: folder },
    );
    assert.equal(status, 0);
    assert.match(
      stdout,
      /^✅ Next change in 54 days: billing-nightly, the run of 2027-03-21 goes from g2 to g3\.\n/,
    );
  });

  it("says what it was called with wrongly, and what it takes", async () => {
    const state = ["--state", "state.json", "--now", "2027-01-26"];
    for (const [args, complaint] of [
      [["--state", "nowhere.json"], /^FILE_UNREADABLE: nowhere\.json cannot be read \(--state\)\.\n$/],
      [[...state, "--until", "2027-01-25"], /^OPTION_INVALID: --until takes a day from 2027-01-26 to 2037-/],
      [
        [...state, "--until", "soon"],
        /^OPTION_INVALID: --until takes a day such as 2027-05-31, or a number of days/,
      ],
      [
        [...state, "--every", "month"],
        /^OPTION_INVALID: --every takes daily, weekly \(on Mondays\), or weekdays/,
      ],
      [
        [...state, "--simulate-missed", "2027-03-01..2027-02-01"],
        /^OPTION_INVALID: --simulate-missed takes two days/,
      ],
      [[...state, "--simulate-missed", "0"], /^OPTION_INVALID: --simulate-missed takes a number from 1 to/],
      [[...state, "--now", "2027-02-30"], /^OPTION_INVALID: --now takes a day such as 2027-01-18/],
      [[...state, "--seen-within", "0"], /Write it as a number of days from 1 to 365\./],
      [["--state", "-", "--evidence", "-"], /^PLAN_SOURCES: Standard input is one file/],
      [
        [".", "--events", "events.jsonl"],
        /^PLAN_SOURCES: The schedules come from the program in a folder or from --events/,
      ],
      [
        [...state, "--output", "nowhere/plan.ics"],
        /^OUTPUT_FAILED: nowhere\/plan\.ics cannot be written \(ENOENT\)\.\n$/,
      ],
    ] as const) {
      const { code, stdout, stderr } = await call(...args);
      assert.deepEqual({ code, stdout }, { code: 1, stdout: "" }, `${args.join(" ")}: ${stderr}`);
      assert.match(stderr, complaint);
    }
  });

  it("is incomplete, with exit code 3, where a file is there and cannot be understood", async () => {
    writeFileSync(join(folder, "strange.json"), '{"resources": []}');
    const state = await call("--state", "strange.json");
    assert.deepEqual([state.code, state.stdout], [3, ""]);
    assert.match(
      state.stderr,
      /^STATE_UNREADABLE: The state cannot be read: it is no output of "pulumi stack export"\./,
    );
    const events = await call("--events", "strange.json");
    assert.deepEqual([events.code, events.stdout], [3, ""]);
    assert.match(events.stderr, /^EVENTS_UNREADABLE: /);
  });

  it("prints nothing and ends with 4 when a name in the state has the shape of a secret", async () => {
    const secret = ["abc8Q", "~", "x".repeat(34)].join("");
    writeFileSync(
      join(folder, "leaking.json"),
      recordedState("day-60").replaceAll("billing-nightly", secret),
    );
    const { code, stdout, stderr } = await call("--state", "leaking.json", "--now", "2027-01-26");
    assert.deepEqual([code, stdout], [4, ""]);
    assert.ok(stderr.startsWith("REVIEW_REDACTION: ") && !stderr.includes(secret), stderr);
  });
});
