/** No client secret that a stack creates is handed on: not to a vault, a setting, a pipeline, or an output. */
import { leavesOf, pathsFrom } from "../flow";
import { application } from "../resource-types";
import { defineStackRule, StackReport } from "../rule";
import { describe, secretsOf, sinkOf, stackOutputs } from "../secret-sinks";
import { findSecrets } from "../secret-surface";
import { StackResource } from "../stack";
import { noClientSecretResource } from "./no-client-secret-resource";

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
    if (stack.root !== undefined)
      checkOutputs(stack.root, [...sources, ...stack.ofType(application)], report);
  },
});

/** Words at the end of a name that say something about a secret instead of giving it. */
const about = /(?:ids?|names?|ur[il]|expir\w{0,10}|date|thumbprint|version|path)$/i;

/** The engine does not say where outputs of the program come from: their values do, and in a preview their names. */
function checkOutputs(root: StackResource, sources: readonly StackResource[], report: StackReport): void {
  const secrets = sources.flatMap(secretsOf);
  const isCreated = sources.some(({ type }) =>
    noClientSecretResource.appliesTo.some((each) => each.matches(type)),
  );
  // Made elsewhere and only passed through, from configuration or another stack.
  const found = findSecrets(root, "input", "settings", "template", "text", "script").map(({ path }) => path);
  for (const path of found)
    report.violation(`has "${path}" among its outputs, which holds a client secret; ${remedy}`);
  for (const leaf of leavesOf(root.properties)) {
    if (found.some((path) => leaf.path === path || leaf.path.startsWith(`${path}.`))) continue;
    const named = `has "${leaf.path}" among its outputs, `;
    if (secrets.some((secret) => leaf.text?.includes(secret)))
      report.violation(`${named}which holds a client secret; ${remedy}`);
    if (!isCreated || !leaf.isUndecided) continue;
    if (/secret|passw|pwd|credential/i.test(leaf.path) && !about.test(leaf.path))
      report.violation(`${named}by its name a client secret; ${remedy}`);
    else report.undecided(leaf);
  }
}
