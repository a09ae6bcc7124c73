/**
 * Tells by its first bytes what a binary credential is. Enough ASN.1 for that and no more: whether a certificate is
 * a good one is for `node:crypto` to say.
 */

/** How the kinds are called in a sentence. */
export type DerKind =
  | "a PKCS#12 bundle"
  | "a PKCS#7 bundle"
  | "a private key"
  | "an encrypted private key"
  | "a public key"
  | "something else";

const tags = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  sequence: 0x30,
} as const;

/** Object identifier prefix of PKCS#7 content types, 1.2.840.113549.1.7. */
const pkcs7 = Buffer.from("2a864886f70d0107", "hex");

interface Element {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

/** True when the bytes are one definite-length sequence and nothing more, as every certificate is. */
export function isOneSequence(bytes: Buffer): boolean {
  const outer = elementAt(bytes, 0);
  return outer?.tag === tags.sequence && outer.end === bytes.length;
}

export function kindOf(bytes: Buffer): DerKind {
  const outer = elementAt(bytes, 0);
  const first = outer?.tag === tags.sequence ? elementAt(bytes, outer.start) : undefined;
  if (first === undefined) return "something else";
  const second = elementAt(bytes, first.end);
  const content = bytes.subarray(first.start, first.end);

  if (first.tag === tags.integer) {
    // PFX ::= version 3, then content; the private key forms carry version 0 or 1.
    if (content.length === 1 && content[0] === 3) return "a PKCS#12 bundle";
    const keyForms: readonly (number | undefined)[] = [tags.sequence, tags.integer, tags.octetString];
    return keyForms.includes(second?.tag) ? "a private key" : "something else";
  }
  if (first.tag === tags.objectIdentifier && content.subarray(0, pkcs7.length).equals(pkcs7))
    return "a PKCS#7 bundle";
  if (first.tag === tags.sequence && second?.tag === tags.octetString) return "an encrypted private key";
  if (first.tag === tags.sequence && second?.tag === tags.bitString) return "a public key";
  return "something else";
}

function elementAt(bytes: Buffer, offset: number): Element | undefined {
  const tag = bytes[offset];
  const length = bytes[offset + 1];
  if (tag === undefined || length === undefined) return undefined;
  if (length < 0x80) return { tag, start: offset + 2, end: offset + 2 + length };
  // The indefinite length 0x80, as Windows writes PKCS#12, reads as empty; what is inside is found all the same.
  const start = offset + 2 + (length & 0x7f);
  const lengthBytes = bytes.subarray(offset + 2, start);
  return { tag, start, end: start + lengthBytes.reduce((total, byte) => total * 256 + byte, 0) };
}
