/** Where the logs go: a Log Analytics workspace, one that is there or one of its own. */
import * as operationalinsights from "@pulumi/azure-native/operationalinsights";
import * as pulumi from "@pulumi/pulumi";
import { isKnown } from "../federation/claims";
import { isOptions, type OptionNames, readOptions, wrongType } from "../given-options";
import { checkDays } from "../lifetime";
import { describeGiven, type Finding, type Problems } from "../problems";
import { checkResourceId } from "../resource-id";

/** A workspace that is there, for example that of the security team. */
export interface ExistingWorkspace {
  /** Id of the workspace. */
  readonly id: pulumi.Input<string>;
  readonly name?: undefined;
  readonly retentionDays?: undefined;
  readonly dailyCapGb?: undefined;
}

/** A workspace of its own. */
export interface NewWorkspace {
  readonly id?: undefined;
  /** Name in the resource group, 4 to 63 letters, digits and hyphens. Changing it makes a new workspace. */
  readonly name: string;
  /**
   * Days the logs can be queried, 30 to 730. What an alert needs is two days; what an investigation needs is the time
   * until somebody notices.
   * @default 90
   */
  readonly retentionDays?: number;
  /**
   * Gigabytes a day from which on nothing more is taken in, at least 0.023. A ceiling for the bill, and a blindfold:
   * beyond it no alert sees anything until the next day.
   * @default - no ceiling
   */
  readonly dailyCapGb?: number;
}

export type LogWorkspace = ExistingWorkspace | NewWorkspace;

export const WORKSPACE_TYPE = "Microsoft.OperationalInsights/workspaces";

/** https://learn.microsoft.com/azure/azure-monitor/logs/data-retention-configure */
export const RETENTION_DAYS = { least: 30, most: 730, default: 90 } as const;

/** https://learn.microsoft.com/azure/azure-monitor/logs/daily-cap; the least is that of Azure's own clients. */
export const DAILY_CAP_GB = { least: 0.023 } as const;

interface Surroundings {
  readonly resourceGroupName: pulumi.Input<string>;
  readonly location: pulumi.Input<string> | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/** Creates `<name>-workspace` where none is named; answers with the id. */
export function workspaceOf(
  name: string,
  given: LogWorkspace,
  { resourceGroupName, location, tags }: Surroundings,
  child: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  if (given.id !== undefined) return pulumi.output(given.id);
  const workspace = new operationalinsights.Workspace(
    `${name}-workspace`,
    {
      workspaceName: given.name,
      resourceGroupName,
      ...(location === undefined ? {} : { location }),
      sku: { name: "PerGB2018" },
      retentionInDays: given.retentionDays ?? RETENTION_DAYS.default,
      ...(given.dailyCapGb === undefined ? {} : { workspaceCapping: { dailyQuotaGb: given.dailyCapGb } }),
      // Nobody sends logs, or forges them, with the shared keys of the workspace.
      features: { disableLocalAuth: true, enableLogAccessUsingOnlyResourcePermissions: true },
      tags,
    },
    child,
  );
  return workspace.id;
}

const EXISTING: OptionNames<ExistingWorkspace> = {
  id: "checked",
  name: "optional",
  retentionDays: "optional",
  dailyCapGb: "optional",
};
const NEW: OptionNames<NewWorkspace> = { ...EXISTING, id: "optional", name: "checked" };

export function checkWorkspace(at: string, given: LogWorkspace, problems: Problems): void {
  const options: unknown = given;
  if (!isOptions(options)) {
    problems.add(at, wrongType(options, "an object with the id of a workspace, or a name for a new one"));
    return;
  }
  if (given.id !== undefined) {
    const args = readOptions(at, given, EXISTING, problems);
    for (const name of ["name", "retentionDays", "dailyCapGb"] as const) {
      const value: unknown = args?.[name];
      if (value !== undefined) problems.add(`${at}.${name}`, notOfExisting(value));
    }
    if (isKnown(given.id)) problems.add(`${at}.id`, checkResourceId(given.id, WORKSPACE_TYPE));
    return;
  }
  const args = readOptions(at, given, NEW, problems);
  if (args === undefined) return;
  problems.add(`${at}.name`, checkWorkspaceName(args.name));
  problems.add(
    `${at}.retentionDays`,
    checkDays(args.retentionDays ?? RETENTION_DAYS.default, RETENTION_DAYS),
  );
  if (args.dailyCapGb !== undefined) problems.add(`${at}.dailyCapGb`, checkCap(args.dailyCapGb));
}

function notOfExisting(given: unknown): Finding {
  return {
    code: "choose-one",
    given: describeGiven(given),
    allowed: "the id of a workspace that is there, or name, retentionDays and dailyCapGb of a new one",
    remedy: "leave out the id to have a workspace made, or leave this out",
  };
}

/** https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftoperationalinsights */
function checkWorkspaceName(given: unknown): Finding | undefined {
  if (typeof given === "string" && /^[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]$/.test(given)) return undefined;
  return {
    code: given === undefined ? "missing" : "invalid-name",
    given: describeGiven(given),
    allowed:
      "4 to 63 letters, digits and hyphens, a letter or digit first and last; or the id of a workspace",
    remedy: 'choose a name such as "log-identities"',
  };
}

function checkCap(given: unknown): Finding | undefined {
  if (typeof given === "number" && given >= DAILY_CAP_GB.least && Number.isFinite(given)) return undefined;
  return {
    code: typeof given === "number" ? "out-of-range" : "wrong-type",
    given: describeGiven(given),
    allowed: `a number of gigabytes from ${DAILY_CAP_GB.least} on`,
    remedy: "leave it out to have no ceiling",
  };
}
