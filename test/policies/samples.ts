/** Resources that no rule objects to. A test starts from one of them and changes one thing. */
import { issueCertificate } from "./certificates";
import { Properties, ResourceInput } from "./harness/wire";

export const vault: ResourceInput = {
  type: "azure-native:keyvault:Vault",
  name: "billing",
  props: {
    resourceGroupName: "identities",
    vaultName: "kv-billing-prod",
    properties: {
      tenantId: "11111111-1111-1111-1111-111111111111",
      sku: { family: "A", name: "standard" },
      enableRbacAuthorization: true,
      enablePurgeProtection: true,
      softDeleteRetentionInDays: 90,
      networkAcls: {
        bypass: "None",
        defaultAction: "Deny",
        ipRules: [{ value: "198.51.100.0/24" }],
        virtualNetworkRules: [],
      },
    },
  },
};

/** Every kind of type token under which a vault of Azure Native can arrive. */
export const vaultTokens: readonly string[] = [
  "azure-native:keyvault:Vault",
  "azure-native:keyvault/v20230701:Vault",
  "azure-native:keyvault/v20241201preview:Vault",
  "azure-native_keyvault_v20230701:keyvault:Vault",
  "azure-native_keyvault_v20240401preview:keyvault:Vault",
  "azure-nextgen:keyvault/latest:Vault",
];

export const classicVault: ResourceInput = {
  type: "azure:keyvault/keyVault:KeyVault",
  name: "billing",
  props: {
    resourceGroupName: "identities",
    skuName: "standard",
    tenantId: "11111111-1111-1111-1111-111111111111",
    rbacAuthorizationEnabled: true,
    purgeProtectionEnabled: true,
    networkAcls: { bypass: "None", defaultAction: "Deny", ipRules: ["198.51.100.0/24"] },
  },
};

/** The classic provider's own name and the one it has when bridged locally from Terraform. */
export const classicVaultTokens: readonly string[] = [
  "azure:keyvault/keyVault:KeyVault",
  "azurerm:index/keyVault:KeyVault",
  "identities:tf:azurerm_key_vault",
];

export const application: ResourceInput = {
  type: "azuread:index/application:Application",
  name: "billing-api",
  props: {
    displayName: "billing-api",
    description: "Sends invoices. Owned by the finance platform team.",
    signInAudience: "AzureADMyOrg",
    owners: ["22222222-2222-2222-2222-222222222222"],
  },
};

/**
 * RSA with 2048 bits, 125 days, uploaded as PEM.
 *
 * @param start by default a fixed day, which has passed; rules about the stack want one in force
 */
export async function certificateCredential(
  start = new Date("2026-01-01T00:00:00Z"),
): Promise<ResourceInput> {
  const hours = 125 * 24;
  const { pem } = await issueCertificate("rsa2048", hours, start);
  return {
    type: "azuread:index/applicationCertificate:ApplicationCertificate",
    name: "billing-api",
    props: {
      applicationId: "/applications/33333333-3333-3333-3333-333333333333",
      type: "AsymmetricX509Cert",
      value: pem,
      startDate: start.toISOString(),
      endDate: new Date(start.getTime() + hours * 3_600_000).toISOString(),
    },
  };
}

export const certificateCredentialTokens: readonly string[] = [
  "azuread:index/applicationCertificate:ApplicationCertificate",
  "azuread:index/servicePrincipalCertificate:ServicePrincipalCertificate",
];

export const tlsCertificate: ResourceInput = {
  type: "tls:index/selfSignedCert:SelfSignedCert",
  name: "billing-api",
  props: {
    allowedUses: ["digital_signature", "client_auth"],
    privateKeyPem: "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    subject: { commonName: "billing-api" },
    validityPeriodHours: 3000,
  },
};

export const tlsCertificateTokens: readonly string[] = [
  "tls:index/selfSignedCert:SelfSignedCert",
  "tls:index/locallySignedCert:LocallySignedCert",
];

export const tlsPrivateKey: ResourceInput = {
  type: "tls:index/privateKey:PrivateKey",
  name: "billing-api",
  props: { algorithm: "RSA", rsaBits: 2048, ecdsaCurve: "P224" },
};

export const azureadProvider: ResourceInput = {
  type: "pulumi:providers:azuread",
  name: "tenant",
  props: { tenantId: "11111111-1111-1111-1111-111111111111", useOidc: "true", version: "6.9.1" },
};

const blocking = [
  { restrictionType: "passwordAddition", state: "enabled" },
  { restrictionType: "symmetricKeyAddition", state: "enabled" },
];

export const tenantPolicy: ResourceInput = {
  type: "certlock:index:TenantAppManagementPolicy",
  name: "tenant",
  props: {
    isEnabled: true,
    applicationRestrictions: { passwordCredentials: blocking, keyCredentials: [] },
    servicePrincipalRestrictions: { passwordCredentials: blocking, keyCredentials: [] },
    onDelete: "restore",
  },
};

/**
 * A copy with one property set, or removed where the value is undefined.
 *
 * @param path as in `properties.networkAcls.ipRules.0`
 */
export function change(resource: ResourceInput, path: string, value: unknown): ResourceInput {
  return { ...resource, props: changed(resource.props, path.split("."), value) as Properties };
}

function changed(node: unknown, [step = "", ...rest]: readonly string[], value: unknown): unknown {
  const copy: unknown = Array.isArray(node) ? [...(node as unknown[])] : { ...(node as object | undefined) };
  const slots = copy as Record<string, unknown>;
  if (rest.length > 0) slots[step] = changed(slots[step], rest, value);
  else if (value === undefined) Reflect.deleteProperty(slots, step);
  else slots[step] = value;
  return copy;
}
