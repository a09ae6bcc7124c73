/** A file of a pipeline as text, whatever has written it: with a mark of its encoding, as PowerShell does, or packed. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { CommandIo } from "./command-io";
import { UsageError } from "./errors";
import { BOUNDS, InputError } from "./review/bounded-json";

/**
 * The text in the bytes of a file: UTF-8 with or without a mark, UTF-16 with one (what `>` of Windows PowerShell
 * writes), and either of them packed by gzip.
 *
 * @param input name of the input, for the complaint
 * @throws InputError when it is larger than the bounds, or packed and damaged
 */
export function textOf(bytes: Buffer, input: string): string {
  const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? unpacked(bytes, input) : bytes;
  if (plain.length > BOUNDS.characters)
    throw new InputError(input, `has more than ${BOUNDS.characters} bytes`);
  return new TextDecoder(encodingOf(plain)).decode(plain);
}

/**
 * The text of the file an option names; "-" is standard input.
 *
 * @throws UsageError when it cannot be read
 */
export async function readInputText(path: string, option: string, io: CommandIo): Promise<string> {
  try {
    if (path !== "-") return textOf(readFileSync(path), option);
    if (io.input === undefined) throw new Error("no input");
    return textOf(await io.input(), option);
  } catch (error) {
    if (error instanceof InputError) throw new UsageError("FILE_UNREADABLE", error.message);
    throw new UsageError(
      "FILE_UNREADABLE",
      `${path === "-" ? "Standard input" : path} cannot be read (${option}).`,
    );
  }
}

function encodingOf([first, second]: Buffer): string {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}

function unpacked(bytes: Buffer, input: string): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: BOUNDS.characters });
  } catch (error) {
    const tooLarge = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    throw new InputError(
      input,
      tooLarge ? `unpacks to more than ${BOUNDS.characters} bytes` : "is packed and damaged",
    );
  }
}
