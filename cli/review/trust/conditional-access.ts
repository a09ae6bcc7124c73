/** Who is kept out by Conditional Access, from where, and whether it is more than noted. */
import type { PlannedResource } from "../resources";
import type { Severity } from "../report";
import { clean } from "../clean-text";
import { at, recordsAt, stateOf, textAt, textsAt, type Values } from "../values";
import { changedEntries, type Difference, inputsOf, listed, unseen } from "./change";

const KIND = "Conditional Access policy";

const STATES: Readonly<Record<string, { readonly name: string; readonly rank: number }>> = {
  disabled: { name: "off", rank: 0 },
  enabledForReportingButNotEnforced: { name: "report-only", rank: 1 },
  enabled: { name: "enforced", rank: 2 },
};

/** Lists whose entries are kept out, and lists whose entries are let off. */
const LISTS: readonly {
  readonly field: string;
  readonly path: readonly string[];
  readonly more: "tightens" | "loosens";
  /** An entry that stands for everything. */
  readonly all?: string;
  readonly risk: string;
}[] = [
  {
    field: "included service principals",
    path: ["conditions", "clientApplications", "includedServicePrincipals"],
    more: "tightens",
    all: "ServicePrincipalsInMyTenant",
    risk: "who is bound by it",
  },
  {
    field: "excluded service principals",
    path: ["conditions", "clientApplications", "excludedServicePrincipals"],
    more: "loosens",
    all: "ServicePrincipalsInMyTenant",
    risk: "who is let off",
  },
  {
    field: "included locations",
    path: ["conditions", "locations", "includedLocations"],
    more: "tightens",
    all: "All",
    risk: "from where sign-ins are refused",
  },
  {
    field: "excluded locations",
    path: ["conditions", "locations", "excludedLocations"],
    more: "loosens",
    all: "All",
    risk: "from where sign-ins are let through",
  },
  {
    field: "included applications",
    path: ["conditions", "applications", "includedApplications"],
    more: "tightens",
    all: "All",
    risk: "what it protects",
  },
  {
    field: "excluded applications",
    path: ["conditions", "applications", "excludedApplications"],
    more: "loosens",
    all: "All",
    risk: "what it no longer protects",
  },
  {
    field: "risk levels",
    path: ["conditions", "servicePrincipalRiskLevels"],
    more: "tightens",
    risk: "at which suspicion sign-ins are refused",
  },
  {
    field: "client types",
    path: ["conditions", "clientAppTypes"],
    more: "tightens",
    all: "all",
    risk: "which clients it sees",
  },
  {
    field: "grant controls",
    path: ["grantControls", "builtInControls"],
    more: "tightens",
    all: "block",
    risk: "what it asks for",
  },
];

export function conditionalAccessDifferences(resource: PlannedResource): Difference[] {
  const { before, after } = inputsOf(resource);
  const [was, is] = [stateIn(before), stateIn(after)];
  if (resource.operation === "create") {
    const risk = is?.rank === 2 ? "refuses sign-ins from now on" : "notes sign-ins and refuses none";
    return [difference("state", undefined, is?.name ?? "known at update", "tightens", "low", risk)];
  }
  if (resource.operation === "delete") {
    const severity = was?.rank === 2 ? "critical" : "medium";
    return [
      difference(
        "state",
        was?.name ?? "deployed",
        "deleted",
        "loosens",
        severity,
        "nothing is refused any more",
      ),
    ];
  }
  return [...stateDifferences(was, is), ...LISTS.flatMap((list) => listDifferences(list, before, after))];
}

function difference(
  field: string,
  before: string | undefined,
  after: string,
  direction: Difference["direction"],
  severity: Severity,
  risk: string,
): Difference {
  return { kind: KIND, field, before, after, direction, severity, risk };
}

function stateIn(values: Values | undefined): (typeof STATES)[string] | undefined {
  const state = textAt(values, "state");
  return state !== undefined && Object.hasOwn(STATES, state) ? STATES[state] : undefined;
}

function stateDifferences(
  was: (typeof STATES)[string] | undefined,
  is: (typeof STATES)[string] | undefined,
): Difference[] {
  if (was === undefined || is === undefined || was.rank === is.rank) return [];
  if (is.rank > was.rank) {
    const risk =
      is.rank === 2 ? "refuses sign-ins it only noted: look at the sign-in log first" : "notes sign-ins";
    return [difference("state", was.name, is.name, "tightens", is.rank === 2 ? "medium" : "low", risk)];
  }
  const severity = was.rank === 2 ? "critical" : "medium";
  return [difference("state", was.name, is.name, "loosens", severity, "sign-ins are no longer refused")];
}

function listDifferences(
  { field, path, more, all, risk }: (typeof LISTS)[number],
  before: Values | undefined,
  after: Values | undefined,
): Difference[] {
  const hidden = unseen(after, ...path);
  if (hidden !== undefined) {
    if (unseen(before, ...path) === hidden) return [];
    return [difference(field, names(before, path), hidden, "changes", "medium", risk)];
  }
  const { added, removed } = changedEntries(entries(before, path), entries(after, path));
  if (added.length === 0 && removed.length === 0) return [];
  const grows = added.length > 0;
  const shrinks = removed.length > 0;
  // What is swapped is as bad as what is taken away.
  const loosens = more === "tightens" ? shrinks : grows;
  const decisive = more === "tightens" ? removed : added;
  const severity: Severity = !loosens
    ? "low"
    : all !== undefined && decisive.includes(all)
      ? "critical"
      : "high";
  return [
    difference(
      field,
      names(before, path),
      names(after, path),
      loosens ? "loosens" : "tightens",
      severity,
      risk,
    ),
  ];
}

/** Ids and fixed words; an id that is not known yet is still one entry. */
function entries(values: Values | undefined, path: readonly string[]): string[] {
  const found = textsAt(values, ...path).map((entry) => clean(entry, 60));
  const raw = at(values, ...path);
  const unknown = Array.isArray(raw) ? raw.filter((entry) => stateOf(entry) === "unknown").length : 0;
  return [...found, ...Array.from({ length: unknown }, (_, index) => `new ${index + 1} (known at update)`)];
}

function names(values: Values | undefined, path: readonly string[]): string {
  return unseen(values, ...path) ?? listed(entries(values, path));
}

/** Of a named location: ranges that are let through by those who exclude it. */
export function namedLocationDifferences(resource: PlannedResource): Difference[] {
  const kind = "named location";
  const { before, after } = inputsOf(resource);
  if (resource.operation === "create") return [];
  if (resource.operation === "delete")
    return [
      {
        kind,
        field: "ranges",
        before: listed(rangesIn(before)),
        after: "deleted",
        direction: "changes",
        severity: "medium",
        risk: "policies that name it",
      },
    ];
  const found: Difference[] = [];
  const { added, removed } = changedEntries(rangesIn(before), rangesIn(after));
  if (added.length > 0 || removed.length > 0) {
    const shortest = Math.min(...added.map(prefixOf), 128);
    const severity: Severity =
      added.length === 0 ? "low" : shortest === 0 ? "critical" : shortest <= 8 ? "high" : "medium";
    found.push({
      kind,
      field: "ranges",
      before: listed(rangesIn(before)),
      after: listed(rangesIn(after)),
      direction: added.length > 0 ? "loosens" : "tightens",
      severity,
      risk: added.length > 0 ? `lets ${listed(added, 3)} in` : `shuts ${listed(removed, 3)} out`,
    });
  }
  const [was, is] = [at(before, "ip", "trusted") === true, at(after, "ip", "trusted") === true];
  if (was !== is) {
    found.push({
      kind,
      field: "trusted",
      before: String(was),
      after: String(is),
      direction: is ? "loosens" : "tightens",
      severity: is ? "medium" : "low",
      risk: "policies that trust such places",
    });
  }
  return found;
}

function rangesIn(values: Values | undefined): string[] {
  const nested = recordsAt(values, "ips").flatMap((entry) => textsAt(entry, "ipRanges"));
  return [...textsAt(values, "ip", "ipRanges"), ...nested].filter((range) =>
    /^[0-9a-f.:]{2,45}\/\d{1,3}$/i.test(range),
  );
}

function prefixOf(range: string): number {
  return Number(range.split("/")[1] ?? 0);
}
