import { createHash, randomBytes, type KeyObject } from "node:crypto";

export interface OpensshForms {
  readonly privateKeyOpenssh: string;
  readonly publicKeyOpenssh: string;
  readonly publicKeyFingerprintMd5: string;
  readonly publicKeyFingerprintSha256: string;
}

const CURVES: Readonly<Record<string, string>> = {
  "P-256": "nistp256",
  "P-384": "nistp384",
  "P-521": "nistp521",
};

/**
 * A key in OpenSSH's own formats; every form is empty for a key OpenSSH has no name for (curve P-224).
 *
 * @see https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key
 */
export function opensshForms(privateKey: KeyObject): OpensshForms {
  const parts = keyParts(privateKey);
  if (!parts) {
    return {
      privateKeyOpenssh: "",
      publicKeyOpenssh: "",
      publicKeyFingerprintMd5: "",
      publicKeyFingerprintSha256: "",
    };
  }
  const publicBlob = Buffer.concat([field(parts.name), ...parts.publicFields]);
  const md5 = createHash("md5").update(publicBlob).digest("hex");
  const sha256 = createHash("sha256").update(publicBlob).digest("base64").replace(/=+$/, "");
  return {
    privateKeyOpenssh: privateBlock(parts, publicBlob),
    publicKeyOpenssh: `${parts.name} ${publicBlob.toString("base64")}\n`,
    publicKeyFingerprintMd5: (md5.match(/../g) ?? []).join(":"),
    publicKeyFingerprintSha256: `SHA256:${sha256}`,
  };
}

interface KeyParts {
  readonly name: string;
  readonly publicFields: readonly Buffer[];
  readonly privateFields: readonly Buffer[];
}

function keyParts(privateKey: KeyObject): KeyParts | undefined {
  if (privateKey.asymmetricKeyType === "ec" && privateKey.asymmetricKeyDetails?.namedCurve === "secp224r1") {
    return undefined;
  }
  const jwk = privateKey.export({ format: "jwk" });
  const bytes = (member: string | undefined): Buffer => Buffer.from(member ?? "", "base64url");
  if (jwk.kty === "RSA") {
    const [n, e, d, qi, p, q] = [jwk.n, jwk.e, jwk.d, jwk.qi, jwk.p, jwk.q].map((each) => mpint(bytes(each)));
    return {
      name: "ssh-rsa",
      publicFields: [e, n].filter((each) => each !== undefined),
      privateFields: [n, e, d, qi, p, q].filter((each) => each !== undefined),
    };
  }
  if (jwk.kty === "OKP") {
    const publicKey = bytes(jwk.x);
    return {
      name: "ssh-ed25519",
      publicFields: [field(publicKey)],
      privateFields: [field(publicKey), field(Buffer.concat([bytes(jwk.d), publicKey]))],
    };
  }
  const curve = CURVES[jwk.crv ?? ""];
  if (curve === undefined) return undefined;
  const point = Buffer.concat([Buffer.from([4]), bytes(jwk.x), bytes(jwk.y)]);
  return {
    name: `ecdsa-sha2-${curve}`,
    publicFields: [field(curve), field(point)],
    privateFields: [field(curve), field(point), mpint(bytes(jwk.d))],
  };
}

/** An unencrypted `openssh-key-v1` block. */
function privateBlock({ name, privateFields }: KeyParts, publicBlob: Buffer): string {
  const check = randomBytes(4);
  const unpadded = Buffer.concat([check, check, field(name), ...privateFields, field("")]);
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7].slice(0, (8 - (unpadded.length % 8)) % 8));
  const keyCount = Buffer.from([0, 0, 0, 1]);
  const block = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    field("none"),
    field("none"),
    field(""),
    keyCount,
    field(publicBlob),
    field(Buffer.concat([unpadded, padding])),
  ]);
  const lines = block.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join("\n")}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

/** Length-prefixed bytes (RFC 4251, section 5). */
function field(content: Buffer | string): Buffer {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** A positive big-endian integer: no leading zeros, and a zero byte before a set top bit. */
function mpint(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const trimmed = first < 0 ? Buffer.alloc(0) : bytes.subarray(first);
  return field((trimmed[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), trimmed]) : trimmed);
}
