import { flag, text, texts } from "../property-readers";
import type { PropertyMap } from "../property-values";
import type { ResourceKind, ResourceState } from "../resource-kind";
import { appRoleIds, appRoles, permissionScopeIds, permissionScopes } from "./app-roles";
import {
  declaredTags,
  FEATURE_TAG_FIELDS,
  featureTags,
  OLD_FEATURE_FIELDS,
  oldFeatures,
} from "./feature-tags";
import { during, type GraphClient } from "./graph-client";
import { emptyWhenAbsent, falseWhenAbsent, fromGraphBody, toGraphBody, type Mapping } from "./graph-mapping";
import { atMost, guidProblem, notEmpty, objectIdOf, webUrlProblem } from "./identifiers";
import { ownerIds, ownersAtCreation, settleOwners } from "./owners";

const MAPPINGS: readonly Mapping[] = [
  { property: "accountEnabled", path: "accountEnabled", toGraph: (value) => value ?? true },
  { property: "alternativeNames", path: "alternativeNames", toGraph: emptyWhenAbsent },
  {
    property: "appRoleAssignmentRequired",
    path: "appRoleAssignmentRequired",
    toGraph: falseWhenAbsent,
    fromGraph: falseWhenAbsent,
  },
  { property: "description", path: "description" },
  { property: "loginUrl", path: "loginUrl" },
  { property: "notes", path: "notes" },
  { property: "notificationEmailAddresses", path: "notificationEmailAddresses", toGraph: emptyWhenAbsent },
  { property: "preferredSingleSignOnMode", path: "preferredSingleSignOnMode" },
  { property: "samlSingleSignOn", path: "samlSingleSignOnSettings" },
];

const READ_ONLY: readonly Mapping[] = [
  { property: "applicationTenantId", path: "appOwnerOrganizationId" },
  { property: "clientId", path: "appId" },
  { property: "displayName", path: "displayName" },
  { property: "homepageUrl", path: "homepage", fromGraph: (value) => value ?? "" },
  { property: "logoutUrl", path: "logoutUrl", fromGraph: (value) => value ?? "" },
  { property: "objectId", path: "id" },
  { property: "redirectUris", path: "replyUrls", fromGraph: emptyWhenAbsent },
  { property: "samlMetadataUrl", path: "samlMetadataUrl", fromGraph: (value) => value ?? "" },
  { property: "signInAudience", path: "signInAudience" },
  { property: "type", path: "servicePrincipalType" },
];

const LISTS = [
  "appRoleIds",
  "appRoles",
  "oauth2PermissionScopeIds",
  "oauth2PermissionScopes",
  "servicePrincipalNames",
];

/** azuread.ServicePrincipal */
export function servicePrincipalKind(graph: GraphClient): ResourceKind {
  const read = (id: string, state: PropertyMap): ResourceState | undefined => {
    objectIdOf(id, "servicePrincipals");
    const principal = graph.find(id);
    if (!principal) return undefined;
    return {
      id,
      outputs: { ...servicePrincipalOutputs(graph, principal), useExisting: state["useExisting"] },
    };
  };
  const update = (id: string, inputs: PropertyMap, state: PropertyMap): PropertyMap => {
    during(`Updating Service Principal (${id})`, () => {
      graph.patch(id, { ...toGraphBody(MAPPINGS, inputs), tags: declaredTags(inputs, state) });
      // Where the program names no owners, those who are there stay.
      if (texts(inputs, "owners") !== undefined) settleOwners(graph, id, inputs);
    });
    return read(id, inputs)?.outputs ?? state;
  };
  return {
    schema: "closed",
    fields: {
      clientId: { type: "text", required: true, forceNew: true, problem: guidProblem },
      accountEnabled: { type: "flag", default: true },
      alternativeNames: { type: "texts", unordered: true, problem: notEmpty },
      appRoleAssignmentRequired: { type: "flag" },
      description: { type: "text", problem: atMost(1024) },
      featureTags: {
        type: "objects",
        computed: true,
        fields: FEATURE_TAG_FIELDS,
        conflictsWith: ["features", "tags"],
      },
      features: {
        type: "objects",
        computed: true,
        fields: OLD_FEATURE_FIELDS,
        conflictsWith: ["featureTags", "tags"],
      },
      loginUrl: { type: "text", problem: webUrlProblem },
      notes: { type: "text", problem: atMost(1024) },
      notificationEmailAddresses: { type: "texts", unordered: true, problem: notEmpty },
      owners: { type: "texts", unordered: true, problem: guidProblem },
      preferredSingleSignOnMode: {
        type: "text",
        oneOf: ["", "notSupported", "oidc", "password", "saml"],
      },
      samlSingleSignOn: { type: "object", fields: { relayState: { type: "text", problem: notEmpty } } },
      tags: {
        type: "texts",
        computed: true,
        unordered: true,
        conflictsWith: ["features", "featureTags"],
      },
      useExisting: { type: "flag" },
    },
    computed: [...READ_ONLY.map(({ property }) => property).filter((name) => name !== "clientId"), ...LISTS],
    secrets: [],
    create: (inputs) => {
      const clientId = text(inputs, "clientId") ?? "";
      const [existing] = graph.list(
        `/servicePrincipals?$filter=${encodeURIComponent(`appId eq '${clientId}'`)}`,
      );
      const existingId = existing && text(existing, "id");
      if (existingId !== undefined) {
        const id = `/servicePrincipals/${existingId}`;
        if (flag(inputs, "useExisting")) return { id, outputs: update(id, inputs, {}) };
        throw new Error(
          `A resource with the ID "${existingId}" already exists - to be managed via Pulumi this resource needs to be imported into the State.`,
        );
      }
      const created = during("Could not create service principal", () =>
        graph.post("/servicePrincipals", {
          ...toGraphBody(MAPPINGS, inputs),
          ...ownersAtCreation(graph, inputs),
          appId: clientId,
          tags: declaredTags(inputs, undefined),
        }),
      );
      const id = `/servicePrincipals/${text(created, "id") ?? ""}`;
      try {
        settleOwners(graph, id, inputs);
      } catch (error) {
        graph.delete(id);
        throw error;
      }
      const state = read(id, inputs);
      if (!state) throw new Error("Could not create service principal: it vanished");
      return state;
    },
    read,
    update,
    delete: (id, state) => {
      // Entra refuses to delete Microsoft's own services, and the provider ignores that for an adopted one.
      const foreign = text(state, "applicationTenantId") !== graph.tenant.id;
      if (flag(state, "useExisting") && foreign) return;
      during(`Deleting Service Principal (${id})`, () => {
        graph.delete(id);
      });
    },
  };
}

/** Everything Graph says of a service principal, in the provider's names. */
export function servicePrincipalOutputs(graph: GraphClient, principal: PropertyMap): PropertyMap {
  const tags = texts(principal, "tags") ?? [];
  const clientId = text(principal, "appId") ?? "";
  return {
    ...fromGraphBody([...MAPPINGS, ...READ_ONLY], principal),
    appRoles: appRoles(principal["appRoles"]),
    appRoleIds: appRoleIds(principal["appRoles"]),
    oauth2PermissionScopes: permissionScopes(principal["oauth2PermissionScopes"]),
    oauth2PermissionScopeIds: permissionScopeIds(principal["oauth2PermissionScopes"]),
    servicePrincipalNames: (texts(principal, "servicePrincipalNames") ?? []).filter(
      (name) => name !== clientId,
    ),
    owners: ownerIds(graph, `/servicePrincipals/${text(principal, "id") ?? ""}`),
    tags,
    featureTags: [featureTags(tags)],
    features: [oldFeatures(tags)],
  };
}
