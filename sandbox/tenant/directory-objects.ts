/** One client secret. Only its digest is kept: like Entra, the tenant cannot show a secret a second time. */
export interface PasswordCredential {
  readonly keyId: string;
  readonly displayName: string | null;
  readonly startDateTime: string;
  readonly endDateTime: string;
  /** First three characters of the secret. */
  readonly hint: string;
  readonly secretSha256: Buffer;
}

export type KeyType = "AsymmetricX509Cert" | "Symmetric";

/** One certificate (or symmetric key) as Graph's keyCredential has it. */
export interface KeyCredential {
  readonly keyId: string;
  readonly displayName: string | null;
  readonly startDateTime: string;
  readonly endDateTime: string;
  readonly type: KeyType;
  readonly usage: "Sign" | "Verify";
  /** Base64; of a certificate its SHA-1 thumbprint unless the caller named another. */
  readonly customKeyIdentifier: string | null;
  /** Base64: the DER certificate, or the symmetric key. */
  readonly key: string;
}

export interface FederatedIdentityCredential {
  readonly id: string;
  readonly name: string;
  readonly issuer: string;
  readonly subject: string;
  readonly audiences: readonly string[];
  readonly description: string | null;
}

/** What applications and service principals have in common: the right to sign in, and who may change it. */
interface CredentialHolderRecord {
  readonly id: string;
  readonly appId: string;
  readonly createdDateTime: string | null;
  deletedDateTime: string | null;
  /** Object ids of users and service principals. */
  owners: readonly string[];
  passwordCredentials: readonly PasswordCredential[];
  keyCredentials: readonly KeyCredential[];
  /** The custom app management policy assigned; at most one an object. */
  appManagementPolicyId: string | undefined;
  /** Every other property Graph lets a caller write, by its Graph name. */
  properties: Record<string, unknown>;
}

export interface ApplicationRecord extends CredentialHolderRecord {
  readonly kind: "application";
  federatedIdentityCredentials: readonly FederatedIdentityCredential[];
}

export interface AppRoleAssignment {
  readonly id: string;
  readonly appRoleId: string;
  readonly createdDateTime: string;
  readonly resourceId: string;
}

export interface ServicePrincipalRecord extends CredentialHolderRecord {
  readonly kind: "servicePrincipal";
  /** Tenant the application is registered in; another tenant's for Microsoft's own services. */
  readonly appOwnerOrganizationId: string;
  appRoleAssignments: readonly AppRoleAssignment[];
}

export type CredentialHolder = ApplicationRecord | ServicePrincipalRecord;

export interface UserRecord {
  readonly kind: "user";
  readonly id: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

export type DirectoryObject = CredentialHolder | UserRecord;
