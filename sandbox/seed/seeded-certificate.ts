import { createHash } from "node:crypto";
import type { KeyCredential } from "../tenant/directory-objects";
import { SeededRandom } from "./seeded-random";

interface Given {
  readonly keyId: string;
  readonly displayName: string;
  readonly startDateTime: string;
  readonly endDateTime: string;
}

/**
 * A certificate nobody has the key of, the same whenever its keyId is: it can be read and measured, and no signature
 * will ever match it. Its bytes are made when they are read, as a tenant has a hundred thousand of them.
 */
export class SeededCertificate implements KeyCredential {
  readonly keyId: string;
  readonly displayName: string;
  readonly startDateTime: string;
  readonly endDateTime: string;
  readonly type = "AsymmetricX509Cert";
  readonly usage = "Verify";

  constructor({ keyId, displayName, startDateTime, endDateTime }: Given) {
    this.keyId = keyId;
    this.displayName = displayName;
    this.startDateTime = startDateTime;
    this.endDateTime = endDateTime;
  }

  get key(): string {
    return certificate(this).toString("base64");
  }

  get customKeyIdentifier(): string {
    return createHash("sha1").update(certificate(this)).digest("base64");
  }
}

/** Source of the layout: RFC 5280, 4.1 */
function certificate({ keyId, displayName, startDateTime, endDateTime }: Given): Buffer {
  const serial = Buffer.from(keyId.replaceAll("-", ""), "hex");
  const random = new SeededRandom(serial.readUInt32BE(0));
  const modulus = Buffer.from(random.bytes(256));
  // 2048 bits, odd: what a modulus looks like.
  modulus.writeUInt8(modulus.readUInt8(0) | 0x80, 0);
  modulus.writeUInt8(modulus.readUInt8(255) | 0x01, 255);
  const name = sequence(set(sequence(COMMON_NAME, tlv(0x0c, Buffer.from(displayName.slice(0, 64))))));
  const publicKey = sequence(integer(modulus), integer(Buffer.from([1, 0, 1])));
  const body = sequence(
    tlv(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    SHA256_WITH_RSA,
    name,
    sequence(time(startDateTime), time(endDateTime)),
    name,
    sequence(RSA_ENCRYPTION, bits(publicKey)),
  );
  return sequence(body, SHA256_WITH_RSA, bits(Buffer.from(random.bytes(256))));
}

function tlv(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const size = content.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, (size >> 8) & 0xff, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tlv(0x30, ...parts);
}

function set(...parts: readonly Buffer[]): Buffer {
  return tlv(0x31, ...parts);
}

/** A positive whole number: without needless zeros, with one where the first bit would make it negative. */
function integer(bytes: Buffer): Buffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const trimmed = bytes.subarray(start);
  return tlv(0x02, ...(trimmed.readUInt8(0) >= 0x80 ? [Buffer.from([0])] : []), trimmed);
}

function bits(content: Buffer): Buffer {
  return tlv(0x03, Buffer.from([0]), content);
}

/** UTCTime until 2049, GeneralizedTime from then on. */
function time(iso: string): Buffer {
  const digits = iso.replace(/\.\d+/, "").replace(/[-:T]/g, "");
  return digits < "2050" ? tlv(0x17, Buffer.from(digits.slice(2))) : tlv(0x18, Buffer.from(digits));
}

const NULL = tlv(0x05);
const COMMON_NAME = tlv(0x06, Buffer.from([0x55, 0x04, 0x03]));
const SHA256_WITH_RSA = sequence(
  tlv(0x06, Buffer.from([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b])),
  NULL,
);
const RSA_ENCRYPTION = sequence(
  tlv(0x06, Buffer.from([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01])),
  NULL,
);
