/** Makes the tenant tell what happens in it: its own diagnostic setting, which a pipeline can rarely write. */
import * as aadiam from "@pulumi/azure-native/aadiam";
import * as pulumi from "@pulumi/pulumi";
import { isOptions, type OptionNames, readItems, readOptions, wrongType } from "../given-options";
import { checkOneOf, describeGiven, type Finding, type Problems } from "../problems";

/**
 * Logs of the tenant that say something about applications. MicrosoftGraphActivityLogs and those about risk need
 * Entra ID P1 or P2, and Workload ID Premium.
 * https://learn.microsoft.com/entra/identity/monitoring-health/concept-diagnostic-settings-logs-options
 */
export const TENANT_LOG_CATEGORIES = [
  "AuditLogs",
  "ServicePrincipalSignInLogs",
  "ManagedIdentitySignInLogs",
  "MicrosoftGraphActivityLogs",
  "RiskyServicePrincipals",
  "ServicePrincipalRiskEvents",
] as const;
export type TenantLogCategory = (typeof TENANT_LOG_CATEGORIES)[number];

/** What the alerts need. */
const NEEDED: readonly TenantLogCategory[] = [
  "AuditLogs",
  "ServicePrincipalSignInLogs",
  "ManagedIdentitySignInLogs",
];

export interface TenantLogArgs {
  /**
   * "byHand": a person with the role Security Administrator runs `tenantLogCommand` once. "deployed": this stack
   * does it. The API answers service principals with 403, whatever their roles, unless somebody with elevated access gave
   * the pipeline a role at the scope /providers/Microsoft.aadiam; try it before you rely on it.
   * @default "byHand"
   */
  readonly setup?: "byHand" | "deployed";
  /** Name of the setting in the tenant, 1 to 64 letters, digits, hyphens and underscores. @default "certlock" */
  readonly name?: string;
  /** What is logged. @default - AuditLogs, ServicePrincipalSignInLogs and ManagedIdentitySignInLogs */
  readonly categories?: readonly TenantLogCategory[];
}

const API_VERSION = "2017-04-01";

/**
 * Creates `<name>-tenant-log` where the stack is to do it.
 * @returns the command a person runs otherwise
 */
export function createTenantLog(
  name: string,
  { setup = "byHand", name: settingName = "certlock", categories = NEEDED }: TenantLogArgs,
  workspaceId: pulumi.Output<string>,
  child: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const logs = categories.map((category) => ({ category, enabled: true }));
  if (setup === "deployed") {
    new aadiam.DiagnosticSetting(`${name}-tenant-log`, { name: settingName, workspaceId, logs }, child);
  }
  return workspaceId.apply((id) => {
    const body = JSON.stringify({ properties: { workspaceId: id, logs } });
    const path = `/providers/microsoft.aadiam/diagnosticSettings/${settingName}?api-version=${API_VERSION}`;
    return `az rest --method put --url '${path}' --body '${body.replaceAll("'", `'\\''`)}'`;
  });
}

const OPTIONS: OptionNames<TenantLogArgs> = { setup: "optional", name: "optional", categories: "optional" };

export function checkTenantLog(at: string, given: TenantLogArgs, problems: Problems): void {
  const options: unknown = given;
  if (!isOptions(options)) {
    problems.add(at, wrongType(options, `an object with ${Object.keys(OPTIONS).join(", ")}`));
    return;
  }
  const args = readOptions(at, given, OPTIONS, problems);
  if (args === undefined) return;
  problems.add(`${at}.setup`, checkOneOf(args.setup ?? "byHand", ["byHand", "deployed"]));
  problems.add(`${at}.name`, checkSettingName(args.name ?? "certlock"));
  const categories = readItems<unknown>(`${at}.categories`, args.categories ?? NEEDED, problems);
  if (categories?.length === 0) problems.add(`${at}.categories`, noCategory());
  categories?.forEach((category, index) => {
    const place = `${at}.categories[${index}]`;
    problems.add(place, checkOneOf(category, TENANT_LOG_CATEGORIES));
    if (categories.indexOf(category) !== index) problems.add(place, twice(category));
  });
}

function checkSettingName(given: unknown): Finding | undefined {
  if (typeof given === "string" && /^[\w-]{1,64}$/.test(given)) return undefined;
  return {
    code: "invalid-name",
    given: describeGiven(given),
    allowed: "1 to 64 letters, digits, hyphens and underscores",
    remedy: "leave it out to have the default",
  };
}

function noCategory(): Finding {
  return {
    code: "missing",
    given: "an empty list",
    allowed: `at least one of ${TENANT_LOG_CATEGORIES.join(", ")}`,
    remedy: "leave it out to have what the alerts need",
  };
}

function twice(given: unknown): Finding {
  return {
    code: "duplicate",
    given: describeGiven(given),
    allowed: "each category once",
    remedy: "remove one of the two",
  };
}
