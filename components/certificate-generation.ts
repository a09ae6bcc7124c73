/** One generation of a certificate: a key of its own, the certificate and its registration. */
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { type CertificateIssuer, issueCertificate, issuerOn } from "./certificate-issuer";
import { daysToHours } from "./lifetime";
import { pfxOf } from "./pfx";
import { type RegisteredCertificate, registerCertificate } from "./registered-certificate";
import { commonNameSubject, daysOfMonths, VaultCertificate } from "./resources/vault-certificate";
import type { Generation } from "./rotation-schedule";

type Pem = pulumi.Output<string>;

/** What all generations of an application have in common. */
export interface Bearer {
  /** Name of the component: the children are named after it. */
  readonly name: string;
  readonly applicationId: pulumi.Input<string>;
  readonly commonName: string;
}

/**
 * Makes a key in the state of the stack, has a certificate issued for it and registers that. Key and certificate are
 * replaced together when the numbers the certificate is made of are edited instead of changed by a later day.
 */
export function registerTlsGeneration(
  { name, applicationId, commonName }: Bearer,
  generation: Generation,
  {
    issuer: given,
    pfx,
    now,
  }: { readonly issuer: CertificateIssuer | undefined; readonly pfx: boolean; readonly now: Date },
  opts: pulumi.CustomResourceOptions,
): RegisteredCertificate {
  const suffix = `g${generation.number}`;
  const issuer = issuerOn(generation.begins, given);
  const key = new tls.PrivateKey(
    `${name}-key-${suffix}`,
    { algorithm: "RSA", rsaBits: generation.keyBits },
    // Another lifetime or kind of issuer makes another certificate, and no key is meant for two.
    {
      ...opts,
      replacementTrigger: `${generation.validityDays} days, ${issuer === undefined ? "self-signed" : "issued"}`,
    },
  );
  const issued = issueCertificate(
    name,
    suffix,
    {
      privateKeyPem: key.privateKeyPem,
      commonName,
      validityPeriodHours: daysToHours(generation.validityDays),
      issuer,
      now,
    },
    opts,
  );
  const { certificatePem } = issued;
  const { facts, credential } = registerCertificate(
    `${name}-credential-${suffix}`,
    { applicationId, certificatePem },
    opts,
  );
  // Whoever stores the key waits for the registration, so no vault ever hands out a key Entra does not know.
  const privateKeyPem = pulumi.secret(
    pulumi.all([key.privateKeyPemPkcs8, credential.keyId]).apply(([pem]) => pem),
  );
  const { chainPem } = issued;
  return {
    ...facts,
    generation: generation.number,
    rotatesOn: generation.ends,
    chainPem,
    privateKeyPem,
    ...(pfx && { pfxBase64: pfxFrom(privateKeyPem, facts.certificatePem, chainPem) }),
  };
}

function pfxFrom(key: Pem, certificate: Pem, chain: Pem): Pem {
  const made = pulumi
    .all([key, certificate, chain])
    .apply(([privateKeyPem, certificatePem, chainPem]) => pfxOf({ privateKeyPem, certificatePem, chainPem }));
  return pulumi.secret(made);
}

/** Where and how a vault makes keys. */
export interface VaultKeys {
  readonly vaultUri: pulumi.Input<string>;
  readonly certificateName: string;
  readonly issuerName: string;
  readonly contentType: "application/x-pem-file" | "application/x-pkcs12";
}

/**
 * What another certificate would be made of. Whatever is edited here is for the next generation: the vault hands out
 * the newest version, so one that exists cannot be made again below it.
 */
const MADE_OF = ["subject", "keyBits", "validityMonths", "issuerName", "contentType"];

/**
 * Has a key made in Key Vault, where it stays, and registers its certificate. `previous` is the generation before it,
 * which has to be there first: readers are given the newest version.
 */
export function registerVaultGeneration(
  { name, applicationId, commonName }: Bearer,
  generation: Generation,
  keys: VaultKeys,
  { previous, ...opts }: pulumi.CustomResourceOptions & { readonly previous?: VaultCertificate | undefined },
): { readonly registered: RegisteredCertificate; readonly born: VaultCertificate } {
  const suffix = `g${generation.number}`;
  const born = new VaultCertificate(
    `${name}-certificate-${suffix}`,
    {
      ...keys,
      generation: generation.number,
      subject: commonNameSubject(commonName),
      keyBits: generation.keyBits,
      validityMonths: monthsFor(generation.validityDays),
    },
    { ...opts, ignoreChanges: MADE_OF, ...(previous !== undefined && { dependsOn: previous }) },
  );
  const { facts } = registerCertificate(
    `${name}-credential-${suffix}`,
    { applicationId, certificatePem: born.certificatePem },
    opts,
  );
  const registered: RegisteredCertificate = {
    ...facts,
    generation: generation.number,
    rotatesOn: generation.ends,
    // The vault keeps the chain with the key.
    chainPem: pulumi.output(""),
  };
  return { registered, born };
}

/** The fewest months that never have fewer days: policies of Key Vault know no days. */
export function monthsFor(validityDays: number): number {
  let months = 1;
  while (daysOfMonths(months).least < validityDays) months += 1;
  return months;
}
