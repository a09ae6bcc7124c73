import type { Tenant } from "../tenant/tenant";
import { LoginError } from "./login-error";

/** Names of the public cloud's login service; tokens are cached under the second. */
const PUBLIC_ALIASES = [
  "login.microsoftonline.com",
  "login.windows.net",
  "login.microsoft.com",
  "sts.windows.net",
] as const;
const [PUBLIC_NETWORK, PUBLIC_CACHE] = PUBLIC_ALIASES;

/** The login door's address as the client called it: its own, or a public name through the tunnel. */
export function baseUrlOf(host: string | undefined, loginUrl: string): string {
  const name = (host ?? "").toLowerCase().replace(/:443$/, "");
  return isPublic(name) ? `https://${name}` : loginUrl;
}

/** OpenID configuration of the tenant. The endpoints for people are named, as clients expect, but not served. */
export function openIdConfiguration(tenant: Tenant, baseUrl: string, version: 1 | 2): unknown {
  const base = `${baseUrl}/${tenant.id}`;
  const [oauth2, keys] =
    version === 2 ? ["oauth2/v2.0", "discovery/v2.0/keys"] : ["oauth2", "discovery/keys"];
  return {
    token_endpoint: `${base}/${oauth2}/token`,
    token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
    jwks_uri: `${base}/${keys}`,
    response_modes_supported: ["query", "fragment", "form_post"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
    response_types_supported: ["code", "id_token", "code id_token", "id_token token"],
    scopes_supported: version === 2 ? ["openid", "profile", "email", "offline_access"] : ["openid"],
    issuer: version === 2 ? `${base}/v2.0` : `https://sts.windows.net/${tenant.id}/`,
    request_uri_parameter_supported: false,
    userinfo_endpoint: `${tenant.graphUrl}/oidc/userinfo`,
    authorization_endpoint: `${base}/${oauth2}/authorize`,
    device_authorization_endpoint: `${base}/${oauth2}/devicecode`,
    end_session_endpoint: `${base}/${oauth2}/logout`,
    claims_supported: ["sub", "iss", "aud", "exp", "iat", "tid", "ver", "oid"],
    tenant_region_scope: null,
    cloud_instance_name: "microsoftonline.com",
    cloud_graph_host_name: "graph.windows.net",
    msgraph_host: new URL(tenant.graphUrl).host,
    rbac_url: "https://pas.windows.net",
  };
}

/**
 * Instance discovery: the public cloud's names, and the login door's own.
 *
 * @param asked the authorization endpoint a client wants to be sure of, whose host must be one of them
 * @throws LoginError AADSTS50049 when it is not
 */
export function instanceDiscovery(baseUrl: string, loginUrl: string, asked: string | null): unknown {
  const { host, hostname, origin } = new URL(loginUrl);
  const endpoint = asked === null ? `${baseUrl}/common/oauth2/v2.0/authorize` : asked;
  const wanted = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  // MSAL for Python names the host without its port.
  const own = wanted?.host === host || wanted?.host === hostname;
  if (wanted === undefined || !(isPublic(wanted.host) || own)) {
    throw new LoginError("invalid_instance", 50049, "Unknown or invalid instance.");
  }
  const [, realm = "common"] = wanted.pathname.split("/");
  return {
    tenant_discovery_endpoint: `${own ? origin : wanted.origin}/${realm}/v2.0/.well-known/openid-configuration`,
    "api-version": "1.1",
    metadata: [
      { preferred_network: PUBLIC_NETWORK, preferred_cache: PUBLIC_CACHE, aliases: PUBLIC_ALIASES },
      { preferred_network: host, preferred_cache: host, aliases: [host] },
    ],
  };
}

function isPublic(host: string): boolean {
  return PUBLIC_ALIASES.some((alias) => alias === host);
}
