import type { IdentifierUriConfiguration, IdentifierUriRestriction } from "../tenant/app-management-policies";
import { isExemptActor } from "./app-management-enforcement";
import { isObject, type GraphCall, type Json } from "./call";
import { GraphError } from "./graph-error";

interface UriTarget {
  readonly appId: string;
  readonly createdDateTime: string | null;
  readonly appManagementPolicyId: string | undefined;
  readonly properties: Json;
}

/**
 * Holds new application id URIs against the two restrictions on them.
 * Source: https://learn.microsoft.com/entra/identity-platform/identifier-uri-restrictions
 */
export function checkIdentifierUris(call: GraphCall, target: UriTarget, added: readonly string[]): void {
  const defaultForms = [`api://${target.appId}`, `api://${call.tenant.id}/${target.appId}`];
  for (const uri of added) {
    if (restricts(call, target, "nonDefaultUriAddition") && !defaultForms.includes(uri)) throw blocked(uri);
    if (
      restricts(call, target, "uriAdditionWithoutUniqueTenantIdentifier") &&
      !namesTenant(call, target, uri)
    ) {
      throw blocked(uri);
    }
  }
}

/** The application id, the tenant id or a domain of the tenant makes a URI unique to it. */
function namesTenant(call: GraphCall, target: UriTarget, uri: string): boolean {
  const host = URL.canParse(uri) ? new URL(uri).hostname : "";
  return (
    uri.includes(target.appId) ||
    uri.includes(call.tenant.id) ||
    host === call.tenant.domain ||
    host.endsWith(`.${call.tenant.domain}`)
  );
}

function restricts(call: GraphCall, target: UriTarget, name: keyof IdentifierUriConfiguration): boolean {
  const { tenant } = call;
  const custom = tenant.appManagementPolicies.get(target.appManagementPolicyId ?? "");
  const customEntry = custom?.isEnabled
    ? custom.restrictions.applicationRestrictions?.identifierUris?.[name]
    : undefined;
  if (customEntry) return binds(call, target, customEntry);
  const fallback = tenant.defaultAppManagementPolicy;
  const entry = fallback.isEnabled ? fallback.applicationRestrictions.identifierUris?.[name] : undefined;
  return entry ? binds(call, target, entry) : false;
}

function binds(call: GraphCall, target: UriTarget, restriction: IdentifierUriRestriction): boolean {
  if (isExemptActor(call, restriction)) return false;
  const api = target.properties["api"];
  const receivesV2 = isObject(api) && api["requestedAccessTokenVersion"] === 2;
  const cutOff = restriction.restrictForAppsCreatedAfterDateTime;
  return (
    restriction.state === "enabled" &&
    !(restriction.excludeAppsReceivingV2Tokens && receivesV2) &&
    !(restriction.excludeSaml && isSaml(call, target)) &&
    (cutOff === null || new Date(target.createdDateTime ?? 0) > new Date(cutOff))
  );
}

/** An application signs people in with SAML when its service principal is set up for it. */
function isSaml({ tenant }: GraphCall, { appId }: UriTarget): boolean {
  return tenant.servicePrincipalByAppId(appId)?.properties["preferredSingleSignOnMode"] === "saml";
}

/** The code is not documented; Microsoft's text names the allowed forms and links here. */
function blocked(uri: string): GraphError {
  return new GraphError(
    400,
    "Request_BadRequest",
    `The newly added URI ${uri} must contain a verified domain of the organization, its tenant id or the app id, ` +
      "as per the app management policy of your organization. See https://aka.ms/identifier-uri-addition-error.",
  );
}
