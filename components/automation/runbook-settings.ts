/** What the runbook is told: one JSON document, in a form that no shell and no worker reads as something else. */
import * as pulumi from "@pulumi/pulumi";
import type { EntraCloud } from "../federation/cloud";
import { ArgumentError } from "../problems";
import type { IdentitySettings } from "./rotated-identity";

/** The settings as components/automation/rotate_certificates.py reads them. */
export interface RunbookSettings {
  readonly tenantId: string;
  readonly cloud: EntraCloud;
  readonly managedIdentityClientId?: string;
  readonly seenWithinDays: number;
  readonly changeoverDays: number;
  readonly waitSeconds: number;
  readonly identities: readonly IdentitySettings[];
}

/** Limits of the runbook's own reader, with its defaults. */
export const SEEN_WITHIN_DAYS = { least: 1, most: 180, default: 30 } as const;
export const CHANGEOVER_DAYS_KEPT = { least: 1, most: 180, default: 30 } as const;
export const WAIT_SECONDS = { least: 0, most: 1200, default: 600 } as const;

/** Characters the runbook reads: https://github.com/microsoft/PowerShell-DSC-for-Linux/pull/756 */
const MOST_CHARACTERS = 30_000;

/** JSON in the order of its declaration: the same settings are the same text. */
export function settingsText(settings: RunbookSettings): string {
  return JSON.stringify(settings);
}

/** base64url without padding: workers parse a parameter that looks like JSON, and hand over something else. */
export function parameterOf(component: string, name: string, settings: string): string {
  const text = Buffer.from(settings, "utf8").toString("base64url");
  if (text.length <= MOST_CHARACTERS) return text;
  const problem = {
    at: "identities",
    code: "too-many",
    given: `settings of ${text.length} characters`,
    allowed: `at most ${MOST_CHARACTERS} characters, which is what a job takes as a parameter`,
    remedy: "make another RotationRunbook for some of the applications",
  } as const;
  throw new ArgumentError(component, name, [problem], "later");
}

/** Name of the first parameter of a Python runbook, as the portal shows it; the runbook sees values alone. */
export const FIRST_PARAMETER = "[PARAMETER 1]";

export function settingsOf(
  fixed: Omit<RunbookSettings, "identities" | "managedIdentityClientId" | "tenantId">,
  known: {
    readonly tenantId: pulumi.Input<string>;
    readonly managedIdentityClientId: pulumi.Output<string> | undefined;
    readonly identities: readonly pulumi.Output<IdentitySettings>[];
  },
): pulumi.Output<string> {
  const { tenantId, managedIdentityClientId = pulumi.output("") } = known;
  return pulumi
    .all([tenantId, managedIdentityClientId, pulumi.all([...known.identities])])
    .apply(([tenant, clientId, identities]) => {
      const { cloud, ...numbers } = fixed;
      const identity = clientId === "" ? {} : { managedIdentityClientId: clientId };
      return settingsText({ tenantId: tenant, cloud, ...identity, ...numbers, identities });
    });
}
