/**
 * Undoes what hides a text in a property: base64 (UTF-8 or UTF-16, as PowerShell wants it), compression, and the way in
 * which dynamic providers of Python programs are written down.
 */
import { gunzipSync } from "node:zlib";

const minLength = 16;
/** What a compressed text may become; cloud platforms take far less. */
const maxUnpackedBytes = 1024 * 1024;
/** An encoded command in a longer text, as behind `-EncodedCommand`; shorter ones hold no secret command. */
const encodedWord = /[A-Za-z0-9+/]{40,}={0,2}/g;
const maxWords = 50;

/** The text behind a base64 text, or undefined when it is none. */
export function decoded(text: string): string | undefined {
  const bare = text.replace(/\s+/g, "");
  if (bare.length < minLength || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(bare)) return undefined;
  return readable(Buffer.from(bare, "base64"));
}

/** Texts encoded somewhere inside a text. */
export function decodedParts(text: string): string[] {
  const words = (text.match(encodedWord) ?? []).slice(0, maxWords);
  return words.map((word) => readable(Buffer.from(word, "base64"))).filter((part) => part !== undefined);
}

function readable(bytes: Buffer): string | undefined {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return unpacked(bytes);
  if (isPickled(bytes)) return textsIn(bytes);
  const sample = bytes.subarray(0, 2_000);
  if (sample.length < 8) return undefined;
  if (zerosAtOddPlaces(sample) > sample.length * 0.4) return bytes.toString("utf16le");
  if (sample.some((byte) => byte < 9 || (byte > 13 && byte < 32) || byte === 127)) return undefined;
  const text = bytes.toString("utf8");
  return text.slice(0, 2_000).includes("\uFFFD") ? undefined : text;
}

/** Every name and id of a resource comes by here, so nothing is made on the way. */
function zerosAtOddPlaces(bytes: Buffer): number {
  let zeros = 0;
  for (let at = 1; at < bytes.length; at += 2) if (bytes[at] === 0) zeros++;
  return zeros;
}

/** Begins as Python's pickles of protocols 2 to 5 do. */
function isPickled(bytes: Buffer): boolean {
  const [mark, protocol] = bytes;
  return mark === 0x80 && protocol !== undefined && protocol >= 2 && protocol <= 5;
}

/** The names and texts of serialized code, a line each; what stands between them is for the interpreter. */
function textsIn(bytes: Buffer): string {
  return (
    bytes
      .toString("latin1")
      .match(/[\x20-\x7e]{4,}/g)
      ?.join("\n") ?? ""
  );
}

function unpacked(bytes: Buffer): string | undefined {
  try {
    return gunzipSync(bytes, { maxOutputLength: maxUnpackedBytes }).toString("utf8");
  } catch {
    // Not compressed after all, or a bomb: what no machine would unpack holds no script either.
    return undefined;
  }
}

/** A text as it stands, and with what hides it undone once. */
export function readingsOf(text: string): string[] {
  const plain = decoded(text);
  const written = /%[0-9a-f]{2}/i.test(text) ? [text.replace(/%7E/gi, "~")] : [];
  return [text, ...(plain === undefined ? [] : [plain]), ...written, ...decodedParts(text)];
}
