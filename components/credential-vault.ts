/** Makes files, variables and chat messages with credentials unnecessary: keys are handed over by a locked vault. */
import * as keyvault from "@pulumi/azure-native/keyvault";
import * as pulumi from "@pulumi/pulumi";
import { type CredentialVaultArgs, readVault, SOFT_DELETE_DAYS } from "./credential-vault-args";
import { vaultDnsSuffix } from "./federation/cloud";
import { checkSecretName } from "./names";
import { ArgumentError, describeGiven, Problems, refuseArguments } from "./problems";
import { createAuditLog } from "./vault-audit-log";
import { createExpiryAlert } from "./vault-expiry-alert";
import { firewallOf, reachOf, type VaultReach } from "./vault-firewall";
import { createPrivateEndpoint } from "./vault-private-endpoint";
import { checkPrincipals, grantRole, VAULT_ROLES, type VaultPrincipal } from "./vault-role";
import { createSecret } from "./vault-secret";
import { tagsOf } from "./vault-tags";

/**
 * A Key Vault that holds credentials of applications: role-based access, purge protection, closed firewall.
 *
 * ```ts
 * const vault = new CredentialVault("billing-nightly", {
 *   vaultName: "kv-billing-nightly",
 *   resourceGroupName: "rg-identities",
 *   tenantId,
 *   owner: "finance-platform@contoso.com",
 *   auditLog: { workspaceId },
 *   expiryAlert: { to: "actionGroups", actionGroupIds: [onCallId] },
 *   credentials: { "billing-nightly": billing.certificate },
 * });
 * ```
 *
 * Let the host of the job read it, from the office and nowhere else, or from inside its own network:
 *
 * ```ts
 * readers: { host: { principalId: virtualMachine.identity.principalId } },
 * allowedNetworks: ["198.51.100.0/24"],          // or
 * privateEndpoint: { subnetId, privateDnsZoneId },
 * ```
 *
 * For a key that is born in the vault: the vault first, the application then, its readers last.
 *
 * ```ts
 * const vaultUri = vault.grantIssue("billing-nightly", { pipeline: { principalId } });
 * const billing = new SecretFreeApplication("billing-nightly", { certificate: { key: "vault", vaultUri }, … });
 * vault.grantRead("billing-nightly", { dependsOn: billing });
 * ```
 *
 * Creates `<name>-vault`; `<name>-audit-log`; `<name>-events` and `<name>-expiry-alert`; `<name>-endpoint` and
 * `<name>-endpoint-dns`; one `<name>-secret-<secret name>` each (PEM or PFX, not-before and expiry of the certificate)
 * and one `<name>-reader-<secret name>-<reader>` for each reader of each secret.
 *
 * Everything goes through Azure Resource Manager, so the pipeline needs neither a way through the firewall nor a role
 * inside the vault. Its price: Resource Manager only ever adds a version to a secret, it can neither disable nor delete
 * an older one. An older version ends by its own expiry date, which Key Vault shows but does not enforce, and is
 * useless for signing in from the day its certificate is taken off the application, at the latest one rotation later.
 * Where older versions must be disabled too, let the key be born in the vault: `VaultCertificate` does it.
 *
 * A vault that was destroyed can be restored for `softDeleteDays` and blocks its name so long; purge protection is
 * what prevents an attacker from wiping it. A secret taken out of `credentials` stays in the vault, for the same
 * reason that old versions do: rotate the application's certificate to make it useless.
 *
 * @throws ArgumentError listing every bad argument, before anything is registered
 */
export class CredentialVault extends pulumi.ComponentResource {
  /** Id of the vault in Azure Resource Manager. */
  readonly vaultId: pulumi.Output<string>;
  /**
   * Address of the vault's data, with a slash at the end. What takes it waits until the audit log, the alert and the
   * private endpoint are there.
   */
  readonly vaultUri: pulumi.Output<string>;
  /** Address of each stored secret by its name, without a version: it stays the same over all rotations. */
  readonly secretUris: Readonly<Record<string, pulumi.Output<string>>>;

  /** Where its data can be reached from; nowhere by default, and never from the jobs of a cloud service. */
  readonly reach: VaultReach;
  /** Name of the vault, free in all of Azure. */
  readonly vaultName: string;

  readonly #name: string;
  readonly #readers: NonNullable<CredentialVaultArgs["readers"]>;
  /** Names of the grants made, lower case: none is made twice. */
  readonly #granted = new Set<string>();

  constructor(name: string, given: CredentialVaultArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const args = readArguments(name, given);
    super("certlock:components:CredentialVault", name, {}, opts);
    this.#name = name;
    this.vaultName = args.vaultName;
    this.reach = reachOf(args);
    this.#readers = args.readers ?? {};
    const child = { parent: this };
    const { vaultName, resourceGroupName, location } = args;
    const surroundings = { vaultName, resourceGroupName, location, tags: tagsOf(args) };

    const vault = createVault(name, args, child);
    const watchers = [
      ...(args.auditLog === undefined ? [] : [createAuditLog(name, args.auditLog, vault, child)]),
      ...(args.expiryAlert === undefined
        ? []
        : [createExpiryAlert(name, args.expiryAlert, vault, surroundings, child)]),
    ];
    const doors =
      args.privateEndpoint === undefined
        ? []
        : // One after the other: Key Vault refuses changes from two sides with a conflict.
          createPrivateEndpoint(name, args.privateEndpoint, vault, surroundings, {
            ...child,
            dependsOn: watchers,
          });

    this.vaultId = vault.id;
    this.vaultUri = afterAll(addressOf(vault, args), [...watchers, ...doors]);
    const stored = Object.entries(args.credentials ?? {});
    for (const [secretName, credential] of stored) {
      if (credential === undefined) continue; // refused above
      // Nothing is announced and nothing logged that happened before.
      const watched = { ...child, dependsOn: watchers };
      const secret = createSecret(name, secretName, credential, vault, surroundings, watched);
      this.#letRead(secretName, secret.id, this.#readers, {});
    }
    this.secretUris = Object.fromEntries(
      stored.map(([secretName]) => [secretName, this.secretUri(secretName)]),
    );
    this.registerOutputs({
      vaultId: this.vaultId,
      vaultUri: this.vaultUri,
      secretUris: this.secretUris,
    });
  }

  /** Address of a secret without a version, also of one that something else puts into the vault. */
  secretUri(secretName: string): pulumi.Output<string> {
    return pulumi.interpolate`${this.vaultUri}secrets/${secretName}`;
  }

  /**
   * Lets principals read a secret that something else puts into the vault, such as a `VaultCertificate` of the same
   * name. Creates `<name>-reader-<secret name>-<reader>` each.
   * @param options.readers by a short name; the vault's own `readers` where none are named
   * @param options.dependsOn what makes the secret: the scope of a role has to exist
   * @throws ArgumentError listing every bad argument, before anything is registered
   */
  grantRead(
    secretName: string,
    options: {
      readonly readers?: Readonly<Record<string, VaultPrincipal>>;
      readonly dependsOn?: pulumi.CustomResourceOptions["dependsOn"];
    } = {},
  ): void {
    const readers = options.readers ?? this.#readers;
    this.#checkGrant("reader", secretName, readers);
    const { dependsOn } = options;
    const scope = pulumi.interpolate`${this.vaultId}/secrets/${secretName}`;
    this.#letRead(secretName, scope, readers, dependsOn === undefined ? {} : { dependsOn });
  }

  /**
   * Lets principals, such as the pipeline, make versions of one certificate: Key Vault Certificates Officer on it
   * alone, which does not show them its key. Creates `<name>-issuer-<certificate name>-<issuer>` each.
   * @returns `vaultUri` again; what takes it from here waits for the roles, which Azure may need ten minutes to spread
   * @throws ArgumentError listing every bad argument, before anything is registered
   */
  grantIssue(
    certificateName: string,
    issuers: Readonly<Record<string, VaultPrincipal>>,
  ): pulumi.Output<string> {
    this.#checkGrant("issuer", certificateName, issuers);
    const object = {
      id: pulumi.interpolate`${this.vaultId}/certificates/${certificateName}`,
      vaultName: this.vaultName,
      objectName: certificateName,
    };
    const roles = Object.entries(issuers).map(([issuer, principal]) => {
      const role = `${this.#name}-issuer-${certificateName}-${issuer}`;
      this.#granted.add(role.toLowerCase());
      return grantRole(role, VAULT_ROLES.certificatesOfficer, object, principal, { parent: this });
    });
    return afterAll(this.vaultUri, roles);
  }

  #letRead(
    secretName: string,
    id: pulumi.Input<string>,
    readers: Readonly<Record<string, VaultPrincipal>>,
    opts: pulumi.CustomResourceOptions,
  ): void {
    const object = { id, vaultName: this.vaultName, objectName: secretName };
    for (const [reader, principal] of Object.entries(readers)) {
      const role = `${this.#name}-reader-${secretName}-${reader}`;
      this.#granted.add(role.toLowerCase());
      grantRole(role, VAULT_ROLES.secretsUser, object, principal, { ...opts, parent: this });
    }
  }

  #checkGrant(kind: string, objectName: string, principals: Readonly<Record<string, VaultPrincipal>>): void {
    const problems = new Problems();
    problems.add("name", checkSecretName(objectName));
    checkPrincipals(`${kind}s`, principals, problems);
    for (const principal of Object.keys(principals)) {
      if (!this.#granted.has(`${this.#name}-${kind}-${objectName}-${principal}`.toLowerCase())) continue;
      problems.add(`${kind}s[${describeGiven(principal)}]`, {
        code: "duplicate",
        given: describeGiven(objectName),
        allowed: `each ${kind} once on each object`,
        remedy: "remove one of the two grants; stored credentials are granted to the vault's readers already",
      });
    }
    refuseArguments("CredentialVault", this.#name, problems);
  }
}

function readArguments(name: string, given: CredentialVaultArgs): CredentialVaultArgs {
  const problems = new Problems();
  const args = readVault(given, problems);
  if (args === undefined) throw new ArgumentError("CredentialVault", name, problems.found);
  refuseArguments("CredentialVault", name, problems);
  return args;
}

function createVault(
  name: string,
  args: CredentialVaultArgs,
  child: pulumi.CustomResourceOptions,
): keyvault.Vault {
  return new keyvault.Vault(
    `${name}-vault`,
    {
      vaultName: args.vaultName,
      resourceGroupName: args.resourceGroupName,
      ...(args.location === undefined ? {} : { location: args.location }),
      properties: {
        tenantId: args.tenantId,
        sku: { family: "A", name: args.sku ?? "standard" },
        enableRbacAuthorization: true,
        enablePurgeProtection: true,
        enableSoftDelete: true,
        softDeleteRetentionInDays: args.softDeleteDays ?? SOFT_DELETE_DAYS.default,
        enabledForDeployment: false,
        enabledForDiskEncryption: false,
        enabledForTemplateDeployment: false,
        accessPolicies: [],
        ...firewallOf(args),
      },
      tags: tagsOf(args),
    },
    child,
  );
}

function addressOf(
  vault: keyvault.Vault,
  { vaultName, cloud = "public" }: CredentialVaultArgs,
): pulumi.Output<string> {
  return vault.properties.apply((properties: { readonly vaultUri?: string }) => {
    // Absent only in a preview that echoes inputs; this is the name the cloud will give it.
    const uri = properties.vaultUri ?? `https://${vaultName.toLowerCase()}.${vaultDnsSuffix(cloud)}/`;
    return uri.endsWith("/") ? uri : `${uri}/`;
  });
}

/** The same value, for which everybody waits until the resources are there too. */
function afterAll<T>(value: pulumi.Output<T>, resources: readonly pulumi.Resource[]): pulumi.Output<T> {
  // URNs are known in every preview: waiting for them makes nothing unknown.
  const urns = pulumi.all(resources.map(({ urn }) => urn));
  return urns.apply(() => value);
}
