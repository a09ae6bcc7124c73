import type { AudienceRestriction, AudiencesConfiguration } from "../tenant/app-management-policies";
import { DEFAULT_POLICY_ID } from "../tenant/app-management-policies";
import { isExemptActor, type PolicyTarget } from "./app-management-enforcement";
import { isObject, type GraphCall } from "./call";
import { GraphError, invalidValue } from "./graph-error";
import { readExcludedActors, STATES } from "./restrictions";
import { oneOf, optionalDateTimeText, refuseUnknownProperties } from "./values";

/** Which restrictions stand against an audience. */
const RESTRICTIONS: Readonly<Record<string, readonly (keyof AudiencesConfiguration)[]>> = {
  AzureADMultipleOrgs: ["azureAdMultipleOrgs"],
  AzureADandPersonalMicrosoftAccount: ["azureAdMultipleOrgs", "personalMicrosoftAccount"],
  PersonalMicrosoftAccount: ["personalMicrosoftAccount"],
};

/**
 * Reads `audiences` of a policy (beta).
 * Source: https://learn.microsoft.com/graph/api/resources/audiencesconfiguration?view=graph-rest-beta
 */
export function readAudiences(
  value: unknown,
  before: AudiencesConfiguration | null | undefined,
): AudiencesConfiguration | null {
  if (value === undefined || value === null) return null;
  if (!isObject(value)) throw invalidValue("audiences");
  refuseUnknownProperties(value, ["azureAdMultipleOrgs", "personalMicrosoftAccount"]);
  return {
    azureAdMultipleOrgs: readAudience(value["azureAdMultipleOrgs"], before?.azureAdMultipleOrgs ?? null),
    personalMicrosoftAccount: readAudience(
      value["personalMicrosoftAccount"],
      before?.personalMicrosoftAccount ?? null,
    ),
  };
}

function readAudience(value: unknown, before: AudienceRestriction | null): AudienceRestriction | null {
  if (value === undefined || value === null) return null;
  if (!isObject(value)) throw invalidValue("audiences");
  refuseUnknownProperties(value, [
    "state",
    "restrictForAppsCreatedAfterDateTime",
    "isStateSetByMicrosoft",
    "excludeActors",
  ]);
  const state = oneOf(value["state"], STATES, "state");
  return {
    state,
    restrictForAppsCreatedAfterDateTime: optionalDateTimeText(value, "restrictForAppsCreatedAfterDateTime"),
    isStateSetByMicrosoft: before?.isStateSetByMicrosoft === true && before.state === state,
    excludeActors: readExcludedActors(value["excludeActors"]),
  };
}

/** Refuses an audience the policies in force do not let an application have. */
export function checkAudience(call: GraphCall, target: PolicyTarget, audience: string): void {
  for (const name of RESTRICTIONS[audience] ?? []) {
    const policyId = forbiddingPolicy(call, target, name);
    if (policyId === undefined) continue;
    throw new GraphError(
      400,
      "SignInAudienceNotAllowedAsPerAppPolicy",
      `SignInAudience value '${audience}' is not allowed as per assigned policy '${policyId}'.`,
    );
  }
}

/** As for credentials: the custom policy decides where it says something, otherwise the tenant's default. */
function forbiddingPolicy(
  call: GraphCall,
  target: PolicyTarget,
  name: keyof AudiencesConfiguration,
): string | undefined {
  const { tenant } = call;
  const custom = tenant.appManagementPolicies.get(target.appManagementPolicyId ?? "");
  const customEntry = custom?.isEnabled
    ? custom.restrictions.applicationRestrictions?.audiences?.[name]
    : undefined;
  if (custom && customEntry) return binds(call, target, customEntry) ? custom.id : undefined;
  const fallback = tenant.defaultAppManagementPolicy;
  const entry = fallback.isEnabled ? fallback.applicationRestrictions.audiences?.[name] : undefined;
  return entry && binds(call, target, entry) ? DEFAULT_POLICY_ID : undefined;
}

function binds(call: GraphCall, target: PolicyTarget, restriction: AudienceRestriction): boolean {
  if (restriction.state !== "enabled" || isExemptActor(call, restriction)) return false;
  const cutOff = restriction.restrictForAppsCreatedAfterDateTime;
  return cutOff === null || new Date(target.createdDateTime ?? 0) > new Date(cutOff);
}
