/** What ends a run with which code, and what an earlier report changes about it. */
import assert from "node:assert/strict";
import { EXIT, exitCodeOf, type ExitOptions } from "../../cli/exit-codes";
import { buildReport } from "../../cli/review/build-report";
import type { ReviewInput } from "../../cli/review/input";
import { type Preview, recordedInput } from "./review/recorded";

const codeOf = (name: Preview, options: ExitOptions = {}, change: Partial<ReviewInput> = {}): number =>
  exitCodeOf(buildReport(recordedInput(name, change)), options);

describe("the exit code of a report", () => {
  it("is 2 from the threshold on, and for mandatory rules at every threshold", () => {
    // A finding of the review itself, high and not mandatory.
    const gap = (failOn: ExitOptions["failOn"]): number =>
      codeOf("certificate-replaced", { ...(failOn && { failOn }) });
    assert.deepEqual(
      [gap("low"), gap("medium"), gap("high"), gap("critical"), gap("mandatory"), gap(undefined)],
      [EXIT.blocked, EXIT.blocked, EXIT.blocked, EXIT.ok, EXIT.ok, EXIT.blocked],
    );
    assert.equal(codeOf("tenant-weakened", { failOn: "mandatory" }), EXIT.blocked);
  });

  it("is 3 for open questions only when strict, and 2 comes before it", () => {
    assert.equal(codeOf("certificate-rotated"), EXIT.ok);
    assert.equal(codeOf("certificate-rotated", { strict: true }), EXIT.incomplete);
    assert.equal(codeOf("clean", { strict: true }), EXIT.ok);
    assert.equal(codeOf("pack-missing", { strict: true }), EXIT.blocked);
    assert.equal(codeOf("certificate-replaced", { strict: true }), EXIT.blocked);
  });

  it("is 3 for an input of which a part could not be read", () => {
    const incomplete = ["2 events of the engine could not be read"];
    assert.equal(codeOf("clean", {}, { incomplete }), EXIT.incomplete);
    const report = buildReport(recordedInput("secret-added", { incomplete }));
    assert.equal(report.verdict, "blocked");
    assert.match(report.sentence, /2 client secrets .*; 2 events of the engine could not be read$/);
    assert.equal(exitCodeOf(report), EXIT.blocked);
  });

  it("leaves out what a baseline has, but neither a failed preview nor a pack that did not run", () => {
    for (const name of ["secret-added", "certificate-replaced", "tenant-weakened"] as const) {
      assert.equal(codeOf(name, { baseline: buildReport(recordedInput(name)) }), EXIT.ok, name);
      assert.equal(codeOf(name, { baseline: buildReport(recordedInput("clean")) }), EXIT.blocked, name);
    }
    for (const name of ["pack-missing", "preview-crashed"] as const)
      assert.equal(codeOf(name, { baseline: buildReport(recordedInput(name)) }), EXIT.blocked, name);
  });

  it("lets a finding pass that is exempted, and one that only claims to be does not", () => {
    assert.equal(codeOf("exemption-expiring", { failOn: "low" }), EXIT.ok);
    const { events = [], ...input } = recordedInput("exemption-expiring");
    const forged = events.map((event) =>
      event.policyEvent === undefined
        ? event
        : { ...event, policyEvent: { ...event.policyEvent, enforcementLevel: "mandatory" } },
    );
    const report = buildReport({ ...input, events: forged });
    assert.equal(exitCodeOf(report), EXIT.blocked);
    assert.equal(report.exemptions.filter(({ used }) => used).length, 0);
  });
});

describe("a report against an older one", () => {
  it("names what is new and what is resolved, by rule and resource, and which exemptions are new", () => {
    const before = buildReport(recordedInput("owner-added"));
    const after = buildReport(recordedInput("exemption-expiring", { against: before }));
    assert.equal(after.exemptions[0]?.isNew, true);
    assert.equal(after.exemptions[0].approver, "grace@contoso.example");
    const worse = buildReport(
      recordedInput("tenant-weakened", { against: buildReport(recordedInput("certificate-replaced")) }),
    );
    assert.deepEqual(
      worse.against?.resolved.map(({ rule }) => rule),
      ["review-certificate-gap"],
    );
    assert.equal(worse.against.appeared.length, 5);
  });

  it("knows a finding again whose line and wording have changed", () => {
    const { events = [], digest, ...input } = recordedInput("secret-added");
    assert.ok(digest);
    const reworded = events.map((event) =>
      event.policyEvent === undefined
        ? event
        : {
            ...event,
            policyEvent: {
              ...event.policyEvent,
              message: event.policyEvent.message.replace("use ", "better use "),
            },
          },
    );
    const again = buildReport({ ...input, events: reworded });
    assert.deepEqual(again.fingerprints, buildReport(recordedInput("secret-added")).fingerprints);
  });
});
