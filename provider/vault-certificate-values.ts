/** Between Key Vault's answers about certificates and property values. */
import { X509Certificate } from "node:crypto";
import { ProviderError } from "./errors";
import type { PropertyMap } from "./properties";
import { DEFAULTS, INPUTS } from "./vault-certificate-check";
import { renewsByItself } from "./vault-certificate-policy";
import { type Marks, readTags, requestDigest, type Tags } from "./vault-certificate-tags";
import type { CertificateAddress, VaultAddress } from "./vault-address";
import { isObject, type JsonObject, type VaultClient } from "./vault-client";
import { VaultError } from "./vault-error";

/** The outputs that a preview cannot know. */
export const COMPUTED = [
  "certificatePem",
  "thumbprintSha1",
  "thumbprintSha256",
  "validFrom",
  "validUntil",
  "version",
  "secretId",
  "secretUri",
  "autoRenew",
  "claim",
] as const;

/** One line of the list of versions. */
export interface VersionItem {
  readonly version: string;
  readonly enabled: boolean;
  /** Seconds since 1970. */
  readonly created: number;
  readonly marks: Marks;
  readonly tags: Tags;
}

/** The versions that hold a certificate, newest first. One that is still being made is listed too, without thumbprint. */
function readVersions(items: readonly JsonObject[]): VersionItem[] {
  return items
    .filter((item) => typeof item["x5t"] === "string" && item["x5t"] !== "")
    .flatMap((item) => {
      const version = versionOf(item["id"]);
      if (version === undefined) return [];
      const attributes = isObject(item["attributes"]) ? item["attributes"] : {};
      const { marks, all } = readTags(item["tags"]);
      const created = Number(attributes["created"] ?? 0);
      return [{ version, enabled: attributes["enabled"] !== false, created, marks, tags: all }];
    })
    .sort((a, b) => b.created - a.created || (b.marks.generation ?? -1) - (a.marks.generation ?? -1));
}

/** The versions of a certificate, newest first; none when there is no such certificate. */
export async function listVersions(
  client: VaultClient,
  { vault, certificateName }: Pick<CertificateAddress, "vault" | "certificateName">,
  signal: AbortSignal,
): Promise<VersionItem[]> {
  const path = `/certificates/${certificateName}/versions`;
  try {
    return readVersions(await client.list({ vault, path, signal }));
  } catch (error) {
    if (error instanceof VaultError && error.code === "VAULT_NOT_FOUND") return [];
    throw error;
  }
}

export interface CertificateBundle {
  readonly certificate: X509Certificate;
  readonly enabled: boolean;
  readonly contentType: string | undefined;
  readonly policy: JsonObject;
  readonly marks: Marks;
  readonly others: Tags;
  readonly tags: Tags;
}

/**
 * The certificate of an answer.
 *
 * @throws ProviderError CERTLOCK_CERTIFICATE_NOT_USABLE when there is none yet, or it is not an RSA certificate
 */
export function readBundle(
  body: JsonObject,
  { certificateName, version }: Pick<CertificateAddress, "certificateName" | "version">,
): CertificateBundle {
  const certificate = parse(body["cer"]);
  if (certificate?.publicKey.asymmetricKeyType !== "rsa") {
    throw new ProviderError(
      "CERTLOCK_CERTIFICATE_NOT_USABLE",
      `Version ${version} of the certificate "${certificateName}" ${certificate === undefined ? "has no certificate in it yet" : "has a key that is not RSA, and Entra signs applications in with RSA only"}; ` +
        "wait until it is made, or take another version.",
    );
  }
  const attributes = isObject(body["attributes"]) ? body["attributes"] : {};
  const policy = isObject(body["policy"]) ? body["policy"] : {};
  const secret = isObject(policy["secret_props"]) ? policy["secret_props"]["contentType"] : undefined;
  const contentType = body["contentType"] ?? secret;
  const { marks, others, all } = readTags(body["tags"]);
  return {
    certificate,
    enabled: attributes["enabled"] !== false,
    contentType: typeof contentType === "string" ? contentType : undefined,
    policy,
    marks,
    others,
    tags: all,
  };
}

function parse(cer: unknown): X509Certificate | undefined {
  if (typeof cer !== "string" || cer === "") return undefined;
  try {
    return new X509Certificate(Buffer.from(cer, "base64"));
  } catch {
    return undefined;
  }
}

/** Everything the state keeps: the inputs and what the version is. All of it is public. */
export function outputsOf(
  address: CertificateAddress,
  inputs: PropertyMap,
  bundle: CertificateBundle,
): PropertyMap {
  const { certificate, marks, policy } = bundle;
  return {
    ...inputsAmong(inputs),
    certificatePem: certificate.toString(),
    thumbprintSha1: certificate.fingerprint.replaceAll(":", ""),
    thumbprintSha256: certificate.fingerprint256.replaceAll(":", ""),
    validFrom: utcSeconds(certificate.validFrom),
    validUntil: utcSeconds(certificate.validTo),
    version: address.version,
    secretId: `${secretUri(address)}/${address.version}`,
    secretUri: secretUri(address),
    autoRenew: renewsByItself(policy),
    claim: marks.claim ?? "",
  };
}

/** Readers use this address: it always holds the newest version. */
export function secretUri({ vault, certificateName }: Omit<CertificateAddress, "version">): string {
  return `${vault.uri}secrets/${certificateName}`;
}

/** The inputs of a version somebody else or an earlier program made. */
export function importedInputs(address: CertificateAddress, bundle: CertificateBundle): PropertyMap {
  const { certificate, policy, marks, others, contentType } = bundle;
  const x509 = isObject(policy["x509_props"]) ? policy["x509_props"] : {};
  const issuer = isObject(policy["issuer"]) ? policy["issuer"]["name"] : undefined;
  const inputs = {
    vaultUri: address.vault.uri,
    certificateName: address.certificateName,
    generation: marks.generation ?? 1,
    // Node writes one attribute a line.
    subject: certificate.subject.split("\n").join(","),
    keyBits: certificate.publicKey.asymmetricKeyDetails?.modulusLength ?? 0,
    validityMonths: monthsOf(certificate),
    issuerName: typeof issuer === "string" ? issuer : "Self",
    contentType: contentType ?? DEFAULTS.contentType,
    ...(Object.keys(others).length === 0 ? {} : { tags: others }),
  };
  // The policy spells the subject as it was declared, but it is the newest version's.
  const subject = x509["subject"];
  if (typeof subject !== "string") return inputs;
  const declared = { ...inputs, subject };
  return marks.request === undefined || marks.request === requestDigest(declared) ? declared : inputs;
}

/** The policy is of the newest version; how long this one lives stands in itself. */
function monthsOf({ validFrom, validTo }: X509Certificate): number {
  const days = (Date.parse(validTo) - Date.parse(validFrom)) / 86_400_000;
  return Math.max(1, Math.round(days / 30.4375));
}

/** The inputs among inputs or outputs. */
export function inputsAmong(values: PropertyMap): PropertyMap {
  return Object.fromEntries(
    INPUTS.filter((key) => values[key] !== undefined).map((key) => [key, values[key]]),
  );
}

export function addressOf(vault: VaultAddress, certificateName: string, version: string): CertificateAddress {
  return { vault, certificateName, version };
}

export function versionOf(id: unknown): string | undefined {
  const last = typeof id === "string" ? id.split("/").at(-1) : undefined;
  return last !== undefined && /^[0-9a-f]{32}$/i.test(last) ? last.toLowerCase() : undefined;
}

/** RFC 3339 in UTC with whole seconds, the form Graph answers in: another spelling would replace a live credential. */
export function utcSeconds(time: string): string {
  return new Date(time).toISOString().replace(/\.\d{3}Z$/, "Z");
}
