import type { Field, Fields } from "../fields";
import { notEmpty } from "./identifiers";

// The schema of azuread.ConditionalAccessPolicy and the names Graph has for its parts.

const TEXTS: Field = { type: "texts", problem: notEmpty };
const FILTER: Field = {
  type: "object",
  fields: {
    mode: { type: "text", required: true, oneOf: ["exclude", "include"] },
    rule: { type: "text", required: true, problem: notEmpty },
  },
};
const RISK_LEVELS: Field = {
  type: "texts",
  oneOf: ["hidden", "high", "low", "medium", "none", "unknownFutureValue"],
};
const GUESTS: Field = {
  type: "objects",
  fields: {
    guestOrExternalUserTypes: { type: "texts", required: true },
    externalTenants: {
      type: "objects",
      fields: {
        membershipKind: { type: "text", required: true, oneOf: ["all", "enumerated"] },
        members: TEXTS,
      },
    },
  },
};
const PLATFORMS: Field = {
  type: "texts",
  oneOf: ["all", "android", "iOS", "linux", "macOS", "unknownFutureValue", "windows", "windowsPhone"],
};

type Names = readonly (readonly [ours: string, graphs: string])[];

export const APPLICATIONS: Names = [
  ["includedApplications", "includeApplications"],
  ["excludedApplications", "excludeApplications"],
  ["includedUserActions", "includeUserActions"],
  ["filter", "applicationFilter"],
];
export const CLIENT_APPLICATIONS: Names = [
  ["includedServicePrincipals", "includeServicePrincipals"],
  ["excludedServicePrincipals", "excludeServicePrincipals"],
  ["filter", "servicePrincipalFilter"],
];
export const USERS: Names = [
  ["includedUsers", "includeUsers"],
  ["excludedUsers", "excludeUsers"],
  ["includedGroups", "includeGroups"],
  ["excludedGroups", "excludeGroups"],
  ["includedRoles", "includeRoles"],
  ["excludedRoles", "excludeRoles"],
];
export const LOCATIONS: Names = [
  ["includedLocations", "includeLocations"],
  ["excludedLocations", "excludeLocations"],
];
export const PLATFORM_NAMES: Names = [
  ["includedPlatforms", "includePlatforms"],
  ["excludedPlatforms", "excludePlatforms"],
];
export const DEVICES: Names = [["filter", "deviceFilter"]];
export const GRANT_CONTROLS: Names = [
  ["operator", "operator"],
  ["builtInControls", "builtInControls"],
  ["customAuthenticationFactors", "customAuthenticationFactors"],
  ["termsOfUses", "termsOfUse"],
];
export const CONDITION_LISTS = [
  "clientAppTypes",
  "servicePrincipalRiskLevels",
  "signInRiskLevels",
  "userRiskLevels",
] as const;

const CONDITIONS: Fields = {
  applications: {
    type: "object",
    required: true,
    fields: {
      includedApplications: TEXTS,
      excludedApplications: TEXTS,
      includedUserActions: TEXTS,
      filter: FILTER,
    },
  },
  authenticationFlowTransferMethods: {
    type: "texts",
    unordered: true,
    oneOf: ["authenticationTransfer", "deviceCodeFlow"],
  },
  clientApplications: {
    type: "object",
    fields: { includedServicePrincipals: TEXTS, excludedServicePrincipals: TEXTS, filter: FILTER },
  },
  users: {
    type: "object",
    required: true,
    fields: {
      ...Object.fromEntries(USERS.map(([name]) => [name, TEXTS])),
      includedGuestsOrExternalUsers: GUESTS,
      excludedGuestsOrExternalUsers: GUESTS,
    },
  },
  clientAppTypes: {
    type: "texts",
    required: true,
    oneOf: [
      "all",
      "browser",
      "easSupported",
      "exchangeActiveSync",
      "mobileAppsAndDesktopClients",
      "other",
      "unknownFutureValue",
    ],
  },
  devices: { type: "object", fields: { filter: FILTER } },
  locations: {
    type: "object",
    fields: { includedLocations: { ...TEXTS, required: true }, excludedLocations: TEXTS },
  },
  platforms: {
    type: "object",
    fields: { includedPlatforms: { ...PLATFORMS, required: true }, excludedPlatforms: PLATFORMS },
  },
  servicePrincipalRiskLevels: RISK_LEVELS,
  signInRiskLevels: RISK_LEVELS,
  userRiskLevels: RISK_LEVELS,
  insiderRiskLevels: { type: "text", computed: true, oneOf: ["minor", "moderate", "elevated"] },
};

export const POLICY_FIELDS: Fields = {
  displayName: { type: "text", required: true, problem: notEmpty },
  state: {
    type: "text",
    required: true,
    oneOf: ["disabled", "enabled", "enabledForReportingButNotEnforced"],
  },
  conditions: { type: "object", required: true, fields: CONDITIONS },
  grantControls: {
    type: "object",
    fields: {
      operator: { type: "text", required: true, oneOf: ["AND", "OR"] },
      authenticationStrengthPolicyId: { type: "text" },
      builtInControls: {
        type: "texts",
        oneOf: [
          "approvedApplication",
          "block",
          "compliantApplication",
          "compliantDevice",
          "domainJoinedDevice",
          "mfa",
          "passwordChange",
          "riskRemediation",
          "unknownFutureValue",
        ],
      },
      customAuthenticationFactors: TEXTS,
      termsOfUses: TEXTS,
    },
  },
  sessionControls: {
    type: "object",
    fields: {
      applicationEnforcedRestrictionsEnabled: { type: "flag" },
      cloudAppSecurityPolicy: {
        type: "text",
        oneOf: ["blockDownloads", "mcasConfigured", "monitorOnly", "unknownFutureValue"],
      },
      disableResilienceDefaults: { type: "flag" },
      persistentBrowserMode: { type: "text", oneOf: ["always", "never"] },
      signInFrequency: { type: "number" },
      signInFrequencyAuthenticationType: {
        type: "text",
        computed: true,
        oneOf: ["primaryAndSecondaryAuthentication", "secondaryAuthentication"],
      },
      signInFrequencyInterval: { type: "text", computed: true, oneOf: ["everyTime", "timeBased"] },
      signInFrequencyPeriod: { type: "text", oneOf: ["days", "hours"] },
    },
  },
};
