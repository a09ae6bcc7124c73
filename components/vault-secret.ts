/** Puts a credential into its vault: one secret with a stable name, a version for each generation. */
import * as keyvault from "@pulumi/azure-native/keyvault";
import * as pulumi from "@pulumi/pulumi";
import { PEM_CONTENT_TYPE } from "./certificate-pem";
import { isKnown } from "./federation/claims";
import { epochSeconds } from "./lifetime";
import { PFX_CONTENT_TYPE } from "./pfx";
import { ArgumentError, checkOneOf, describeGiven, type Finding } from "./problems";
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
        value: pulumi.secret(valueOf(credential)),
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

function valueOf(credential: StoredCredential): pulumi.Output<string> {
  const { privateKeyPem, certificatePem, chainPem, pfxBase64 } = credential;
  if (contentTypeOf(credential) === PFX_CONTENT_TYPE) return pulumi.output(pfxBase64 ?? "");
  return pulumi
    .all([privateKeyPem ?? "", certificatePem, chainPem ?? ""])
    .apply((blocks) => blocks.map((block) => block.trim()))
    .apply((blocks) => blocks.filter((block) => block !== "").join("\n") + "\n");
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

/** What keeps a credential from being stored. */
export function checkCredential(given: StoredCredential | undefined): Finding | undefined {
  const remedy = "give the application a certificate and pass it: { [secret name]: application.certificate }";
  if (given === undefined) return { code: "missing", allowed: "a credential", remedy };
  const contentType = contentTypeOf(given);
  const unknown = checkOneOf(contentType, [PEM_CONTENT_TYPE, PFX_CONTENT_TYPE]);
  if (unknown !== undefined) return unknown;
  const key = contentType === PFX_CONTENT_TYPE ? "pfxBase64" : "privateKeyPem";
  const parts: readonly (keyof StoredCredential)[] = [key, "certificatePem", "validFrom", "validUntil"];
  const missing = parts.filter((part) => given[part] === undefined);
  const { validFrom, validUntil } = given;
  if (missing.length === 0)
    return isKnown(validFrom) && isKnown(validUntil) ? checkOrder(validFrom, validUntil) : undefined;
  return {
    code: "missing",
    given: `a credential without ${missing.join(", ")}`,
    allowed: `for ${contentType}: ${parts.join(", ")}`,
    remedy: missing.includes(key)
      ? "a key that was born in a vault or is kept elsewhere cannot be stored: leave it out, and use grantRead for one in this vault"
      : remedy,
  };
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
