/** The exemptions of one run: which findings they turn into advice, and which of them nothing needs. */
import { Exemptible } from "./exemption-scope";
import { credentialInUse, daysLeft, Exemption, ExemptionFile, ExemptionProblem } from "./exemptions";
import { Stack } from "./stack";
import { Send } from "./verdict";

export class ExemptionLedger {
  readonly problems: readonly ExemptionProblem[];
  private readonly byRule: ReadonlyMap<string, readonly Exemption[]>;
  private readonly judged = new Set<Exemption>();
  private readonly used = new Set<Exemption>();
  private readonly now: () => Date;

  constructor({ exemptions, problems }: ExemptionFile, now: () => Date) {
    this.problems = problems;
    this.now = now;
    const byRule = new Map<string, Exemption[]>();
    for (const exemption of exemptions)
      byRule.set(exemption.rule, [...(byRule.get(exemption.rule) ?? []), exemption]);
    this.byRule = byRule;
  }

  /**
   * Lets violations of a rule about a resource pass as advice where an exemption says so. Findings with a level of
   * their own go through as they are: what is undecided is advice already, and a rule that crashed exempts nobody.
   * Neither tells whether the exemption is needed, so they do not make it a stale one.
   */
  exempting(rule: string, resource: Exemptible, send: Send): Send {
    const covering = this.byRule.get(rule)?.filter(({ scope }) => scope.covers(resource));
    // As a rule nothing is exempted, and a stack has many resources and rules.
    if (covering === undefined || covering.length === 0) return send;
    for (const exemption of covering) this.judged.add(exemption);
    return (finding) => {
      const exemption = covering.find(({ expires }) => expires > this.now().getTime());
      if (exemption) this.used.add(exemption);
      if (exemption === undefined || finding.enforcementLevel !== undefined) {
        send(finding);
        return;
      }
      const { id, owner, ticket } = exemption;
      const days = daysLeft(exemption, this.now());
      const left = days === 1 ? "1 day left" : `${days} days left`;
      const message = `${finding.message} Exempted by "${id}" (${ticket}, owner ${owner}), ${left}.`;
      send({ ...finding, message, enforcementLevel: "advisory" });
    };
  }

  /** One that holds now for this rule and resource. */
  covering(rule: string, resource: Exemptible): Exemption | undefined {
    return this.byRule
      .get(rule)
      ?.find(({ scope, expires }) => scope.covers(resource) && expires > this.now().getTime());
  }

  /**
   * Exemptions that could have been used in this run and were not. One for another stack is none of them, nor one
   * for resources that this run has not asked about or whose application has no id yet.
   */
  unused(stack: Stack): readonly Exemption[] {
    const [anyResource] = stack.resources;
    return [...this.byRule.values()].flat().filter((exemption) => {
      if (this.used.has(exemption) || anyResource === undefined) return false;
      if (exemption.rule === credentialInUse) return false;
      if (!exemption.scope.concernsStackOf(anyResource.urn)) return false;
      if (stack.resources.some((resource) => exemption.scope.mayCover(resource))) return false;
      return (
        this.judged.has(exemption) || !stack.resources.some((resource) => exemption.scope.covers(resource))
      );
    });
  }
}
