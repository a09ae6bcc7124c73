/**
 * Pulumi providers that sign in to Entra ID, and where a client secret gets into them. Word lists are data: each
 * entry says who reads the word.
 */
import { Property } from "./property";
import { meaningOf } from "./secret-names";
import { compact } from "./secret-values";

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
export function secretInputsOf(providerPackage: string): readonly string[] {
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
export const secretVariables: readonly string[] = [
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

/** A program's own configuration, under a name that leaves no doubt. */
export function isEntraSecret(key: string): boolean {
  const meaning = meaningOf(key);
  return meaning?.strength === "entra" && !meaning.refers;
}
