import { createHash } from "node:crypto";
import { deletionDates, type DeletedCertificate, recoveryLevel, type Vault } from "./vault";
import type { CertificatePolicy } from "./certificate-policy";
import {
  type CertificateOperation,
  type CertificateVersion,
  newestVersion,
  type VaultCertificate,
} from "./vault-certificate";

/** A version as `GET /certificates/{name}/{version}` answers it; key, secret and certificate only once they are there. */
export function certificateBundle(
  vault: Vault,
  certificate: VaultCertificate,
  version: CertificateVersion,
): object {
  const { vaultUri } = vault.properties;
  const { certificateDer } = version;
  const at = `${certificate.name}/${version.version}`;
  return {
    id: `${vaultUri}certificates/${at}`,
    ...(certificateDer !== undefined && {
      kid: `${vaultUri}keys/${at}`,
      sid: `${vaultUri}secrets/${at}`,
      x5t: thumbprint(certificateDer),
      cer: certificateDer.toString("base64"),
    }),
    attributes: attributes(vault, version),
    tags: version.tags,
    policy: policyBody(vault, certificate.name, certificate.policy),
    ...(certificate.operation !== undefined && {
      pending: { id: `${vaultUri}certificates/${certificate.name}/pending` },
    }),
  };
}

/** A certificate as the list of certificates names it: no version. */
export function certificateItem(vault: Vault, certificate: VaultCertificate): object {
  return item(vault, certificate, newestVersion(certificate), "");
}

/** A version as the list of versions names it. */
export function certificateVersionItem(
  vault: Vault,
  certificate: VaultCertificate,
  version: CertificateVersion,
): object {
  return item(vault, certificate, version, `/${version.version}`);
}

export function deletedCertificateBundle(vault: Vault, deleted: DeletedCertificate): object {
  const { certificate } = deleted;
  return {
    ...deletion(vault, deleted),
    ...certificateBundle(vault, certificate, newestVersion(certificate)),
  };
}

export function deletedCertificateItem(vault: Vault, deleted: DeletedCertificate): object {
  return { ...deletion(vault, deleted), ...certificateItem(vault, deleted.certificate) };
}

export function policyBody(vault: Vault, name: string, policy: CertificatePolicy): object {
  return { id: `${vault.properties.vaultUri}certificates/${name}/policy`, ...policy };
}

/** The pending operation, which stays to be seen after it has ended. */
export function operationBody(vault: Vault, name: string, operation: CertificateOperation): object {
  const id = `${vault.properties.vaultUri}certificates/${name}`;
  const manual = operation.issuerName.toLowerCase() === "unknown";
  return {
    id: `${id}/pending`,
    issuer: { name: operation.issuerName },
    csr: operation.csr.toString("base64"),
    cancellation_requested: operation.cancellationRequested,
    status: operation.status,
    ...(operation.status === "inProgress" && {
      status_details: manual
        ? "Pending certificate created. Please Perform Merge to complete the request."
        : "Pending certificate created. Certificate request is in progress. This may take some time based on the issuer provider. Please check again later.",
    }),
    ...(operation.error !== undefined && { error: operation.error }),
    ...(operation.status === "completed" && { target: id }),
    request_id: operation.requestId,
  };
}

function item(vault: Vault, { name }: VaultCertificate, version: CertificateVersion, suffix: string): object {
  return {
    id: `${vault.properties.vaultUri}certificates/${name}${suffix}`,
    ...(version.certificateDer !== undefined && { x5t: thumbprint(version.certificateDer) }),
    attributes: attributes(vault, version),
    tags: version.tags,
  };
}

function attributes(vault: Vault, version: CertificateVersion): object {
  return {
    enabled: version.enabled,
    nbf: version.notBefore,
    exp: version.expires,
    created: version.created,
    updated: version.updated,
    recoveryLevel: recoveryLevel(vault.properties),
    recoverableDays: vault.properties.softDeleteRetentionInDays,
  };
}

function deletion(vault: Vault, deleted: DeletedCertificate): object {
  return {
    recoveryId: `${vault.properties.vaultUri}deletedcertificates/${deleted.certificate.name}`,
    ...deletionDates(deleted),
  };
}

function thumbprint(der: Buffer): string {
  return createHash("sha1").update(der).digest("base64url");
}
