import { stateDifference } from "../difference";
import { text } from "../property-readers";
import { isList } from "../property-values";
import type { ResourceKind, ResourceState } from "../resource-kind";
import { during, type GraphClient } from "./graph-client";
import { falseWhenAbsent, fromGraphBody, toGraphBody, type Mapping } from "./graph-mapping";
import { atMost, notEmpty, objectIdOf, webUrlProblem } from "./identifiers";

export const SIGN_IN_AUDIENCES = [
  "AzureADMyOrg",
  "AzureADMultipleOrgs",
  "AzureADandPersonalMicrosoftAccount",
  "PersonalMicrosoftAccount",
];

export const GROUP_MEMBERSHIP_CLAIMS = ["All", "None", "ApplicationGroup", "DirectoryRole", "SecurityGroup"];

/** Graph keeps the claims in one string, separated by commas. */
export const GROUP_MEMBERSHIP_MAPPING: Mapping = {
  property: "groupMembershipClaims",
  path: "groupMembershipClaims",
  toGraph: (value) => (isList(value) && value.length > 0 ? value.map(String).join(",") : null),
  fromGraph: (value) => (typeof value === "string" && value !== "" ? value.split(",") : undefined),
};

const MAPPINGS: readonly Mapping[] = [
  { property: "displayName", path: "displayName" },
  { property: "description", path: "description" },
  GROUP_MEMBERSHIP_MAPPING,
  { property: "notes", path: "notes" },
  { property: "serviceManagementReference", path: "serviceManagementReference" },
  { property: "signInAudience", path: "signInAudience" },
  { property: "requestedAccessTokenVersion", path: "api.requestedAccessTokenVersion" },
  { property: "marketingUrl", path: "info.marketingUrl" },
  { property: "privacyStatementUrl", path: "info.privacyStatementUrl" },
  { property: "supportUrl", path: "info.supportUrl" },
  { property: "termsOfServiceUrl", path: "info.termsOfServiceUrl" },
  { property: "homepageUrl", path: "web.homePageUrl" },
  { property: "logoutUrl", path: "web.logoutUrl" },
  {
    property: "implicitAccessTokenIssuanceEnabled",
    path: "web.implicitGrantSettings.enableAccessTokenIssuance",
    toGraph: falseWhenAbsent,
    fromGraph: falseWhenAbsent,
  },
  {
    property: "implicitIdTokenIssuanceEnabled",
    path: "web.implicitGrantSettings.enableIdTokenIssuance",
    toGraph: falseWhenAbsent,
    fromGraph: falseWhenAbsent,
  },
];

const READ_ONLY: readonly Mapping[] = [
  { property: "clientId", path: "appId" },
  { property: "objectId", path: "id" },
  { property: "publisherDomain", path: "publisherDomain" },
  { property: "disabledByMicrosoft", path: "disabledByMicrosoftStatus" },
];

/** azuread.ApplicationRegistration: an application without any field for a password or key. */
export function applicationRegistrationKind(graph: GraphClient): ResourceKind {
  const read = (id: string): ResourceState | undefined => {
    objectIdOf(id, "applications");
    const application = graph.find(id);
    return application && { id, outputs: fromGraphBody([...MAPPINGS, ...READ_ONLY], application) };
  };
  const kind: ResourceKind = {
    schema: "closed",
    fields: {
      displayName: { type: "text", required: true, problem: notEmpty },
      description: { type: "text", problem: atMost(1024) },
      groupMembershipClaims: { type: "texts", unordered: true, oneOf: GROUP_MEMBERSHIP_CLAIMS },
      homepageUrl: { type: "text", problem: webUrlProblem },
      implicitAccessTokenIssuanceEnabled: { type: "flag" },
      implicitIdTokenIssuanceEnabled: { type: "flag" },
      logoutUrl: { type: "text", problem: webUrlProblem },
      marketingUrl: { type: "text", problem: webUrlProblem },
      notes: { type: "text", problem: notEmpty },
      privacyStatementUrl: { type: "text", problem: webUrlProblem },
      requestedAccessTokenVersion: { type: "number", default: 2, oneOf: ["1", "2"] },
      serviceManagementReference: { type: "text", problem: notEmpty },
      signInAudience: { type: "text", default: "AzureADMyOrg", oneOf: SIGN_IN_AUDIENCES },
      supportUrl: { type: "text", problem: webUrlProblem },
      termsOfServiceUrl: { type: "text", problem: webUrlProblem },
    },
    computed: READ_ONLY.map(({ property }) => property),
    secrets: [],
    create: (inputs) => {
      const body = toGraphBody(MAPPINGS, inputs);
      const created = during("creating application", () => graph.post("/applications", body));
      const state = read(`/applications/${text(created, "id") ?? ""}`);
      if (!state) throw new Error("creating application: object ID returned for application is nil/empty");
      return state;
    },
    read,
    update: (id, inputs, state) => {
      const changed = new Set(stateDifference(kind.fields, state, inputs).map(({ path }) => path));
      const body = toGraphBody(MAPPINGS, inputs, (property) => changed.has(property));
      during(`updating Application (${id})`, () => {
        graph.patch(id, body);
      });
      return read(id)?.outputs ?? state;
    },
    delete: (id) => {
      during(`deleting Application (${id})`, () => {
        graph.delete(id);
      });
    },
  };
  return kind;
}
