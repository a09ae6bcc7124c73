/** One entry of the audit log, as Graph's directoryAudit has it. Never holds a secret or a key. */
export interface DirectoryAudit {
  readonly id: string;
  readonly activityDateTime: string;
  /** The operation, e.g. "Add application". */
  readonly activityDisplayName: string;
  readonly category: AuditCategory;
  readonly correlationId: string;
  readonly loggedByService: "Core Directory" | "Conditional Access";
  readonly operationType: "Add" | "Update" | "Delete" | "Assign" | "Unassign";
  readonly result: "success";
  readonly resultReason: string;
  readonly initiatedBy: {
    readonly user: null;
    readonly app: {
      readonly appId: string | null;
      readonly displayName: string | null;
      readonly servicePrincipalId: string | null;
      readonly servicePrincipalName: string | null;
    };
  };
  readonly targetResources: readonly AuditTarget[];
  readonly additionalDetails: readonly { readonly key: string; readonly value: string }[];
}

export type AuditCategory = "ApplicationManagement" | "Policy";

export interface AuditTarget {
  readonly id: string | null;
  readonly displayName: string | null;
  readonly type: "Application" | "ServicePrincipal" | "Policy" | "User" | "Other";
  readonly userPrincipalName: string | null;
  readonly groupType: null;
  readonly modifiedProperties: readonly ModifiedProperty[];
}

/** Old and new value are JSON in text, as the log has them. */
export interface ModifiedProperty {
  readonly displayName: string;
  readonly oldValue: string | null;
  readonly newValue: string | null;
}
