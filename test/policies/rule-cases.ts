/** Runs cases of one rule against the compiled pack, and searches everything it says for planted secrets. */
import assert from "node:assert/strict";
import { Rule, rules } from "../../policies/catalogue";
import { compiledPack } from "./harness/compiled-pack";
import { Finding, Level, ResourceInput } from "./harness/wire";

export interface RuleCase {
  /** The situation, in words. */
  readonly title: string;
  readonly resource: ResourceInput | Promise<ResourceInput>;
  /** Options of the rule under test. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly level?: Level;
  /** All that the rule under test finds; an empty list together with its own verdict for the other two. */
  readonly expect: "passes" | "not applicable" | readonly Finding[];
  /**
   * All that the other rules of the pack find in this resource.
   * @default - nothing: the sample is one that no other rule objects to
   */
  readonly others?: readonly Finding[];
}

const order: ReadonlyMap<string, number> = new Map(rules.map(({ id }, index) => [id, index]));

/** The whole list a case promises, in the order in which the pack asks its rules. */
export function expected({ expect, others = [] }: Pick<RuleCase, "expect" | "others">): Finding[] {
  const all = [...(typeof expect === "string" ? [] : expect), ...others];
  return all.sort((one, other) => (order.get(one.rule) ?? 0) - (order.get(other.rule) ?? 0));
}

/** At the level of the catalogue, unless another one is given. */
export function violation(rule: string, message: string, level: Level = levelOf(rule)): Finding {
  return { rule, level, message };
}

/** @param subject kind and name of the resource, as in `Key vault "billing"` */
export function undecided(rule: string, subject: string, path: string, reason = "is not known yet"): Finding {
  const consequence = levelOf(rule) === "mandatory" ? "enforced" : "checked again";
  const message = `${subject} cannot be decided yet: "${path}" ${reason}; the rule is ${consequence} at update time.`;
  return { rule, level: "advisory", message };
}

/** What rule no-client-secret-reference advises about a secret that another rule lets pass for being kept elsewhere. */
export function keptElsewhere(path: string, subject = 'Resource "shop"'): Finding {
  return violation(
    "no-client-secret-reference",
    `${subject} uses a client secret that is kept elsewhere, by "${path}"; use a managed identity or a certificate instead.`,
  );
}

function levelOf(id: string): Level {
  return (rules as readonly Rule[]).find((rule) => rule.id === id)?.level ?? "mandatory";
}

/** How an undecided finding words a value that stored state shows only as a placeholder. */
export const encrypted = "is encrypted and cannot be read here";

export function testRule(rule: string, cases: readonly RuleCase[]): void {
  describe(`rule ${rule}`, () => {
    for (const each of cases) {
      const { title, resource, options, level, expect } = each;
      it(title, async () => {
        const pack = await compiledPack();
        await pack.configure({
          [rule]: { ...(level && { enforcementLevel: level }), ...(options && { options }) },
        });
        const analysis = await pack.analyze(await resource);
        assert.deepEqual(analysis.findings, expected(each));
        if (expect === "passes") assert.ok(analysis.passed.includes(rule), "has not been judged");
        if (expect === "not applicable") assert.ok(analysis.notApplicable.includes(rule), "has been judged");
      });
    }

    it("never repeats a value, whatever stands where", async function () {
      this.timeout(120_000);
      const pack = await compiledPack();
      await pack.configure({});
      let found = 0;
      const samples = await Promise.all(cases.map(async ({ resource }) => resource));
      const variants = samples.flatMap((resource) => [resource, ...planted(resource)]);
      // Cases differ from each other in one place, so that most of what is planted elsewhere comes up again.
      const distinct = new Map(variants.map((variant) => [JSON.stringify(variant), variant]));
      for (const variant of distinct.values()) {
        const { raw, findings } = await pack.analyze(variant);
        found += findings.filter((finding) => finding.rule === rule).length;
        assert.ok(!JSON.stringify(raw).includes(canary), `repeated in a finding about ${variant.type}`);
      }
      assert.ok(found > 0, "nothing was said, so nothing was shown");
      assert.ok(!pack.log().includes(canary), "repeated in the log");
    });
  });
}

/** Looks like a client secret, so that whoever logs it would be caught by a secret scanner, too. */
export const canary = "kQ78Q~canaryCanaryCanary_canary.canaryCanar";

/** Copies of a resource with the canary in place of and after each of its strings, and in all at once. */
export function planted(resource: ResourceInput): ResourceInput[] {
  const plant = (replace: (text: string, index: number) => string): ResourceInput => {
    let index = 0;
    const walk = (node: unknown): unknown => {
      if (typeof node === "string") return replace(node, index++);
      if (Array.isArray(node)) return node.map(walk);
      if (typeof node !== "object" || node === null) return node;
      return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, walk(value)]));
    };
    return { ...resource, props: walk(resource.props) as ResourceInput["props"] };
  };
  let strings = 0;
  plant((text) => (strings++, text));
  const each = Array.from({ length: strings }, (_, target) => [
    plant((text, index) => (index === target ? canary : text)),
    plant((text, index) => (index === target ? `${text}${canary}` : text)),
  ]);
  return [plant(() => canary), ...each.flat()];
}
