import { child, children, flag, isZero, number, text, texts } from "../property-readers";
import type { PropertyMap, PropertyValue } from "../property-values";
import {
  APPLICATIONS,
  CLIENT_APPLICATIONS,
  CONDITION_LISTS,
  DEVICES,
  GRANT_CONTROLS,
  LOCATIONS,
  PLATFORM_NAMES,
  USERS,
} from "./conditional-access-schema";
import { renameFromGraph, renameToGraph } from "./graph-mapping";

const STRENGTHS = "/policies/authenticationStrengthPolicies/";

/** The policy as the provider sends it: every condition, absent ones as null, so that an update takes them away. */
export function policyBody(inputs: PropertyMap): PropertyMap {
  return {
    displayName: inputs["displayName"],
    state: inputs["state"],
    conditions: conditionsBody(child(inputs, "conditions") ?? {}),
    grantControls: grantControlsBody(child(inputs, "grantControls")),
    sessionControls: sessionControlsBody(child(inputs, "sessionControls")),
  };
}

/** The policy as Graph has it, in the provider's names. */
export function policyOutputs(policy: PropertyMap): PropertyMap {
  const grantControls = child(policy, "grantControls");
  const sessionControls = child(policy, "sessionControls");
  return {
    objectId: policy["id"],
    displayName: policy["displayName"],
    state: policy["state"],
    conditions: conditions(child(policy, "conditions") ?? {}),
    ...(grantControls && { grantControls: grantControlsOutputs(grantControls) }),
    ...(sessionControls && { sessionControls: sessionControlsOutputs(sessionControls) }),
  };
}

function conditionsBody(given: PropertyMap): PropertyMap {
  const users = child(given, "users") ?? {};
  const methods = texts(given, "authenticationFlowTransferMethods") ?? [];
  return {
    ...Object.fromEntries(CONDITION_LISTS.map((name) => [name, given[name] ?? []])),
    applications: renameToGraph(child(given, "applications") ?? {}, APPLICATIONS),
    users: {
      ...renameToGraph(users, USERS),
      includeGuestsOrExternalUsers: guestsBody(children(users, "includedGuestsOrExternalUsers")[0]),
      excludeGuestsOrExternalUsers: guestsBody(children(users, "excludedGuestsOrExternalUsers")[0]),
    },
    clientApplications: renamed(child(given, "clientApplications"), CLIENT_APPLICATIONS),
    locations: renamed(child(given, "locations"), LOCATIONS),
    platforms: renamed(child(given, "platforms"), PLATFORM_NAMES),
    devices: renamed(child(given, "devices"), DEVICES),
    authenticationFlows: methods.length > 0 ? { transferMethods: methods.join(",") } : null,
    ...(given["insiderRiskLevels"] !== undefined && { insiderRiskLevels: given["insiderRiskLevels"] }),
  };
}

function conditions(given: PropertyMap): PropertyMap {
  const users = child(given, "users");
  const guests = users && {
    ...guestsOutputs("includedGuestsOrExternalUsers", child(users, "includeGuestsOrExternalUsers")),
    ...guestsOutputs("excludedGuestsOrExternalUsers", child(users, "excludeGuestsOrExternalUsers")),
  };
  const methods = text(child(given, "authenticationFlows") ?? {}, "transferMethods");
  const block = (name: string, table: Parameters<typeof renameFromGraph>[1]): PropertyMap => {
    const value = child(given, name);
    return value ? { [name]: renameFromGraph(value, table) } : {};
  };
  return {
    ...Object.fromEntries(CONDITION_LISTS.map((name) => [name, given[name] ?? []])),
    ...block("applications", APPLICATIONS),
    ...block("clientApplications", CLIENT_APPLICATIONS),
    ...block("locations", LOCATIONS),
    ...block("platforms", PLATFORM_NAMES),
    ...block("devices", DEVICES),
    ...(users && { users: { ...renameFromGraph(users, USERS), ...guests } }),
    ...(methods && { authenticationFlowTransferMethods: methods.split(",") }),
    insiderRiskLevels: given["insiderRiskLevels"] ?? "",
  };
}

function grantControlsBody(given: PropertyMap | undefined): PropertyValue {
  if (!given) return null;
  const strength = text(given, "authenticationStrengthPolicyId");
  return {
    builtInControls: [],
    customAuthenticationFactors: [],
    termsOfUse: [],
    ...renameToGraph(given, GRANT_CONTROLS),
    ...(strength && { authenticationStrength: { id: strength.replace(STRENGTHS, "") } }),
  };
}

function grantControlsOutputs(given: PropertyMap): PropertyMap {
  const strength = text(child(given, "authenticationStrength") ?? {}, "id");
  return {
    ...renameFromGraph(given, GRANT_CONTROLS),
    ...(strength && { authenticationStrengthPolicyId: STRENGTHS + strength }),
  };
}

/** Graph refuses session controls without effect; null is how they are taken away. */
function sessionControlsBody(given: PropertyMap | undefined): PropertyValue {
  if (!given || isZero(given)) return null;
  const interval = text(given, "signInFrequencyInterval");
  const frequency = number(given, "signInFrequency") ?? 0;
  const everyTime = interval === "everyTime";
  const cloudAppSecurityType = text(given, "cloudAppSecurityPolicy");
  const mode = text(given, "persistentBrowserMode");
  return {
    ...(!everyTime && {
      applicationEnforcedRestrictions: {
        isEnabled: flag(given, "applicationEnforcedRestrictionsEnabled") ?? false,
      },
      disableResilienceDefaults: flag(given, "disableResilienceDefaults") ?? false,
    }),
    ...(cloudAppSecurityType && { cloudAppSecurity: { isEnabled: true, cloudAppSecurityType } }),
    ...(mode && { persistentBrowser: { isEnabled: true, mode } }),
    ...((frequency > 0 || everyTime) && {
      signInFrequency: {
        isEnabled: true,
        value: frequency > 0 ? frequency : null,
        type: given["signInFrequencyPeriod"] ?? null,
        authenticationType: given["signInFrequencyAuthenticationType"] ?? "primaryAndSecondaryAuthentication",
        frequencyInterval: interval ?? "timeBased",
      },
    }),
  };
}

function sessionControlsOutputs(given: PropertyMap): PropertyMap {
  const frequency = child(given, "signInFrequency") ?? {};
  const cloudAppSecurity = child(given, "cloudAppSecurity") ?? {};
  return {
    applicationEnforcedRestrictionsEnabled:
      flag(child(given, "applicationEnforcedRestrictions") ?? {}, "isEnabled") ?? false,
    disableResilienceDefaults: flag(given, "disableResilienceDefaults") ?? false,
    ...renameFromGraph(cloudAppSecurity, [["cloudAppSecurityPolicy", "cloudAppSecurityType"]]),
    ...renameFromGraph(child(given, "persistentBrowser") ?? {}, [["persistentBrowserMode", "mode"]]),
    ...renameFromGraph(frequency, [
      ["signInFrequency", "value"],
      ["signInFrequencyPeriod", "type"],
    ]),
    signInFrequencyAuthenticationType: text(frequency, "authenticationType") ?? "",
    signInFrequencyInterval: text(frequency, "frequencyInterval") ?? "",
  };
}

function guestsBody(given: PropertyMap | undefined): PropertyValue {
  if (!given) return null;
  const tenants = children(given, "externalTenants")[0];
  const kind = tenants && text(tenants, "membershipKind");
  return {
    guestOrExternalUserTypes: (texts(given, "guestOrExternalUserTypes") ?? []).join(","),
    externalTenants: tenants
      ? {
          "@odata.type": `#microsoft.graph.conditionalAccess${kind === "enumerated" ? "Enumerated" : "All"}ExternalTenants`,
          membershipKind: kind,
          ...(kind === "enumerated" && { members: tenants["members"] ?? [] }),
        }
      : null,
  };
}

function guestsOutputs(name: string, given: PropertyMap | undefined): PropertyMap {
  if (!given) return {};
  const tenants = child(given, "externalTenants");
  const types = (text(given, "guestOrExternalUserTypes") ?? "").split(",").map((each) => each.trim());
  return {
    [name]: [
      {
        guestOrExternalUserTypes: types,
        externalTenants: tenants
          ? [{ membershipKind: tenants["membershipKind"], members: tenants["members"] ?? [] }]
          : [],
      },
    ],
  };
}

function renamed(
  given: PropertyMap | undefined,
  table: Parameters<typeof renameToGraph>[1],
): PropertyMap | null {
  return given ? renameToGraph(given, table) : null;
}
