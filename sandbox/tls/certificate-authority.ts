import "reflect-metadata"; // @peculiar/x509 does not load without it
import { webcrypto } from "node:crypto";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** A certificate with its private key, both PEM. */
export interface KeyedCertificate {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/** The CA and the one server certificate it ever signs. */
export interface ServerIdentity extends KeyedCertificate {
  readonly caCertificatePem: string;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const EC_KEY = { name: "ECDSA", namedCurve: "P-256" };
const EC_SIGNATURE = { name: "ECDSA", hash: "SHA-256" };
const RSA_KEY = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};

/**
 * A CA for this start only and a server certificate for localhost, 127.0.0.1, ::1 and further names. The CA's private
 * key is gone when the function returns, so trusting the CA trusts nothing but this process. Valid for 30 days of real
 * time: TLS clients know no other clock.
 */
export async function createServerIdentity(
  names: readonly string[] = [],
  now: Date = new Date(),
): Promise<ServerIdentity> {
  const validity = {
    notBefore: new Date(now.getTime() - 5 * MINUTE),
    notAfter: new Date(now.getTime() + 30 * DAY),
  };
  const caKeys = await webcrypto.subtle.generateKey(EC_KEY, false, ["sign", "verify"]);
  const ca = await X509CertificateGenerator.createSelfSigned(
    {
      ...validity,
      name: "CN=certlock sandbox CA",
      serialNumber: serialNumber(),
      keys: caKeys,
      signingAlgorithm: EC_SIGNATURE,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
      ],
    },
    webcrypto,
  );
  const keys = await webcrypto.subtle.generateKey(EC_KEY, true, ["sign", "verify"]);
  const leaf = await X509CertificateGenerator.create(
    {
      ...validity,
      subject: "CN=localhost",
      issuer: ca.subject,
      serialNumber: serialNumber(),
      publicKey: keys.publicKey,
      signingKey: caKeys.privateKey,
      signingAlgorithm: EC_SIGNATURE,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        new SubjectAlternativeNameExtension([
          { type: "dns", value: "localhost" },
          ...names.map((value) => ({ type: "dns" as const, value })),
          { type: "ip", value: "127.0.0.1" },
          { type: "ip", value: "::1" },
        ]),
      ],
    },
    webcrypto,
  );
  return {
    caCertificatePem: `${ca.toString("pem")}\n`,
    certificatePem: `${leaf.toString("pem")}\n`,
    privateKeyPem: await privateKeyPem(keys.privateKey),
  };
}

/** A self-signed RSA certificate to sign in with, valid for a year of the tenant's time. */
export async function createClientCertificate(name: string, now: Date): Promise<KeyedCertificate> {
  const keys = await webcrypto.subtle.generateKey(RSA_KEY, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      name: `CN=${name}`,
      serialNumber: serialNumber(),
      notBefore: new Date(now.getTime() - DAY),
      notAfter: new Date(now.getTime() + 365 * DAY),
      keys,
      signingAlgorithm: RSA_KEY,
    },
    webcrypto,
  );
  return {
    certificatePem: `${certificate.toString("pem")}\n`,
    privateKeyPem: await privateKeyPem(keys.privateKey),
  };
}

async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", key));
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN PRIVATE KEY-----", ...lines, "-----END PRIVATE KEY-----", ""].join("\n");
}

/** 16 random bytes, positive, as RFC 5280 wants serial numbers. */
function serialNumber(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return Buffer.from(bytes).toString("hex");
}
