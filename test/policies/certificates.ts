/** Real keys and certificates for the tests of certificate rules. Keys are made once and shared. */
import { KeyObject, webcrypto } from "node:crypto";
import "reflect-metadata";
import { BasicConstraintsExtension, cryptoProvider, X509CertificateGenerator } from "@peculiar/x509";

// The type declarations of the library name the browser's types, of which Node's are the same.
type BrowserCrypto = Parameters<typeof cryptoProvider.set>[0];

cryptoProvider.set(webcrypto as unknown as BrowserCrypto);

const hash = "SHA-256";
const algorithms = {
  rsa2048: {
    name: "RSASSA-PKCS1-v1_5",
    hash,
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  },
  rsa1024: {
    name: "RSASSA-PKCS1-v1_5",
    hash,
    modulusLength: 1024,
    publicExponent: new Uint8Array([1, 0, 1]),
  },
  p256: { name: "ECDSA", hash, namedCurve: "P-256" },
} as const;

export type KeyKind = keyof typeof algorithms;

export interface IssuedCertificate {
  readonly pem: string;
  readonly der: Buffer;
  readonly privateKey: KeyObject;
  readonly privateKeyPem: string;
}

const keys = new Map<KeyKind, Promise<webcrypto.CryptoKeyPair>>();

/** @param hours validity, from 2026-01-01 unless another start is given; default 125 days */
export async function issueCertificate(
  key: KeyKind = "rsa2048",
  hours = 3000,
  notBefore = new Date("2026-01-01T00:00:00Z"),
): Promise<IssuedCertificate> {
  const pair = await keyPair(key);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: "CN=billing-api",
    notBefore,
    notAfter: new Date(notBefore.getTime() + hours * 3_600_000),
    signingAlgorithm: algorithms[key],
    keys: pair,
  });
  const privateKey = KeyObject.from(pair.privateKey);
  const der = Buffer.from(certificate.rawData);
  const privateKeyPem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  return { pem: certificate.toString("pem"), der, privateKey, privateKeyPem };
}

/** A certificate of 125 days in PEM, issued by an authority with this common name; with a flag that of an authority. */
export async function issueFrom(
  issuer: string,
  isAuthority = false,
  notBefore = new Date("2026-01-01T00:00:00Z"),
): Promise<string> {
  const pair = await keyPair("rsa2048");
  const certificate = await X509CertificateGenerator.create({
    subject: "CN=billing-api",
    issuer: `CN=${issuer}`,
    notBefore,
    notAfter: new Date(notBefore.getTime() + 3000 * 3_600_000),
    signingAlgorithm: algorithms.rsa2048,
    publicKey: pair.publicKey,
    signingKey: pair.privateKey,
    extensions: [new BasicConstraintsExtension(isAuthority)],
  });
  return certificate.toString("pem");
}

function keyPair(kind: KeyKind): Promise<webcrypto.CryptoKeyPair> {
  const existing = keys.get(kind);
  if (existing !== undefined) return existing;
  const made = webcrypto.subtle.generateKey(algorithms[kind], true, ["sign", "verify"]);
  keys.set(kind, made);
  return made;
}
