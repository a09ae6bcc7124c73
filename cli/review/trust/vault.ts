/** Who reaches a vault, and how what lies in it is kept. */
import type { Severity } from "../report";
import type { PlannedResource } from "../resources";
import { flagAt, listAt, numberAt, recordsAt, textAt, type Values } from "../values";
import { changedEntries, type Difference, inputsOf, listed } from "./change";

const NETWORK = "vault network";
const ACCESS = "vault access";

export function vaultDifferences(resource: PlannedResource): Difference[] {
  const { before, after } = inputsOf(resource);
  if (resource.operation === "delete") {
    return [
      {
        kind: ACCESS,
        field: "vault",
        before: "deployed",
        after: "deleted",
        direction: "changes",
        severity: "medium",
        risk: "whoever reads a key from it",
      },
    ];
  }
  if (resource.operation === "create") return [];
  return [...networkDifferences(before, after), ...protectionDifferences(before, after)];
}

function networkDifferences(before: Values | undefined, after: Values | undefined): Difference[] {
  const found: Difference[] = [];
  const isOpen = (values: Values | undefined): boolean =>
    (textAt(values, "properties", "publicNetworkAccess") ?? "enabled").toLowerCase() !== "disabled";
  const [wasOpen, open] = [isOpen(before), isOpen(after)];
  if (wasOpen !== open) {
    found.push(
      change(
        NETWORK,
        "publicNetworkAccess",
        wasOpen ? "enabled" : "disabled",
        open ? "enabled" : "disabled",
        open,
        "high",
        "reach from public networks",
      ),
    );
  }
  const allowsAll = (values: Values | undefined): boolean =>
    (textAt(values, "properties", "networkAcls", "defaultAction") ?? "Allow") !== "Deny";
  const [allowed, allows] = [allowsAll(before), allowsAll(after)];
  if (allowed !== allows) {
    found.push(
      change(
        NETWORK,
        "networkAcls.defaultAction",
        allowed ? "Allow" : "Deny",
        allows ? "Allow" : "Deny",
        allows,
        "high",
        "every network, or only those named",
      ),
    );
  }
  const [was, is] = [rulesIn(before), rulesIn(after)];
  const { added, removed } = changedEntries(was, is);
  if (added.length > 0 || removed.length > 0) {
    const wide = added.some((range) => /^0\.0\.0\.0(\/|$)|\/[0-8]$/.test(range));
    found.push(
      change(
        NETWORK,
        "networkAcls rules",
        listed(was),
        listed(is),
        added.length > 0,
        wide ? "critical" : "medium",
        added.length > 0 ? `lets ${listed(added, 3)} in` : `shuts ${listed(removed, 3)} out`,
      ),
    );
  }
  const bypassOf = (values: Values | undefined): string =>
    textAt(values, "properties", "networkAcls", "bypass") === "None" ? "None" : "AzureServices";
  const [passed, passes] = [bypassOf(before), bypassOf(after)];
  if (passed !== passes)
    found.push(
      change(
        NETWORK,
        "networkAcls.bypass",
        passed,
        passes,
        passes !== "None",
        "low",
        "trusted services of Azure",
      ),
    );
  return found;
}

/** Ranges, and subnets by the end of their path. */
function rulesIn(values: Values | undefined): string[] {
  const ranges = recordsAt(values, "properties", "networkAcls", "ipRules").flatMap((rule) => {
    const range = textAt(rule, "value");
    return range !== undefined && /^[0-9a-f.:]{2,45}(\/\d{1,3})?$/i.test(range) ? [range] : [];
  });
  const subnets = recordsAt(values, "properties", "networkAcls", "virtualNetworkRules").flatMap((rule) => {
    const subnet = textAt(rule, "id")?.split("/").at(-1);
    return subnet !== undefined && /^[\w.-]{1,80}$/.test(subnet) ? [`subnet ${subnet}`] : [];
  });
  return [...ranges, ...subnets].sort();
}

function protectionDifferences(before: Values | undefined, after: Values | undefined): Difference[] {
  const found: Difference[] = [];
  const flags = [
    ["enableRbacAuthorization", true, "high", "access by role, or by policies of the vault"],
    ["enablePurgeProtection", false, "high", "deleted keys can be destroyed at once"],
    ["enableSoftDelete", true, "high", "deleted keys are gone"],
  ] as const;
  for (const [field, otherwise, severity, risk] of flags) {
    const was = flagAt(before, "properties", field) ?? otherwise;
    const is = flagAt(after, "properties", field) ?? otherwise;
    if (was !== is) found.push(change(ACCESS, field, String(was), String(is), !is, severity, risk));
  }
  const [was, is] = [days(before), days(after)];
  if (was !== is)
    found.push(
      change(
        ACCESS,
        "softDeleteRetentionInDays",
        `${was} d`,
        `${is} d`,
        is < was,
        "medium",
        "how long deleted keys can be brought back",
      ),
    );
  const [had, has] = [policies(before), policies(after)];
  if (had !== has)
    found.push(
      change(
        ACCESS,
        "accessPolicies",
        `${had}`,
        `${has}`,
        has > had,
        "medium",
        "who reads by policies of the vault",
      ),
    );
  return found;
}

function days(values: Values | undefined): number {
  return numberAt(values, "properties", "softDeleteRetentionInDays") ?? 90;
}

function policies(values: Values | undefined): number {
  return listAt(values, "properties", "accessPolicies").length;
}

function change(
  kind: Difference["kind"],
  field: string,
  before: string,
  after: string,
  loosens: boolean,
  severity: Severity,
  risk: string,
): Difference {
  return {
    kind,
    field,
    before,
    after,
    direction: loosens ? "loosens" : "tightens",
    severity: loosens ? severity : "low",
    risk,
  };
}
