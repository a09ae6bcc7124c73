/** Rows as the logs have them, whole but for what a test changes. */
import type { DirectoryAudit } from "../../../sandbox/tenant/directory-audits";
import { BILLING, READER, VAULT } from "./query-values";
import type { Row } from "./run-queries";

/** What Entra writes, dash and space included; and what its documentation prints. */
export const EN_DASH = "Update application \u2013 Certificates and secrets management ";
export const HYPHEN = "Update application - Certificates and secrets management";

export const key = (id: string, type: string, name = ""): string =>
  `[KeyIdentifier=${id},KeyType=${type},KeyUsage=Verify,DisplayName=${name}]`;

let count = 0;

/** A change of credentials by a person. */
export function credentialChange(
  before: readonly string[] | null,
  after: readonly string[],
  more: Row = {},
): Row {
  return auditRow({
    OperationName: EN_DASH,
    TargetResources: [
      {
        id: "0C0E0000-0000-4000-8000-000000000001",
        displayName: "ledger",
        type: "Application",
        modifiedProperties: [
          {
            displayName: "KeyDescription",
            oldValue: before === null ? null : JSON.stringify(before),
            newValue: JSON.stringify(after),
          },
          { displayName: "Included Updated Properties", oldValue: null, newValue: '"KeyDescription"' },
        ],
      },
    ],
    ...more,
  });
}

export function auditRow(more: Row): Row {
  count += 1;
  return {
    TimeGenerated: "2026-11-30 11:30:00",
    Id: `Directory_${count}`,
    Result: "success",
    InitiatedBy: {
      user: { id: "0D0E0000-0000-4000-8000-000000000001", userPrincipalName: "eve@contoso.com" },
    },
    ...more,
  };
}

/** An entry of the sandbox's log as the export writes it into the table. */
export function exported(audit: DirectoryAudit): Row {
  return {
    TimeGenerated: audit.activityDateTime.replace("T", " ").replace("Z", ""),
    Id: audit.id,
    Category: audit.category,
    CorrelationId: audit.correlationId,
    LoggedByService: audit.loggedByService,
    OperationName: audit.activityDisplayName,
    AADOperationType: audit.operationType,
    Result: audit.result,
    InitiatedBy: audit.initiatedBy,
    TargetResources: audit.targetResources,
    AdditionalDetails: audit.additionalDetails,
  };
}

export function signInRow(more: Row = {}): Row {
  return {
    TimeGenerated: "2026-11-30 11:30:00",
    AppId: "0e0e0000-0000-4000-8000-000000000001",
    ServicePrincipalId: BILLING.principalId.toUpperCase(),
    ServicePrincipalName: "billing-nightly",
    IPAddress: "198.51.100.7",
    ResourceDisplayName: "Microsoft Graph",
    ResultType: "0",
    ServicePrincipalCredentialKeyId: "0f0e0000-0000-4000-8000-000000000001",
    ServicePrincipalCredentialThumbprint: "A1B2",
    FederatedCredentialId: "",
    ...more,
  };
}

export function vaultRow(objectId: string, more: Row = {}): Row {
  return {
    TimeGenerated: "2026-11-30 11:30:00",
    _ResourceId: VAULT.toUpperCase(),
    OperationName: "SecretGet",
    HttpStatusCode: 200,
    ResultSignature: "OK",
    CallerIpAddress: "198.51.100.7",
    Id: "https://kv-billing.vault.azure.net/secrets/billing-nightly/1",
    Identity: {
      claim: { "http://schemas.microsoft.com/identity/claims/objectidentifier": objectId, appid: "app" },
    },
    ...more,
  };
}

export const readerRow = (more: Row = {}): Row => vaultRow(READER.toUpperCase(), more);
