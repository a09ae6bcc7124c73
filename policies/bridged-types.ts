/**
 * Types of Azure's Terraform providers, which reach Pulumi in several ways: in the packages Pulumi publishes, in one
 * made on the spot (`pulumi package add terraform-provider hashicorp/azurerm`), and inside a Terraform module.
 */
import { ResourceType, terraformView, type } from "./resource-types";

/**
 * A type of azurerm: `azure:keyvault/keyVault:KeyVault`, `azurerm:index/keyVault:KeyVault`, `<module>:tf:azurerm_key_vault`.
 *
 * @param name in the published package, where it is shorter than in Terraform
 * @param terraform without the name of the provider
 */
export function azureClassic(
  label: string,
  module: string,
  name: string,
  ...terraform: readonly string[]
): ResourceType {
  const bridged = terraform.map(
    (each) => new RegExp(`^azurerm:index(?:/[^:]+)?:${each.split("_").map(capitalised).join("")}$`),
  );
  const views = terraform.map((each) => terraformView(`azurerm_${each}`));
  return type(label, new RegExp(`^azure:${module}/[^:]+:${name}$`), ...bridged, ...views);
}

/**
 * A type of azuread: `azuread:index/namedLocation:NamedLocation`, `<module>:tf:azuread_named_location`. Before
 * version 3 the classic provider carried some of them itself, as `azure:ad/…`.
 */
export function entra(label: string, ...names: readonly string[]): ResourceType {
  const alternatives = names.join("|");
  const views = names.map((name) =>
    terraformView(`azuread${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`),
  );
  return type(
    label,
    new RegExp(`^azuread:[^:]+:(?:${alternatives})$`),
    new RegExp(`^azure:ad/[^:]+:(?:${alternatives})$`),
    ...views,
  );
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
