import { existsSync, readFileSync } from "node:fs";
import { Argument } from "commander";
import { rules } from "../../policies/catalogue";
import { DEFAULT_POLICY_ID, explainRefusal, refusingPolicyId } from "../../graph";
import type { CommandIo, Register } from "../command-io";
import { UsageError } from "../errors";
import { nearest } from "../nearest";
import { OWN_RULES } from "../review/rule-book";
import { packageFile } from "../package-files";
import { pageForTerminal } from "../rule-page";

/** `certlock explain [rule]`: the page of a rule, or the list of all; also what a refusal by the tenant's policy means. */
export const registerExplain: Register = (program, io) => {
  program
    .command("explain")
    .description("show the page of a rule: what it wants, what it catches, how to mend it")
    .addArgument(
      new Argument(
        "[rule]",
        "name of a rule, or an error of Graph in quotes; without one, all rules are listed",
      ),
    )
    .addHelpText(
      "after",
      `
Examples:
  certlock explain                              all rules
  certlock explain vault-purge-protection
  certlock explain vault-purge-protection | less
  certlock explain "CredentialTypeNotAllowedAsPerAppPolicy: Credential type not allowed as per assigned policy …"`,
    )
    .action((rule: string | undefined) => {
      if (rule === undefined) listRules(rules, io);
      else explain(rule, io);
    });
};

/** Everything a report can name: rules of the pack, and what the review says by itself. */
export const EXPLAINED: readonly string[] = [...rules, ...OWN_RULES].map(({ id }) => id);

function explain(given: string, io: CommandIo): void {
  const rule = given.trim();
  const page = packageFile(`docs/rules/${rule}.md`);
  if (EXPLAINED.includes(rule)) {
    const text = existsSync(page) ? readFileSync(page, "utf8") : pageOfOwn(rule);
    io.out(pageForTerminal(text, io.colour));
    return;
  }
  const refusal = refusalIn(rule);
  if (refusal !== undefined) {
    io.out(`${refusal}\n`);
    return;
  }
  const meant = nearest(rule, EXPLAINED);
  const shown = JSON.stringify(rule.slice(0, 80));
  throw new UsageError(
    "RULE_UNKNOWN",
    meant === undefined
      ? `${shown} is no rule. Run certlock explain for the list of all.`
      : `${shown} is no rule; did you mean "${meant}"? Run certlock explain ${meant}`,
  );
}

/** A policy pack is not shown what is deleted or replaced; of that the review speaks itself, and here is all it knows. */
function pageOfOwn(id: string): string {
  const rule = OWN_RULES.find((own) => own.id === id);
  if (rule === undefined) return `# ${id}\n`;
  const { title, description, severity, fix } = rule;
  return [
    `# ${id}`,
    `${title}: ${severity}. Found by \`certlock review\` itself, where no rule of the pack has spoken.`,
    description,
    "## Fix",
    ...fix,
    "A change that is meant passes with `--baseline report.json`, the report of an earlier run.",
  ].join("\n\n");
}

const REFUSAL_CODE = /Credential(?:TypeNotAllowed|InvalidLifetime)AsPerAppPolicy/;

/** What it means that a policy of the tenant refused a credential; undefined for any other text. No tenant is asked. */
function refusalIn(message: string): string | undefined {
  const refusal = { code: REFUSAL_CODE.exec(message)?.[0], message };
  const id = refusingPolicyId(refusal);
  const policy =
    id === undefined
      ? undefined
      : {
          id,
          displayName: "",
          isDefault: id === DEFAULT_POLICY_ID,
          entries: undefined,
          unread: "this command asks no tenant",
        };
  return explainRefusal(refusal, policy)?.message;
}

interface ListedRule {
  readonly id: string;
  readonly name: string;
  readonly severity: string;
  readonly level: string;
}

function listRules(rules: readonly ListedRule[], io: CommandIo): void {
  const width = Math.max(...rules.map(({ id }) => id.length));
  for (const { id, name, severity, level } of rules)
    io.out(`${id.padEnd(width)}  ${severity.padEnd(8)}  ${level.padEnd(9)}  ${name}\n`);
}
