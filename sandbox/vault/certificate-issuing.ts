import "reflect-metadata"; // @peculiar/x509 does not load without it
import { createPublicKey, KeyObject, randomBytes, webcrypto, X509Certificate } from "node:crypto";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { KEY_USAGES, type CertificatePolicy } from "./certificate-policy";
import { badParameter } from "./key-vault-error";

const RSA = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", publicExponent: new Uint8Array([1, 0, 1]) };
/** Key Vault's certificates begin ten minutes before they are made. */
const BACKDATED_SECONDS = 600;

export interface Signer {
  readonly name: string;
  readonly certificateDer: Buffer;
  readonly key: webcrypto.CryptoKey;
}

/** A new key, or the one to be used again. */
export async function makeKey(policy: CertificatePolicy): Promise<KeyObject> {
  const modulusLength = policy.key_props.key_size;
  const { privateKey } = await webcrypto.subtle.generateKey({ ...RSA, modulusLength }, true, [
    "sign",
    "verify",
  ]);
  return KeyObject.from(privateKey);
}

/** The signing request for a key, as the pending operation shows it. */
export async function makeRequest(policy: CertificatePolicy, key: KeyObject): Promise<Buffer> {
  const request = await Pkcs10CertificateRequestGenerator.create(
    {
      name: policy.x509_props.subject,
      keys: await keyPair(key),
      signingAlgorithm: RSA,
      extensions: extensions(policy),
    },
    webcrypto,
  ).catch(notAName);
  return Buffer.from(request.rawData);
}

/** Start and end of a certificate made now, in seconds since 1970. */
export function validity(policy: CertificatePolicy, now: Date): { notBefore: number; expires: number } {
  const end = new Date(now);
  end.setUTCMonth(end.getUTCMonth() + policy.x509_props.validity_months);
  // The 31st plus a month is the last of the next one, not the first of the one after.
  if (end.getUTCDate() !== now.getUTCDate()) end.setUTCDate(0);
  const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);
  return { notBefore: seconds(now) - BACKDATED_SECONDS, expires: seconds(end) };
}

/** Issues the certificate of a key: signed by itself, or by a CA. */
export async function issueCertificate(
  policy: CertificatePolicy,
  key: KeyObject,
  dates: { readonly notBefore: number; readonly expires: number },
  signer?: Signer,
): Promise<Buffer> {
  const keys = await keyPair(key);
  const common = {
    serialNumber: serialNumber(),
    notBefore: new Date(dates.notBefore * 1000),
    notAfter: new Date(dates.expires * 1000),
    signingAlgorithm: RSA,
    extensions: extensions(policy),
  };
  const certificate = await (
    signer === undefined
      ? X509CertificateGenerator.createSelfSigned(
          { ...common, name: policy.x509_props.subject, keys },
          webcrypto,
        )
      : X509CertificateGenerator.create(
          {
            ...common,
            subject: policy.x509_props.subject,
            issuer: signer.name,
            publicKey: keys.publicKey,
            signingKey: signer.key,
          },
          webcrypto,
        )
  ).catch(notAName);
  return Buffer.from(certificate.rawData);
}

/** The CA behind a named issuer: what DigiCert or GlobalSign are to a real vault. */
export async function makeSigner(issuerName: string, now: Date): Promise<Signer> {
  const name = `CN=Sandbox issuer ${issuerName}`;
  const keys = await webcrypto.subtle.generateKey({ ...RSA, modulusLength: 2048 }, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      name,
      serialNumber: serialNumber(),
      notBefore: new Date(now.getTime() - 86_400_000),
      notAfter: new Date(now.getTime() + 10 * 365 * 86_400_000),
      keys,
      signingAlgorithm: RSA,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
      ],
    },
    webcrypto,
  );
  return { name, certificateDer: Buffer.from(certificate.rawData), key: keys.privateKey };
}

export function toPem(certificateDer: Buffer): string {
  return new X509Certificate(certificateDer).toString();
}

function extensions({ x509_props }: CertificatePolicy): Extension[] {
  const { ekus, key_usage, sans } = x509_props;
  const usages = KEY_USAGES.filter((word) => key_usage.includes(word))
    .map((word) => KeyUsageFlags[word])
    .reduce((flags, flag) => flags | flag, 0);
  return [
    new BasicConstraintsExtension(false, undefined, false),
    // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- several flags are no member of the enum
    new KeyUsagesExtension(usages, true),
    ...(ekus.length > 0 ? [new ExtendedKeyUsageExtension([...ekus])] : []),
    ...(sans?.dns_names?.length
      ? [new SubjectAlternativeNameExtension(sans.dns_names.map((value) => ({ type: "dns", value })))]
      : []),
  ];
}

async function keyPair(key: KeyObject): Promise<webcrypto.CryptoKeyPair> {
  const { subtle } = webcrypto;
  const pkcs8 = key.export({ type: "pkcs8", format: "der" });
  const spki = createPublicKey(key).export({ type: "spki", format: "der" });
  return {
    privateKey: await subtle.importKey("pkcs8", pkcs8, RSA, true, ["sign"]),
    publicKey: await subtle.importKey("spki", spki, RSA, true, ["verify"]),
  };
}

function notAName(cause: unknown): never {
  // The library's words are about its parser; the policy's subject is the only thing it parses.
  throw Object.assign(
    badParameter("Property policy.x509_props.subject is not a valid X.500 distinguished name."),
    { cause },
  );
}

/** 16 random bytes, positive, as RFC 5280 wants serial numbers. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString("hex");
}
