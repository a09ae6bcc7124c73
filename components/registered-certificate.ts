/** A certificate as Entra knows it, and all that may be known of it by everybody. */
import { X509Certificate } from "node:crypto";
import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import { pemOf, sha1Of, sha256Of } from "./certificate-pem";
import { utcSeconds } from "./lifetime";

/**
 * A registered certificate. All but key and PFX is public and stays readable in previews and outputs. With a key it can
 * be given to a `CredentialVault` as it is.
 */
export interface RegisteredCertificate {
  /** Number of the generation, from 1; absent where the key is kept elsewhere. */
  readonly generation?: number;
  /** Day the next generation takes its place, `2027-01-20`; absent where the key is kept elsewhere. */
  readonly rotatesOn?: string;
  /** The certificate, one PEM block. */
  readonly certificatePem: pulumi.Output<string>;
  /** Certificates of the issuers, PEM, the nearest first; empty where there are none to hand on. */
  readonly chainPem: pulumi.Output<string>;
  /** SHA-256 over the DER form, 64 upper-case hexadecimal digits: what MSAL takes and the portal shows. */
  readonly thumbprintSha256: pulumi.Output<string>;
  /** The same thumbprint in base64url: the `x5t#S256` of a client assertion. */
  readonly x5tS256: pulumi.Output<string>;
  /** SHA-1 over the DER form, 40 upper-case hexadecimal digits: what Graph calls customKeyIdentifier. */
  readonly thumbprintSha1: pulumi.Output<string>;
  /** Start of validity: RFC 3339, UTC, whole seconds. */
  readonly validFrom: pulumi.Output<string>;
  /** End of validity: RFC 3339, UTC, whole seconds. */
  readonly validUntil: pulumi.Output<string>;
  /**
   * The key: PKCS#8 PEM, always a secret. Known only once the certificate is registered. Absent where the key was born
   * in a vault or is kept elsewhere.
   */
  readonly privateKeyPem?: pulumi.Output<string>;
  /**
   * Key, certificate and chain as PKCS#12 without a password, in base64; always a secret. Only where it was asked for.
   * Store it under a second name: `{ ...certificate, contentType: "application/x-pkcs12" }`.
   */
  readonly pfxBase64?: pulumi.Output<string>;
}

/** The part of it that is read from the certificate itself. */
type CertificateFacts = Pick<
  RegisteredCertificate,
  "certificatePem" | "thumbprintSha256" | "x5tS256" | "thumbprintSha1" | "validFrom" | "validUntil"
>;

/**
 * Registers exactly one certificate, with the dates it bears itself, and answers with what can be said of it.
 *
 * There is no keyId: a fixed one makes the replacement of this resource fail. There is no endDateRelative: it drifts
 * from the certificate, and Graph refuses an end beyond the certificate's own.
 */
export function registerCertificate(
  name: string,
  args: { readonly applicationId: pulumi.Input<string>; readonly certificatePem: pulumi.Input<string> },
  opts: pulumi.CustomResourceOptions,
): { readonly facts: CertificateFacts; readonly credential: azuread.ApplicationCertificate } {
  // A certificate is public, whatever it was made from. Written anew, so that nothing beside the block goes with it.
  const certificate = pulumi.unsecret(pulumi.output(args.certificatePem)).apply(onlyCertificate);
  const certificatePem = certificate.apply(pemOf);
  const validFrom = certificate.apply((one) => utcSeconds(one.validFrom));
  const validUntil = certificate.apply((one) => utcSeconds(one.validTo));
  const credential = new azuread.ApplicationCertificate(
    name,
    {
      applicationId: args.applicationId,
      type: "AsymmetricX509Cert",
      encoding: "pem",
      value: certificatePem,
      startDate: validFrom,
      endDate: validUntil,
    },
    opts,
  );
  const facts = {
    certificatePem,
    thumbprintSha256: certificate.apply(sha256Of),
    x5tS256: certificate.apply((one) => Buffer.from(sha256Of(one), "hex").toString("base64url")),
    thumbprintSha1: certificate.apply(sha1Of),
    validFrom,
    validUntil,
  };
  return { facts, credential };
}

/** Whatever a provider hands back: what is uploaded is one certificate, and never a key. */
function onlyCertificate(pem: string): X509Certificate {
  const labels = pem.match(/-----BEGIN [^-]+-----/g) ?? [];
  if (labels.length !== 1 || labels[0] !== "-----BEGIN CERTIFICATE-----")
    throw new Error("a certificate to register holds something else than exactly one CERTIFICATE block");
  return new X509Certificate(pem);
}
