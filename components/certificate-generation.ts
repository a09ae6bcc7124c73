/** One key, its certificate and their registration: the generation of a certificate credential. */
import { X509Certificate } from "node:crypto";
import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { daysToHours, utcSeconds } from "./lifetime";

/** A registered certificate. All but the key is public and stays readable in previews and outputs. */
export interface RegisteredCertificate {
  /** Number of the generation, from 1. */
  readonly generation: number;
  /** The certificate, one PEM block. */
  readonly certificatePem: pulumi.Output<string>;
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
  /** The key: PKCS#8 PEM, always a secret. Known only once the certificate is registered. */
  readonly privateKeyPem: pulumi.Output<string>;
}

/**
 * Issues generation `generation` and registers it on the application. Key and certificate are replaced together when
 * anything they are made of changes.
 */
export function registerGeneration(
  name: string,
  args: {
    readonly applicationId: pulumi.Input<string>;
    readonly commonName: string;
    readonly generation: number;
    readonly keyBits: number;
    readonly validityDays: number;
  },
  opts: pulumi.CustomResourceOptions,
): RegisteredCertificate {
  const suffix = `g${args.generation}`;
  const subject = { commonName: args.commonName };
  const validityPeriodHours = daysToHours(args.validityDays);
  const allowedUses = ["digital_signature", "client_auth"];
  const key = new tls.PrivateKey(
    `${name}-key-${suffix}`,
    { algorithm: "RSA", rsaBits: args.keyBits },
    // Another lifetime makes another certificate, and no key is meant for two.
    { ...opts, replacementTrigger: args.validityDays },
  );
  // No earlyRenewalHours: it renews the certificate for the old key, in whatever run comes first.
  const issued = new tls.SelfSignedCert(
    `${name}-certificate-${suffix}`,
    { privateKeyPem: key.privateKeyPem, subject, validityPeriodHours, allowedUses },
    opts,
  );
  const certificatePem = pulumi.unsecret(issued.certPem);
  const validFrom = pulumi.unsecret(issued.validityStartTime).apply(utcSeconds);
  const validUntil = pulumi.unsecret(issued.validityEndTime).apply(utcSeconds);
  // No keyId: a fixed one makes the replacement of this resource fail. No endDateRelative: it drifts from the
  // certificate, and Graph refuses an end beyond the certificate's own.
  const registered = new azuread.ApplicationCertificate(
    `${name}-credential-${suffix}`,
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
  return {
    generation: args.generation,
    certificatePem,
    thumbprintSha256: certificatePem.apply((pem) => thumbprint(pem, "fingerprint256")),
    x5tS256: certificatePem.apply((pem) =>
      Buffer.from(thumbprint(pem, "fingerprint256"), "hex").toString("base64url"),
    ),
    thumbprintSha1: certificatePem.apply((pem) => thumbprint(pem, "fingerprint")),
    validFrom,
    validUntil,
    // Whoever stores the key waits for the registration, so no vault ever hands out a key Entra does not know.
    privateKeyPem: pulumi.secret(
      pulumi.all([key.privateKeyPemPkcs8, registered.keyId]).apply(([privateKeyPem]) => privateKeyPem),
    ),
  };
}

function thumbprint(pem: string, kind: "fingerprint" | "fingerprint256"): string {
  return new X509Certificate(pem)[kind].replaceAll(":", "");
}
