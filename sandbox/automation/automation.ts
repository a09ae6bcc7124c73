/** What an automation account holds, as far as jobs on a schedule go. */

export interface Named {
  readonly id: string;
  readonly name: string;
  /** All else, as it was declared. */
  readonly kept: Readonly<Record<string, unknown>>;
}

export interface AutomationAccount extends Named {
  readonly location: string;
  readonly isSystemAssigned: boolean;
  readonly userAssignedIdentities: readonly string[];
}

export interface RuntimeEnvironment extends Named {
  readonly language: string;
}

export interface Runbook extends Named {
  readonly runbookType: string;
  readonly runtimeEnvironment: string | undefined;
  readonly contentUri: string | undefined;
  readonly contentHash: { readonly algorithm: string; readonly value: string } | undefined;
}

export interface Schedule extends Named {
  readonly startTime: string;
}

/** The link of a runbook to a schedule. */
export interface JobSchedule extends Named {
  readonly runbook: string;
  readonly schedule: string;
}

export type HybridWorkerGroup = Named;

export interface HybridWorker extends Named {
  readonly vmResourceId: string;
}
