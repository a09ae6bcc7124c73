/** Random bytes for ids and secrets; `crypto.randomBytes` fits. */
export type RandomBytes = (size: number) => Uint8Array;

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isGuid(text: string): boolean {
  return GUID.test(text);
}

/** A random GUID (RFC 9562, version 4) from the tenant's own source of randomness. */
export function newGuid(random: RandomBytes): string {
  const bytes = Buffer.from(random(16));
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Date and time as Graph writes it: UTC, whole seconds. */
export function graphDateTime(date: Date): string {
  return `${date.toISOString().slice(0, -5)}Z`;
}
