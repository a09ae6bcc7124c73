/** Runs cases of one stack rule against the compiled pack, and searches everything it says for planted secrets. */
import assert from "node:assert/strict";
import { compiledPack, stackResource } from "./harness/compiled-pack";
import { Properties, ResourceInput, urnOf } from "./harness/wire";
import { canary, expected, planted, RuleCase } from "./rule-cases";

/** The promises of a case are those of a case about one resource: nothing beside what is listed. */
export interface StackCase extends Omit<RuleCase, "resource"> {
  readonly resources: readonly ResourceInput[] | Promise<readonly ResourceInput[]>;
}

/** The stack itself, with outputs of the program. */
export function outputs(props: Properties): ResourceInput {
  return { ...stackResource, props };
}

/** A copy of a resource whose property takes its value from outputs of others. */
export function fed(
  resource: ResourceInput,
  property: string,
  ...sources: readonly ResourceInput[]
): ResourceInput {
  const propertyDependencies = { ...resource.propertyDependencies, [property]: sources.map(urnOf) };
  return { ...resource, propertyDependencies };
}

export function testStackRule(rule: string, cases: readonly StackCase[]): void {
  describe(`rule ${rule}`, () => {
    for (const each of cases) {
      const { title, resources, options, level, expect } = each;
      it(title, async () => {
        const pack = await compiledPack();
        await pack.configure({
          [rule]: { ...(level && { enforcementLevel: level }), ...(options && { options }) },
        });
        const analysis = await pack.analyzeStack(await resources);
        assert.deepEqual(analysis.findings, expected(each));
        if (expect === "passes") assert.ok(analysis.passed.includes(rule), "has not been judged");
        if (expect === "not applicable") assert.ok(analysis.notApplicable.includes(rule), "has been judged");
      });
    }

    it("says the same in whatever order the resources arrive", async () => {
      const pack = await compiledPack();
      await pack.configure({});
      for (const { resources } of cases) {
        const [there, back] = [await resources, (await resources).toReversed()];
        assert.deepEqual((await pack.analyzeStack(there)).findings, (await pack.analyzeStack(back)).findings);
      }
    });

    it("never repeats a value, whatever stands where", async function () {
      this.timeout(120_000);
      const pack = await compiledPack();
      let found = 0;
      for (const { resources, options } of cases) {
        await pack.configure({ [rule]: { ...(options && { options }) } });
        const sample = await resources;
        const variants = sample.flatMap((resource, at) =>
          planted(resource).map((variant) => sample.with(at, variant)),
        );
        for (const variant of [sample, ...variants]) {
          const { raw, findings } = await pack.analyzeStack(variant);
          found += findings.filter((finding) => finding.rule === rule).length;
          assert.ok(!JSON.stringify(raw).includes(canary), "repeated in a finding");
        }
      }
      assert.ok(found > 0, "nothing was said, so nothing was shown");
      assert.ok(!pack.log().includes(canary), "repeated in the log");
    });
  });
}
