/**
 * The pack over everything that has been judged: `cases.jsonl` as given; `siblings.jsonl` made up beside it (other
 * spellings, services, commands and formats) to see that rules find causes and not cases; `fresh-….jsonl` by people who
 * had not seen the rules; `reviewed.jsonl` by somebody who had, and tried to get past them;
 * `neighbours.jsonl` what stands beside the cases in the same services and providers.
 */
import assert from "node:assert/strict";
import { compiledPack } from "../harness/compiled-pack";
import { Judged, judgedInputs, refusalsOf } from "./judged";

/** What a strict rule cannot see either: scripts kept elsewhere, and references that only their service understands. */
const invisible = [
  "S0807",
  "S0951",
  "S1027",
  "X0372",
  "X0390",
  "R006",
  "FR349",
  "FT103",
  "FT117",
  "FT119",
  "FT164",
  "FT174",
  "FT265",
  "FT268",
  "FT292",
  "FN215",
];
/** Names a place of a secret where nothing uses it. */
const mentioned = ["X0433", "X0480", "V116"];

async function configure(strict: boolean): Promise<void> {
  const level = strict ? "mandatory" : "advisory";
  await (await compiledPack()).configure({ "no-client-secret-reference": { enforcementLevel: level } });
}

async function sorted(cases: readonly Judged[]): Promise<{ refused: string[]; passed: string[] }> {
  const refused: string[] = [];
  const passed: string[] = [];
  for (const judged of cases) {
    ((await refusalsOf(judged)).length > 0 ? refused : passed).push(judged.id);
  }
  return { refused, passed };
}

/** What each file has at least of inputs to be refused and to be let pass. */
const files = {
  "cases.jsonl": [280, 140],
  "siblings.jsonl": [350, 270],
  "fresh-resources.jsonl": [210, 120],
  "fresh-texts.jsonl": [180, 90],
  "reviewed.jsonl": [50, 60],
  "neighbours.jsonl": [50, 220],
  "fresh-neighbours.jsonl": [140, 80],
} as const;

for (const [file, [refused, allowed]] of Object.entries(files)) {
  describe(`the judged inputs of ${file}`, function () {
    this.timeout(120_000);
    const cases = judgedInputs(file);
    const of = (...verdicts: Judged["verdict"][]) =>
      cases.filter(({ verdict }) => verdicts.includes(verdict));

    beforeEach(() => configure(false));

    it("are many", () => {
      assert.ok(of("violation", "violation-if").length >= refused && of("allow").length >= allowed);
    });

    it("are refused where they hold a client secret", async () => {
      assert.deepEqual((await sorted(of("violation", "violation-if"))).passed, []);
    });

    it("pass where they hold none, or only lead to one", async () => {
      assert.deepEqual((await sorted(of("allow", "reference"))).refused, []);
    });

    it("are refused in strict mode where they lead to one, too", async () => {
      await configure(true);
      const { passed } = await sorted(of("reference"));
      assert.deepEqual(
        passed,
        invisible.filter((id) => cases.some((judged) => judged.id === id)),
      );
    });

    it("pass in strict mode where they do neither", async () => {
      await configure(true);
      const { refused } = await sorted(of("allow"));
      assert.deepEqual(
        refused,
        mentioned.filter((id) => cases.some((judged) => judged.id === id)),
      );
    });
  });
}
