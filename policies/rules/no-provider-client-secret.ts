/** No provider signs in to Entra ID with a client secret, whichever way it would get one. */
import { isSecretVariable, secretsGivenTo } from "../entra-providers";
import { Property } from "../property";
import { provider, providerPackage } from "../resource-types";
import { defineRule } from "../rule";
import { secretConfigurationKeys, secretVariablesIn } from "../run-secrets";
import { findSecrets } from "../secret-surface";

const remedy = "sign in with workload identity federation (useOidc) or a certificate instead.";

export const noProviderClientSecret = defineRule({
  id: "no-provider-client-secret",
  name: "No providers with client secrets",
  description:
    "No provider gets a client secret from its inputs, the stack configuration, or the environment.",
  severity: "critical",
  level: "mandatory",
  framework: {
    name: "Microsoft Zero Trust Assessment",
    version: "2",
    reference: "21772",
    specification: "Applications do not have client secrets configured.",
  },
  tags: ["client-secret", "zta:21772", "maester:MT.1057"],
  remediationSteps: [
    "Let the pipeline sign in with workload identity federation: a federated credential on its application, useOidc on the provider.",
    "Remove the client secret from the provider, the stack configuration and the pipeline's variables.",
    "Remove the secret from the application.",
  ],
  url: "https://www.pulumi.com/registry/packages/azuread/installation-configuration/",
  options: {},
  appliesTo: [provider],
  check(subject, report, _, { environment }) {
    const configured = secretConfigurationKeys(environment);
    const providerName = providerPackage(subject.type) ?? "";
    const listed = secretsGivenTo(providerName, subject.properties);
    // Packages that are not listed, and secrets deeper in: going by names and surroundings, as for other resources.
    const found = findSecrets(subject, "input", "settings", "template", "text", "script")
      .map(({ path }) => path)
      .filter((path) => !path.startsWith("__internal."));
    for (const input of [...new Set([...listed, ...found])].sort()) {
      // A default provider mirrors the stack configuration, which has been reported with the run.
      const isMirror = subject.name.startsWith("default") && configured.includes(`${providerName}:${input}`);
      if (!isMirror) report.violation(`of package ${providerName} is given "${input}"; ${remedy}`);
    }
    if (findSecrets(subject, "size").length > 0)
      report.violation(`of package ${providerName} is given too much to be searched for client secrets.`);
    for (const variable of renamedVariables(subject.properties))
      report.violation(`of package ${providerName} is given ${variable} by envVarMappings; ${remedy}`);
  },
  checkRun(report, { environment }) {
    for (const key of secretConfigurationKeys(environment)) {
      report.violation(`has "${key}" in its stack configuration; ${remedy}`);
    }
    for (const variable of secretVariablesIn(environment)) {
      report.violation(`has ${variable} in its environment; ${remedy}`);
    }
  },
});

/** Option `envVarMappings`, as the engine keeps it beside the inputs: the name outside, and the name the provider sees. */
function renamedVariables(properties: Property): readonly string[] {
  const mappings = properties.at("__internal", "envVarMappings").members();
  return mappings.map(({ text = "" }) => text).filter(isSecretVariable);
}
