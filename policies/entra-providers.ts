/**
 * Pulumi providers that sign in to Entra ID, and where a client secret gets into them. Word lists are data: each
 * entry says who reads the word.
 */
import { inspect, Property } from "./property";
import { meaningOf } from "./secret-names";
import { findSecrets } from "./secret-surface";
import { compact, standing } from "./secret-values";

const standard = ["clientSecret", "clientSecretFilePath"] as const;

/** Package of the provider and its inputs that take a client secret or the path of a file with one. */
const secretInputs: Readonly<Record<string, readonly string[]>> = {
  alz: standard, // Azure landing zones
  azapi: standard, // Azure API
  azure: standard, // Azure classic
  "azure-native": standard, // Azure Native, also its packages for one API version
  "azure-nextgen": standard, // Azure Native before it had that name
  azuread: standard, // Entra ID
  azuredevops: [...standard, "clientSecretPath"], // Azure DevOps
  azurerm: standard, // the Terraform provider behind Azure classic, bridged locally
  azurestack: standard, // Azure Stack Hub
  databricks: ["azureClientSecret"], // its plain clientSecret belongs to Databricks
  fabric: standard, // Microsoft Fabric
  microsoft365: standard, // Microsoft 365
  msgraph: standard, // Microsoft Graph
  powerplatform: standard, // Power Platform
};

/** Inputs of a provider package that take an Entra client secret; none for a provider of something else. */
function secretInputsOf(providerPackage: string): readonly string[] {
  const name = providerPackage.startsWith("azure-native_") ? "azure-native" : providerPackage;
  return Object.hasOwn(secretInputs, name) ? (secretInputs[name] ?? []) : [];
}

/**
 * Paths of the client secrets that a provider is given. The provider of a Terraform module has a block for each
 * Terraform provider in it, spelt as Terraform spells: `azurerm.client_secret`.
 */
export function secretsGivenTo(providerPackage: string, properties: Property): readonly string[] {
  const blocks = properties
    .members()
    .flatMap((block) => block.elements().map((each) => ({ name: block.path, each })));
  return [
    ...givenIn(secretInputsOf(providerPackage), properties),
    ...blocks.flatMap(({ name, each }) => givenIn(secretInputsOf(name), each)),
  ];
}

function givenIn(inputs: readonly string[], properties: Property): readonly string[] {
  const names = new Set(inputs.map(compact));
  if (names.size === 0) return [];
  const members = properties.members().filter((member) => member.isPresent);
  return members.map(({ path }) => path).filter((path) => names.has(compact(path.split(".").at(-1) ?? "")));
}

/** Environment variables from which these providers, and the Azure SDKs inside them, take a client secret. */
const secretVariables: readonly string[] = [
  "ARM_CLIENT_SECRET", // azuread, azure-native, azure, azapi, azuredevops, msgraph
  "ARM_CLIENT_SECRET_FILE_PATH", // azuread, azure, azapi, msgraph
  "ARM_CLIENT_SECRET_PATH", // azuredevops
  "AAD_SERVICE_PRINCIPAL_CLIENT_SECRET", // kubelogin, for clusters of Azure Kubernetes Service
  "AZURE_CLIENT_SECRET", // EnvironmentCredential of the Azure SDKs
  "AZURE_DEVOPS_EXT_AZURE_RM_SERVICE_PRINCIPAL_KEY", // service connections made by the Azure DevOps command line
  "servicePrincipalKey", // the AzureCLI task of Azure Pipelines, for its script
  "FABRIC_CLIENT_SECRET", // fabric
  "FABRIC_CLIENT_SECRET_FILE_PATH", // fabric
  "M365_CLIENT_SECRET", // microsoft365
  "POWER_PLATFORM_CLIENT_SECRET", // powerplatform
];

/** Whether a provider or an SDK would take what this environment variable holds for a client secret. */
export function isSecretVariable(name: string): boolean {
  return secretVariables.includes(name) || isEntraSecret(name);
}

/** Environment variables that hold a client secret. */
export function secretVariablesIn(
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  return (
    Object.entries(environment)
      .filter(([name, value]) => value !== undefined && standing(value) === "value" && isSecretVariable(name))
      // What the name calls credentials may be those of a federated sign-in.
      .filter(([name, value = ""]) => !/cred/i.test(name) || /secret/i.test(value))
      .map(([name]) => name)
      .sort()
  );
}

/** Variable in which Pulumi's Node host hands the decrypted stack configuration to a pack. */
const configurationVariable = "PULUMI_CONFIG";

/** A program's own configuration, under a name that leaves no doubt. */
function isEntraSecret(key: string): boolean {
  const meaning = meaningOf(key);
  return meaning?.strength === "entra" && !meaning.refers;
}

/** Structured configuration is JSON in a text; and the format of a client secret gives it away under any name. */
function holdsSecret(namespace: string, key: string, value: unknown): boolean {
  const properties = inspect({ [namespace]: { [key]: value } });
  const subject = { type: "pulumi:pulumi:Stack", name: namespace, properties, is: () => false };
  return findSecrets(subject, "input", "settings", "template", "text").length > 0;
}

/**
 * Names of the stack configuration keys that carry a client secret into a provider, as `azuread:clientSecret`.
 *
 * @throws SyntaxError when the configuration cannot be read; its text may quote values
 */
export function secretConfigurationKeys(
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const configuration: unknown = JSON.parse(environment[configurationVariable] ?? "{}");
  if (typeof configuration !== "object" || configuration === null) return [];
  return Object.entries(configuration)
    .filter(([, value]) => value !== "" && value !== null)
    .map(([name, value]) => ({ value: value as unknown, match: /^([^:]+):(?:config:)?([^:]+)$/.exec(name) }))
    .map(({ value, match }) => ({ value, namespace: match?.[1] ?? "", key: match?.[2] ?? "" }))
    .filter(
      ({ value, namespace, key }) =>
        secretInputsOf(namespace).includes(key) || isEntraSecret(key) || holdsSecret(namespace, key, value),
    )
    .map(({ namespace, key }) => `${namespace}:${key}`)
    .sort();
}
