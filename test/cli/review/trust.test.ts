/** Which way a change of a tenant's control goes, how bad it is, and what it reads like. */
import { appManagementDifferences } from "../../../cli/review/trust/app-management";
import {
  conditionalAccessDifferences,
  namedLocationDifferences,
} from "../../../cli/review/trust/conditional-access";
import type { Values } from "../../../cli/review/values";
import { ID, OTHER, table, UNKNOWN } from "./trust-table";

const policy = (state: string, maxLifetime = "P180D", more: Values = {}): Values => ({
  applicationRestrictions: {
    passwordCredentials: [{ restrictionType: "passwordAddition", state }],
    keyCredentials: [{ restrictionType: "asymmetricKeyLifetime", state: "enabled", maxLifetime, ...more }],
  },
});

table("the tenant's app management policy", appManagementDifferences, [
  ["that stays as it is says nothing", policy("enabled"), policy("enabled")],
  [
    "that lets client secrets in again is critical",
    policy("enabled"),
    policy("disabled"),
    "applicationRestrictions.passwordAddition: enabled → disabled, loosens, critical",
  ],
  [
    "that forbids them tightens",
    policy("disabled"),
    policy("enabled"),
    "applicationRestrictions.passwordAddition: disabled → enabled, tightens, low",
  ],
  [
    "with longer lives loosens",
    policy("enabled", "P180D"),
    policy("enabled", "P1Y"),
    "applicationRestrictions.asymmetricKeyLifetime.maxLifetime: P180D → P1Y, loosens, high",
  ],
  [
    "with shorter lives tightens, in whatever units",
    policy("enabled", "P6M"),
    policy("enabled", "P90D"),
    "applicationRestrictions.asymmetricKeyLifetime.maxLifetime: P6M → P90D, tightens, low",
  ],
  [
    "that lets older applications off loosens",
    policy("enabled", "P180D", { restrictForAppsCreatedAfterDateTime: "0001-01-01T00:00:00Z" }),
    policy("enabled", "P180D", { restrictForAppsCreatedAfterDateTime: "2026-01-01T00:00:00Z" }),
    "applicationRestrictions.asymmetricKeyLifetime.restrictForAppsCreatedAfterDateTime: all applications → 2026-01-01, loosens, high",
  ],
  [
    "that is suspended is critical",
    { isEnabled: true },
    { isEnabled: false },
    "isEnabled: in force → suspended, loosens, critical",
  ],
  [
    "that forgets a restriction is critical",
    policy("enabled"),
    {},
    "applicationRestrictions.asymmetricKeyLifetime: enabled → not declared, loosens, high",
    "applicationRestrictions.passwordAddition: enabled → not declared, loosens, critical",
  ],
  [
    "that is deleted is critical",
    policy("enabled"),
    undefined,
    "policy: declared → taken back, loosens, critical",
  ],
  [
    "that is deleted and kept changes hands",
    { ...policy("enabled"), onDelete: "keep" },
    undefined,
    "policy: declared → kept in the tenant, changes, medium",
  ],
  ["that is new tightens", undefined, policy("enabled"), "policy: - → 2 restrictions enabled, tightens, low"],
  [
    "with a restriction named by a stranger is read by its name alone",
    {},
    { applicationRestrictions: { passwordCredentials: [{ restrictionType: "<b>", state: "enabled" }] } },
  ],
]);

const access = (
  state: string,
  conditions: Values = {},
  grantControls: Values = { builtInControls: ["block"] },
): Values => ({ state, conditions, grantControls });
const targets = (...includedServicePrincipals: unknown[]): Values => ({
  clientApplications: { includedServicePrincipals },
});
const places = (includedLocations: unknown, excludedLocations: unknown): Values => ({
  locations: { includedLocations, excludedLocations },
});
const REPORT = "enabledForReportingButNotEnforced";

table("a Conditional Access policy", conditionalAccessDifferences, [
  [
    "that is enforced has to be looked at",
    access(REPORT),
    access("enabled"),
    "state: report-only → enforced, tightens, medium",
  ],
  [
    "that only reports again is critical",
    access("enabled"),
    access(REPORT),
    "state: enforced → report-only, loosens, critical",
  ],
  [
    "that is switched off is critical",
    access("enabled"),
    access("disabled"),
    "state: enforced → off, loosens, critical",
  ],
  [
    "that only reported and is switched off loosens",
    access(REPORT),
    access("disabled"),
    "state: report-only → off, loosens, medium",
  ],
  [
    "that is deleted while enforced is critical",
    access("enabled"),
    undefined,
    "state: enforced → deleted, loosens, critical",
  ],
  ["that is new tightens", undefined, access(REPORT), "state: - → report-only, tightens, low"],
  [
    "that no longer binds somebody loosens",
    access("enabled", targets(ID, OTHER)),
    access("enabled", targets(ID)),
    `included service principals: ${ID}, ${OTHER} → ${ID}, loosens, high`,
  ],
  [
    "that binds somebody more tightens",
    access("enabled", targets(ID)),
    access("enabled", targets(ID, OTHER)),
    `included service principals: ${ID} → ${ID}, ${OTHER}, tightens, low`,
  ],
  [
    "that is about somebody not made yet is told so",
    access("enabled", targets(ID)),
    access("enabled", targets(ID, UNKNOWN)),
    `included service principals: ${ID} → ${ID}, new 1 (known at update), tightens, low`,
  ],
  [
    "whose targets are not known at all is told so",
    access("enabled", targets(ID)),
    access("enabled", { clientApplications: { includedServicePrincipals: UNKNOWN } }),
    `included service principals: ${ID} → known at update, changes, medium`,
  ],
  [
    "that is for fewer places is critical when it was for all",
    access("enabled", places(["All"], [ID])),
    access("enabled", places([OTHER], [ID])),
    `included locations: All → ${OTHER}, loosens, critical`,
  ],
  [
    "that lets one more place through loosens",
    access("enabled", places(["All"], [ID])),
    access("enabled", places(["All"], [ID, OTHER])),
    `excluded locations: ${ID} → ${ID}, ${OTHER}, loosens, high`,
  ],
  [
    "that blocks no more is critical",
    access("enabled"),
    access("enabled", {}, { builtInControls: ["mfa"] }),
    "grant controls: block → mfa, loosens, critical",
  ],
]);

const ranges = (...ipRanges: string[]): Values => ({ ip: { ipRanges, trusted: false } });
table("a named location", namedLocationDifferences, [
  [
    "with one more range lets somebody in",
    ranges("198.51.100.0/24"),
    ranges("198.51.100.0/24", "203.0.113.0/24"),
    "ranges: 198.51.100.0/24 → 198.51.100.0/24, 203.0.113.0/24, loosens, medium",
  ],
  [
    "with one less shuts somebody out",
    ranges("198.51.100.0/24", "203.0.113.0/24"),
    ranges("198.51.100.0/24"),
    "ranges: 198.51.100.0/24, 203.0.113.0/24 → 198.51.100.0/24, tightens, low",
  ],
  [
    "with the whole internet is critical",
    ranges("198.51.100.0/24"),
    ranges("0.0.0.0/0"),
    "ranges: 198.51.100.0/24 → 0.0.0.0/0, loosens, critical",
  ],
  [
    "with an eighth-prefix is high",
    ranges(),
    ranges("192.0.0.0/8"),
    "ranges: none → 192.0.0.0/8, loosens, high",
  ],
  [
    "that is trusted loosens",
    ranges("198.51.100.0/24"),
    { ip: { ipRanges: ["198.51.100.0/24"], trusted: true } },
    "trusted: false → true, loosens, medium",
  ],
  ["with text that is no range shows none of it", ranges(), ranges("<script>")],
]);
