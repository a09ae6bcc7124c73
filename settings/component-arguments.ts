/** Arguments of the components as the configuration has them: what was checked is what is created. */
import type { Input } from "@pulumi/pulumi";
import type { CertificateArgs } from "../components/certificate-args";
import type { CertificateIssuer } from "../components/certificate-issuer";
import type { CredentialVaultArgs } from "../components/credential-vault-args";
import type { EntraCloud } from "../components/federation/cloud";
import type { FederatedTrust } from "../components/federation/credentials";
import type { ManagedIdentityCredential } from "../components/federation/managed-identity";
import { PFX_CONTENT_TYPE } from "../components/pfx";
import type { RegisteredCertificate } from "../components/registered-certificate";
import type { SecretFreeApplicationArgs } from "../components/secret-free-application";
import type { ApplicationSettings } from "./application-settings";
import type { CertificateSettings, KeyInVaultSettings } from "./certificate-settings";
import type { CallerSettings } from "./federation-settings";
import type { VaultSettings } from "./vault-settings";

/** What all applications and vaults of the stack have in common. */
interface Tenant {
  readonly tenantId: string;
  readonly cloud: EntraCloud;
  readonly location: string;
  readonly resourceGroup: string;
  readonly vaults: VaultSettings;
  readonly certificateIssuer?: CertificateIssuer;
}

/** An application; `vaultUri` is where its keys are born, for those that are. */
export function applicationArgs(
  tenant: Tenant,
  { name, description, contact, credential, ...identity }: ApplicationSettings,
  vaultUri?: Input<string>,
): SecretFreeApplicationArgs {
  const { ownership, owners, graphRoles, signInAudience } = identity;
  return {
    ...{ description, ownership, owners, graphRoles, signInAudience, cloud: tenant.cloud },
    ...(contact !== undefined && { contact }),
    ...(credential.kind === "certificate" && {
      certificate: certificateArgs(tenant, name, credential, vaultUri),
    }),
  };
}

function certificateArgs(
  { certificateIssuer: issuer }: Tenant,
  name: string,
  certificate: CertificateSettings,
  vaultUri: Input<string> = "",
): CertificateArgs {
  if (certificate.key === "external") return { key: "external", certificates: certificate.certificates };
  const { rotation, keyBits, pfx } = certificate;
  if (certificate.key === "tls") return { rotation, keyBits, pfx, ...(issuer !== undefined && { issuer }) };
  const { issuerName } = certificate;
  return { key: "vault", certificateName: name, vaultUri, rotation, keyBits, pfx, issuerName };
}

/** The vault of one application; `principalOf` knows the managed identities among its readers. */
export function vaultArgs(
  { tenantId, cloud, location, resourceGroup: resourceGroupName, vaults }: Tenant,
  { contact }: ApplicationSettings,
  { vault: vaultName, vaultNetworks: allowedNetworks, readers }: KeyInVaultSettings,
  principalOf: (reader: string) => Input<string> | undefined,
): CredentialVaultArgs {
  return {
    ...vaults,
    ...{ vaultName, resourceGroupName, location, tenantId, cloud, allowedNetworks },
    ...(contact !== undefined && { owner: contact.team }),
    readers: Object.fromEntries(
      readers.map((reader) => [reader.toLowerCase(), { principalId: principalOf(reader) ?? reader }]),
    ),
  };
}

/** A certificate as the vault keeps it: PEM, and where it is asked for once more as .NET and PowerShell read it. */
export function storedCredentials(
  name: string,
  certificate: RegisteredCertificate | undefined,
  { pfx }: KeyInVaultSettings,
): NonNullable<CredentialVaultArgs["credentials"]> {
  const asPfx = certificate && { ...certificate, contentType: PFX_CONTENT_TYPE };
  return { [name]: certificate, ...(pfx && { [`${name}-pfx`]: asPfx }) };
}

/** Whom a federated credential trusts; `identityOf` knows the managed identities by name. */
export function trustArgs(
  caller: CallerSettings,
  identityOf: (name: string) => ManagedIdentityCredential | undefined,
): FederatedTrust {
  if (!("identity" in caller)) return caller;
  const { identity, ...others } = caller;
  const managedIdentity = identityOf(identity);
  if (managedIdentity === undefined) throw new RangeError(`no managed identity named ${identity}`);
  return { ...others, managedIdentity };
}
