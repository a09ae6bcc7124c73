/** What an automation account holds, as far as jobs on a schedule go. */

/** What everything in an account has. */
export interface AutomationItem {
  readonly id: string;
  readonly name: string;
  /** All else, as it was declared. */
  readonly kept: Readonly<Record<string, unknown>>;
}

export interface AutomationAccount extends AutomationItem {
  readonly location: string;
  readonly isSystemAssigned: boolean;
  readonly userAssignedIdentities: readonly string[];
}

export interface RuntimeEnvironment extends AutomationItem {
  readonly language: string;
}

export interface Runbook extends AutomationItem {
  readonly runbookType: string;
  readonly runtimeEnvironment: string | undefined;
  readonly contentUri: string | undefined;
  readonly contentHash: { readonly algorithm: string; readonly value: string } | undefined;
}

export interface Schedule extends AutomationItem {
  readonly startTime: string;
}

/** The link of a runbook to a schedule. */
export interface JobSchedule extends AutomationItem {
  readonly runbook: string;
  readonly schedule: string;
}

export type HybridWorkerGroup = AutomationItem;

export interface HybridWorker extends AutomationItem {
  readonly vmResourceId: string;
}
