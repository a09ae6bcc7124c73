/** No client secret that a stack creates is handed on: not to a vault, a setting, a pipeline, or an output. */
import { pathsFrom } from "../flow";
import { application } from "../resource-types";
import { defineStackRule, Report } from "../rule";
import { secretsInOutputs } from "../secret-outputs";
import { describe, secretsOf, sinkOf, stackOutputs } from "../secret-sinks";
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
    const makers = [...sources, ...stack.ofType(application)];
    if (stack.root !== undefined) checkOutputs(stack.root, makers, report);
    for (const component of stack.resources.filter(({ isComponent }) => isComponent))
      checkOutputs(component, makers, report.about(component));
  },
});

/** The engine does not say where outputs of a program come from: their values do, and in a preview their names. */
function checkOutputs(owner: StackResource, makers: readonly StackResource[], report: Report): void {
  const isCreated = makers.some(({ type }) =>
    noClientSecretResource.appliesTo.some((each) => each.matches(type)),
  );
  const found = secretsInOutputs(owner, makers.flatMap(secretsOf), isCreated);
  for (const [path, problem] of found.held)
    report.violation(`has "${path}" among its outputs, ${problem}; ${remedy}`);
  for (const leaf of found.undecided) report.undecided(leaf);
  if (found.isTooLarge) report.violation("has too many outputs to be searched for client secrets.");
}
