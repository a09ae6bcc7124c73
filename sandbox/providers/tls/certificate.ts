import "reflect-metadata"; // @peculiar/x509 does not load without it
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
  type Extension,
  type Name,
  type PublicKey,
} from "@peculiar/x509";
import { randomBytes } from "node:crypto";
import type { Fields } from "../fields";
import { flag, number, text, texts } from "../property-readers";
import type { PropertyMap } from "../property-values";
import type { SigningKey } from "./key-material";

const KEY_USAGES: Readonly<Record<string, KeyUsageFlags>> = {
  digital_signature: KeyUsageFlags.digitalSignature,
  content_commitment: KeyUsageFlags.nonRepudiation,
  key_encipherment: KeyUsageFlags.keyEncipherment,
  data_encipherment: KeyUsageFlags.dataEncipherment,
  key_agreement: KeyUsageFlags.keyAgreement,
  cert_signing: KeyUsageFlags.keyCertSign,
  crl_signing: KeyUsageFlags.cRLSign,
  encipher_only: KeyUsageFlags.encipherOnly,
  decipher_only: KeyUsageFlags.decipherOnly,
};

const EXTENDED_KEY_USAGES: Readonly<Record<string, string>> = {
  any_extended: "2.5.29.37.0",
  server_auth: "1.3.6.1.5.5.7.3.1",
  client_auth: "1.3.6.1.5.5.7.3.2",
  code_signing: "1.3.6.1.5.5.7.3.3",
  email_protection: "1.3.6.1.5.5.7.3.4",
  ipsec_end_system: "1.3.6.1.5.5.7.3.5",
  ipsec_tunnel: "1.3.6.1.5.5.7.3.6",
  ipsec_user: "1.3.6.1.5.5.7.3.7",
  timestamping: "1.3.6.1.5.5.7.3.8",
  ocsp_signing: "1.3.6.1.5.5.7.3.9",
  microsoft_server_gated_crypto: "1.3.6.1.4.1.311.10.3.3",
  netscape_server_gated_crypto: "2.16.840.1.113730.4.1",
  microsoft_commercial_code_signing: "1.3.6.1.4.1.311.2.1.22",
  microsoft_kernel_code_signing: "1.3.6.1.4.1.311.61.1.1",
};

const ALLOWED_USES = [...Object.keys(KEY_USAGES), ...Object.keys(EXTENDED_KEY_USAGES)].sort();
const HOUR_MS = 3_600_000;

/** Inputs of every certificate. */
export const CERTIFICATE_FIELDS: Fields = {
  validityPeriodHours: { type: "number", required: true, forceNew: true, problem: notNegative },
  allowedUses: { type: "texts", required: true, forceNew: true, oneOf: ALLOWED_USES },
  earlyRenewalHours: { type: "number", computed: true, problem: notNegative },
  isCaCertificate: { type: "flag", computed: true, forceNew: true },
  maxPathLength: { type: "number", computed: true, forceNew: true },
  setSubjectKeyId: { type: "flag", computed: true, forceNew: true },
};

/** Outputs of every certificate. */
export const CERTIFICATE_OUTPUTS = [
  "certPem",
  "readyForRenewal",
  "validityStartTime",
  "validityEndTime",
] as const;

/** The defaults the provider plans for what the program leaves out. */
export function certificateDefaults(inputs: PropertyMap): PropertyMap {
  return {
    ...inputs,
    earlyRenewalHours: inputs["earlyRenewalHours"] ?? 0,
    isCaCertificate: inputs["isCaCertificate"] ?? false,
    setSubjectKeyId: inputs["setSubjectKeyId"] ?? false,
  };
}

export interface Issuance {
  readonly inputs: PropertyMap;
  readonly now: Date;
  readonly subject: Name;
  readonly alternativeNames: readonly { readonly type: "dns" | "ip" | "url"; readonly value: string }[];
  readonly publicKey: PublicKey;
  readonly issuer: {
    readonly name: Name;
    readonly key: SigningKey;
    /** Hexadecimal; of a self-signed certificate the subject's own. */
    readonly subjectKeyId: string | undefined;
    readonly isSubject: boolean;
  };
}

/** Issues a real X.509 certificate, as Go's x509.CreateCertificate would from the same inputs. */
export async function issueCertificate(issuance: Issuance): Promise<{ id: string; outputs: PropertyMap }> {
  const { inputs, now, issuer } = issuance;
  const notAfter = new Date(now.getTime() + (number(inputs, "validityPeriodHours") ?? 0) * HOUR_MS);
  // Positive in DER without a leading zero byte.
  const serial = randomBytes(16);
  serial.writeUInt8((serial.readUInt8(0) & 0x7f) | 0x40, 0);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serial.toString("hex"),
    subject: issuance.subject,
    issuer: issuer.name,
    notBefore: now,
    notAfter,
    publicKey: issuance.publicKey,
    signingKey: issuer.key.privateKey,
    signingAlgorithm: issuer.key.signingAlgorithm,
    extensions: await extensions(issuance),
  });
  return {
    id: BigInt(`0x${serial.toString("hex")}`).toString(),
    outputs: {
      certPem: `${certificate.toString("pem")}\n`,
      readyForRenewal: false,
      validityStartTime: goTime(now),
      validityEndTime: goTime(notAfter),
    },
  };
}

/** Whether the provider wants the certificate replaced at this moment. */
export function isDueForRenewal(state: PropertyMap, inputs: PropertyMap, now: Date): boolean {
  const end = Date.parse(text(state, "validityEndTime") ?? "");
  const early = (number(inputs, "earlyRenewalHours") ?? 0) * HOUR_MS;
  return now.getTime() >= end - early;
}

async function extensions(issuance: Issuance): Promise<Extension[]> {
  const { inputs, issuer } = issuance;
  const uses = texts(inputs, "allowedUses") ?? [];
  const isCa = flag(inputs, "isCaCertificate") ?? false;
  const keyUsage = uses.reduce<number>((bits, use) => bits | (KEY_USAGES[use] ?? 0), 0);
  const extendedUsages = uses.flatMap((use) => EXTENDED_KEY_USAGES[use] ?? []);
  const maxPathLength = number(inputs, "maxPathLength") ?? -1;
  const subjectKeyId =
    isCa || flag(inputs, "setSubjectKeyId")
      ? await SubjectKeyIdentifierExtension.create(issuance.publicKey)
      : undefined;
  const authorityKeyId = issuer.isSubject
    ? flag(inputs, "setAuthorityKeyId") && subjectKeyId?.keyId
    : issuer.subjectKeyId;
  if (issuer.isSubject && flag(inputs, "setAuthorityKeyId") && authorityKeyId === undefined) {
    throw new Error("Invalid Certificate Authority: Could not determine Authority Key Identifier");
  }
  const hasName = issuance.subject.toString() !== "";
  return [
    // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- several flags are no member of the enum
    ...(keyUsage ? [new KeyUsagesExtension(keyUsage, true)] : []),
    ...(extendedUsages.length > 0 ? [new ExtendedKeyUsageExtension(extendedUsages)] : []),
    // Go leaves a path length of zero out unless told otherwise, and the provider does not tell.
    new BasicConstraintsExtension(isCa, isCa && maxPathLength > 0 ? maxPathLength : undefined, true),
    ...(subjectKeyId ? [subjectKeyId] : []),
    ...(authorityKeyId ? [new AuthorityKeyIdentifierExtension(authorityKeyId)] : []),
    ...(issuance.alternativeNames.length > 0
      ? [new SubjectAlternativeNameExtension([...issuance.alternativeNames], !hasName)]
      : []),
  ];
}

/**
 * A time as Go marshals it: RFC 3339 with the fraction of a second, shortest form. Certificates and Graph know whole
 * seconds only, so whoever hands this on as a date must cut the fraction.
 */
function goTime(date: Date): string {
  return date.toISOString().replace(/\.?0*Z$/, "Z");
}

function notNegative(value: string | number): string | undefined {
  return Number(value) >= 0 ? undefined : `must be at least 0, got ${value}`;
}
