import type { CloudAddresses } from "../cloud/addresses";
import type { ServicePrincipalRecord } from "../tenant/directory-objects";
import { MICROSOFT_SERVICES } from "../tenant/microsoft-services";
import type { Tenant } from "../tenant/tenant";
import { LoginError, missingParameter } from "./login-error";

/** What a token is asked for, and how its audience is written. */
export interface TokenResource {
  readonly principal: ServicePrincipalRecord;
  readonly audience: string;
  readonly version: 1 | 2;
}

const DEFAULT = "/.default";

/** About people, and so without meaning here; MSAL for Go sends them along all the same. */
const OPEN_ID_SCOPES = ["openid", "profile", "email", "offline_access"];

/**
 * Name of the resource a form asks a token for: `resource` at the version 1 endpoint, `<resource>/.default` as the only
 * `scope` at version 2.
 *
 * @throws LoginError
 */
export function requestedResource(form: URLSearchParams, version: 1 | 2): string {
  if (version === 1) {
    const resource = form.get("resource") ?? "";
    if (resource === "") throw missingParameter("resource");
    return withoutSlash(resource.trim());
  }
  if (form.has("resource")) {
    throw new LoginError("invalid_request", 901002, "The 'resource' request parameter is not supported.");
  }
  const scope = form.get("scope") ?? "";
  if (scope === "") throw missingParameter("scope");
  const scopes = scope.split(/\s+/).filter((part) => part !== "" && !OPEN_ID_SCOPES.includes(part));
  const [only = ""] = scopes;
  const wrong = scopes.length === 0 ? scope : scopes.find((part) => !part.endsWith(DEFAULT));
  if (wrong !== undefined) {
    throw new LoginError(
      "invalid_scope",
      1002012,
      `The provided value for scope ${wrong} is not valid. Client credential flows must have a scope value with ` +
        "/.default suffixed to the resource identifier (application ID URI).",
    );
  }
  if (scopes.length > 1) {
    throw new LoginError(
      "invalid_request",
      28000,
      `Provided value for the input parameter scope is not valid because it contains more than one resource. ` +
        `Scope ${scope} is not valid.`,
    );
  }
  return withoutSlash(only.slice(0, -DEFAULT.length));
}

/**
 * The service principal a name stands for: app id, app id URI, or the address this cloud's own service has here.
 *
 * @throws LoginError AADSTS500011
 */
export function findResource(tenant: Tenant, addresses: CloudAddresses, name: string): TokenResource {
  const wanted = withoutSlash(name);
  const principal = [...tenant.servicePrincipals.values()].find((candidate) =>
    namesOf(tenant, addresses, candidate).includes(wanted),
  );
  if (!principal) {
    throw new LoginError(
      "invalid_resource",
      500011,
      `The resource principal named ${wanted} was not found in the tenant named ${tenant.domain}. This can ` +
        "happen if the application has not been installed by the administrator of the tenant or consented to by " +
        "any user in the tenant. You might have sent your authentication request to the wrong tenant.",
    );
  }
  return { principal, ...audienceOf(tenant, principal, wanted) };
}

export function withoutSlash(name: string): string {
  return name.replace(/\/+$/, "");
}

function namesOf(
  tenant: Tenant,
  addresses: CloudAddresses,
  principal: ServicePrincipalRecord,
): readonly string[] {
  const application = tenant.applicationByAppId(principal.appId);
  const names = application?.properties["identifierUris"] ?? principal.properties["servicePrincipalNames"];
  return [
    principal.appId,
    ...(Array.isArray(names) ? names.map(String) : []),
    ...addresses.namesOf(principal.appId),
  ].map(withoutSlash);
}

/** A Microsoft service gets version 1 tokens for its URI, an application what it asks for. */
function audienceOf(
  tenant: Tenant,
  { appId }: ServicePrincipalRecord,
  name: string,
): { audience: string; version: 1 | 2 } {
  const service = MICROSOFT_SERVICES.find((candidate) => candidate.appId === appId);
  if (service) return { audience: name === appId ? appId : service.audience, version: 1 };
  const api = tenant.applicationByAppId(appId)?.properties["api"];
  const version =
    typeof api === "object" && api !== null && "requestedAccessTokenVersion" in api
      ? api.requestedAccessTokenVersion
      : 1;
  return version === 2 ? { audience: appId, version: 2 } : { audience: name, version: 1 };
}
