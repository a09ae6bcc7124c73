/**
 * Type tokens by pattern. One Azure resource has several families of tokens and any number of API versions, so a
 * rule names what it means here and never compares with a token of its own.
 */

export interface ResourceType {
  /** What people call it, to begin a sentence with. */
  readonly label: string;
  matches(token: string): boolean;
}

/** A client secret as a resource of its own: creating it makes Entra issue one. */
export const clientSecret = type(
  "Client secret",
  /^azuread:[^:]+:(?:Application|ServicePrincipal)Password$/,
  // Before version 3 the classic provider carried Entra ID itself.
  /^azure:ad\/[^:]+:(?:Application|ServicePrincipal)Password$/,
  /^microsoft365:[^:]+:\w*PasswordCredential$/,
  // A Terraform provider bridged on the spot keeps its own name, and so does a fork of it. No other vendor calls
  // anything a password of a service principal; an application's password others have, too.
  /^[^:]+:index(?:\/[^:]+)?:ServicePrincipalPassword$/,
  /^[^:]{0,60}(?:azure|entra|aad|microsoft)[^:]{0,60}:index(?:\/[^:]+)?:ApplicationPassword$/i,
  terraformView("azuread_(?:application|service_principal)_password"),
  terraformView("microsoft365_\\w*password_credential"),
);

export const application = type(
  "Application",
  /^azuread:[^:]+:Application$/,
  /^azure:ad\/[^:]+:Application$/,
  /^[^:]{0,60}(?:azuread|azure-ad|entra|aad)[^:]{0,60}:index(?:\/[^:]+)?:Application$/i,
  terraformView("azuread_application"),
);

/** A certificate (or, wrongly, a key) registered as a credential of an application or a service principal. */
export const certificateCredential = type(
  "Certificate credential",
  /^azuread:[^:]+:(?:Application|ServicePrincipal)Certificate$/,
);

export const issuedCertificate = type("Certificate", /^tls:[^:]+:(?:SelfSigned|LocallySigned)Cert$/);
export const privateKey = type("Private key", /^tls:[^:]+:PrivateKey$/);

export const nativeVault = azureNative("Key vault", "keyvault", "Vault");

export const tenantPolicy = type("Tenant policy", /^certlock:[^:]+:TenantAppManagementPolicy$/);

/** The stack itself, which the engine registers before anything else. */
export const anyStack: ResourceType = {
  label: "Stack",
  matches: (token) => token === "pulumi:pulumi:Stack",
};

/** The package of a provider resource, explicit or default: `azuread` for `pulumi:providers:azuread`. */
export function providerPackage(token: string): string | undefined {
  return /^pulumi:providers:(.+)$/.exec(token)?.[1];
}

/** `pulumi:providers:*`: a provider with its settings. */
export const provider: ResourceType = {
  label: "Provider",
  matches: (token) => providerPackage(token) !== undefined,
};

/** A secret with which Entra ID signs in elsewhere to provision users there. */
export const synchronizationSecret = type(
  "Synchronization secret",
  /^azuread:[^:]+:SynchronizationSecret$/,
  terraformView("azuread_synchronization_secret"),
);

/** Whatever a stack declares, providers and the stack itself excepted. */
export const anyResource: ResourceType = {
  label: "Resource",
  matches: (token) => !provider.matches(token) && token !== "pulumi:pulumi:Stack",
};

export function type(label: string, ...patterns: readonly RegExp[]): ResourceType {
  return { label, matches: (token) => patterns.some((pattern) => pattern.test(token)) };
}

/**
 * The families of an Azure Native type: `azure-native:keyvault:Vault`, with a version as in
 * `azure-native:keyvault/v20230701:Vault`, from a package generated for one version as in
 * `azure-native_keyvault_v20230701:keyvault:Vault`, and the name the provider had before, `azure-nextgen`.
 */
export function azureNative(label: string, module: string, name: string): ResourceType {
  return type(label, new RegExp(`^azure-(?:native|nextgen)(?:_[^:]+)?:${module}(?:/[^:]+)?:${name}$`));
}

/** A resource inside a Terraform module that Pulumi runs: `<package>:tf:<terraform type>`. */
export function terraformView(name: string): RegExp {
  return new RegExp(`^[^:]+:tf:${name}$`);
}
