/** One alert as data: what it asks the logs, how often, how loud it is and what to do then. */

/**
 * Minutes between two runs of a query. Azure Monitor also offers every minute, for a few kinds of queries only.
 * https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-create-log-alert-rule
 */
export const ALERT_FREQUENCIES = [5, 10, 15, 30, 45, 60, 120, 180, 240, 300, 360, 1440] as const;

/** Minutes a query looks back; two days are the most. Same source. */
export const ALERT_WINDOWS = [...ALERT_FREQUENCIES, 2880] as const;

export type AlertFrequency = (typeof ALERT_FREQUENCIES)[number];
export type AlertWindow = (typeof ALERT_WINDOWS)[number];

/** 0 is critical, 1 an error, 2 a warning, 3 informational, 4 verbose. */
export const ALERT_SEVERITIES = [0, 1, 2, 3, 4] as const;
export type AlertSeverity = (typeof ALERT_SEVERITIES)[number];

/** Tables of the logs, by what fills them. */
export const LOG_SOURCES = {
  AADManagedIdentitySignInLogs: "the tenant's log ManagedIdentitySignInLogs",
  AADServicePrincipalSignInLogs: "the tenant's log ServicePrincipalSignInLogs",
  AuditLogs: "the tenant's log AuditLogs",
  AZKVAuditLogs: "the audit log of each vault",
  MicrosoftGraphActivityLogs: "the tenant's log MicrosoftGraphActivityLogs",
} as const;
export type LogTableName = keyof typeof LOG_SOURCES;

/** What a query is told by the stack, in front of its text. */
export type QueryParameter =
  | "AllowedInitiators"
  | "Credentials"
  | "Guarded"
  | "GuardedNetworks"
  | "HomeTenant"
  | "VaultReaders"
  | "Vaults";

/** What an alert cannot do without: where it is missing, the alert is left out. */
export type AlertNeed = "applications" | "certificates" | "graphActivity" | "networks" | "readers" | "vaults";

/**
 * Entities of Microsoft Sentinel and how they are told apart.
 * https://learn.microsoft.com/azure/sentinel/entities-reference
 */
export const ENTITY_IDENTIFIERS = {
  Account: ["AadUserId", "FullName", "Name"],
  AzureResource: ["ResourceId"],
  CloudApplication: ["AppId", "Name"],
  IP: ["Address"],
} as const;

export interface AlertEntity {
  readonly type: keyof typeof ENTITY_IDENTIFIERS;
  /** Columns of the query by identifier, one to three. */
  readonly fields: Readonly<Record<string, string>>;
}

export interface AlertDefinition {
  /** A sentence without a full stop, as it stands over the alert. */
  readonly title: string;
  /** What it sees, for the page and for whoever gets the alert. */
  readonly watches: string;
  readonly severity: AlertSeverity;
  readonly tables: readonly LogTableName[];
  /** Names of files in `queries/`; they are put together in this order. */
  readonly queries: readonly string[];
  readonly parameters: readonly QueryParameter[];
  /** Numbers the query is told as well; `MoreThan` is the count of sign-ins or calls above which it finds a cause. */
  readonly constants?: Readonly<Record<string, number>>;
  readonly needs?: AlertNeed;
  readonly every: AlertFrequency;
  readonly window: AlertWindow;
  /** Columns of the answer that tell one cause from another: each combination is an alert of its own. At most six. */
  readonly dimensions: readonly string[];
  /** What to do first, in this order. */
  readonly firstSteps: readonly string[];
  /** Of MITRE ATT&CK for Enterprise; empty where nobody attacks. */
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  readonly entities: readonly AlertEntity[];
}

/** Minutes as an ISO 8601 duration, spelt as Azure spells it: PT45M, PT6H, P2D. */
export function isoDuration(minutes: number): string {
  if (minutes % 1440 === 0) return `P${minutes / 1440}D`;
  return minutes % 60 === 0 ? `PT${minutes / 60}H` : `PT${minutes}M`;
}
