import { existsSync, readFileSync } from "node:fs";
import { Argument } from "commander";
import { DEFAULT_POLICY_ID, explainRefusal, refusingPolicyId } from "../../graph";
import type { CommandIo, Register } from "../command-io";
import { UsageError } from "../errors";
import { nearest } from "../nearest";
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
    .action(async (rule: string | undefined) => {
      const { rules } = await import("../../policies/catalogue.js");
      if (rule === undefined) listRules(rules, io);
      else
        explain(
          rule,
          rules.map(({ id }) => id),
          io,
        );
    });
};

function explain(given: string, ids: readonly string[], io: CommandIo): void {
  const rule = given.trim();
  const page = packageFile(`docs/rules/${rule}.md`);
  if (ids.includes(rule) && existsSync(page)) {
    io.out(pageForTerminal(readFileSync(page, "utf8"), io.colour));
    return;
  }
  const refusal = refusalIn(rule);
  if (refusal !== undefined) {
    io.out(`${refusal}\n`);
    return;
  }
  const meant = nearest(rule, ids);
  const shown = JSON.stringify(rule.slice(0, 80));
  throw new UsageError(
    "RULE_UNKNOWN",
    meant === undefined
      ? `${shown} is no rule. Run certlock explain for the list of all.`
      : `${shown} is no rule; did you mean "${meant}"? Run certlock explain ${meant}`,
  );
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
