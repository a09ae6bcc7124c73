/** Puts a credential into its vault: one secret with a stable name, a version for each generation. */
import * as keyvault from "@pulumi/azure-native/keyvault";
import * as pulumi from "@pulumi/pulumi";
import { PEM_CONTENT_TYPE } from "./certificate-pem";
import { derKind } from "./der-kind";
import { isKnown } from "./federation/claims";
import { epochSeconds } from "./lifetime";
import { PFX_CONTENT_TYPE } from "./pfx";
import { isOptions, wrongType } from "./given-options";
import { ArgumentError, checkOneOf, describeGiven, type Finding, Problems } from "./problems";
import type { Tags } from "./vault-tags";

/**
 * A key with its certificate, as PEM or as PKCS#12; the `certificate` of a `SecretFreeApplication` is one. Of
 * `privateKeyPem` and `pfxBase64` the one is needed that `contentType` says.
 */
export interface StoredCredential {
  /**
   * Form in which it is stored: "application/x-pem-file", which Node, Python, Go and OpenSSL read, or
   * "application/x-pkcs12" for .NET, PowerShell and Azure Automation.
   * @default "application/x-pem-file"
   */
  readonly contentType?: string | undefined;
  /** Private key, PKCS#8 PEM. */
  readonly privateKeyPem?: pulumi.Input<string> | undefined;
  /** Certificate, PEM. */
  readonly certificatePem: pulumi.Input<string>;
  /** Certificates of its issuers, the nearest first, PEM. @default - none: the certificate is self-signed */
  readonly chainPem?: pulumi.Input<string> | undefined;
  /** Key, certificate and chain as PKCS#12 in base64, without a password: whoever reads the secret may use the key. */
  readonly pfxBase64?: pulumi.Input<string> | undefined;
  /** Start of the certificate's validity, RFC 3339. */
  readonly validFrom: pulumi.Input<string>;
  /** End of the certificate's validity, RFC 3339. */
  readonly validUntil: pulumi.Input<string>;
  /** Number of the generation, for the tag `generation`. @default - no such tag */
  readonly generation?: number | undefined;
  /** Day the next generation takes its place, for the tag `rotates-on`. @default - no such tag */
  readonly rotatesOn?: string | undefined;
  /** SHA-256 of the certificate in hexadecimal, for the tag `thumbprint-sha256`. @default - no such tag */
  readonly thumbprintSha256?: pulumi.Input<string> | undefined;
}

/** Creates `<name>-secret-<secret name>`. */
export function createSecret(
  name: string,
  secretName: string,
  credential: StoredCredential,
  vault: keyvault.Vault,
  surroundings: { readonly resourceGroupName: pulumi.Input<string>; readonly tags: Tags },
  child: pulumi.CustomResourceOptions,
): keyvault.Secret {
  const validity = pulumi
    .all([credential.validFrom, credential.validUntil])
    .apply(([validFrom, validUntil]) => {
      const finding = checkOrder(validFrom, validUntil);
      const problem = finding && { at: `credentials[${describeGiven(secretName)}]`, ...finding };
      if (problem !== undefined) throw new ArgumentError("CredentialVault", name, [problem], "later");
      return { notBefore: epochSeconds(validFrom), expires: epochSeconds(validUntil) };
    });
  return new keyvault.Secret(
    `${name}-secret-${secretName}`,
    {
      vaultName: vault.name,
      resourceGroupName: surroundings.resourceGroupName,
      secretName,
      properties: {
        value: pulumi.secret(valueOf(name, secretName, credential)),
        contentType: contentTypeOf(credential),
        attributes: {
          enabled: true,
          notBefore: validity.notBefore,
          expires: validity.expires,
        },
      },
      tags: { ...surroundings.tags, ...marksOf(credential) },
    },
    // Azure Resource Manager deletes no secret. azure-native goes to the vault itself for it, where the firewall
    // keeps the pipeline out and no role lets it in.
    { ...child, retainOnDelete: true },
  );
}

function valueOf(name: string, secretName: string, credential: StoredCredential): pulumi.Output<string> {
  const { privateKeyPem = "", certificatePem, chainPem = "", pfxBase64 = "" } = credential;
  const contentType = contentTypeOf(credential);
  return pulumi.all([privateKeyPem, certificatePem, chainPem, pfxBase64]).apply(([key, own, chain, pfx]) => {
    const given = { privateKeyPem: key, certificatePem: own, chainPem: chain, pfxBase64: pfx };
    const problems = new Problems();
    checkContents(`credentials[${describeGiven(secretName)}]`, contentType, given, problems);
    if (problems.found.length > 0) throw new ArgumentError("CredentialVault", name, problems.found, "later");
    if (contentType === PFX_CONTENT_TYPE) return pfx;
    const blocks = [key, own, chain].map((block) => block.trim());
    return blocks.filter((block) => block !== "").join("\n") + "\n";
  });
}

function contentTypeOf({ contentType }: StoredCredential): string {
  return contentType ?? PEM_CONTENT_TYPE;
}

function marksOf({ generation, rotatesOn, thumbprintSha256 }: StoredCredential): Tags {
  return {
    ...(generation === undefined ? {} : { generation: String(generation) }),
    ...(rotatesOn === undefined ? {} : { "rotates-on": rotatesOn }),
    ...(thumbprintSha256 === undefined ? {} : { "thumbprint-sha256": thumbprintSha256 }),
  };
}

/** Adds what keeps a credential, of whatever type, from being stored. */
export function checkCredential(at: string, given: unknown, problems: Problems): void {
  const remedy = "give the application a certificate and pass it: { [secret name]: application.certificate }";
  if (given === undefined || given === null) {
    problems.add(at, { code: "missing", allowed: "a credential", remedy });
    return;
  }
  if (!isOptions(given)) {
    problems.add(at, wrongType(given, "a credential: the certificate of an application"));
    return;
  }
  // Names that are not read are left alone: the certificate of an application has more of them.
  const credential = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
  const wanted: unknown = credential["contentType"] ?? PEM_CONTENT_TYPE;
  const contentType = [PEM_CONTENT_TYPE, PFX_CONTENT_TYPE].find((each) => each === wanted);
  if (contentType === undefined) {
    problems.add(at, checkOneOf(wanted, [PEM_CONTENT_TYPE, PFX_CONTENT_TYPE]));
    return;
  }
  const key = contentType === PFX_CONTENT_TYPE ? "pfxBase64" : "privateKeyPem";
  const parts = [key, "certificatePem", "validFrom", "validUntil"];
  const missing = parts.filter((part) => credential[part] === undefined);
  if (missing.length > 0) {
    problems.add(at, {
      code: "missing",
      given: `a credential without ${missing.join(", ")}`,
      allowed: `for ${contentType}: ${parts.join(", ")}`,
      remedy: missing.includes(key)
        ? "a key that was born in a vault or is kept elsewhere cannot be stored: leave it out, and use grantRead for one in this vault"
        : remedy,
    });
    return;
  }
  const { validFrom, validUntil } = credential;
  if (isKnown(validFrom) && isKnown(validUntil)) problems.add(at, checkOrder(validFrom, validUntil));
  checkContents(at, contentType, credential, problems);
}

/**
 * A vault of this kind holds keys with their certificates and nothing else: a client secret that somebody puts into one
 * of these places is refused. What is not known yet is looked at when it is.
 */
function checkContents(
  at: string,
  contentType: string,
  given: Readonly<Record<string, unknown>>,
  problems: Problems,
): void {
  const hold = (part: string, holds: (text: string) => boolean, allowed: string): void => {
    const value = given[part];
    if (value === undefined || !isKnown(value)) return;
    if (typeof value === "string" && holds(value)) return;
    problems.add(`${at}.${part}`, {
      code: part === "certificatePem" || part === "chainPem" ? "invalid-certificate" : "private-key",
      given: typeof value === "string" ? "something else (not shown)" : describeGiven(value),
      allowed,
      remedy: "pass the certificate of an application as it is",
    });
  };
  hold("certificatePem", (text) => labelsOf(text).join() === "CERTIFICATE", "one CERTIFICATE block in PEM");
  if (contentType === PFX_CONTENT_TYPE) {
    hold("pfxBase64", isPfx, "a PKCS#12 file in base64");
    return;
  }
  hold(
    "privateKeyPem",
    (text) => /^(?:RSA )?PRIVATE KEY$/.test(labelsOf(text).join()),
    "one private key in PEM, not encrypted",
  );
  hold(
    "chainPem",
    (text) =>
      text.trim() === "" ||
      (labelsOf(text).length > 0 && labelsOf(text).every((each) => each === "CERTIFICATE")),
    "CERTIFICATE blocks in PEM, or nothing",
  );
}

/** Labels of the blocks that a text is made of; "?" for whatever stands beside them. */
function labelsOf(pem: string): string[] {
  const labels: string[] = [];
  const rest = pem.replaceAll(/-----BEGIN ([^-\n]+)-----[^-]*-----END \1-----/g, (_, label: string) => {
    labels.push(label);
    return "";
  });
  return rest.trim() === "" ? labels : [...labels, "?"];
}

function isPfx(base64: string): boolean {
  return derKind(Buffer.from(base64, "base64")) === "a PFX file";
}

/** Key Vault takes dates in any order, and a secret that ends before it begins is one that nobody ever renews in time. */
function checkOrder(validFrom: unknown, validUntil: unknown): Finding | undefined {
  const moment = (given: unknown): number => (typeof given === "string" ? Date.parse(given) : NaN);
  if (moment(validFrom) < moment(validUntil)) return undefined;
  return {
    code: "invalid-date",
    given: `validFrom ${describeGiven(validFrom)}, validUntil ${describeGiven(validUntil)}`,
    allowed: "two moments such as 2026-11-21T00:00:00Z, the second after the first",
    remedy: "give both as the certificate bears them",
  };
}
