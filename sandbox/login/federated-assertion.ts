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
  const matching = context.credentials.find(
    (credential) =>
      credential.issuer === iss && credential.subject === sub && credential.audiences.includes(String(aud)),
  );
  if (!matching) throw noMatch(jwt.claims);
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

function checkForeignToken(jwt: DecodedJwt, issuer: string, context: FederationContext): void {
  const keys = context.keysOf(issuer);
  if (!keys) throw new LoginError("invalid_request", 50166, "Request to External OIDC endpoint failed.");
  const named = keys.filter(({ kid }) => kid === undefined || kid === jwt.header["kid"]);
  // Entra promises to take RS256 and nothing else.
  if (jwt.header["alg"] === "RS256" && named.some((key) => isSignedBy(jwt, publicKey(key)))) return;
  throw new LoginError(
    "invalid_client",
    5000224,
    "Client assertion failed signature validation: the token was not signed by a key of its issuer.",
  );
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

function noMatch({ iss, sub, aud }: Claims): LoginError {
  return new LoginError(
    "invalid_client",
    70021,
    `No matching federated identity record found for presented assertion. Assertion Issuer: '${String(iss)}'. ` +
      `Assertion Subject: '${String(sub)}'. Assertion Audience: '${String(aud)}'.`,
  );
}
