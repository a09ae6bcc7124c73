/** Checked inputs of a VaultCertificate, with types. */
import { isMap, type PropertyMap, type PropertyValue } from "./properties";

export interface CertificateRequest {
  readonly vaultUri: string;
  readonly certificateName: string;
  readonly generation: number;
  readonly subject: string;
  readonly keyBits: number;
  readonly validityMonths: number;
  readonly issuerName: string;
  readonly contentType: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** For inputs that have passed the check and hold no unknown value. */
export function requestFrom(inputs: PropertyMap): CertificateRequest {
  return {
    vaultUri: text(inputs["vaultUri"]),
    certificateName: text(inputs["certificateName"]),
    generation: Number(inputs["generation"]),
    subject: text(inputs["subject"]),
    keyBits: Number(inputs["keyBits"]),
    validityMonths: Number(inputs["validityMonths"]),
    issuerName: text(inputs["issuerName"]),
    contentType: text(inputs["contentType"]),
    tags: textsOf(inputs["tags"]),
  };
}

/** The text, or nothing for whatever is none. */
export function text(value: PropertyValue | undefined): string {
  return typeof value === "string" ? value : "";
}

function textsOf(value: PropertyValue | undefined): Readonly<Record<string, string>> {
  if (!isMap(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
