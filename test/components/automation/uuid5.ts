import { createHash } from "node:crypto";

/** The key id of a certificate: UUID version 5 (RFC 9562, 5.5) of the hexadecimal SHA-256 of its bytes. */
export function uuid5(namespace: string, der: Buffer): string {
  const name = createHash("sha256").update(der).digest("hex");
  const digest = createHash("sha1")
    .update(Buffer.from(namespace.replaceAll("-", ""), "hex"))
    .update(name)
    .digest();
  const hex = digest.subarray(0, 16).toString("hex").split("");
  hex[12] = "5";
  hex[16] = ((parseInt(hex[16] ?? "0", 16) & 0x3) | 0x8).toString(16);
  return hex.join("").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
