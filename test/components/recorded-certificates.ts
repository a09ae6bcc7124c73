/** What the tls provider and certlock's own answer when they make keys and certificates: real ones. */
import "reflect-metadata";
import { createHash, createPrivateKey, generateKeyPairSync, webcrypto } from "node:crypto";
import {
  BasicConstraintsExtension,
  cryptoProvider,
  Pkcs10CertificateRequest,
  Pkcs10CertificateRequestGenerator,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import type { Properties } from "./recorder";

cryptoProvider.set(webcrypto as unknown as Parameters<typeof cryptoProvider.set>[0]);

/** The clock of the stand-in; offsets other than UTC, as the tls provider gives them. */
export const ISSUED_AT = "2026-11-21T03:00:00+01:00";

const ALGORITHM = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Keys by the name of their resource: another resource has another key, the same one has the same in every test. */
const keys = new Map<string, Properties>();

export function privateKey(name: string, bits: number): Properties {
  const id = `${name} ${bits}`;
  const made = keys.get(id);
  if (made !== undefined) return made;
  const key = generateKeyPairSync("rsa", { modulusLength: bits }).privateKey;
  const state = {
    privateKeyPem: key.export({ type: "pkcs1", format: "pem" }).toString(),
    privateKeyPemPkcs8: key.export({ type: "pkcs8", format: "pem" }).toString(),
  };
  keys.set(id, state);
  return state;
}

export async function selfSigned(inputs: Properties): Promise<Properties> {
  const dates = datesOf(inputs);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [commonNameOf(inputs)] }],
    ...dates,
    signingAlgorithm: ALGORITHM,
    keys: await pairOf(String(inputs["privateKeyPem"])),
    extensions: inputs["isCaCertificate"] === true ? [new BasicConstraintsExtension(true)] : [],
  });
  return stateOf(certificate, dates.notAfter);
}

export async function certRequest(inputs: Properties): Promise<Properties> {
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [commonNameOf(inputs)] }],
    keys: await pairOf(String(inputs["privateKeyPem"])),
    signingAlgorithm: ALGORITHM,
  });
  return { certRequestPem: `${request.toString("pem")}\n` };
}

export async function locallySigned(inputs: Properties): Promise<Properties> {
  const request = new Pkcs10CertificateRequest(String(inputs["certRequestPem"]));
  const authority = new X509Certificate(String(inputs["caCertPem"]));
  const dates = datesOf(inputs);
  const certificate = await X509CertificateGenerator.create({
    subject: request.subjectName,
    issuer: authority.subjectName,
    publicKey: request.publicKey,
    signingKey: (await pairOf(String(inputs["caPrivateKeyPem"]))).privateKey,
    signingAlgorithm: ALGORITHM,
    ...dates,
    extensions: inputs["isCaCertificate"] === true ? [new BasicConstraintsExtension(true)] : [],
  });
  return stateOf(certificate, dates.notAfter);
}

/** A version in Key Vault: everything but the key comes out. */
export async function vaultCertificate(name: string, inputs: Properties): Promise<Properties> {
  const notBefore = new Date(Date.parse(ISSUED_AT) - 600_000);
  const notAfter = new Date(notBefore.getTime() + Number(inputs["validityMonths"]) * 30 * DAY_MS);
  const key = privateKey(name, Number(inputs["keyBits"]));
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: String(inputs["subject"]),
    notBefore,
    notAfter,
    signingAlgorithm: ALGORITHM,
    keys: await pairOf(String(key["privateKeyPemPkcs8"])),
  });
  const secretUri = `${String(inputs["vaultUri"])}secrets/${String(inputs["certificateName"])}`;
  const version = createHash("md5").update(name).digest("hex");
  return {
    certificatePem: `${certificate.toString("pem")}\n`,
    version,
    secretUri,
    secretId: `${secretUri}/${version}`,
  };
}

function commonNameOf(inputs: Properties): string {
  return (inputs["subject"] as { commonName: string }).commonName;
}

function datesOf(inputs: Properties): { notBefore: Date; notAfter: Date } {
  const { notBefore = new Date(ISSUED_AT) } = inputs as { notBefore?: Date };
  return {
    notBefore,
    notAfter: new Date(notBefore.getTime() + Number(inputs["validityPeriodHours"]) * HOUR_MS),
  };
}

function stateOf(certificate: X509Certificate, end: Date): Properties {
  return {
    certPem: `${certificate.toString("pem")}\n`,
    validityStartTime: ISSUED_AT,
    validityEndTime: `${end.toISOString().slice(0, 19)}.987654321Z`,
  };
}

async function pairOf(pem: string): Promise<webcrypto.CryptoKeyPair> {
  const key = createPrivateKey(pem);
  const der = key.export({ type: "pkcs8", format: "der" });
  const { kty, n, e } = key.export({ format: "jwk" });
  const jwk = { kty: kty ?? "", n: n ?? "", e: e ?? "" };
  return {
    privateKey: await webcrypto.subtle.importKey("pkcs8", der, ALGORITHM, true, ["sign"]),
    publicKey: await webcrypto.subtle.importKey("jwk", jwk, ALGORITHM, true, ["verify"]),
  };
}
