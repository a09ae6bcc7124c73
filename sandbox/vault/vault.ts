import type { VaultCertificate } from "./vault-certificate";

/** One network address or CIDR range that may reach the vault. */
export interface IpRule {
  readonly value: string;
}

export interface NetworkAcls {
  readonly bypass: string;
  readonly defaultAction: "Allow" | "Deny";
  readonly ipRules: readonly IpRule[];
  readonly virtualNetworkRules: readonly { readonly id: string }[];
}

export interface AccessPolicy {
  readonly objectId: string;
  readonly tenantId: string;
  readonly permissions: {
    readonly secrets?: readonly string[];
    readonly certificates?: readonly string[];
    readonly keys?: readonly string[];
  };
}

/** The `properties` of a vault as Azure Resource Manager answers them. */
export interface VaultProperties {
  readonly tenantId: string;
  readonly sku: { readonly family: string; readonly name: string };
  readonly accessPolicies: readonly AccessPolicy[];
  readonly enabledForDeployment: boolean;
  readonly enabledForDiskEncryption?: boolean;
  readonly enabledForTemplateDeployment?: boolean;
  readonly enableRbacAuthorization: boolean;
  readonly enableSoftDelete: true;
  /** Days a deleted vault or secret can be recovered: 7 to 90. */
  readonly softDeleteRetentionInDays: number;
  /** Never false: the setting is either absent or, once on, on for good. */
  readonly enablePurgeProtection?: true;
  readonly networkAcls?: NetworkAcls;
  readonly publicNetworkAccess: string;
  readonly provisioningState: "Succeeded";
  readonly vaultUri: string;
}

export interface SecretAttributes {
  readonly enabled: boolean;
  /** Seconds since 1970. */
  readonly expires?: number;
  /** Seconds since 1970. */
  readonly notBefore?: number;
}

export type Tags = Readonly<Record<string, string>>;

export interface SecretVersion {
  /** 32 hexadecimal digits. */
  readonly version: string;
  readonly value: string;
  readonly contentType: string | undefined;
  readonly attributes: SecretAttributes;
  readonly tags: Tags;
  /** Seconds since 1970. */
  readonly created: number;
  /** Seconds since 1970. */
  readonly updated: number;
}

export interface VaultSecret {
  readonly name: string;
  /** The key and chain of a certificate: its life is the certificate's, and nobody may write it. */
  readonly managed?: true;
  /** Oldest first, never empty. */
  readonly versions: readonly [SecretVersion, ...SecretVersion[]];
}

export interface Vault {
  /** ARM id. */
  readonly id: string;
  readonly name: string;
  readonly resourceGroup: string;
  readonly location: string;
  readonly tags: Tags;
  readonly properties: VaultProperties;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
  /** By lower-case name, as Key Vault compares them. */
  readonly secrets: Map<string, VaultSecret>;
  /** Soft-deleted secrets by lower-case name; their names stay taken. */
  readonly deletedSecrets: Map<string, DeletedSecret>;
  /** By lower-case name. */
  readonly certificates: Map<string, VaultCertificate>;
  readonly deletedCertificates: Map<string, DeletedCertificate>;
  /** Names of the certificate issuers set up in the vault, lower case. */
  readonly issuers: Set<string>;
}

export interface DeletedSecret {
  readonly secret: VaultSecret;
  readonly deletedAt: Date;
  readonly purgedAt: Date;
}

export interface DeletedCertificate {
  readonly certificate: VaultCertificate;
  readonly deletedAt: Date;
  readonly purgedAt: Date;
}

/** When something deleted now is gone for good, in seconds since 1970 as Key Vault tells it. */
export function deletionDates(deleted: { readonly deletedAt: Date; readonly purgedAt: Date }): object {
  const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);
  return { deletedDate: seconds(deleted.deletedAt), scheduledPurgeDate: seconds(deleted.purgedAt) };
}

export function latestVersion(secret: VaultSecret): SecretVersion {
  return secret.versions[secret.versions.length - 1] ?? secret.versions[0];
}

/** How long and whether a deleted secret can come back, in Key Vault's words. */
export function recoveryLevel({ enablePurgeProtection, softDeleteRetentionInDays }: VaultProperties): string {
  const level = softDeleteRetentionInDays < 90 ? "CustomizedRecoverable" : "Recoverable";
  return enablePurgeProtection ? level : `${level}+Purgeable`;
}
