import { createPrivateKey, createPublicKey, webcrypto, type KeyObject } from "node:crypto";
import { text } from "../property-readers";
import type { PropertyMap } from "../property-values";

/** A key ready to sign certificates and requests. */
export interface SigningKey {
  /** As the provider names it. */
  readonly algorithm: "RSA" | "ECDSA" | "ED25519";
  readonly privateKey: webcrypto.CryptoKey;
  readonly publicKey: webcrypto.CryptoKey;
  /** The public key as SubjectPublicKeyInfo. */
  readonly publicKeyDer: Buffer;
  readonly signingAlgorithm: { readonly name: string; readonly hash?: string };
}

interface WebKeyType {
  readonly algorithm: SigningKey["algorithm"];
  readonly importParams: { name: string; hash?: string; namedCurve?: string };
  readonly hash?: string;
}

// Go picks the digest by the curve, and SHA-256 for RSA.
const CURVES: Readonly<Record<string, { namedCurve: string; hash: string }>> = {
  prime256v1: { namedCurve: "P-256", hash: "SHA-256" },
  secp384r1: { namedCurve: "P-384", hash: "SHA-384" },
  secp521r1: { namedCurve: "P-521", hash: "SHA-512" },
};

/**
 * The key in one of two inputs: the stored one, or its write-only twin.
 *
 * @throws Error when the text is no private key; its message never repeats the text.
 */
export async function signingKey(inputs: PropertyMap, name: string): Promise<SigningKey> {
  const pem = text(inputs, name) ?? text(inputs, `${name}Wo`) ?? "";
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw new Error(`Failed to parse private key PEM: "${name}" holds no unencrypted PEM private key`);
  }
  const type = webKeyType(key, name);
  const publicKeyDer = createPublicKey(key).export({ type: "spki", format: "der" });
  const [privateKey, publicKey] = await Promise.all([
    webcrypto.subtle.importKey(
      "pkcs8",
      key.export({ type: "pkcs8", format: "der" }),
      type.importParams,
      true,
      ["sign"],
    ),
    webcrypto.subtle.importKey("spki", publicKeyDer, type.importParams, true, ["verify"]),
  ]);
  return {
    algorithm: type.algorithm,
    privateKey,
    publicKey,
    publicKeyDer,
    signingAlgorithm: { name: type.importParams.name, ...(type.hash !== undefined && { hash: type.hash }) },
  };
}

function webKeyType(key: KeyObject, name: string): WebKeyType {
  const curve = CURVES[key.asymmetricKeyDetails?.namedCurve ?? ""];
  switch (key.asymmetricKeyType) {
    case "rsa":
      return {
        algorithm: "RSA",
        importParams: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
        hash: "SHA-256",
      };
    case "ed25519":
      return { algorithm: "ED25519", importParams: { name: "Ed25519" } };
    case "ec":
      if (curve) {
        const { namedCurve, hash } = curve;
        return { algorithm: "ECDSA", importParams: { name: "ECDSA", namedCurve }, hash };
      }
  }
  throw new Error(
    `The sandbox cannot sign with the key in "${name}": RSA, ED25519 and ECDSA on P256, P384 or P521 are emulated`,
  );
}
