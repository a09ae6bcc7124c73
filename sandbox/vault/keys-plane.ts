import {
  constants,
  createHash,
  createPublicKey,
  type KeyObject,
  privateEncrypt,
  randomBytes,
} from "node:crypto";
import { badParameter, KeyVaultError } from "./key-vault-error";
import { notEmulated, ok, permit, type PlaneAnswer, type PlaneRequest } from "./plane";
import { type CertificateVersion, newestVersion, type VaultCertificate } from "./vault-certificate";

const SIGN = "sign";

/**
 * The keys of certificates: reading their public part, and signing with them, exportable or not.
 * https://learn.microsoft.com/rest/api/keyvault/keys/operation-groups
 */
export function answerKeys(request: PlaneRequest): PlaneAnswer {
  const [, name, version, operation, ...rest] = request.segments;
  if (name === undefined || rest.length > 0) throw notEmulated(request);
  const asked = `${request.method} ${operation ?? ""}`;
  if (asked !== "GET " && asked !== `POST ${SIGN}`) throw notEmulated(request);
  permit(request, operation === SIGN ? "keys/sign/action" : "keys/read", `keys/${name}`);
  const certificate = request.tenant.vaults.certificates.get(request.vault, name);
  const found =
    certificate &&
    (version === undefined
      ? newestVersion(certificate)
      : certificate.versions.find((each) => each.version === version.toLowerCase()));
  const key = found && request.tenant.vaults.certificates.keys.get(found.version);
  if (certificate === undefined || found === undefined || key === undefined) throw keyNotFound(name, version);
  return operation === SIGN
    ? signed(request, certificate, found, key)
    : ok(keyBundle(request, certificate, found, key));
}

function signed(
  request: PlaneRequest,
  certificate: VaultCertificate,
  version: CertificateVersion,
  key: KeyObject,
): PlaneAnswer {
  checkUsable(request, certificate, version);
  const { alg, value } = request.body;
  if (typeof value !== "string" || !/^[\w-]+$/.test(value)) {
    throw badParameter("Property value has invalid value");
  }
  const digest = Buffer.from(value, "base64url");
  if (alg !== "RS256" && alg !== "PS256") {
    throw badParameter(`The sandbox vault signs with RS256 and PS256; 'alg' is neither.`);
  }
  if (digest.length !== 32) {
    throw badParameter(`Invalid length of 'value': ${digest.length} bytes. 'value' must be a SHA256 digest.`);
  }
  const signature = alg === "RS256" ? signDigest(digest, key) : signDigestWithPss(digest, key);
  return ok({ kid: keyId(request, certificate, version), value: signature.toString("base64url") });
}

/** What stands before a SHA-256 digest in a PKCS#1 signature (RFC 8017, 9.2). */
const SHA256_PREFIX = Buffer.from("3031300d060960864801650304020105000420", "hex");

function signDigest(digest: Buffer, key: KeyObject): Buffer {
  return privateEncrypt(
    { key, padding: constants.RSA_PKCS1_PADDING },
    Buffer.concat([SHA256_PREFIX, digest]),
  );
}

/** PSS with a salt as long as the digest (RFC 8017, 9.1.1). Node signs what it hashes itself, and a vault gets the hash. */
function signDigestWithPss(digest: Buffer, key: KeyObject): Buffer {
  const bits = (key.asymmetricKeyDetails?.modulusLength ?? 0) - 1;
  const length = Math.ceil(bits / 8);
  const salt = randomBytes(digest.length);
  const hash = sha256(Buffer.alloc(8), digest, salt);
  const block = Buffer.concat([Buffer.alloc(length - salt.length - hash.length - 2), Buffer.of(1), salt]);
  const mask = Buffer.concat(
    Array.from({ length: Math.ceil(block.length / hash.length) }, (_, index) => {
      const counter = Buffer.alloc(4);
      counter.writeUInt32BE(index);
      return sha256(hash, counter);
    }),
  );
  const masked = block.map((byte, index) => byte ^ (mask[index] ?? 0));
  masked[0] = (masked[0] ?? 0) & (0xff >> (8 * length - bits));
  const encoded = Buffer.concat([masked, hash, Buffer.of(0xbc)]);
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded);
}

function sha256(...parts: readonly Buffer[]): Buffer {
  return createHash("sha256").update(Buffer.concat(parts)).digest();
}

function checkUsable(
  { tenant }: PlaneRequest,
  { policy }: VaultCertificate,
  { enabled, notBefore, expires }: CertificateVersion,
): void {
  const now = tenant.clock().getTime() / 1000;
  if (!policy.x509_props.key_usage.includes("digitalSignature")) {
    throw refused("KeyOperationForbidden", "Operation sign is not permitted on this key.");
  }
  if (!enabled) throw refused("KeyDisabled", "Operation sign is not allowed on a disabled key.");
  if (now < notBefore)
    throw refused("KeyNotYetValid", "Operation sign is not allowed on a key that is not yet valid.");
  if (now >= expires) throw refused("KeyExpired", "Operation sign is not allowed on an expired key.");
}

function keyBundle(
  request: PlaneRequest,
  certificate: VaultCertificate,
  version: CertificateVersion,
  key: KeyObject,
): object {
  const { n, e } = createPublicKey(key).export({ format: "jwk" });
  const signs = certificate.policy.x509_props.key_usage.includes("digitalSignature");
  return {
    key: {
      kid: keyId(request, certificate, version),
      kty: "RSA",
      key_ops: [...(signs ? ["sign", "verify"] : []), "encrypt", "decrypt", "wrapKey", "unwrapKey"],
      n,
      e,
    },
    attributes: {
      enabled: version.enabled,
      nbf: version.notBefore,
      exp: version.expires,
      created: version.created,
      updated: version.updated,
      exportable: certificate.policy.key_props.exportable,
    },
    tags: version.tags,
    managed: true,
  };
}

function keyId({ vault }: PlaneRequest, { name }: VaultCertificate, { version }: CertificateVersion): string {
  return `${vault.properties.vaultUri}keys/${name}/${version}`;
}

function refused(innerCode: string, message: string): KeyVaultError {
  return new KeyVaultError(403, "Forbidden", message, innerCode);
}

function keyNotFound(name: string, version: string | undefined): KeyVaultError {
  const which = version === undefined ? name : `${name}/${version}`;
  return new KeyVaultError(
    404,
    "KeyNotFound",
    `A key with (name/id) ${which} was not found in this key vault. If you recently deleted this key you may be able to recover it using the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182`,
  );
}
