import type { Fields } from "../fields";
import { child, flag, isZero, text } from "../property-readers";
import { isList, isMap, type PropertyMap, type PropertyValue } from "../property-values";
import { graphPermissionScopes, permissionScopes } from "./app-roles";
import { emptyAsAbsent, type Mapping } from "./graph-mapping";
import { guidProblem, notEmpty, webUrlProblem } from "./identifiers";

// The nested blocks of azuread.Application: each with its schema and its translation to and from Graph.

const REDIRECT_URIS: Fields = { redirectUris: { type: "texts", unordered: true, maxItems: 256 } };

const OPTIONAL_CLAIM: Fields = {
  name: { type: "text", required: true, problem: notEmpty },
  additionalProperties: { type: "texts", unordered: true },
  essential: { type: "flag" },
  source: { type: "text", problem: notEmpty },
};

export const APP_ROLE_FIELDS: Fields = {
  id: { type: "text", required: true, problem: guidProblem },
  allowedMemberTypes: {
    type: "texts",
    required: true,
    unordered: true,
    oneOf: ["Application", "User"],
  },
  description: { type: "text", required: true, problem: notEmpty },
  displayName: { type: "text", required: true, problem: notEmpty },
  enabled: { type: "flag", default: true },
  value: { type: "text" },
};

export const BLOCK_FIELDS: Fields = {
  api: {
    type: "object",
    fields: {
      knownClientApplications: { type: "texts", unordered: true, problem: guidProblem },
      mappedClaimsEnabled: { type: "flag" },
      oauth2PermissionScopes: {
        type: "objects",
        unordered: true,
        fields: {
          id: { type: "text", required: true, problem: guidProblem },
          adminConsentDescription: { type: "text", problem: notEmpty },
          adminConsentDisplayName: { type: "text", problem: notEmpty },
          enabled: { type: "flag", default: true },
          type: { type: "text", default: "User", oneOf: ["Admin", "User"] },
          userConsentDescription: { type: "text", problem: notEmpty },
          userConsentDisplayName: { type: "text", problem: notEmpty },
          value: { type: "text" },
        },
      },
      requestedAccessTokenVersion: { type: "number", default: 1, zero: 1, oneOf: ["1", "2"] },
    },
  },
  optionalClaims: {
    type: "object",
    fields: {
      accessTokens: { type: "objects", fields: OPTIONAL_CLAIM },
      idTokens: { type: "objects", fields: OPTIONAL_CLAIM },
      saml2Tokens: { type: "objects", fields: OPTIONAL_CLAIM },
    },
  },
  publicClient: { type: "object", fields: REDIRECT_URIS },
  singlePageApplication: { type: "object", fields: REDIRECT_URIS },
  requiredResourceAccesses: {
    type: "objects",
    unordered: true,
    fields: {
      resourceAppId: { type: "text", required: true },
      resourceAccesses: {
        type: "objects",
        required: true,
        fields: {
          id: { type: "text", required: true, problem: guidProblem },
          type: { type: "text", required: true, oneOf: ["Role", "Scope"] },
        },
      },
    },
  },
  web: {
    type: "object",
    fields: {
      homepageUrl: { type: "text", problem: webUrlProblem },
      logoutUrl: { type: "text", problem: webUrlProblem },
      ...REDIRECT_URIS,
      implicitGrant: {
        type: "object",
        fields: {
          accessTokenIssuanceEnabled: { type: "flag" },
          idTokenIssuanceEnabled: { type: "flag" },
        },
      },
    },
  },
};

export const BLOCK_MAPPINGS: readonly Mapping[] = [
  { property: "api", path: "api", toGraph: (value) => graphApi(block(value)), fromGraph: api },
  {
    property: "optionalClaims",
    path: "optionalClaims",
    toGraph: (value) => {
      const claims = block(value);
      return value === undefined
        ? null
        : {
            accessToken: claims["accessTokens"] ?? [],
            idToken: claims["idTokens"] ?? [],
            saml2Token: claims["saml2Tokens"] ?? [],
          };
    },
    fromGraph: (value) =>
      isZero(value)
        ? undefined
        : {
            accessTokens: withoutEmpty(block(value)["accessToken"]),
            idTokens: withoutEmpty(block(value)["idToken"]),
            saml2Tokens: withoutEmpty(block(value)["saml2Token"]),
          },
  },
  redirectUris("publicClient", "publicClient"),
  redirectUris("singlePageApplication", "spa"),
  {
    property: "requiredResourceAccesses",
    path: "requiredResourceAccess",
    toGraph: (value) =>
      blocks(value).map((each) => ({
        resourceAppId: each["resourceAppId"],
        resourceAccess: each["resourceAccesses"],
      })),
    fromGraph: (value) =>
      blocks(value).map((each) => ({
        resourceAppId: each["resourceAppId"],
        resourceAccesses: each["resourceAccess"],
      })),
  },
  { property: "web", path: "web", toGraph: (value) => graphWeb(block(value)), fromGraph: web },
];

function graphApi(value: PropertyMap): PropertyMap {
  return {
    acceptMappedClaims: flag(value, "mappedClaimsEnabled") ?? false,
    knownClientApplications: value["knownClientApplications"] ?? [],
    oauth2PermissionScopes: graphPermissionScopes(value["oauth2PermissionScopes"]),
    requestedAccessTokenVersion: value["requestedAccessTokenVersion"] ?? 1,
  };
}

function api(value: PropertyValue | undefined): PropertyMap {
  const given = block(value);
  return {
    knownClientApplications: given["knownClientApplications"] ?? [],
    mappedClaimsEnabled: given["acceptMappedClaims"] ?? false,
    oauth2PermissionScopes: permissionScopes(given["oauth2PermissionScopes"]),
    requestedAccessTokenVersion: given["requestedAccessTokenVersion"] ?? 1,
  };
}

function graphWeb(value: PropertyMap): PropertyMap {
  const implicitGrant = child(value, "implicitGrant") ?? {};
  return {
    homePageUrl: value["homepageUrl"] ?? null,
    logoutUrl: value["logoutUrl"] ?? null,
    redirectUris: value["redirectUris"] ?? [],
    implicitGrantSettings: {
      enableAccessTokenIssuance: implicitGrant["accessTokenIssuanceEnabled"] ?? false,
      enableIdTokenIssuance: implicitGrant["idTokenIssuanceEnabled"] ?? false,
    },
  };
}

function web(value: PropertyValue | undefined): PropertyMap {
  const given = block(value);
  const implicitGrant = child(given, "implicitGrantSettings") ?? {};
  return {
    ...(text(given, "homePageUrl") && { homepageUrl: given["homePageUrl"] }),
    ...(text(given, "logoutUrl") && { logoutUrl: given["logoutUrl"] }),
    redirectUris: given["redirectUris"] ?? [],
    implicitGrant: {
      accessTokenIssuanceEnabled: implicitGrant["enableAccessTokenIssuance"] ?? false,
      idTokenIssuanceEnabled: implicitGrant["enableIdTokenIssuance"] ?? false,
    },
  };
}

function redirectUris(property: string, path: string): Mapping {
  const shape = (value: PropertyValue | undefined): PropertyMap => ({
    redirectUris: block(value)["redirectUris"] ?? [],
  });
  return { property, path, toGraph: shape, fromGraph: shape };
}

function withoutEmpty(value: PropertyValue | undefined): PropertyMap[] {
  return blocks(value).map((each) =>
    Object.fromEntries(Object.entries(each).filter(([, member]) => emptyAsAbsent(member) !== undefined)),
  );
}

function block(value: PropertyValue | undefined): PropertyMap {
  return isMap(value) ? value : {};
}

function blocks(value: PropertyValue | undefined): readonly PropertyMap[] {
  return isList(value) ? value.filter(isMap) : [];
}
