/** Which vault, certificate and version a text names. Texts come from programs, states and import ids: none is trusted. */
import { CLOUDS } from "../graph";
import { ProviderError } from "./errors";
import { quoted } from "./quote";
import type { VaultService } from "./settings";

/** A vault that a token may be sent to. */
export interface VaultAddress {
  /** The vault's own name: the first label of its host. */
  readonly name: string;
  /** Canonical form, with trailing slash: `https://kv-billing.vault.azure.net/`. */
  readonly uri: string;
}

/** One version of one certificate. */
export interface CertificateAddress {
  readonly vault: VaultAddress;
  readonly certificateName: string;
  readonly version: string;
}

/** https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftkeyvault */
const VAULT_NAME = /^[a-z](?!.*--)[a-z0-9-]{1,22}[a-z0-9]$/;
/** Certificates, like secrets and keys: 1 to 127 letters, digits and hyphens. */
const OBJECT_NAME = /^[0-9a-zA-Z-]{1,127}$/;
/** Paths of Key Vault's own below /certificates/. */
const RESERVED = new Set(["contacts", "issuers", "restore"]);
const VERSION = /^[0-9a-f]{32}$/;

/**
 * The vault a text names, or what is wrong with it.
 *
 * The host must be one label below the cloud's own Key Vault suffix and nothing else: whatever host stands here is
 * sent a token that opens the tenant's vaults.
 */
export function readVaultUri(
  text: string,
  service: VaultService,
): VaultAddress | { readonly problem: string } {
  const wanted = `must be a vault of the cloud "${service.cloud}", such as "https://kv-billing.${service.dnsSuffix}/"`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain =
    url?.protocol === "https:" &&
    [url.username, url.password, url.port, url.search, url.hash].every((part) => part === "") &&
    /^\/?$/.test(url.pathname) &&
    !/[?#]/.test(text);
  if (url === undefined || !plain) {
    return { problem: `${wanted}: https, the vault's host and no port, path or query` };
  }
  const [name = "", ...rest] = url.hostname.split(".");
  const suffix = rest.join(".");
  if (suffix === service.dnsSuffix && VAULT_NAME.test(name)) {
    return { name, uri: `https://${name}.${suffix}/` };
  }
  const other = CLOUDS.find(({ vaultDnsSuffix }) => vaultDnsSuffix === suffix);
  if (other !== undefined && suffix !== service.dnsSuffix) {
    return { problem: `${wanted}; this one lies in the cloud "${other.name}": set ARM_ENVIRONMENT to it` };
  }
  return { problem: `${wanted}; an access token is sent to no other host` };
}

/** What is wrong with the name of a certificate; undefined when it can be one. */
export function certificateNameProblem(name: string): string | undefined {
  if (!OBJECT_NAME.test(name)) return "must have 1 to 127 letters, digits and hyphens";
  if (RESERVED.has(name.toLowerCase())) return "is a word that Key Vault keeps for itself";
  return undefined;
}

/** The id of a version as Key Vault writes it; also the id of the resource. */
export function certificateId({ vault, certificateName, version }: CertificateAddress): string {
  return `${vault.uri}certificates/${certificateName}/${version}`;
}

/**
 * The vault of a state or a checked input.
 *
 * @throws ProviderError CERTLOCK_VAULT_URI_REFUSED
 */
export function vaultAt(text: string, service: VaultService): VaultAddress {
  const vault = readVaultUri(text, service);
  if (!("problem" in vault)) return vault;
  throw new ProviderError("CERTLOCK_VAULT_URI_REFUSED", `vaultUri ${vault.problem}.`);
}

/**
 * Takes an id apart.
 *
 * @throws ProviderError CERTLOCK_IMPORT_ID_UNKNOWN, CERTLOCK_VAULT_URI_REFUSED
 */
export function readCertificateId(id: string, service: VaultService): CertificateAddress {
  const [, uri, certificateName = "", version = ""] =
    /^(https:\/\/[^/]+\/)certificates\/([^/]+)\/([^/]+)$/.exec(id) ?? [];
  if (
    uri === undefined ||
    certificateNameProblem(certificateName) !== undefined ||
    !VERSION.test(version.toLowerCase())
  ) {
    throw new ProviderError(
      "CERTLOCK_IMPORT_ID_UNKNOWN",
      `The id of a VaultCertificate is that of one version in Key Vault, https://<vault>.${service.dnsSuffix}/certificates/<name>/<version>; given: ${quoted(id)}. ` +
        "Find it with: az keyvault certificate show --vault-name <vault> --name <name> --query id",
    );
  }
  return { vault: vaultAt(uri, service), certificateName, version: version.toLowerCase() };
}

/** The id of a certificate, whatever its version. */
export function wholeCertificateId({ vault, certificateName }: Omit<CertificateAddress, "version">): string {
  return `${vault.uri}certificates/${certificateName}`;
}

/**
 * Takes the id of a certificate without version apart.
 *
 * @throws ProviderError CERTLOCK_IMPORT_ID_UNKNOWN, CERTLOCK_VAULT_URI_REFUSED
 */
export function readWholeCertificateId(
  id: string,
  service: VaultService,
): Omit<CertificateAddress, "version"> {
  const [, uri, certificateName = ""] = /^(https:\/\/[^/]+\/)certificates\/([^/]+)$/.exec(id) ?? [];
  if (uri === undefined || certificateNameProblem(certificateName) !== undefined) {
    throw new ProviderError(
      "CERTLOCK_IMPORT_ID_UNKNOWN",
      `The id of a SelfRenewingCertificate is that of the certificate without version, https://<vault>.${service.dnsSuffix}/certificates/<name>; given: ${quoted(id)}.`,
    );
  }
  return { vault: vaultAt(uri, service), certificateName };
}
