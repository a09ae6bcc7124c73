import { constants, verify, type KeyObject } from "node:crypto";
import { readCertificate, type Certificate } from "../tenant/certificate";
import type { ApplicationRecord, KeyCredential, ServicePrincipalRecord } from "../tenant/directory-objects";
import { decodeJwt, type Claims, type DecodedJwt } from "./json-web-token";
import { certificateRefused, LoginError } from "./login-error";

export const JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** Entra tolerates clocks that differ by up to this much. */
const CLOCK_SKEW_SECONDS = 300;

/** Whom an assertion must come from and be meant for. */
export interface AssertionContext {
  readonly application: ApplicationRecord;
  readonly servicePrincipal: ServicePrincipalRecord;
  /** The token endpoint under its names (tenant id or domain), or the issuer. */
  readonly audiences: readonly string[];
  readonly now: Date;
}

/** The registered certificate that proved the client. */
export interface ProvenCertificate {
  readonly keyId: string;
  readonly thumbprint: string;
  /** `jti` of the assertion, if it has one, and when it expires (seconds). */
  readonly jti: string | undefined;
  readonly expires: number;
}

/** The decoded assertion; AADSTS50027 when it is no JWT. */
export function parseAssertion(assertion: string): DecodedJwt {
  const jwt = decodeJwt(assertion);
  if (!jwt) throw new LoginError("invalid_request", 50027, "JWT token is invalid or malformed.");
  return jwt;
}

/**
 * Verifies a JWT signed with a certificate's key against the certificates registered on the application or its
 * service principal.
 * Source: https://learn.microsoft.com/entra/identity-platform/certificate-credentials
 */
export function verifyCertificateAssertion(jwt: DecodedJwt, context: AssertionContext): ProvenCertificate {
  const { appId } = context.application;
  if (jwt.claims["iss"] !== appId || jwt.claims["sub"] !== appId) {
    throw new LoginError(
      "invalid_client",
      700021,
      "Client assertion application identifier doesn't match 'client_id' parameter.",
    );
  }
  const thumbprint = claimedThumbprint(jwt.header);
  const found = registeredKeys(context).find(({ certificate }) =>
    thumbprint.bytes.equals(thumbprint.of(certificate)),
  );
  if (!found) {
    const text =
      "The certificate with identifier used to sign the client assertion is not registered on application.";
    throw certificateRefused(text, "The key was not found.", thumbprint.hex);
  }
  checkKeyDates(found.key, thumbprint.hex, context.now);
  if (!signatureFits(jwt, found.certificate.publicKey)) {
    throw certificateRefused(
      "Client assertion failed signature validation.",
      "The provided signature value did not match the expected signature value.",
      thumbprint.hex,
    );
  }
  const expires = checkTimes(jwt.claims, context.now);
  checkAudience(jwt.claims, context);
  const jti = jwt.claims["jti"];
  return {
    keyId: found.key.keyId,
    thumbprint: found.certificate.sha1.toString("hex").toUpperCase(),
    jti: typeof jti === "string" ? jti : undefined,
    expires,
  };
}

/** An assertion by somebody else is a federated one. */
export function isFederated({ claims }: DecodedJwt): boolean {
  const { iss } = claims;
  return typeof iss === "string" && iss.startsWith("https://");
}

interface Thumbprint {
  readonly bytes: Buffer;
  readonly hex: string;
  readonly of: (certificate: Certificate) => Buffer;
}

/**
 * New clients name the certificate by `x5t#S256`, old ones by `x5t` (SHA-1), or by the same in `kid`: in hexadecimal digits, or
 * in base64 as the library of the Terraform providers does.
 * https://github.com/hashicorp/go-azure-sdk/blob/main/sdk/auth/client_credentials.go
 */
function claimedThumbprint(header: Claims): Thumbprint {
  const { "x5t#S256": sha256, x5t, kid } = header;
  if (typeof sha256 === "string") return thumbprintOf(Buffer.from(sha256, "base64url"), (c) => c.sha256);
  if (typeof x5t === "string") return thumbprintOf(Buffer.from(x5t, "base64url"), (c) => c.sha1);
  const name = typeof kid === "string" ? kid : "";
  const bytes = Buffer.from(name, /^[0-9a-f]{40}$/i.test(name) ? "hex" : "base64url");
  return thumbprintOf(bytes, (c) => c.sha1);
}

function thumbprintOf(bytes: Buffer, of: Thumbprint["of"]): Thumbprint {
  return { bytes, hex: bytes.toString("hex").toUpperCase(), of };
}

function registeredKeys(
  context: AssertionContext,
): readonly { key: KeyCredential; certificate: Certificate }[] {
  return [...context.application.keyCredentials, ...context.servicePrincipal.keyCredentials]
    .filter(({ type, usage }) => type === "AsymmetricX509Cert" && usage === "Verify")
    .map((key) => ({ key, certificate: readCertificate(Buffer.from(key.key, "base64")) }));
}

function checkKeyDates(key: KeyCredential, thumbprint: string, now: Date): void {
  const text = "Client assertion failed signature validation.";
  const dates = `Found key 'Start=${key.startDateTime}, End=${key.endDateTime}'`;
  if (now >= new Date(key.endDateTime)) {
    throw certificateRefused(text, `The key used is expired., ${dates}`, thumbprint);
  }
  if (now < new Date(key.startDateTime)) {
    throw certificateRefused(text, `The key used is not valid yet., ${dates}`, thumbprint);
  }
}

function signatureFits({ header, signingInput, signature }: DecodedJwt, key: KeyObject): boolean {
  // Entra takes RSA keys only, and no algorithm but these two.
  if (key.asymmetricKeyType !== "rsa") return false;
  if (header["alg"] === "RS256") return verify("RSA-SHA256", signingInput, key, signature);
  if (header["alg"] !== "PS256") return false;
  const padding = {
    key,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  };
  return verify("RSA-SHA256", signingInput, padding, signature);
}

function checkTimes(claims: Claims, now: Date): number {
  const seconds = now.getTime() / 1000;
  const expires = typeof claims["exp"] === "number" ? claims["exp"] : 0;
  const notBefore = typeof claims["nbf"] === "number" ? claims["nbf"] : 0;
  if (seconds >= expires + CLOCK_SKEW_SECONDS || seconds < notBefore - CLOCK_SKEW_SECONDS) {
    throw new LoginError(
      "invalid_client",
      700024,
      `Client assertion is not within its valid time range. Current time: ${now.toISOString()}, assertion valid ` +
        `from ${isoSeconds(notBefore)}, expiry time of assertion ${isoSeconds(expires)}. Review the documentation ` +
        "at https://learn.microsoft.com/entra/identity-platform/certificate-credentials",
    );
  }
  return expires;
}

/** Claims may hold numbers no date can. */
function isoSeconds(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? "an impossible date" : date.toISOString();
}

function checkAudience(claims: Claims, { audiences }: AssertionContext): void {
  const given: readonly unknown[] = Array.isArray(claims["aud"]) ? claims["aud"] : [claims["aud"]];
  if (given.some((audience) => typeof audience === "string" && audiences.includes(audience))) return;
  throw new LoginError(
    "invalid_client",
    700023,
    "Client assertion audience claim does not match Realm issuer. Review the documentation at " +
      "https://learn.microsoft.com/entra/identity-platform/certificate-credentials",
  );
}
