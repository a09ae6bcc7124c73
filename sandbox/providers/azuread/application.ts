import { stateDifference } from "../difference";
import type { Fields } from "../fields";
import { child, children, flag, text, texts } from "../property-readers";
import { Secret, type PropertyMap } from "../property-values";
import type { ResourceKind, ResourceState } from "../resource-kind";
import { appRoleIds, appRoles, graphAppRoles, permissionScopeIds } from "./app-roles";
import { APP_ROLE_FIELDS, BLOCK_FIELDS, BLOCK_MAPPINGS } from "./application-blocks";
import {
  GROUP_MEMBERSHIP_CLAIMS,
  GROUP_MEMBERSHIP_MAPPING,
  SIGN_IN_AUDIENCES,
} from "./application-registration";
import { passwordDates, rfc3339Problem } from "./credential-dates";
import { declaredTags, FEATURE_TAG_FIELDS, featureTags } from "./feature-tags";
import { during, type GraphClient } from "./graph-client";
import { emptyWhenAbsent, falseWhenAbsent, fromGraphBody, toGraphBody, type Mapping } from "./graph-mapping";
import { atMost, guidProblem, notEmpty, objectIdOf } from "./identifiers";
import { ownerIds, ownersAtCreation, settleOwners } from "./owners";

const FIELDS: Fields = {
  ...BLOCK_FIELDS,
  displayName: { type: "text", required: true, problem: notEmpty },
  appRoles: { type: "objects", unordered: true, fields: APP_ROLE_FIELDS },
  description: { type: "text", problem: atMost(1024) },
  deviceOnlyAuthEnabled: { type: "flag" },
  fallbackPublicClientEnabled: { type: "flag" },
  featureTags: { type: "objects", computed: true, fields: FEATURE_TAG_FIELDS, conflictsWith: ["tags"] },
  groupMembershipClaims: { type: "texts", unordered: true, oneOf: GROUP_MEMBERSHIP_CLAIMS },
  identifierUris: { type: "texts", unordered: true, problem: notEmpty },
  logoImage: { type: "text" },
  marketingUrl: { type: "text" },
  notes: { type: "text", problem: notEmpty },
  oauth2PostResponseRequired: { type: "flag" },
  owners: { type: "texts", unordered: true, maxItems: 100, problem: guidProblem },
  password: {
    type: "object",
    fields: {
      displayName: { type: "text", required: true },
      startDate: { type: "text", computed: true, problem: rfc3339Problem },
      endDate: { type: "text", computed: true, problem: rfc3339Problem },
    },
  },
  preventDuplicateNames: { type: "flag", default: false },
  privacyStatementUrl: { type: "text" },
  serviceManagementReference: { type: "text" },
  signInAudience: { type: "text", default: "AzureADMyOrg", oneOf: SIGN_IN_AUDIENCES },
  supportUrl: { type: "text" },
  tags: { type: "texts", computed: true, unordered: true, conflictsWith: ["featureTags"] },
  templateId: { type: "text", computed: true, forceNew: true, problem: guidProblem },
  termsOfServiceUrl: { type: "text" },
};

const MAPPINGS: readonly Mapping[] = [
  ...BLOCK_MAPPINGS,
  { property: "displayName", path: "displayName" },
  { property: "appRoles", path: "appRoles", toGraph: graphAppRoles, fromGraph: appRoles },
  { property: "description", path: "description" },
  flagMapping("deviceOnlyAuthEnabled", "isDeviceOnlyAuthSupported"),
  flagMapping("fallbackPublicClientEnabled", "isFallbackPublicClient"),
  GROUP_MEMBERSHIP_MAPPING,
  { property: "identifierUris", path: "identifierUris", toGraph: emptyWhenAbsent },
  { property: "marketingUrl", path: "info.marketingUrl" },
  { property: "notes", path: "notes" },
  flagMapping("oauth2PostResponseRequired", "oauth2RequirePostResponse"),
  { property: "privacyStatementUrl", path: "info.privacyStatementUrl" },
  { property: "serviceManagementReference", path: "serviceManagementReference" },
  { property: "signInAudience", path: "signInAudience" },
  { property: "supportUrl", path: "info.supportUrl" },
  { property: "termsOfServiceUrl", path: "info.termsOfServiceUrl" },
];

const READ_ONLY: readonly Mapping[] = [
  { property: "clientId", path: "appId" },
  { property: "objectId", path: "id" },
  { property: "logoUrl", path: "info.logoUrl", fromGraph: (value) => value ?? "" },
  { property: "publisherDomain", path: "publisherDomain" },
  { property: "disabledByMicrosoft", path: "disabledByMicrosoftStatus" },
  { property: "templateId", path: "applicationTemplateId" },
];

/**
 * azuread.Application: the wide resource, with owners and one password inline. A logo stays in the state: Graph's image
 * store is not emulated.
 */
export function applicationKind(graph: GraphClient): ResourceKind {
  const read = (id: string, state: PropertyMap): ResourceState | undefined => {
    objectIdOf(id, "applications");
    const application = graph.find(id);
    return (
      application && {
        id,
        outputs: { ...applicationOutputs(graph, application), ...unread(state, application) },
      }
    );
  };
  const checkName = (inputs: PropertyMap, ownId?: string): void => {
    if (!flag(inputs, "preventDuplicateNames")) return;
    const name = text(inputs, "displayName") ?? "";
    const filter = encodeURIComponent(`displayName eq '${name.replaceAll("'", "''")}'`);
    const twin = graph.list(`/applications?$filter=${filter}`).find((each) => text(each, "id") !== ownId);
    if (twin) {
      throw new Error(
        `Creating applications with duplicate names is disabled: "${name}" exists with ID "${text(twin, "id") ?? ""}"`,
      );
    }
  };
  return {
    schema: "closed",
    fields: FIELDS,
    computed: [
      ...READ_ONLY.map(({ property }) => property).filter((name) => name !== "templateId"),
      "appRoleIds",
      "oauth2PermissionScopeIds",
    ],
    secrets: [],
    create: (inputs) => {
      if (inputs["templateId"] !== undefined) {
        throw new Error(`The sandbox has no application template "${text(inputs, "templateId") ?? ""}".`);
      }
      checkName(inputs);
      const password = child(inputs, "password");
      const created = during("Could not create application", () =>
        graph.post("/applications", {
          ...toGraphBody(MAPPINGS, inputs),
          ...ownersAtCreation(graph, inputs),
          tags: declaredTags(inputs, undefined),
          ...(password && { passwordCredentials: [passwordBody(password)] }),
        }),
      );
      const id = `/applications/${text(created, "id") ?? ""}`;
      try {
        settleOwners(graph, id, inputs);
      } catch (error) {
        graph.delete(id);
        throw error;
      }
      const issued = children(created, "passwordCredentials")[0];
      const state = read(id, { ...inputs, ...(issued && { password: passwordState(issued) }) });
      if (!state) throw new Error("Could not create application: it vanished");
      return state;
    },
    read,
    update: (id, inputs, state) => {
      checkName(inputs, objectIdOf(id, "applications"));
      const password = changePassword(graph, id, inputs, state);
      during(`Could not update application (${id})`, () => {
        graph.patch(id, { ...toGraphBody(MAPPINGS, inputs), tags: declaredTags(inputs, state) });
        settleOwners(graph, id, inputs);
      });
      return read(id, { ...inputs, password })?.outputs ?? state;
    },
    delete: (id) => {
      during(`Deleting application (${id})`, () => {
        graph.delete(id);
      });
    },
  };
}

/** Everything Graph says of an application, in the provider's names. */
export function applicationOutputs(graph: GraphClient, application: PropertyMap): PropertyMap {
  const tags = texts(application, "tags") ?? [];
  return {
    ...fromGraphBody([...MAPPINGS, ...READ_ONLY], application),
    appRoleIds: appRoleIds(application["appRoles"]),
    oauth2PermissionScopeIds: permissionScopeIds(child(application, "api")?.["oauth2PermissionScopes"]),
    owners: ownerIds(graph, `/applications/${text(application, "id") ?? ""}`),
    tags,
    featureTags: [featureTags(tags)],
  };
}

/** What only the state knows: the password's value, and the provider's own switches. */
function unread(state: PropertyMap, application: PropertyMap): PropertyMap {
  const password = child(state, "password");
  const isThere = children(application, "passwordCredentials").some(
    (each) => password && text(each, "keyId") === text(password, "keyId"),
  );
  return {
    preventDuplicateNames: flag(state, "preventDuplicateNames") ?? false,
    ...(state["logoImage"] !== undefined && { logoImage: state["logoImage"] }),
    ...(password && isThere && { password: { ...password, value: new Secret(password["value"] ?? "") } }),
  };
}

/** A changed password block is a new password: the old one goes first. */
function changePassword(
  graph: GraphClient,
  id: string,
  inputs: PropertyMap,
  state: PropertyMap,
): PropertyMap | undefined {
  const before = child(state, "password");
  const wanted = child(inputs, "password");
  const changes = stateDifference({ password: FIELDS["password"] ?? { type: "object" } }, state, inputs);
  if (changes.length === 0) return before;
  const keyId = before && text(before, "keyId");
  if (keyId !== undefined) {
    during(`Removing password credential "${keyId}" from ${id}`, () =>
      graph.post(`${id}/removePassword`, { keyId }),
    );
  }
  if (!wanted) return undefined;
  return passwordState(
    during(`Adding password for ${id}`, () =>
      graph.post(`${id}/addPassword`, { passwordCredential: passwordBody(wanted) }),
    ),
  );
}

function passwordBody(password: PropertyMap): PropertyMap {
  return { displayName: password["displayName"], ...passwordDates(password) };
}

function passwordState(issued: PropertyMap): PropertyMap {
  return {
    displayName: issued["displayName"],
    keyId: issued["keyId"],
    startDate: issued["startDateTime"],
    endDate: issued["endDateTime"],
    value: issued["secretText"],
  };
}

function flagMapping(property: string, path: string): Mapping {
  return { property, path, toGraph: falseWhenAbsent, fromGraph: falseWhenAbsent };
}
