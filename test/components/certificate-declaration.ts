/** An application whose certificates are declared in all the ways there are. */
import { type CertificateArgs, SecretFreeApplication } from "../../components";
import { issueCertificate } from "../policies/certificates";
import { certRequest, locallySigned, privateKey, selfSigned } from "./recorded-certificates";

export const NOW = new Date("2026-11-21T02:00:00Z");
const EPOCH = "2026-11-21";
export const base = {
  description: "Nightly billing run",
  owners: ["0a0e0000-0000-4000-8000-000000000001", "0a0e0000-0000-4000-8000-000000000002"],
  now: NOW,
};

export const declare = (certificate: unknown, more: object = {}): SecretFreeApplication =>
  new SecretFreeApplication("billing", { ...base, ...more, certificate: certificate as CertificateArgs });
export const tls = (more: object = {}, rotation: object = {}): object => ({
  keyBits: 2048,
  rotation: { epoch: EPOCH, ...rotation },
  ...more,
});
export const vault = (more: object = {}): object => ({
  key: "vault",
  vaultUri: "https://kv-billing.vault.azure.net/",
  keyBits: 2048,
  rotation: { epoch: EPOCH },
  ...more,
});

export async function external(): Promise<object> {
  return { key: "external", certificates: [(await issueCertificate("rsa2048", 3000, NOW)).pem] };
}

/** A certificate of another key than others have, valid for 125 days. */
export async function otherKey(name: string, from: string): Promise<string> {
  const { privateKeyPem } = privateKey(name, 2048) as { privateKeyPem: string };
  const notBefore = new Date(from);
  const made = await selfSigned({
    privateKeyPem,
    subject: { commonName: name },
    validityPeriodHours: 3000,
    notBefore,
  });
  return String(made["certPem"]);
}

export async function authority(
  days = 1000,
): Promise<{ from: string; certificatePem: string; privateKeyPem: string }> {
  return { from: EPOCH, ...(await authorityNamed("issuing authority", { days })) };
}

export interface Authority {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/** An authority with a key of its own, self-signed or under another one. */
export async function authorityNamed(
  name: string,
  { days = 1000, under }: { readonly days?: number; readonly under?: Authority } = {},
): Promise<Authority> {
  const { privateKeyPem } = privateKey(name, 2048) as { privateKeyPem: string };
  const inputs = { subject: { commonName: name }, validityPeriodHours: days * 24, isCaCertificate: true };
  if (under === undefined) {
    const made = await selfSigned({ ...inputs, privateKeyPem });
    return { certificatePem: String(made["certPem"]), privateKeyPem };
  }
  const { certRequestPem } = await certRequest({ ...inputs, privateKeyPem });
  const { certificatePem: caCertPem, privateKeyPem: caPrivateKeyPem } = under;
  const made = await locallySigned({ ...inputs, certRequestPem, caCertPem, caPrivateKeyPem });
  return { certificatePem: String(made["certPem"]), privateKeyPem };
}
