/** The certificates an application has on the day of a run, wherever their keys are kept. */
import { X509Certificate } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { CertificatePlan } from "./certificate-args";
import { type Bearer, registerTlsGeneration, registerVaultGeneration } from "./certificate-generation";
import { PEM_CONTENT_TYPE, pemOf, sha256Of } from "./certificate-pem";
import { type RegisteredCertificate, registerCertificate } from "./registered-certificate";
import type { VaultCertificate } from "./resources/vault-certificate";

export interface ApplicationCertificates {
  /** The one clients sign in with from now on. */
  readonly current: RegisteredCertificate | undefined;
  /** All that are registered, the current one last. */
  readonly all: readonly RegisteredCertificate[];
  /** The secret clients read, as far as it is known here. */
  readonly secret: StoredSecret | undefined;
}

/** Where a vault keeps key and certificate, and in which form. */
export interface StoredSecret {
  readonly contentType: pulumi.Output<string>;
  /** Absent where the application does not know the vault. */
  readonly vaultSecretUri?: pulumi.Output<string>;
}

/** Half of the characters of a SHA-256 are enough to tell certificates of one application apart. */
const NAME_CHARACTERS = 16;

export function declareCertificates(
  bearer: Bearer,
  plan: CertificatePlan | undefined,
  now: Date,
  opts: pulumi.CustomResourceOptions,
): ApplicationCertificates {
  const found = (all: readonly RegisteredCertificate[], secret?: StoredSecret): ApplicationCertificates => ({
    current: all.at(-1),
    all,
    secret,
  });
  switch (plan?.key) {
    case undefined:
      return found([]);
    case "external":
      return found(byTurn(plan.certificates, now).map((one) => registerExternal(bearer, one, opts)));
    case "tls": {
      const all = plan.rotation.declared.map((each) =>
        registerTlsGeneration(bearer, each, { ...plan, now }, opts),
      );
      return found(all, { contentType: pulumi.output(PEM_CONTENT_TYPE) });
    }
    case "vault": {
      let born: VaultCertificate | undefined;
      const all = plan.rotation.declared.map((each) => {
        const made = registerVaultGeneration(bearer, each, plan.keys, { ...opts, previous: born });
        born = made.born;
        return made.registered;
      });
      // Of the version that is there: another form is for the next one.
      return found(all, born && { contentType: born.contentType, vaultSecretUri: born.secretUri });
    }
  }
}

function registerExternal(
  { name, applicationId }: Bearer,
  certificate: X509Certificate,
  opts: pulumi.CustomResourceOptions,
): RegisteredCertificate {
  const id = sha256Of(certificate).slice(0, NAME_CHARACTERS).toLowerCase();
  const certificatePem = pemOf(certificate);
  const { facts } = registerCertificate(`${name}-credential-${id}`, { applicationId, certificatePem }, opts);
  return { ...facts, chainPem: pulumi.output("") };
}

/** Those that begin later first, and then by their beginning: the last one is what clients take now. */
function byTurn(certificates: readonly X509Certificate[], now: Date): X509Certificate[] {
  const from = (one: X509Certificate): number => Date.parse(one.validFrom);
  const hasBegun = (one: X509Certificate): number => (from(one) <= now.getTime() ? 1 : 0);
  return certificates.toSorted((one, other) => hasBegun(one) - hasBegun(other) || from(one) - from(other));
}
