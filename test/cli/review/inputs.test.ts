/** Reading what tools print: with lines of others around it, of another version, or made to do harm. */
import assert from "node:assert/strict";
import { InputError } from "../../../cli/review/bounded-json";
import { parseDigest } from "../../../cli/review/digest";
import { parseEvents } from "../../../cli/review/events";
import { recordedText } from "./recorded";

const BOUNDS = { characters: 10_000, depth: 50 };

describe("engine events", () => {
  const event = '{"sequence":4,"summaryEvent":{"result":"succeeded","PolicyPacks":{"p|local|/x":"1.0.0"}}}';

  it("are found among the lines of other tools, on any kind of line end", () => {
    const text = [
      "added 12 packages in 3s",
      "npm warn deprecated",
      "[1,2]",
      '"text"',
      "",
      event,
      "  Updating (prod):",
    ];
    for (const end of ["\n", "\r\n"]) {
      const parsed = parseEvents(text.join(end));
      assert.equal(parsed.events.length, 1);
      assert.equal(parsed.events[0]?.summaryEvent?.result, "succeeded");
      assert.deepEqual(parsed.unreadable, []);
    }
  });

  it("of kinds and with members nobody has heard of are let through", () => {
    const lines = [
      '{"sequence":1,"progressEvent":{"a":1}}',
      '{"sequence":2,"future":{}}',
      event.replace('"result"', '"new":1,"result"'),
    ];
    const { events, unreadable } = parseEvents(lines.join("\n"));
    assert.equal(events.length, 1);
    assert.deepEqual(unreadable, []);
  });

  it("that cannot be read are told with their line, and nothing of what is in them", () => {
    const lines = [
      event,
      '{"policyEvent":{"message":7,"policyName":"canary"}}',
      '{"policyEvent":',
      "{".repeat(60),
    ];
    const { events, unreadable } = parseEvents(lines.join("\n"), BOUNDS);
    assert.equal(events.length, 1);
    assert.deepEqual(unreadable, [
      { line: 2, problem: "is an event of another shape than the engine's" },
      { line: 3, problem: "is not JSON" },
      { line: 4, problem: "is nested more than 50 levels deep" },
    ]);
  });

  it("larger than the bounds are refused before they are read", () => {
    assert.throws(() => parseEvents("x".repeat(10_001), BOUNDS), InputError);
  });

  it("cannot reach the prototype of anything", () => {
    const { events } = parseEvents(
      '{"sequence":1,"__proto__":{"polluted":1},"summaryEvent":{"__proto__":{"polluted":1}}}',
    );
    assert.equal(events.length, 1);
    assert.equal(({} as { polluted?: number }).polluted, undefined);
  });

  it("of a real preview are read to the last line", () => {
    const text = recordedText("secret-added", "events.jsonl");
    const { events, unreadable } = parseEvents(text);
    assert.deepEqual(unreadable, []);
    assert.ok(events.length > 60, `${events.length}`);
    assert.ok(events.every((each) => each.diagnosticEvent?.severity !== "debug"));
  });
});

describe("the digest", () => {
  it("is found between the lines of other tools", () => {
    const digest = recordedText("clean", "digest.json");
    const noisy = `added 12 packages\nnpm notice { not json\n${digest}\nnpm notice done\n`;
    assert.deepEqual(parseDigest(noisy).changeSummary, parseDigest(digest).changeSummary);
    assert.deepEqual(parseDigest(JSON.stringify(JSON.parse(digest))), parseDigest(digest));
  });

  it("that is none is refused with what is wrong and nothing of its content", () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ["no braces", /holds no JSON object/],
      ["{\n  canary\n}", /is not JSON/],
      ['{"steps": [{"op": 1, "urn": "canary"}]}', /has something unexpected at "steps.0.op"/],
      [`{"steps": ${"[".repeat(60)}`, /nested more than 50 levels/],
      ["x".repeat(10_001), /./],
    ];
    for (const [text, problem] of cases) {
      assert.throws(
        () => parseDigest(text, BOUNDS),
        (error: unknown) =>
          error instanceof InputError && problem.test(error.message) && !/canary/.test(error.message),
        text.slice(0, 30),
      );
    }
  });
});
