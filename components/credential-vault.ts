/** Makes files, variables and chat messages with credentials unnecessary: keys are handed over by a locked vault. */
import * as authorization from "@pulumi/azure-native/authorization";
import * as keyvault from "@pulumi/azure-native/keyvault";
import * as pulumi from "@pulumi/pulumi";
import { checkGuid, nameBasedGuid } from "./guid";
import { epochSeconds } from "./lifetime";
import { checkSecretName, checkVaultName } from "./names";
import { checkNetworks, parseNetwork, VAULT_RANGES } from "./networks";
import { checkOneOf, describeGiven, Problems, refuseArguments } from "./problems";

/** A key with its certificate; the `certificate` of a `SecretFreeApplication` is one. */
export interface StoredCredential {
  /** Private key, PKCS#8 PEM. */
  readonly privateKeyPem: pulumi.Input<string>;
  /** Certificate, PEM. */
  readonly certificatePem: pulumi.Input<string>;
  /** Start of the certificate's validity, RFC 3339. */
  readonly validFrom: pulumi.Input<string>;
  /** End of the certificate's validity, RFC 3339. */
  readonly validUntil: pulumi.Input<string>;
}

/** A principal that may read the stored credentials, typically the managed identity of the workload's host. */
export interface VaultReader {
  /** Object id of the principal. */
  readonly principalId: pulumi.Input<string>;
  /** @default "ServicePrincipal" */
  readonly principalType?: "ServicePrincipal" | "Group" | "User";
}

export interface CredentialVaultArgs {
  /**
   * Name of the vault: 3 to 24 letters, digits and hyphens, free in all of Azure. Changing it makes a new vault;
   * the old one stays recoverable for 90 days and keeps its name so long.
   */
  readonly vaultName: string;
  /** Existing resource group the vault is put in. */
  readonly resourceGroupName: pulumi.Input<string>;
  /** Region, for example "westeurope". @default - the region of the resource group */
  readonly location?: pulumi.Input<string>;
  /** Id of the Entra tenant whose principals may be given access. */
  readonly tenantId: pulumi.Input<string>;
  /**
   * Public IPv4 ranges that may reach the vault's data, at most 1000. Deployments need none: credentials are
   * written through Azure Resource Manager.
   * @default - none: only private endpoints and what `bypass` lets through
   */
  readonly allowedNetworks?: readonly string[];
  /**
   * Whether Microsoft's trusted services pass the firewall: "None" or "AzureServices".
   * https://learn.microsoft.com/azure/key-vault/general/overview-vnet-service-endpoints#trusted-services
   * @default "None"
   */
  readonly bypass?: "None" | "AzureServices";
  /**
   * Credentials by the name of their secret: 1 to 127 letters, digits and hyphens, the same over all rotations.
   * The certificate of an application that has none is refused.
   */
  readonly credentials: Readonly<Record<string, StoredCredential | undefined>>;
  /**
   * Principals that may read every credential stored here, by a short name. Each is given the role Key Vault
   * Secrets User on the single secrets, never on the vault.
   * @default - none: whoever administers the subscription's access has to grant it
   */
  readonly readers?: Readonly<Record<string, VaultReader>>;
}

/** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/security#key-vault-secrets-user */
const KEY_VAULT_SECRETS_USER = "4633458b-17de-408a-b874-0445c86b69e6";

/** The longest Azure offers (7 to 90); fixed at creation. */
const SOFT_DELETE_DAYS = 90;

/** Key and certificate in one PEM file; https://learn.microsoft.com/azure/key-vault/certificates/about-certificates */
const PEM_CONTENT_TYPE = "application/x-pem-file";

/**
 * A Key Vault that holds credentials of applications: role-based access, purge protection, closed firewall.
 *
 * ```ts
 * const vault = new CredentialVault("billing-nightly", {
 *   vaultName: "kv-billing-nightly",
 *   resourceGroupName: "rg-identities",
 *   tenantId,
 *   credentials: { "billing-nightly": billing.certificate },
 * });
 * ```
 *
 * Let the host of the job read it, from the office and nowhere else:
 *
 * ```ts
 * allowedNetworks: ["198.51.100.0/24"],
 * readers: { host: { principalId: virtualMachine.identity.principalId } },
 * ```
 *
 * Creates `<name>-vault`, one `<name>-secret-<secret name>` each (PEM with key and certificate, not-before and
 * expiry of the certificate) and one `<name>-reader-<secret name>-<reader>` for each reader of each secret.
 *
 * A vault that was destroyed can be restored for 90 days and blocks its name so long; purge protection is what
 * prevents an attacker from wiping it. A secret taken out of `credentials` stays in the vault, because deleting
 * one would need a hole in the firewall for the pipeline: raise the application's `generation` to make it useless.
 *
 * @throws ArgumentError listing every bad argument, before anything is registered
 */
export class CredentialVault extends pulumi.ComponentResource {
  /** Address of the vault's data, with a slash at the end. */
  readonly vaultUri: pulumi.Output<string>;
  /** Address of each secret by its name, without a version: it stays the same over all rotations. */
  readonly secretUris: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: CredentialVaultArgs, opts: pulumi.ComponentResourceOptions = {}) {
    checkArguments(name, args);
    super("certlock:components:CredentialVault", name, {}, opts);
    const child = { parent: this };

    const vault = createVault(name, args, child);
    const secretNames = Object.keys(args.credentials);
    for (const [secretName, credential] of Object.entries(args.credentials)) {
      if (credential === undefined) continue; // refused above
      const secret = createSecret(name, secretName, credential, vault, args, child);
      createReaders(name, secretName, secret, args, child);
    }

    this.vaultUri = vaultUri(vault, args);
    this.secretUris = Object.fromEntries(
      secretNames.map((secretName) => [
        secretName,
        pulumi.interpolate`${this.vaultUri}secrets/${secretName}`,
      ]),
    );
    this.registerOutputs({ vaultUri: this.vaultUri, secretUris: this.secretUris });
  }
}

function createVault(
  name: string,
  args: CredentialVaultArgs,
  child: pulumi.CustomResourceOptions,
): keyvault.Vault {
  const ranges = (args.allowedNetworks ?? []).map((range) => parseNetwork(range)?.text ?? range);
  return new keyvault.Vault(
    `${name}-vault`,
    {
      vaultName: args.vaultName,
      resourceGroupName: args.resourceGroupName,
      ...(args.location === undefined ? {} : { location: args.location }),
      properties: {
        tenantId: args.tenantId,
        sku: { family: "A", name: "standard" },
        enableRbacAuthorization: true,
        enablePurgeProtection: true,
        enableSoftDelete: true,
        softDeleteRetentionInDays: SOFT_DELETE_DAYS,
        enabledForDeployment: false,
        enabledForDiskEncryption: false,
        enabledForTemplateDeployment: false,
        accessPolicies: [],
        publicNetworkAccess: ranges.length > 0 ? "Enabled" : "Disabled",
        networkAcls: {
          defaultAction: "Deny",
          bypass: args.bypass ?? "None",
          ipRules: ranges.map((value) => ({ value })),
          virtualNetworkRules: [],
        },
      },
    },
    child,
  );
}

function createSecret(
  name: string,
  secretName: string,
  credential: StoredCredential,
  vault: keyvault.Vault,
  args: CredentialVaultArgs,
  child: pulumi.CustomResourceOptions,
): keyvault.Secret {
  const pem = pulumi
    .all([credential.privateKeyPem, credential.certificatePem])
    .apply((blocks) => blocks.map((block) => `${block.trim()}\n`).join(""));
  return new keyvault.Secret(
    `${name}-secret-${secretName}`,
    {
      vaultName: vault.name,
      resourceGroupName: args.resourceGroupName,
      secretName,
      properties: {
        value: pulumi.secret(pem),
        contentType: PEM_CONTENT_TYPE,
        attributes: {
          enabled: true,
          notBefore: pulumi.output(credential.validFrom).apply(epochSeconds),
          expires: pulumi.output(credential.validUntil).apply(epochSeconds),
        },
      },
    },
    // azure-native deletes secrets through the vault's data plane, which the firewall closes to the pipeline.
    { ...child, retainOnDelete: true },
  );
}

function createReaders(
  name: string,
  secretName: string,
  secret: keyvault.Secret,
  args: CredentialVaultArgs,
  child: pulumi.CustomResourceOptions,
): void {
  for (const [readerName, reader] of Object.entries(args.readers ?? {})) {
    // Azure tells neither ids nor names of secrets apart by upper and lower case; other letters are no other reader.
    const principalId = pulumi.output(reader.principalId).apply((id) => id.toLowerCase());
    new authorization.RoleAssignment(
      `${name}-reader-${secretName}-${readerName}`,
      {
        // Azure wants a GUID as name. The vault's name is unique in all of Azure, so this one is too.
        roleAssignmentName: principalId.apply((id) =>
          nameBasedGuid(args.vaultName.toLowerCase(), secretName.toLowerCase(), id, KEY_VAULT_SECRETS_USER),
        ),
        scope: secret.id,
        principalId,
        principalType: reader.principalType ?? "ServicePrincipal",
        roleDefinitionId: secret.id.apply(secretsUserRole),
      },
      child,
    );
  }
}

/** The role as the secret's own subscription spells it: the form Azure answers with, so no difference is seen. */
function secretsUserRole(secretId: string): string {
  const subscription = /^\/subscriptions\/[^/]+/i.exec(secretId)?.[0] ?? "";
  return `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${KEY_VAULT_SECRETS_USER}`;
}

function vaultUri(vault: keyvault.Vault, args: CredentialVaultArgs): pulumi.Output<string> {
  return vault.properties.apply((properties: { readonly vaultUri?: string }) => {
    // Absent only in a preview that echoes inputs; this is the name Azure's public cloud will give it.
    const uri = properties.vaultUri ?? `https://${args.vaultName.toLowerCase()}.vault.azure.net/`;
    return uri.endsWith("/") ? uri : `${uri}/`;
  });
}

function checkArguments(name: string, args: CredentialVaultArgs): void {
  const problems = new Problems();
  problems.add("vaultName", checkVaultName(args.vaultName));
  if (typeof args.tenantId === "string") problems.add("tenantId", checkGuid(args.tenantId, "tenant id"));
  checkNetworks("allowedNetworks", args.allowedNetworks ?? [], problems, {
    most: VAULT_RANGES,
    families: [4],
  });
  problems.add("bypass", checkOneOf(args.bypass ?? "None", ["None", "AzureServices"]));
  checkCredentials(args.credentials, problems);
  for (const [readerName, reader] of Object.entries(args.readers ?? {})) {
    const at = `readers[${describeGiven(readerName)}]`;
    if (typeof reader.principalId === "string") {
      problems.add(`${at}.principalId`, checkGuid(reader.principalId, "object id of the principal"));
    }
    problems.add(
      `${at}.principalType`,
      checkOneOf(reader.principalType ?? "ServicePrincipal", ["ServicePrincipal", "Group", "User"]),
    );
  }
  refuseArguments("CredentialVault", name, problems);
}

function checkCredentials(credentials: CredentialVaultArgs["credentials"], problems: Problems): void {
  const remedy = "give the application a certificate and pass it: { [secret name]: application.certificate }";
  if (Object.keys(credentials).length === 0) {
    problems.add("credentials", {
      code: "missing",
      allowed: "at least one credential by the name of its secret",
      remedy,
    });
  }
  for (const [secretName, credential] of Object.entries(credentials)) {
    const at = `credentials[${describeGiven(secretName)}]`;
    problems.add(at, checkSecretName(secretName));
    if (credential === undefined) problems.add(at, { code: "missing", allowed: "a credential", remedy });
  }
}
