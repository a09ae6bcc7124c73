/** Key and certificate in one PKCS#12 file, for clients that read no PEM: .NET, PowerShell, Azure Automation. */
import { createHash, createPrivateKey, hkdfSync, webcrypto, X509Certificate } from "node:crypto";
import type { OctetString } from "asn1js";
import type { CryptoEngine, EncryptedContentInfo, SafeBag } from "pkijs";
import { certificateBlocks } from "./certificate-pem";

export interface PfxParts {
  /** PKCS#8 or PKCS#1, not encrypted. */
  readonly privateKeyPem: string;
  /** The certificate of the key. */
  readonly certificatePem: string;
  /** Certificates of its issuers, any number of blocks. */
  readonly chainPem?: string;
}

/** What Key Vault calls a PKCS#12 file in base64. https://learn.microsoft.com/azure/key-vault/certificates/about-certificates */
export const PFX_CONTENT_TYPE = "application/x-pkcs12" as const;

/** Rounds of the key derivation, as OpenSSL 3 writes them. Without a password there is nothing for rounds to slow down. */
const ITERATIONS = 2048;

/** https://www.rfc-editor.org/rfc/rfc7292#appendix-D and https://www.rfc-editor.org/rfc/rfc2985#section-5.5.2 */
const OID = {
  shroudedKeyBag: "1.2.840.113549.1.12.10.1.2",
  certificateBag: "1.2.840.113549.1.12.10.1.3",
  x509Certificate: "1.2.840.113549.1.9.22.1",
  localKeyId: "1.2.840.113549.1.9.21",
  data: "1.2.840.113549.1.7.1",
} as const;

/**
 * Makes a PKCS#12 file without a password, in base64: the form Key Vault stores and every client of it expects.
 * Encryption is PBES2 with AES-256-CBC, integrity HMAC with SHA-256; there is no weaker algorithm in it. Windows reads
 * it from Windows 10 1709 and Server 2019 on.
 *
 * The same parts give the same bytes. A file with new random salts would be a new version of the vault's secret in
 * every run, and a difference in every preview. So salts and initialisation vectors are derived from the private key
 * itself, by HKDF under a name used for nothing else. That is safe: HKDF cannot be turned back into the key; the salt of
 * a file without a password protects nothing that the vault does not protect; and a vector is repeated only together
 * with everything else, under a key derived with a salt that belongs to this one private key, so that two files are
 * either equal or have nothing in common.
 *
 * @throws Error when the key does not belong to the certificate; the message repeats neither
 */
export async function pfxOf({ privateKeyPem, certificatePem, chainPem = "" }: PfxParts): Promise<string> {
  const key = createPrivateKey(privateKeyPem);
  const certificate = new X509Certificate(certificatePem);
  if (!certificate.checkPrivateKey(key))
    throw new Error(
      "the private key does not belong to the certificate, so no PKCS#12 file was made of them",
    );
  const keyDer = key.export({ type: "pkcs8", format: "der" });
  const certificates = [certificate.raw, ...certificateBlocks(chainPem).map((block) => block.raw)];

  // Imported here and not on top: nothing needs it but those who ask for a PFX.
  const [pki, asn1] = await Promise.all([import("pkijs"), import("asn1js")]);
  const engine = derivingEngine(pki.CryptoEngine, asn1.OctetString, keyDer, certificates);
  const encryption = {
    password: new ArrayBuffer(0),
    contentEncryptionAlgorithm: { name: "AES-CBC", length: 256 },
    hmacHashAlgorithm: "SHA-256",
    iterationCount: ITERATIONS,
  };
  // Ties key and certificate together, for readers that find several certificates in the file.
  const sha1 = createHash("sha1").update(certificate.raw).digest();
  const localKeyId = new pki.Attribute({
    type: OID.localKeyId,
    values: [new asn1.OctetString({ valueHex: sha1 })],
  });
  const keyBag = new pki.PKCS8ShroudedKeyBag({ parsedValue: pki.PrivateKeyInfo.fromBER(keyDer) });
  await keyBag.makeInternalValues(encryption, engine);
  const bags = certificates.map(
    (der, index) =>
      new pki.SafeBag({
        bagId: OID.certificateBag,
        // The bytes as they are: encoded anew they could differ from what was signed.
        bagValue: new pki.CertBag({
          certId: OID.x509Certificate,
          certValue: new asn1.OctetString({ valueHex: der }),
        }),
        ...(index === 0 && { bagAttributes: [localKeyId] }),
      }),
  );
  const keyBags = [
    new pki.SafeBag({ bagId: OID.shroudedKeyBag, bagValue: keyBag, bagAttributes: [localKeyId] }),
  ];
  const content = (safeBags: SafeBag[], privacyMode: number) => ({
    privacyMode,
    value: new pki.SafeContents({ safeBags }),
  });
  const safe = new pki.AuthenticatedSafe({
    parsedValue: { safeContents: [content(bags, 1), content(keyBags, 0)] },
  });
  await safe.makeInternalValues({ safeContents: [{ ...encryption, contentType: OID.data }, {}] }, engine);
  const pfx = new pki.PFX({ parsedValue: { integrityMode: 0, authenticatedSafe: safe } });
  await pfx.makeInternalValues(
    {
      password: encryption.password,
      iterations: ITERATIONS,
      pbkdf2HashAlgorithm: "SHA-256",
      hmacHashAlgorithm: "SHA-256",
    },
    engine,
  );
  return Buffer.from(pfx.toSchema().toBER(false)).toString("base64");
}

/**
 * WebCrypto whose random bytes are derived from what they are used for, and whose ciphertext is one string. Good for
 * this file and nothing else.
 */
function derivingEngine(
  Base: typeof CryptoEngine,
  OneString: typeof OctetString,
  keyDer: Buffer,
  certificates: readonly Buffer[],
): CryptoEngine {
  const content = createHash("sha256");
  for (const der of certificates) content.update(der);
  const salt = content.digest();
  let calls = 0;
  class DerivingEngine extends Base {
    override getRandomValues<T extends ArrayBufferView | null>(array: T): T {
      if (array === null) return array;
      calls += 1;
      const bytes = hkdfSync("sha256", keyDer, salt, `certlock PKCS#12 salts 1: ${calls}`, array.byteLength);
      new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(new Uint8Array(bytes));
      return array;
    }

    // pkijs cuts it into pieces without a length in front, which is BER and not DER: Go reads DER alone, and with it
    // the azuread and azurerm providers.
    override async encryptEncryptedContentInfo(
      parameters: Parameters<CryptoEngine["encryptEncryptedContentInfo"]>[0],
    ): Promise<EncryptedContentInfo> {
      const info = await super.encryptEncryptedContentInfo(parameters);
      const pieces = info.encryptedContent;
      if (pieces !== undefined) info.encryptedContent = new OneString({ valueHex: pieces.getValue() });
      return info;
    }
  }
  return new DerivingEngine({ name: "certlock", crypto: webcrypto });
}
