/** What the workbook shows of rows of the logs: its queries are executed. */
import { describeDetections, type Detection } from "./detections";
import { auditRow, signInRow } from "./log-rows";
import { NEWER_LOG_TABLES } from "./log-tables";
import { PIPELINE, VALUES } from "./query-values";

const without = { ServicePrincipalCredentialThumbprint: "" };

const DETECTIONS: readonly Detection[] = [
  {
    alert: "chart-credential-kinds",
    situation: "every kind by day, managed identities from a table of their own",
    rows: {
      AADServicePrincipalSignInLogs: [
        signInRow(),
        signInRow({ TimeGenerated: "2026-11-29 23:00:00" }),
        signInRow(without),
        signInRow({ ...without, FederatedCredentialId: "f" }),
        signInRow({ ...without, ServicePrincipalCredentialKeyId: "" }),
        signInRow({ ResultType: "7000215" }),
      ],
      AADManagedIdentitySignInLogs: [signInRow(), signInRow()],
    },
    found: [
      { Kind: "certificate", TimeGenerated: "2026-11-30 00:00:00", SignIns: 1 },
      { Kind: "certificate", TimeGenerated: "2026-11-29 00:00:00", SignIns: 1 },
      { Kind: "clientSecret", SignIns: 1 },
      { Kind: "federatedIdentityCredential", SignIns: 1 },
      { Kind: "unknown", SignIns: 1 },
      { Kind: "managedIdentity", SignIns: 2 },
    ],
  },
  {
    alert: "chart-credential-kinds",
    situation: "the type Entra names, where the table has it",
    tables: NEWER_LOG_TABLES,
    rows: {
      AADServicePrincipalSignInLogs: [signInRow({ ...without, ClientCredentialType: "clientAssertion" })],
    },
    found: [{ Kind: "clientAssertion", SignIns: 1 }],
  },
  {
    alert: "chart-secret-users",
    situation: "who uses a secret, how often and from how many addresses",
    rows: {
      AADServicePrincipalSignInLogs: [
        signInRow(without),
        signInRow({ ...without, IPAddress: "203.0.113.9" }),
        signInRow(),
      ],
    },
    found: [{ ServicePrincipalName: "billing-nightly", SignIns: 2, Addresses: 2 }],
  },
  {
    alert: "chart-expiry-horizon",
    situation: "days left of every certificate, and what is overdue",
    values: {
      credentials: [
        ...VALUES.credentials,
        {
          application: "ledger",
          generation: undefined,
          validFrom: "2026-08-01T00:00:00Z",
          validUntil: "2026-12-10T00:00:00Z",
          due: "2026-10-01",
        },
      ],
    },
    found: [
      { Application: "ledger", DaysLeft: 9, Overdue: true, Generation: null },
      { Application: "billing-nightly", DaysLeft: 115, Overdue: false, Generation: 2 },
    ],
  },
  {
    alert: "chart-policy-changes",
    situation: "changes of policies, also those of the pipeline",
    rows: {
      AuditLogs: [
        auditRow({
          OperationName: "Update policy",
          TargetResources: [{ displayName: "default" }],
          InitiatedBy: { app: { displayName: "pipeline", servicePrincipalId: PIPELINE } },
        }),
        auditRow({ OperationName: "Add user", TargetResources: [] }),
      ],
    },
    found: [{ Policy: "default", InitiatorName: "pipeline" }],
  },
];

describeDetections("what the workbook shows", DETECTIONS);
