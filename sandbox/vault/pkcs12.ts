import { createPrivateKey, type KeyObject, webcrypto } from "node:crypto";
import * as pki from "pkijs";

const OID = {
  keyBag: "1.2.840.113549.1.12.10.1.1",
  shroudedKeyBag: "1.2.840.113549.1.12.10.1.2",
  certificateBag: "1.2.840.113549.1.12.10.1.3",
} as const;

const ENCRYPTION = {
  contentEncryptionAlgorithm: { name: "AES-CBC", length: 256 },
  hmacHashAlgorithm: "SHA-256",
  iterationCount: 2048,
};

export interface KeyAndChain {
  /** Absent where a policy forbids exporting it. */
  readonly key: KeyObject | undefined;
  /** DER, the key's own certificate first. */
  readonly chain: readonly Buffer[];
}

function engine(): pki.CryptoEngine {
  return new pki.CryptoEngine({ name: "sandbox", crypto: webcrypto });
}

/** A PKCS#12 file without password, as the secret of a certificate holds it. */
export async function writePkcs12({ key, chain }: KeyAndChain): Promise<Buffer> {
  const crypto = engine();
  const password = new ArrayBuffer(0);
  const certificates = chain.map(
    (der) =>
      new pki.SafeBag({
        bagId: OID.certificateBag,
        bagValue: new pki.CertBag({ parsedValue: pki.Certificate.fromBER(der) }),
      }),
  );
  const keys: pki.SafeBag[] = [];
  if (key !== undefined) {
    const der = key.export({ type: "pkcs8", format: "der" });
    const bag = new pki.PKCS8ShroudedKeyBag({ parsedValue: pki.PrivateKeyInfo.fromBER(der) });
    await bag.makeInternalValues({ ...ENCRYPTION, password }, crypto);
    keys.push(new pki.SafeBag({ bagId: OID.shroudedKeyBag, bagValue: bag }));
  }
  const safe = new pki.AuthenticatedSafe({
    parsedValue: {
      safeContents: [certificates, keys]
        .filter((safeBags) => safeBags.length > 0)
        .map((safeBags) => ({ privacyMode: 0, value: new pki.SafeContents({ safeBags }) })),
    },
  });
  await safe.makeInternalValues({ safeContents: [{}, {}].slice(0, keys.length + 1) }, crypto);
  const pfx = new pki.PFX({ parsedValue: { integrityMode: 0, authenticatedSafe: safe } });
  const mac = { password, iterations: 2048, pbkdf2HashAlgorithm: "SHA-256", hmacHashAlgorithm: "SHA-256" };
  await pfx.makeInternalValues(mac, crypto);
  return Buffer.from(pfx.toSchema().toBER(false));
}

/**
 * Key and certificates of a PKCS#12 file with modern encryption (PBES2) or none.
 *
 * @throws whatever the parser throws: the caller tells it in Key Vault's words.
 */
export async function readPkcs12(file: Buffer, password: string): Promise<KeyAndChain> {
  const crypto = engine();
  const secret = new TextEncoder().encode(password).buffer;
  const pfx = pki.PFX.fromBER(file);
  await pfx.parseInternalValues({ password: secret, checkIntegrity: true }, crypto);
  const safe = pfx.parsedValue?.authenticatedSafe;
  if (safe === undefined) throw new Error("no contents");
  const count = (safe as unknown as { safeContents: readonly unknown[] }).safeContents.length;
  await safe.parseInternalValues(
    { safeContents: Array.from({ length: count }, () => ({ password: secret })) },
    crypto,
  );
  const contents = (safe.parsedValue as { safeContents: readonly { value: pki.SafeContents }[] })
    .safeContents;
  let key: KeyObject | undefined;
  const chain: Buffer[] = [];
  for (const { bagId, bagValue } of contents.flatMap(({ value }) => value.safeBags)) {
    if (bagId === OID.certificateBag) {
      const certificate = (bagValue as pki.CertBag).parsedValue as pki.Certificate;
      chain.push(Buffer.from(certificate.toSchema(true).toBER(false)));
    } else if (bagId === OID.shroudedKeyBag) {
      const bag = bagValue as pki.PKCS8ShroudedKeyBag;
      // The library has no public way to open a bag on its own.
      await (
        bag as unknown as { parseInternalValues(options: object, engine: object): Promise<void> }
      ).parseInternalValues({ password: secret }, crypto);
      key = fromInfo(bag.parsedValue);
    } else if (bagId === OID.keyBag) {
      key = fromInfo(bagValue as unknown as pki.PrivateKeyInfo);
    }
  }
  return { key, chain };
}

function fromInfo(info: pki.PrivateKeyInfo | undefined): KeyObject | undefined {
  if (info === undefined) return undefined;
  return createPrivateKey({ key: Buffer.from(info.toSchema().toBER(false)), format: "der", type: "pkcs8" });
}
