/** The plan of recorded stacks: what is late, what ends, what nobody knows, and what is never printed. */
import assert from "node:assert/strict";
import { exitCodeOfPlan } from "../../../cli/rotation/build-plan";
import { rotatedIdentities } from "../../../cli/rotation/identities";
import type { Plan, PlannedIdentity } from "../../../cli/rotation/plan";
import { renderPlan } from "../../../cli/rotation/render";
import { parseStackExport } from "../../../cli/rotation/stack-export";
import { recordedPlan, type RecordedPlanOptions, recordedState } from "./recorded";

interface StateResource {
  readonly urn: string;
  readonly type: string;
  outputs?: Record<string, unknown>;
}
interface State {
  readonly deployment: { resources: StateResource[] };
}

/** Changes the resources of a state. */
function resources(change: (all: StateResource[]) => StateResource[]): (state: string) => string {
  return (text) => {
    const state = JSON.parse(text) as State;
    state.deployment.resources = change(state.deployment.resources);
    return JSON.stringify(state);
  };
}

/** The output `rotation` of the identity of the guide, changed. */
function rotation(change: (output: Record<string, unknown>) => unknown): (state: string) => string {
  return resources((all) =>
    all.map((one) =>
      one.urn.endsWith("SecretFreeApplication::billing-nightly")
        ? {
            ...one,
            outputs: {
              ...one.outputs,
              rotation: change(one.outputs?.["rotation"] as Record<string, unknown>),
            },
          }
        : one,
    ),
  );
}

function billing(options: RecordedPlanOptions): PlannedIdentity {
  return recordedPlan(options).identities.find(({ name }) => name === "billing-nightly") ?? assert.fail();
}

const runs = ({ runs: list }: PlannedIdentity): string[] =>
  list.map(
    ({ day, makes, removes, clients }) =>
      `${day} +${makes.join(",")} -${removes.join(",")} ${clients?.from ?? ""}→${clients?.to ?? ""}`,
  );

describe("the rotation plan", () => {
  it("tells runs, turns and the last safe days of a deployed stack", () => {
    const identity = billing({ state: "day-60", now: "2027-01-26", until: "2027-05-31" });
    assert.deepEqual(runs(identity), ["2027-03-21 +3 -1 2→3", "2027-05-20 +4 -2 3→4"]);
    assert.deepEqual(identity.next, {
      turn: "2027-03-21",
      run: "2027-03-21",
      lastSafe: "2027-05-15",
      endsOn: "2027-05-25",
    });
    assert.deepEqual(
      identity.certificates.map(({ generation, state, validUntil, removedOn }) => [
        generation,
        state,
        validUntil,
        removedOn,
      ]),
      [
        [1, "exists", "2027-03-26", "2027-03-21"],
        [2, "exists", "2027-05-25", "2027-05-20"],
        [3, "planned", "2027-07-24", "2027-07-19"],
        [4, "planned", "2027-09-22", "2027-09-17"],
      ],
    );
    assert.equal(identity.status, "on-time");
  });

  it("shows the day of the run and not of the turn where runs are rarer", () => {
    const identity = billing({ state: "day-60", now: "2027-01-26", every: "wed,sat", until: "2027-05-31" });
    // The turns are a Sunday and a Thursday.
    assert.deepEqual(runs(identity), ["2027-03-24 +3 -1 2→3", "2027-05-22 +4 -2 3→4"]);
    assert.deepEqual(
      identity.runs.map(({ turn, lateDays }) => [turn, lateDays]),
      [
        ["2027-03-21", 3],
        ["2027-05-20", 2],
      ],
    );
  });

  it("is overdue from the day after the run that should have been, with exit code 2", () => {
    const at = (now: string, every?: string): unknown[] => {
      const plan = recordedPlan({ state: "day-0", now, ...(every !== undefined && { every }) });
      return [exitCodeOfPlan(plan), plan.summary.overdue];
    };
    assert.deepEqual(at("2027-01-20"), [0, 0]);
    assert.deepEqual(at("2027-01-21"), [2, 1]);
    // The first Monday is the 25th.
    assert.deepEqual(at("2027-01-25", "monday"), [0, 0]);
    assert.deepEqual(at("2027-01-26", "monday"), [2, 1]);
    const { overdue, sentence } = billing({ state: "day-0", now: "2027-01-25" });
    assert.deepEqual(overdue, { since: "2027-01-20", days: 5 });
    assert.equal(
      sentence,
      "The successor of g1 was due on 2027-01-20, 5 days ago: have it made, by 2027-03-16 at the latest.",
    );
  });

  it("says what runs that are left out lead to: nothing, too little time, a cut, an outage", () => {
    const gaps = (to: string): string[] =>
      billing({ state: "day-0", now: "2027-01-18", missed: `2027-01-20..${to}` }).gaps.map(
        ({ kind, from, to: end, days }) => [kind, from, end ?? "", days ?? ""].join(" ").trim(),
      );
    // The run of the day after is the one that makes up for it.
    assert.deepEqual(gaps("2027-03-15"), []);
    assert.deepEqual(gaps("2027-03-16"), ["short 2027-03-17 2027-03-21 4"]);
    assert.deepEqual(gaps("2027-03-19"), ["short 2027-03-20 2027-03-21 1"]);
    assert.deepEqual(gaps("2027-03-20"), ["cut-off 2027-03-21"]);
    assert.deepEqual(gaps("2027-03-25"), ["outage 2027-03-26 2027-03-26"]);
    assert.deepEqual(gaps("2027-04-30"), ["outage 2027-03-26 2027-05-01"]);
    assert.deepEqual(gaps("2027-12-31"), ["outage 2027-03-26"]);
  });

  it("fires for a pin that is left in place, and says from when on runs refuse it", () => {
    const identity = billing({
      state: "day-60",
      now: "2027-03-23",
      edit: rotation((output) => ({ ...output, pinned: 2 })),
    });
    assert.equal(identity.status, "gap");
    assert.deepEqual(identity.overdue, { since: "2027-03-21", days: 2 });
    assert.deepEqual(identity.notes, [
      "Pinned to generation 2, and it is the turn of 3: take the pin out when clients have changed over.",
      "From 2027-03-26 on, runs refuse the pin to generation 2, and nothing is deployed.",
    ]);
    assert.deepEqual(
      identity.gaps.map(({ kind, from }) => [kind, from]),
      [["outage", "2027-05-25"]],
    );
  });

  it("shows what an edited epoch does: it renumbers, and cuts clients off", () => {
    const identity = billing({
      state: "day-60",
      now: "2027-01-26",
      until: "29d",
      edit: rotation((output) => ({
        ...output,
        terms: [{ ...(output["terms"] as object[])[0], from: "2026-01-01" }],
      })),
    });
    assert.deepEqual(runs(identity), ["2027-01-26 +6,7 -1,2 2→7"]);
    assert.deepEqual(
      identity.gaps.map(({ kind, generation }) => [kind, generation]),
      [["cut-off", 2]],
    );
  });

  it("takes a withdrawal for what it is: meant, and shown", () => {
    const plan = recordedPlan({
      state: "day-60",
      now: "2027-01-26",
      edit: (text) =>
        resources((all) => all.filter(({ urn }) => !urn.includes("partner-upload")))(
          rotation((output) => {
            const [first] = output["terms"] as object[];
            return { ...output, terms: [first, { ...first, from: "2027-02-01", first: 3, withdraws: true }] };
          })(text),
        ),
    });
    assert.deepEqual([exitCodeOfPlan(plan), plan.summary.gaps], [0, 0]);
    assert.deepEqual(
      plan.identities[0]?.gaps.map(({ kind, from, generation }) => [kind, from, generation]),
      [["withdrawn", "2027-02-01", 2]],
    );
    assert.deepEqual(plan.identities[0].runs[0]?.removes, [1, 2]);
  });

  it("knows of a stack of an older certlock what is registered and when the next turn is, and nothing more", () => {
    const plan = recordedPlan({ state: "day-60", now: "2027-01-26", edit: rotation(() => undefined) });
    assert.deepEqual([plan.verdict, exitCodeOfPlan(plan), plan.summary.unknown], ["incomplete", 3, 1]);
    const identity = plan.identities.find(({ name }) => name === "billing-nightly");
    assert.equal(identity?.status, "unknown");
    assert.equal(
      identity.sentence,
      "Its schedule is not known: an older certlock has deployed it, which wrote no schedule down; one run with this one does.",
    );
    assert.deepEqual(identity.notes, [
      "The secret in its vault says that the next generation is due on 2027-03-21.",
    ]);
    assert.deepEqual(
      identity.certificates.map(({ generation, validUntil }) => [generation, validUntil]),
      [
        [1, "2027-03-26"],
        [2, "2027-05-25"],
      ],
    );
  });

  it("believes no schedule that certlock would not write", () => {
    const hostile: readonly ((output: Record<string, unknown>) => unknown)[] = [
      (output) => ({ ...output, version: 2 }),
      (output) => ({ ...output, terms: [] }),
      (output) => ({ ...output, terms: [{ ...(output["terms"] as object[])[0], periodDays: 0 }] }),
      (output) => ({ ...output, terms: [{ ...(output["terms"] as object[])[0], periodDays: 1e9 }] }),
      (output) => ({ ...output, terms: [{ ...(output["terms"] as object[])[0], from: "2026-02-31" }] }),
      (output) => ({
        ...output,
        terms: [...(output["terms"] as object[]), (output["terms"] as object[])[0]],
      }),
      (output) => ({ ...output, pinned: 1e12 }),
      () => "soon",
      () => [],
    ];
    for (const change of hostile) {
      const { status, runs: planned } = billing({
        state: "day-60",
        now: "2027-01-26",
        edit: rotation(change),
      });
      assert.deepEqual([status, planned], ["unknown", []], String(change));
    }
  });

  it("wants a certificate from elsewhere replaced by hand, from 30 days before its end on", () => {
    const at = (now: string): unknown[] => {
      const { identities, summary } = recordedPlan({
        state: "day-120",
        now,
        edit: resources((all) => all.filter(({ urn }) => !urn.includes("::billing-nightly"))),
      });
      const [{ status, byHand }] = identities as [PlannedIdentity];
      return [status, byHand?.daysLeft, summary.byHand, summary.gaps];
    };
    assert.deepEqual(at("2027-02-28"), ["on-time", 31, 0, 0]);
    assert.deepEqual(at("2027-03-01"), ["by-hand", 30, 1, 0]);
    assert.deepEqual(at("2027-03-30"), ["by-hand", 1, 1, 0]);
    assert.deepEqual(at("2027-03-31"), ["gap", 0, 0, 1]);
  });

  it("compares a program with what is deployed, whatever the stack is called there", () => {
    const read = parseStackExport(recordedState("day-60"));
    assert.ok(!("problem" in read));
    const elsewhere = parseStackExport(
      recordedState("day-60").replaceAll("urn:pulumi:prod::", "urn:pulumi:dev::"),
    );
    assert.ok(!("problem" in elsewhere));
    const declared = elsewhere.resources.filter(({ urn }) => !urn.includes("partner-upload"));
    const [billingOne, partner] = rotatedIdentities({ program: declared, deployed: read.resources });
    assert.deepEqual(
      [billingOne?.name, billingOne?.isDeclared, billingOne?.standing?.map(({ generation }) => generation)],
      ["billing-nightly", true, [1, 2]],
    );
    assert.deepEqual([partner?.name, partner?.isDeclared], ["partner-upload", false]);
  });

  it("has nothing to say of a stack without certificates, and reads no text that is no state", () => {
    const plan = recordedPlan({ state: "day-0", now: "2026-11-25", edit: resources(() => []) });
    assert.deepEqual(
      [plan.verdict, plan.sentence],
      ["ok", "There is no certificate in this stack, so nothing rotates."],
    );
    for (const text of [
      "",
      "{}",
      "[]",
      "null",
      '{"version":3}',
      '{"version":3,"deployment":{"resources":[{}]}}',
      "{".repeat(500),
    ])
      assert.ok("problem" in parseStackExport(text), text.slice(0, 40));
  });

  it("reads the file Pulumi's own backends keep as it reads an export", () => {
    const { deployment } = JSON.parse(recordedState("day-60")) as State;
    const kept = JSON.stringify({ version: 3, checkpoint: { stack: "prod", latest: deployment } });
    const options = { state: "day-60", now: "2027-01-26" } as const;
    assert.deepEqual(recordedPlan({ ...options, edit: () => kept }), recordedPlan(options));
  });

  it("prints nothing of a secret, also of an export that shows them", () => {
    const canary = "CANARY-9f3c2e1-in-plain-text";
    const shown = (text: string): string =>
      text.replaceAll('"ciphertext": "v1:not kept"', `"plaintext": "\\"${canary}\\""`);
    const plan: Plan = recordedPlan({ state: "day-60", now: "2027-01-26", edit: shown });
    assert.ok(shown(recordedState("day-60")).includes(canary));
    for (const format of ["text", "markdown", "json", "ics", "svg"] as const)
      assert.ok(!renderPlan(plan, format).includes(canary), format);
  });
});
