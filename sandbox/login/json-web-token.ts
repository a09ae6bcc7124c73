import { sign, type KeyObject } from "node:crypto";

export type Claims = Readonly<Record<string, unknown>>;

/** A JWT taken apart, not yet believed. */
export interface DecodedJwt {
  readonly header: Claims;
  readonly claims: Claims;
  readonly signingInput: Buffer;
  readonly signature: Buffer;
}

/** The parts of a compact JWT; undefined when it is none. */
export function decodeJwt(token: string): DecodedJwt | undefined {
  const [header, payload, signature, ...rest] = token.split(".");
  if (!header || !payload || !signature || rest.length > 0) return undefined;
  const decodedHeader = decodeObject(header);
  const claims = decodeObject(payload);
  if (!decodedHeader || !claims) return undefined;
  return {
    header: decodedHeader,
    claims,
    signingInput: Buffer.from(`${header}.${payload}`),
    signature: Buffer.from(signature, "base64url"),
  };
}

/** A compact JWT signed with RS256. */
export function signJwt(header: Claims, claims: Claims, key: KeyObject): string {
  const signingInput = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  return `${signingInput}.${sign("RSA-SHA256", Buffer.from(signingInput), key).toString("base64url")}`;
}

function decodeObject(part: string): Claims | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString());
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Claims)
      : undefined;
  } catch {
    return undefined;
  }
}
