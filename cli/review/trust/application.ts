/** Who may change an application, who may sign in through it, whom it trusts and what it may do. */
import { clean } from "../clean-text";
import { guidAt } from "../identities";
import type { Severity } from "../report";
import type { PlannedResource } from "../resources";
import { listAt, recordsAt, textAt, textsAt, type Values } from "../values";
import { changedEntries, type Difference, inputsOf, listed, unseen } from "./change";
import { roleName } from "./role-names";

/** How many may sign in, the fewest first. */
const AUDIENCES = [
  "AzureADMyOrg",
  "AzureADMultipleOrgs",
  "PersonalMicrosoftAccount",
  "AzureADandPersonalMicrosoftAccount",
];

/** Of an application or service principal that has been there before; what a new one has is told with the identity. */
export function applicationDifferences(resource: PlannedResource): Difference[] {
  if (resource.operation !== "update" && resource.operation !== "replace") return [];
  const { before, after } = inputsOf(resource);
  return [...audience(before, after), ...ownerList(before, after), ...permissions(before, after)];
}

function audience(before: Values | undefined, after: Values | undefined): Difference[] {
  const was = textAt(before, "signInAudience") ?? "AzureADMyOrg";
  const is = textAt(after, "signInAudience") ?? unseen(after, "signInAudience") ?? "AzureADMyOrg";
  if (was === is) return [];
  const wider = AUDIENCES.indexOf(is) > AUDIENCES.indexOf(was) || !AUDIENCES.includes(is);
  return [
    {
      kind: "sign-in audience",
      field: "signInAudience",
      before: clean(was),
      after: clean(is),
      direction: wider ? "loosens" : "tightens",
      severity: wider ? "medium" : "low",
      risk: wider ? "other organisations may sign in" : "fewer may sign in",
    },
  ];
}

function ownerList(before: Values | undefined, after: Values | undefined): Difference[] {
  const { added, removed } = changedEntries(textsAt(before, "owners"), textsAt(after, "owners"));
  return [
    ...added.map((id) => owner(undefined, clean(id))),
    ...removed.map((id) => owner(clean(id), undefined)),
  ];
}

function owner(before: string | undefined, after: string | undefined): Difference {
  const gains = after !== undefined;
  return {
    kind: "owner",
    field: "owners",
    before: before ?? "no owner",
    after: after ?? "removed",
    direction: gains ? "loosens" : "tightens",
    severity: gains ? "medium" : "low",
    risk: gains ? "may add credentials and change the application" : "may change it no longer",
  };
}

/** A resource of its own for each owner. */
export function ownerDifferences(resource: PlannedResource): Difference[] {
  const { before, after } = inputsOf(resource);
  const idOf = (values: Values | undefined): string | undefined =>
    values && (guidAt(values, "ownerObjectId") ?? unseen(values, "ownerObjectId") ?? "somebody");
  if (resource.operation === "same") return [];
  return [owner(idOf(before), undefined), owner(undefined, idOf(after))].filter(
    (each) => each.before !== "no owner" || each.after !== "removed",
  );
}

function permissions(before: Values | undefined, after: Values | undefined): Difference[] {
  const idsIn = (values: Values | undefined): string[] =>
    recordsAt(values, "requiredResourceAccesses").flatMap((api) =>
      recordsAt(api, "resourceAccesses").flatMap((access) => guidAt(access, "id") ?? []),
    );
  return permissionDifferences(idsIn(before), idsIn(after), "requiredResourceAccesses");
}

function permissionDifferences(was: readonly string[], is: readonly string[], field: string): Difference[] {
  const { added, removed } = changedEntries(was, is);
  if (added.length === 0 && removed.length === 0) return [];
  return [permission(field, listed(was.map(roleName)), listed(is.map(roleName)), added.length > 0)];
}

function permission(
  field: string,
  before: string | undefined,
  after: string,
  gains: boolean,
  severity: Severity = "medium",
): Difference {
  return {
    kind: "app role or permission",
    field,
    before,
    after,
    direction: gains ? "loosens" : "tightens",
    severity: gains ? severity : "low",
    risk: gains ? "may do more" : "may do less",
  };
}

/** What one may ask Graph and other APIs for. */
export function apiAccessDifferences(resource: PlannedResource): Difference[] {
  const { before, after } = inputsOf(resource);
  return ["roleIds", "scopeIds"].flatMap((field) =>
    permissionDifferences(textsAt(before, field).map(guidOnly), textsAt(after, field).map(guidOnly), field),
  );
}

function guidOnly(text: string): string {
  return guidAt({ text }, "text") ?? "an id";
}

/** A role in an API, the directory or Azure, given by a resource of its own. */
export function roleDifferences(resource: PlannedResource): Difference[] {
  const { before, after } = inputsOf(resource);
  if (resource.operation === "same" || resource.operation === "update") return [];
  const [was, is] = [before && roleIn(before), after && roleIn(after)];
  if (was === is) return [];
  return [permission("role", was ?? "none", is ?? "taken away", is !== undefined)];
}

/** What a resource of a grant gives, in words. */
export function grantedIn({ after, before }: PlannedResource): string {
  const inputs = after?.inputs ?? before?.inputs ?? {};
  const asked = [...textsAt(inputs, "roleIds"), ...textsAt(inputs, "scopeIds")].map((id) =>
    roleName(guidOnly(id)),
  );
  return asked.length > 0 ? listed(asked) : roleIn(inputs);
}

function roleIn(values: Values): string {
  const id =
    guidAt(values, "appRoleId") ??
    guidAt(values, "roleId") ??
    guidAt(values, "roleDefinitionId") ??
    guidAtEnd(textAt(values, "roleDefinitionId")) ??
    unseen(values, "appRoleId");
  const scopes = listAt(values, "claimValues").length;
  const role = id === undefined ? (scopes > 0 ? `${scopes} delegated permissions` : "a role") : roleName(id);
  const scope = textAt(values, "scope");
  return scope === undefined ? role : `${role} on ${clean(scope.split("/").slice(-3).join("/"), 120)}`;
}

function guidAtEnd(path: string | undefined): string | undefined {
  return guidAt({ last: path?.split("/").at(-1) }, "last");
}

/** Of a federated credential that stays: one that comes or goes is a change of credentials. */
export function federationDifferences(resource: PlannedResource): Difference[] {
  if (resource.operation !== "update" && resource.operation !== "replace") return [];
  const { before, after } = inputsOf(resource);
  return ["issuer", "subject", "claimsMatchingExpression", "audiences", "audience"].flatMap((field) => {
    const [was, is] = [trusted(before, field), trusted(after, field)];
    if (was === is) return [];
    const wide = field !== "issuer" && !field.startsWith("audience") && isBroad(is);
    const difference: Difference = {
      kind: "federated subject",
      field,
      before: was ?? "none",
      after: is ?? "none",
      direction: wide ? "loosens" : "changes",
      severity: wide ? "high" : "medium",
      risk: wide ? "more than one workload may sign in" : "somebody else may sign in",
    };
    return [difference];
  });
}

function trusted(values: Values | undefined, field: string): string | undefined {
  const text = textAt(values, field) ?? unseen(values, field);
  if (text !== undefined) return clean(text, 160);
  const texts = textsAt(values, field);
  return texts.length === 0 ? undefined : listed(texts.map((entry) => clean(entry, 120)));
}

function isBroad(subject: string | undefined): boolean {
  return subject !== undefined && (/[*]/.test(subject) || /:pull_request$/.test(subject));
}
