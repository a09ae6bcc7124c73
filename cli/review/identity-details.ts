/** One block of evidence for each identity: what it is, where its keys are, who reads them, what rules said. */
import type { Credential } from "./credentials";
import { type Identities, type IdentityOf, portalOf } from "./identities";
import type { EngineEvent } from "./input";
import { byText } from "./order";
import type { Finding, Generation, Identity, Source } from "./report";
import type { PlannedResource } from "./resources";
import { grantedIn } from "./trust/application";
import { isType, nameOf } from "./urn";
import { clean } from "./clean-text";
import { textAt, textsAt } from "./values";

export interface DetailSources {
  readonly resources: readonly PlannedResource[];
  readonly identities: Identities;
  readonly credentials: readonly Credential[];
  readonly generations: readonly Generation[];
  readonly findings: readonly Finding[];
  readonly events: readonly EngineEvent[];
  readonly environment: string;
  /** Names of the identities of which a credential or a trust changes. */
  readonly changed: ReadonlySet<string | undefined>;
  readonly sourceOf: (resource: PlannedResource) => Source | undefined;
}

/** What gives an identity more than itself. */
const GRANTS = [
  "AppRoleAssignment",
  "ApplicationApiAccess",
  "DirectoryRoleAssignment",
  "DirectoryRoleMember",
  "DirectoryRoleEligibilityScheduleRequest",
  "ServicePrincipalDelegatedPermissionGrant",
];

export function identityDetails(sources: DetailSources): Identity[] {
  const owned = new Map<string, PlannedResource[]>();
  for (const resource of sources.resources) {
    const key = sources.identities.of(resource)?.key;
    if (key === undefined) continue;
    const list = owned.get(key);
    if (list === undefined) owned.set(key, [resource]);
    else list.push(resource);
  }
  const passedOn = passedRules(sources.events);
  const readers = readersIn(sources.resources);
  return sources.identities.all.flatMap((identity) => {
    const { resource } = identity;
    if (resource === undefined) return [];
    return [detailOf(identity, resource, owned.get(identity.key) ?? [], { ...sources, passedOn, readers })];
  });
}

function detailOf(
  identity: IdentityOf,
  resource: PlannedResource,
  owned: readonly PlannedResource[],
  sources: DetailSources & {
    readonly passedOn: ReadonlyMap<string, ReadonlySet<string>>;
    readonly readers: readonly Reader[];
  },
): Identity {
  const { credentials, generations, findings, environment, sourceOf, passedOn } = sources;
  const own = credentials.filter(({ identity: { key } }) => key === identity.key);
  const ownUrns = new Set(own.map((credential) => credential.resource.urn));
  const urns = new Set(owned.map(({ urn }) => urn));
  const failed = new Set(
    findings.filter(({ urn, kind }) => kind === "violation" && urns.has(urn)).map(({ rule }) => rule),
  );
  const passed = new Set([...urns].flatMap((urn) => [...(passedOn.get(urn) ?? [])]));
  const storage = [...new Set(own.flatMap(({ stored, fate }) => (fate === "removed" ? [] : stored)))];
  const grants = owned.filter(
    ({ type, operation }) => isType(type, "azuread", ...GRANTS) && operation !== "delete",
  );
  const readers = storage.flatMap((place) => readersOf(place, sources.readers));
  const portal = portalOf(identity);
  const source = sourceOf(resource);
  return {
    name: identity.name,
    urn: resource.urn,
    ...(identity.appId !== undefined && { appId: identity.appId }),
    ...(portal !== undefined && { portal }),
    environment,
    privilege: privilegeOf(grants, failed, passed),
    touched: sources.changed.has(identity.name) || owned.some(({ operation }) => operation !== "same"),
    fields: fieldsOf(identity, resource, owned, own),
    storage: storage.sort(byText),
    consumers: [...new Set([...readers, ...grants.map((grant) => `may: ${grantedIn(grant)}`)])].sort(byText),
    generations: generations.filter(({ urn }) => ownUrns.has(urn)),
    rules: [
      ...[...failed].map((rule) => ({ rule, result: "failed" as const })),
      ...[...passed].filter((rule) => !failed.has(rule)).map((rule) => ({ rule, result: "passed" as const })),
    ].sort((a, b) => byText(a.rule, b.rule)),
    ...(source && { source }),
  };
}

/** High where the pack says so; standard only where it has looked at all that is granted here. */
function privilegeOf(
  grants: readonly PlannedResource[],
  failed: ReadonlySet<string>,
  passed: ReadonlySet<string>,
): Identity["privilege"] {
  if (failed.has("application-privileged-role")) return "high";
  return grants.length > 0 && passed.has("application-privileged-role") ? "standard" : "unknown";
}

function fieldsOf(
  identity: IdentityOf,
  resource: PlannedResource,
  owned: readonly PlannedResource[],
  credentials: readonly Credential[],
): Identity["fields"] {
  const inputs = resource.after?.inputs ?? resource.before?.inputs;
  const isManaged = isType(resource.type, "azure-native", "UserAssignedIdentity");
  const ownerResources = owned.filter(
    ({ type, operation }) => isType(type, "azuread", "ApplicationOwner") && operation !== "delete",
  );
  const owners = new Set([
    ...textsAt(inputs, "owners"),
    ...ownerResources.map(({ after, before }) => textAt((after ?? before)?.inputs, "ownerObjectId") ?? ""),
  ]);
  owners.delete("");
  const subjects = credentials
    .filter(({ kind, fate }) => kind === "federated" && fate !== "removed")
    .map(({ after, before }) => (after ?? before)?.subject ?? "known at update");
  const fields = [
    ["kind", isManaged ? "managed identity" : "application"],
    ["client id", identity.appId ?? (resource.operation === "create" ? "known at update" : undefined)],
    ["object id", identity.objectId],
    [
      "sign-in audience",
      isManaged ? undefined : clean(textAt(inputs, "signInAudience") ?? "AzureADMyOrg", 60),
    ],
    ["owners", isManaged ? undefined : String(owners.size)],
    ["trusted subjects", subjects.length === 0 ? undefined : [...subjects].sort(byText).join(", ")],
    ["change", resource.operation === "same" ? "none" : resource.operation],
  ] as const;
  return fields.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
}

interface Reader {
  /** Lower case: Azure compares paths without regard to it. */
  readonly scope: string;
  readonly words: string;
}

/** Roles of Azure that this stack gives, and over what. */
function readersIn(resources: readonly PlannedResource[]): Reader[] {
  return resources
    .filter(({ type, operation }) => operation !== "delete" && isType(type, "azure-native", "RoleAssignment"))
    .map((assignment) => ({
      scope: textAt((assignment.after ?? assignment.before)?.inputs, "scope")?.toLowerCase() ?? "",
      words: `${nameOf(assignment.urn)}: ${grantedIn(assignment)}`,
    }));
}

/** Who may read a secret of a vault by a role in this stack. */
function readersOf(place: string, readers: readonly Reader[]): string[] {
  const [vault = "", secret = ""] = place.toLowerCase().split("/");
  return readers
    .filter(
      ({ scope }) =>
        scope.endsWith(`/vaults/${vault}`) || scope.endsWith(`/vaults/${vault}/secrets/${secret}`),
    )
    .map(({ words }) => words);
}

function passedRules(events: readonly EngineEvent[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const { policyAnalyzeSummaryEvent: summary } of events) {
    const urn = summary?.resourceUrn;
    if (typeof urn !== "string") continue;
    const rules = found.get(urn) ?? new Set<string>();
    for (const rule of summary?.passed ?? []) rules.add(clean(rule));
    found.set(urn, rules);
  }
  return found;
}

/** How many resources each rule has passed that no resource has failed. */
export function passedEverywhere(events: readonly EngineEvent[]): { rule: string; resources: number }[] {
  const passed = new Map<string, Set<string>>();
  const failed = new Set<string>();
  for (const event of events) {
    const summary = event.policyAnalyzeSummaryEvent ?? event.policyAnalyzeStackSummaryEvent;
    const subject = event.policyAnalyzeSummaryEvent?.resourceUrn ?? "the stack";
    for (const rule of summary?.failed ?? []) failed.add(rule);
    for (const rule of summary?.passed ?? []) passed.set(rule, (passed.get(rule) ?? new Set()).add(subject));
    if (event.policyEvent !== undefined) failed.add(event.policyEvent.policyName);
  }
  return [...passed]
    .filter(([rule]) => !failed.has(rule))
    .map(([rule, subjects]) => ({ rule: clean(rule), resources: subjects.size }))
    .sort((a, b) => byText(a.rule, b.rule));
}
