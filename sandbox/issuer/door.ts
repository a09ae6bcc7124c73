import type { IncomingMessage } from "node:http";
import { sendJson, type DoorRequest } from "../tls/https-door";
import { GITHUB_ISSUER, type OpenIdIssuers } from "./open-id-issuers";

const DISCOVERY = "/.well-known/openid-configuration";
const KEYS = "/.well-known/jwks";

/**
 * The issuer door: discovery document and keys of every issuer whose address it is, and the calls by which a job of
 * GitHub Actions or Azure Pipelines gets its token.
 */
export function issuerRequestHandler(issuers: OpenIdIssuers): (door: DoorRequest) => void {
  return ({ request, response, url }) => {
    const { method } = request;
    const { pathname, searchParams } = url;
    if (method === "GET" && pathname.endsWith(DISCOVERY)) {
      sendJson(
        response,
        200,
        discovery(`${baseOf(issuers, request)}${pathname.slice(0, -DISCOVERY.length)}`),
      );
    } else if (method === "GET" && pathname.endsWith(KEYS)) {
      sendJson(response, 200, { keys: [issuers.publicKey()] });
    } else if (method === "GET" && pathname === "/github/idtoken") {
      answer(searchParams.get("audience") ?? undefined, (value) => ({ count: value.length, value }));
    } else if (method === "POST" && pathname === "/pipelines/oidctoken") {
      answer(undefined, (oidcToken) => ({ oidcToken }));
    } else {
      sendJson(response, 404, { message: "The sandbox's issuer door does not serve this address." });
    }

    function answer(audience: string | undefined, body: (token: string) => object): void {
      const requestToken = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? "";
      const token = issuers.exchange(requestToken, audience);
      if (token === undefined) sendJson(response, 401, { message: "The request token is missing or wrong." });
      else sendJson(response, 200, body(token));
    }
  };
}

function baseOf(issuers: OpenIdIssuers, { headers }: IncomingMessage): string {
  return headers.host === new URL(GITHUB_ISSUER).host ? GITHUB_ISSUER : issuers.url;
}

/** @see https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata */
function discovery(issuer: string): object {
  return {
    issuer,
    jwks_uri: `${issuer}${KEYS}`,
    subject_types_supported: ["public"],
    response_types_supported: ["id_token"],
    id_token_signing_alg_values_supported: ["RS256"],
    scopes_supported: ["openid"],
    claims_supported: ["sub", "aud", "exp", "iat", "iss", "jti", "nbf"],
  };
}
