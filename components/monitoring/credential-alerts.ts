/** Makes looking unnecessary: the logs are asked again and again, and somebody hears of the answer. */
import * as pulumi from "@pulumi/pulumi";
import { ArgumentError } from "../problems";
import type { AlertNeed, QueryParameter } from "./alert";
import { alertQuery, type QueryValues } from "./alert-query";
import { createAlertRule, RULE_CHARACTERS, type RulePlace } from "./alert-rule";
import { tunedAlert } from "./alert-tuning";
import { ALERT_IDS, type AlertId, alertOf } from "./alerts";
import { type CredentialAlertsArgs, GRACE_DAYS, readAlerts } from "./credential-alerts-args";
import { createSentinelRule, SENTINEL_QUERY_CHARACTERS } from "./sentinel-rule";
import { createAuditLogs, credentialRows, datedCertificate, guardedRows, vaultRows } from "./watched";
import { CHARTS, createWorkbook } from "./workbook";

/**
 * Alerts about credentials: secrets added or used, certificates that end or were not renewed, sign-ins from elsewhere,
 * changed policies, strange readers of vaults.
 *
 * ```ts
 * const alerts = new CredentialAlerts("identities", {
 *   resourceGroupName: "rg-identities",
 *   workspaceId: monitoring.workspaceId,
 *   actionGroupIds: monitoring.actionGroupIds,
 *   tenantId,
 *   allowedInitiators: [pipelineObjectId],
 *   applications: { "billing-nightly": { application: billing, networks: ["198.51.100.0/24"] } },
 *   vaults: { billing: { vaultId: vault.vaultId, readers: [hostPrincipalId] } },
 * });
 * ```
 *
 * Tune one, leave one out, or let Sentinel have them all:
 *
 * ```ts
 * alerts: { "sign-in-blocked": { severity: 1, every: 5, window: 15 }, "policy-changed": false },
 * sentinel: "also",
 * ```
 *
 * Creates `<name>-<alert>` for each alert, in Sentinel `<name>-<alert>-sentinel`, and `<name>-workbook`;
 * `<name>-<vault>-audit-log` where it is asked for. An alert that
 * lacks what it needs is left out and listed in `leftOut`. The list of alerts: docs/monitoring.md.
 *
 * What the queries know of the stack (ids, networks, dates) is written into them by each deployment. Certificates that
 * are not in the stack have no end here, for no log knows it; `certlock inventory` does.
 *
 * @throws ArgumentError listing every bad argument, before anything is registered; a query that grows too long for the
 * service stops its rule
 */
export class CredentialAlerts extends pulumi.ComponentResource {
  /** Ids of the rules by alert; of Sentinel's rules where there are no others. */
  readonly ruleIds: Readonly<Partial<Record<AlertId, pulumi.Output<string>>>>;
  /** Alerts there is no rule of, with the reason. */
  readonly leftOut: Readonly<Partial<Record<AlertId, string>>>;
  /** Id of the workbook; undefined where none was wanted. */
  readonly workbookId: pulumi.Output<string> | undefined;

  constructor(name: string, given: CredentialAlertsArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const args = readAlerts(name, given);
    super("certlock:components:CredentialAlerts", name, {}, opts);
    const child = { parent: this };
    const place: RulePlace = {
      resourceGroupName: args.resourceGroupName,
      location: args.location,
      workspaceId: pulumi.output(args.workspaceId),
      tags: args.tags ?? {},
    };
    const leftOut = leftOutOf(args);

    createAuditLogs(name, args.vaults ?? {}, place.workspaceId, child);
    const rules = ALERT_IDS.filter((id) => leftOut[id] === undefined).map(
      (id) => [id, createRules(name, id, args, place, child)] as const,
    );
    this.ruleIds = Object.fromEntries(rules);
    this.leftOut = leftOut;
    this.workbookId =
      args.workbook === false
        ? undefined
        : createWorkbook(name, valuesOf(args, CHART_PARAMETERS), place, child).id;
    this.registerOutputs({ ruleIds: this.ruleIds, leftOut, workbookId: this.workbookId });
  }
}

function createRules(
  name: string,
  id: AlertId,
  args: CredentialAlertsArgs,
  place: RulePlace,
  child: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const alert = tunedAlert(id, args.alerts?.[id] || {});
  const values = valuesOf(args, alert.parameters);
  const queryUpTo = (most: number) =>
    values.apply((told) => shortEnough(name, id, alertQuery(alert, told), most));
  const monitored =
    args.sentinel === "only"
      ? []
      : [createAlertRule(name, id, alert, queryUpTo(RULE_CHARACTERS), args.actionGroupIds, place, child)];
  const analysed =
    args.sentinel === undefined
      ? []
      : [createSentinelRule(name, id, alert, queryUpTo(SENTINEL_QUERY_CHARACTERS), place.workspaceId, child)];
  const [first] = [...monitored, ...analysed];
  if (first === undefined) throw new RangeError(`no rule for ${id}`);
  return first.id;
}

const CHART_PARAMETERS = CHARTS.flatMap(({ parameters }) => parameters);

/**
 * What a query is told. Only what it asks for is waited for: a certificate that is not issued yet leaves all rules but
 * those about dates as they are in a preview.
 */
function valuesOf(
  args: CredentialAlertsArgs,
  parameters: readonly QueryParameter[],
): pulumi.Output<QueryValues> {
  const { applications = {}, vaults = {}, allowedInitiators = [], graceDays = GRACE_DAYS.default } = args;
  const isAsked = (...names: readonly QueryParameter[]) => names.some((name) => parameters.includes(name));
  return pulumi
    .all([
      isAsked("HomeTenant") ? args.tenantId : "",
      pulumi.all(isAsked("AllowedInitiators") ? [...allowedInitiators] : []),
      guardedRows(isAsked("Guarded", "GuardedNetworks") ? applications : {}),
      credentialRows(isAsked("Credentials") ? applications : {}),
      vaultRows(isAsked("VaultReaders", "Vaults") ? vaults : {}),
    ])
    .apply(([tenantId, initiators, guarded, credentials, watched]) => ({
      homeTenant: tenantId.toLowerCase(),
      allowedInitiators: initiators.map((id) => id.toLowerCase()),
      guarded,
      credentials,
      vaults: watched,
      graceDays,
    }));
}

const REASONS: Readonly<Record<AlertNeed, string>> = {
  applications: "no application is named",
  certificates: "no application has a certificate that this deployment renews",
  graphActivity: "graphActivity is not switched on",
  networks: "no application has networks",
  readers: "no vault has readers",
  vaults: "no vault is named",
};

function leftOutOf(args: CredentialAlertsArgs): Partial<Record<AlertId, string>> {
  const applications = Object.values(args.applications ?? {});
  const vaults = Object.values(args.vaults ?? {});
  const has: Readonly<Record<AlertNeed, boolean>> = {
    applications: applications.length > 0,
    certificates: applications.some((one) => datedCertificate(one) !== undefined),
    graphActivity: args.graphActivity === true,
    networks: applications.some(({ networks = [] }) => networks.length > 0),
    readers: vaults.some(({ readers }) => readers !== undefined),
    vaults: vaults.length > 0,
  };
  return Object.fromEntries(
    ALERT_IDS.flatMap((id) => {
      if (args.alerts?.[id] === false) return [[id, "switched off"]];
      const { needs } = alertOf(id);
      return needs === undefined || has[needs] ? [] : [[id, REASONS[needs]]];
    }),
  );
}

function shortEnough(name: string, id: AlertId, query: string, most: number): string {
  if (query.length <= most) return query;
  const problem = {
    at: `alerts["${id}"]`,
    code: "too-long" as const,
    given: `a query of ${query.length} characters`,
    allowed: `at most ${most} characters, applications, networks and vaults included`,
    remedy: "spread the applications over several CredentialAlerts",
  };
  throw new ArgumentError("CredentialAlerts", name, [problem], "later");
}
