import { createHash, createPublicKey, generateKeyPair, type KeyObject } from "node:crypto";
import { number, text } from "../property-readers";
import type { PropertyMap } from "../property-values";
import { previewOutputs, type ResourceKind } from "../resource-kind";
import { opensshForms } from "./openssh";

const CURVES: Readonly<Record<string, string>> = {
  P224: "secp224r1",
  P256: "prime256v1",
  P384: "secp384r1",
  P521: "secp521r1",
};

/** Go's crypto/rsa refuses smaller keys; OpenSSL refuses larger ones. */
const RSA_BITS = { min: 1024, max: 16_384 };

/** tls.PrivateKey: a real key, made by Node's crypto; it lives in the engine's state and nowhere else. */
export const privateKeyKind: ResourceKind = {
  schema: "closed",
  fields: {
    algorithm: { type: "text", required: true, forceNew: true, oneOf: ["RSA", "ECDSA", "ED25519"] },
    rsaBits: { type: "number", computed: true, forceNew: true, problem: rsaBitsProblem },
    ecdsaCurve: { type: "text", computed: true, forceNew: true, oneOf: Object.keys(CURVES) },
  },
  computed: [
    "privateKeyPem",
    "privateKeyPemPkcs8",
    "privateKeyOpenssh",
    "publicKeyPem",
    "publicKeyOpenssh",
    "publicKeyFingerprintMd5",
    "publicKeyFingerprintSha256",
  ],
  secrets: ["privateKeyPem", "privateKeyPemPkcs8", "privateKeyOpenssh"],
  preview: (inputs, state) => previewOutputs(privateKeyKind, withDefaults(inputs), state),
  create: async (given) => {
    const inputs = withDefaults(given);
    const privateKey = await generateKey(inputs);
    const publicKey = createPublicKey(privateKey);
    return {
      id: createHash("sha1")
        .update(publicKey.export({ type: "spki", format: "der" }))
        .digest("hex"),
      outputs: {
        ...inputs,
        privateKeyPem: traditionalPem(privateKey),
        privateKeyPemPkcs8: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
        publicKeyPem: publicKey.export({ type: "spki", format: "pem" }).toString(),
        ...opensshForms(privateKey),
      },
    };
  },
  read: (id, state) => (text(state, "privateKeyPem") === undefined ? undefined : { id, outputs: state }),
  delete: () => undefined,
};

// The provider plans both, whatever the algorithm.
function withDefaults(inputs: PropertyMap): PropertyMap {
  return { ...inputs, rsaBits: inputs["rsaBits"] ?? 2048, ecdsaCurve: inputs["ecdsaCurve"] ?? "P224" };
}

function rsaBitsProblem(value: string | number): string | undefined {
  const bits = Number(value);
  return Number.isInteger(bits) && bits >= RSA_BITS.min && bits <= RSA_BITS.max
    ? undefined
    : `must be a whole number between ${RSA_BITS.min} and ${RSA_BITS.max}, got ${value}`;
}

function generateKey(inputs: PropertyMap): Promise<KeyObject> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, _publicKey: KeyObject, privateKey: KeyObject): void => {
      if (error) reject(error);
      else resolve(privateKey);
    };
    switch (text(inputs, "algorithm")) {
      case "ED25519":
        generateKeyPair("ed25519", {}, done);
        return;
      case "ECDSA":
        generateKeyPair("ec", { namedCurve: CURVES[text(inputs, "ecdsaCurve") ?? ""] ?? "" }, done);
        return;
      default:
        generateKeyPair("rsa", { modulusLength: number(inputs, "rsaBits") ?? 2048 }, done);
    }
  });
}

/** PKCS#1 for RSA, SEC 1 for elliptic curves, PKCS#8 for ED25519: the provider's `privateKeyPem`. */
function traditionalPem(key: KeyObject): string {
  const type = key.asymmetricKeyType === "rsa" ? "pkcs1" : key.asymmetricKeyType === "ec" ? "sec1" : "pkcs8";
  return key.export({ type, format: "pem" }).toString();
}
