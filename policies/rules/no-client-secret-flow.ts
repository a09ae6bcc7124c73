/** No client secret that a stack creates is handed on: not to a vault, a setting, a pipeline, or an output. */
import { leavesOf, pathsFrom } from "../flow";
import { application } from "../resource-types";
import { defineStackRule, Report } from "../rule";
import { readingsOf } from "../secret-encoding";
import { describe, secretsOf, sinkOf, stackOutputs } from "../secret-sinks";
import { findSecrets } from "../secret-surface";
import { StackResource } from "../stack";
import { noClientSecretResource } from "./no-client-secret-resource";

const holding = "which holds a client secret";
const named = "by its name a client secret";
const remedy = "sign in with a federated credential or a certificate, and hand nothing over.";

export const noClientSecretFlow = defineStackRule({
  id: "no-client-secret-flow",
  name: "No client secrets handed over",
  description:
    "No output of a resource that creates a client secret reaches a vault, a setting, a pipeline, or a stack output.",
  severity: "critical",
  level: "mandatory",
  framework: {
    name: "CISA SCuBA Microsoft Entra ID",
    version: "1",
    reference: "MS.AAD.5.5v1",
    specification: "Application password addition is blocked.",
  },
  tags: ["client-secret", "flow", "scuba:MS.AAD.5.5v1", "cis-m365-7:5.1.5.3", "zta:21772", "maester:MT.1057"],
  remediationSteps: [
    "Remove the resource that creates the secret, and with it every place it is handed to.",
    "Give the application a federated identity credential, or a certificate credential where federation is not possible.",
    "Delete the secret from where it has been stored, then from the application.",
  ],
  url: "https://learn.microsoft.com/entra/identity-platform/security-best-practices-for-app-registration",
  options: {},
  appliesTo: [...noClientSecretResource.appliesTo, application, stackOutputs],
  checkStack(stack, report) {
    const sources = stack.ofType(...noClientSecretResource.appliesTo);
    for (const source of sources) {
      const paths = pathsFrom(stack, source);
      // Whatever takes it directly, and wherever it ends up to be read by somebody.
      for (const path of paths.filter((each) => each.length === 1 || sinkOf(each) !== undefined))
        report.about(source).violation(`reaches ${describe(path)}; ${remedy}`);
    }
    const makers = [...sources, ...stack.ofType(application)];
    if (stack.root !== undefined) checkOutputs(stack.root, makers, report);
    for (const component of stack.resources.filter(({ isComponent }) => isComponent))
      checkOutputs(component, makers, report.about(component));
  },
});

/** Words at the end of a name that say something about a secret instead of giving it. */
const about = /(?:ids?|names?|ur[il]|expir\w{0,10}|date|thumbprint|version|path)$/i;

/** The engine does not say where outputs of a program come from: their values do, and in a preview their names. */
function checkOutputs(owner: StackResource, makers: readonly StackResource[], report: Report): void {
  const secrets = makers.flatMap(secretsOf);
  const isCreated = makers.some(({ type }) =>
    noClientSecretResource.appliesTo.some((each) => each.matches(type)),
  );
  const told = new Set<string>();
  const tell = (path: string, problem: string): void => {
    if (!told.has(path)) report.violation(`has "${path}" among its outputs, ${problem}; ${remedy}`);
    told.add(path);
  };
  for (const leaf of leavesOf(owner.properties)) {
    const isHeld = readingsOf(leaf.text ?? "").some((text) =>
      secrets.some((secret) => text.includes(secret)),
    );
    if (isHeld) tell(leaf.path, holding);
    if (!isCreated || !leaf.isUndecided || owner.isComponent) continue;
    if (/secret|passw|pwd|credential/i.test(leaf.path) && !about.test(leaf.path)) tell(leaf.path, named);
    else report.undecided(leaf);
  }
  // What comes from the configuration, another stack or a function shows like anywhere else.
  for (const { surface, path } of findSecrets(
    owner,
    "input",
    "settings",
    "template",
    "text",
    "script",
    "size",
  )) {
    if (surface === "size") report.violation("has too many outputs to be searched for client secrets.");
    else tell(path, surface === "text" || surface === "script" ? holding : named);
  }
}
