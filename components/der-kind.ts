/** What DER bytes are, told by their outermost elements: enough to say what somebody gave by mistake. */

export type DerKind =
  | "a certificate"
  | "a certificate signing request"
  | "a PFX file"
  | "a PKCS#7 file"
  | "a private key"
  | "a public key"
  | "bytes that are no certificate";

const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT_ID = 0x06;
const SEQUENCE = 0x30;
const EXPLICIT_0 = 0xa0;

interface Element {
  readonly tag: number;
  readonly content: Buffer;
}

/** Whether the bytes are one element from the first to the last: nothing comes after it. */
export function isOneElement(bytes: Buffer): boolean {
  return elementsOf(bytes).length === 1 && bytes[0] === SEQUENCE;
}

export function derKind(bytes: Buffer): DerKind {
  const [outer] = elementsOf(bytes);
  if (outer?.tag !== SEQUENCE) return "bytes that are no certificate";
  const inner = elementsOf(outer.content);
  const tags = inner.slice(0, 3).map(({ tag }) => tag);
  const [first, second] = inner;
  switch (tags.slice(0, 2).join()) {
    case [INTEGER, SEQUENCE].join():
      // PFX is version 3, PKCS#8 version 0 or 1 with the key as third element.
      return tags[2] === OCTET_STRING ? "a private key" : "a PFX file";
    case [INTEGER, INTEGER].join(): // PKCS#1; a public key of this form has two numbers only
      return inner.length > 2 ? "a private key" : "a public key";
    case [INTEGER, OCTET_STRING].join(): // SEC 1
    case [SEQUENCE, OCTET_STRING].join(): // PKCS#8, encrypted
      return "a private key";
    case [SEQUENCE, BIT_STRING].join():
      return "a public key";
    case [OBJECT_ID, EXPLICIT_0].join():
      return "a PKCS#7 file";
    case [SEQUENCE, SEQUENCE].join():
      if (tags[2] !== BIT_STRING || first === undefined || second === undefined) break;
      return isRequest(first) ? "a certificate signing request" : "a certificate";
  }
  return "bytes that are no certificate";
}

/** Version, name, key, attributes: four elements, of which a certificate has at least six. */
function isRequest({ content }: Element): boolean {
  const parts = elementsOf(content);
  return parts[0]?.tag === INTEGER && parts.length <= 4;
}

/** The elements side by side; what cannot be read ends the list with an element of tag -1. */
function elementsOf(bytes: Buffer): Element[] {
  const found: Element[] = [];
  let position = 0;
  while (position < bytes.length) {
    const [tag, short] = [bytes[position] ?? -1, bytes[position + 1] ?? 0];
    const many = short > 0x80 ? short - 0x80 : 0;
    const start = position + 2 + many;
    const length =
      many === 0 ? short : many > 4 ? NaN : bytes.subarray(position + 2, start).reduce(byte256, 0);
    if (!(start + length <= bytes.length) || short === 0x80) return [...found, { tag: -1, content: bytes }];
    found.push({ tag, content: bytes.subarray(start, start + length) });
    position = start + length;
  }
  return found;
}

function byte256(sum: number, byte: number): number {
  return sum * 256 + byte;
}
