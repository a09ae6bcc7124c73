import { createPublicKey, verify, type JsonWebKey, type KeyObject } from "node:crypto";
import type { FederatedIdentityCredential } from "../tenant/directory-objects";
import type { Claims, DecodedJwt } from "./json-web-token";
import { LoginError } from "./login-error";

/** Whom the client trusts, and what is known of the issuers. */
export interface FederationContext {
  readonly credentials: readonly FederatedIdentityCredential[];
  /** Whether the client is an application: managed identities cannot trust managed identities. */
  readonly isApplication: boolean;
  /** Whether the tenant itself is the issuer. */
  isOwnIssuer(issuer: string): boolean;
  /** Whether the tenant signed this token, and for one of its managed identities. */
  isOfManagedIdentity(jwt: DecodedJwt): boolean;
  /** Keys of an issuer outside, which Entra would read from its discovery document. */
  keysOf(issuer: string): readonly JsonWebKey[] | undefined;
  readonly now: Date;
}

/** Issuers of other tenants: Entra knows them, and refuses them. */
const ENTRA = /^https:\/\/(?:login\.microsoftonline\.com|sts\.windows\.net)\//;

/** Entra tolerates clocks that differ by up to this much. */
const CLOCK_SKEW_SECONDS = 300;

/**
 * Exchanges the token of a caller from elsewhere: it must match a federated identity credential, letter by letter, and
 * be signed by its issuer.
 * Source: https://learn.microsoft.com/entra/workload-id/workload-identity-federation
 *
 * @returns the credential that matched
 */
export function verifyFederatedAssertion(
  jwt: DecodedJwt,
  context: FederationContext,
): FederatedIdentityCredential {
  const { iss, sub, aud } = jwt.claims;
  const issuer = String(iss);
  const matching = matchingCredential(context.credentials, { iss, sub, aud });
  if (context.isOwnIssuer(issuer)) checkOwnToken(jwt, context);
  else if (ENTRA.test(issuer)) {
    throw new LoginError(
      "invalid_client",
      700236,
      `Entra ID tokens issued by issuer '${issuer}' may not be used for federated identity credential flows for ` +
        "applications or managed identities registered in this tenant.",
    );
  } else checkForeignToken(jwt, issuer, context);
  checkTimes(jwt.claims, context.now);
  return matching;
}

function checkOwnToken(jwt: DecodedJwt, context: FederationContext): void {
  if (!context.isApplication) {
    throw new LoginError(
      "invalid_client",
      700222,
      "AAD-issued tokens may not be used for federated identity flows.",
    );
  }
  if (!context.isOfManagedIdentity(jwt)) {
    throw new LoginError(
      "invalid_client",
      700226,
      "Only MSI tokens may be used as Federated Identity Credentials for AAD issuer.",
    );
  }
}

/**
 * Sources: https://github.com/Azure/azure-workload-identity/issues/605 (90061),
 * https://github.com/Azure/azure-workload-identity/issues/1232 (7000272)
 */
function checkForeignToken(jwt: DecodedJwt, issuer: string, context: FederationContext): void {
  const keys = context.keysOf(issuer);
  if (!keys) throw new LoginError("invalid_request", 90061, "Request to External OIDC endpoint failed.");
  const { kid, alg } = jwt.header;
  const named = keys.filter((key) => key["kid"] === undefined || key["kid"] === kid);
  if (named.length === 0) {
    throw new LoginError(
      "invalid_client",
      7000272,
      `The certificate with identifier ${String(kid)} used to sign the federated credential could not be found in the ` +
        `metadata of identity provider ${issuer}. Please validate that your Identity Provider's metadata exposes the ` +
        "key used to sign the incoming token.",
    );
  }
  // Entra promises to take RS256 and nothing else.
  if (alg === "RS256" && named.some((key) => isSignedBy(jwt, publicKey(key)))) return;
  throw new LoginError("invalid_client", 700027, "Client assertion failed signature validation.");
}

function publicKey(key: JsonWebKey): KeyObject {
  return createPublicKey({ key, format: "jwk" });
}

function isSignedBy(jwt: DecodedJwt, key: KeyObject): boolean {
  return key.asymmetricKeyType === "rsa" && verify("RSA-SHA256", jwt.signingInput, key, jwt.signature);
}

function checkTimes(claims: Claims, now: Date): void {
  const seconds = now.getTime() / 1000;
  const { exp, nbf = 0 } = claims;
  const inTime =
    typeof exp === "number" &&
    typeof nbf === "number" &&
    seconds < exp + CLOCK_SKEW_SECONDS &&
    seconds >= nbf - CLOCK_SKEW_SECONDS;
  if (inTime) return;
  throw new LoginError("invalid_client", 700024, "Client assertion is not within its valid time range.");
}

/**
 * The credential that fits letter by letter; what is said otherwise names the first of issuer, audience and subject that
 * no credential has.
 * Sources: https://learn.microsoft.com/entra/identity-platform/reference-breaking-changes#federated-identity-credentials-now-use-case-sensitive-matching,
 * https://github.com/Azure/azure-workload-identity/issues/1350 (700211), https://github.com/Azure/login/issues/482 (700213),
 * https://github.com/Azure/login/issues/515 (7002138)
 *
 * @throws LoginError AADSTS700211, 700212, 700213 or 7002138
 */
function matchingCredential(
  credentials: readonly FederatedIdentityCredential[],
  { iss, sub, aud }: Claims,
): FederatedIdentityCredential {
  const ofIssuer = credentials.filter(({ issuer }) => issuer === iss);
  if (ofIssuer.length === 0) throw noMatch(700211, "issuer", iss);
  const forAudience = ofIssuer.filter(({ audiences }) => audiences.includes(String(aud)));
  if (forAudience.length === 0) throw noMatch(700212, "audience", aud);
  const found = forAudience.find(({ subject }) => subject === sub);
  if (found) return found;
  const lower = String(sub).toLowerCase();
  if (!forAudience.some(({ subject }) => subject.toLowerCase() === lower))
    throw noMatch(700213, "subject", sub);
  throw noMatch(
    7002138,
    "subject",
    sub,
    " The subject matches with case-insensitive comparison, but not with case-sensitive comparison.",
  );
}

function noMatch(number: number, part: string, given: unknown, more = ""): LoginError {
  return new LoginError(
    "invalid_client",
    number,
    `No matching federated identity record found for presented assertion ${part} '${String(given)}'.${more} Check ` +
      "your federated identity credential Subject, Audience and Issuer against the presented assertion. " +
      "https://learn.microsoft.com/entra/workload-id/workload-identity-federation",
  );
}
