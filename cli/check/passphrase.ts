/**
 * Pulumi's passphrase encryption, as far as a check needs it: whether a passphrase is the right one, and what a setting
 * says.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/pkg/secrets/passphrase/manager.go
 * @see https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/config/crypt.go
 */
import { createDecipheriv, pbkdf2 } from "node:crypto";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import type { Environment } from "./environment";

const ITERATIONS = 1_000_000;
const KEY_BYTES = 32;
const TAG_BYTES = 16;
const PROBE = "pulumi";

/** Decrypts `v1:nonce:text`; undefined for what is not of this key. */
export type Decrypt = (encrypted: string) => string | undefined;

/** The passphrase of the environment; undefined without one. */
export function passphraseIn(environment: Environment): string | undefined {
  const given = environment["PULUMI_CONFIG_PASSPHRASE"];
  if (given !== undefined) return given;
  const file = environment["PULUMI_CONFIG_PASSPHRASE_FILE"];
  if (file === undefined || file === "") return undefined;
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return undefined;
  }
}

/**
 * @param salt `encryptionsalt` of the stack's file: a salt, and a known word encrypted with the key
 * @returns undefined when the passphrase is not that of the stack
 */
export async function openWith(passphrase: string, salt: string): Promise<Decrypt | undefined> {
  const [version, encodedSalt, ...probe] = salt.split(":");
  if (version !== "v1" || encodedSalt === undefined) return undefined;
  const bytes = Buffer.from(encodedSalt, "base64");
  const key = await promisify(pbkdf2)(passphrase, bytes, ITERATIONS, KEY_BYTES, "sha256");
  const decrypt: Decrypt = (encrypted) => decipher(key, encrypted);
  return decrypt(probe.join(":")) === PROBE ? decrypt : undefined;
}

function decipher(key: Buffer, encrypted: string): string | undefined {
  const [version, nonce, text] = encrypted.split(":");
  if (version !== "v1" || nonce === undefined || text === undefined) return undefined;
  try {
    const sealed = Buffer.from(text, "base64");
    const opened = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64"));
    opened.setAuthTag(sealed.subarray(-TAG_BYTES));
    return Buffer.concat([opened.update(sealed.subarray(0, -TAG_BYTES)), opened.final()]).toString("utf8");
  } catch {
    return undefined;
  }
}
