import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { text } from "./certificate-policy";
import { badParameter, type KeyVaultError } from "./key-vault-error";
import { readPkcs12 } from "./pkcs12";
import type { CertificateImport } from "./vault-certificates";

/**
 * The key and chain of an import request: PEM, or PKCS#12 in base64.
 *
 * @throws KeyVaultError `BadParameter`, in the service's words and without any of the content.
 */
export async function readImport(
  body: Readonly<Record<string, unknown>>,
): Promise<Pick<CertificateImport, "key" | "chain" | "dates" | "subject" | "contentType">> {
  const value = text(body["value"]) ?? "";
  const pem = value.includes("-----BEGIN");
  const { key, chain } = await (pem ? readPem(value) : readPfx(value, text(body["pwd"]) ?? ""));
  const certificates = chain.map((der) => new X509Certificate(der));
  const own = key && certificates.find((certificate) => certificate.checkPrivateKey(key));
  if (key === undefined || own === undefined) throw unreadable("X.509");
  const others = certificates.filter((certificate) => certificate !== own);
  const seconds = (time: string): number => Math.floor(Date.parse(time) / 1000);
  return {
    key,
    contentType: pem ? "application/x-pem-file" : "application/x-pkcs12",
    subject: own.subject.split("\n").join(","),
    chain: [own.raw, ...others.map(({ raw }) => raw)],
    dates: { notBefore: seconds(own.validFrom), expires: seconds(own.validTo) },
  };
}

interface Content {
  readonly key: KeyObject | undefined;
  readonly chain: readonly Buffer[];
}

function readPem(value: string): Promise<Content> {
  const blocks = value.match(/-----BEGIN ([A-Z ]+)-----[\s\S]+?-----END \1-----/g) ?? [];
  const keyBlock = blocks.find((block) => block.includes("PRIVATE KEY-----"));
  const chain = blocks.filter((block) => block.startsWith("-----BEGIN CERTIFICATE-----"));
  try {
    return Promise.resolve({
      key: keyBlock === undefined ? undefined : createPrivateKey(keyBlock),
      chain: chain.map((block) => new X509Certificate(block).raw),
    });
  } catch {
    return Promise.reject(unreadable("PEM"));
  }
}

async function readPfx(value: string, password: string): Promise<Content> {
  try {
    return await readPkcs12(Buffer.from(value, "base64"), password);
  } catch {
    throw unreadable("PKCS#12");
  }
}

function unreadable(form: string): KeyVaultError {
  return badParameter(
    `The specified ${form} X.509 certificate content can not be read. Please check if certificate is in valid ${form} format.`,
  );
}
