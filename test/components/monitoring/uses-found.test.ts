/** What the alerts find in sign-ins, in the logs of vaults and in dates, and what they leave alone: the queries are executed. */
import { describeDetections, type Detection } from "./detections";
import { readerRow, signInRow, vaultRow } from "./log-rows";
import { NEWER_LOG_TABLES } from "./log-tables";
import { READER } from "./query-values";
import type { Row } from "./run-queries";

const signIns = (...rows: Row[]) => ({ AADServicePrincipalSignInLogs: rows });
const vault = (...rows: Row[]) => ({ AZKVAuditLogs: rows });
const certificate = (validFrom: string, validUntil: string, due?: string, application = "ledger") => ({
  application,
  generation: 3,
  validFrom,
  validUntil,
  due,
});

const DETECTIONS: readonly Detection[] = [
  {
    alert: "secret-sign-in",
    situation: "the type of the credential, where the table has it",
    tables: NEWER_LOG_TABLES,
    rows: signIns(
      signInRow({ ClientCredentialType: "clientSecret", ServicePrincipalCredentialKeyId: "s", AppId: "a" }),
      signInRow({ ClientCredentialType: "clientSecret", ServicePrincipalCredentialKeyId: "s", AppId: "a" }),
      signInRow({ ClientCredentialType: "certificate", AppId: "b" }),
      signInRow({
        ClientCredentialType: "federatedIdentityCredential",
        AppId: "c",
        ServicePrincipalCredentialThumbprint: "",
      }),
      signInRow({ ClientCredentialType: "clientSecret", AppId: "d", AppOwnerTenantId: "other tenant" }),
      signInRow({ ClientCredentialType: "clientSecret", AppId: "e", ResultType: "7000222" }),
    ),
    found: [{ AppId: "a", KeyId: "s", SignIns: 2 }],
  },
  {
    alert: "secret-sign-in",
    situation: "a credential that is neither certificate nor federated, where it has not",
    rows: signIns(
      signInRow({ AppId: "a", ServicePrincipalCredentialThumbprint: "" }),
      signInRow({ AppId: "b" }),
      signInRow({ AppId: "c", ServicePrincipalCredentialThumbprint: "", FederatedCredentialId: "f" }),
      signInRow({
        AppId: "d",
        ServicePrincipalCredentialThumbprint: "",
        ServicePrincipalCredentialKeyId: "",
      }),
    ),
    found: [{ AppId: "a", SignIns: 1 }],
  },
  {
    alert: "secret-on-graph",
    situation: "calls with a secret, and with nothing else",
    rows: {
      MicrosoftGraphActivityLogs: [0, 1, 1, 2].map((ClientAuthMethod) => ({
        TimeGenerated: "2026-11-30 11:30:00",
        ClientAuthMethod,
        AppId: `a${ClientAuthMethod}`,
        RequestMethod: "GET",
      })),
    },
    found: [{ AppId: "a1", Calls: 2 }],
  },
  {
    alert: "sign-in-elsewhere",
    situation: "an address outside, of either family",
    rows: signIns(
      signInRow({ IPAddress: "203.0.113.9" }),
      signInRow({ IPAddress: "2001:db9::1" }),
      signInRow(),
      signInRow({ IPAddress: "2001:db8:ffff::1" }),
      signInRow({ IPAddress: "" }),
      signInRow({ IPAddress: "203.0.113.9", ResultType: "53003" }),
      signInRow({ IPAddress: "203.0.113.9", ServicePrincipalId: "another" }),
    ),
    found: [{ IPAddress: "2001:db9::1" }, { IPAddress: "203.0.113.9", Application: "billing-nightly" }],
  },
  {
    alert: "sign-in-blocked",
    situation: "53003 of a guarded principal",
    rows: signIns(
      signInRow({ ResultType: "53003" }),
      signInRow({ ResultType: "53003", ServicePrincipalId: "another" }),
      signInRow({ ResultType: "7000215" }),
    ),
    found: [{ Application: "billing-nightly", SignIns: 1 }],
  },
  {
    alert: "sign-in-blocked",
    situation: "more sign-ins than one was told to bear, and not as many as that",
    moreThan: 2,
    rows: signIns(
      ...["203.0.113.9", "203.0.113.9", "203.0.113.9", "203.0.113.8", "203.0.113.8"].map((IPAddress) =>
        signInRow({ ResultType: "53003", IPAddress }),
      ),
    ),
    found: [{ IPAddress: "203.0.113.9", SignIns: 3 }],
  },
  {
    alert: "credential-expiring-30",
    situation: "the newest certificate of each application, not an older one",
    values: {
      credentials: [
        certificate("2026-08-01T00:00:00Z", "2026-12-20T00:00:00Z"),
        certificate("2026-08-01T00:00:00Z", "2026-12-20T00:00:00Z", undefined, "renewed"),
        certificate("2026-11-20T00:00:00Z", "2027-03-25T00:00:00Z", undefined, "renewed"),
        certificate("2026-08-01T00:00:00Z", "2026-12-05T00:00:00Z", undefined, "urgent"),
        certificate("2026-08-01T00:00:00Z", "2026-12-20T00:00:00Z", undefined, "not yet"),
        certificate("2026-12-01T00:00:00Z", "2027-04-25T00:00:00Z", undefined, "not yet"),
        certificate("2026-11-15T00:00:00Z", "2026-12-30T00:00:00Z", undefined, "short"),
      ],
    },
    found: [
      { Application: "ledger", DaysLeft: 19 },
      { Application: "not yet", DaysLeft: 19 },
    ],
  },
  {
    alert: "credential-expiring-7",
    situation: "a week, and what has ended",
    values: {
      credentials: [
        certificate("2026-08-01T00:00:00Z", "2026-12-05T00:00:00Z"),
        certificate("2026-07-01T00:00:00Z", "2026-11-03T00:00:00Z", undefined, "over"),
        certificate("2026-08-01T00:00:00Z", "2026-12-20T00:00:00Z", undefined, "later"),
      ],
    },
    found: [
      { Application: "ledger", DaysLeft: 4 },
      { Application: "over", DaysLeft: -27 },
    ],
  },
  {
    alert: "credential-expiring-90",
    situation: "long-lived certificates only",
    values: {
      credentials: [
        certificate("2026-02-01T00:00:00Z", "2027-02-01T00:00:00Z"),
        certificate("2026-11-01T00:00:00Z", "2027-02-05T00:00:00Z", undefined, "short"),
        certificate("2026-02-01T00:00:00Z", "2027-06-01T00:00:00Z", undefined, "later"),
      ],
    },
    found: [{ Application: "ledger", DaysLeft: 62 }],
  },
  {
    alert: "rotation-overdue",
    situation: "a day past the grace, not within it, and not where nothing is due",
    values: {
      credentials: [
        certificate("2026-08-01T00:00:00Z", "2027-01-01T00:00:00Z", "2026-11-22"),
        certificate("2026-08-01T00:00:00Z", "2027-01-01T00:00:00Z", "2026-11-24", "graceful"),
        certificate("2026-08-01T00:00:00Z", "2027-01-01T00:00:00Z", undefined, "elsewhere"),
        certificate("2026-08-01T00:00:00Z", "2027-01-01T00:00:00Z", "2026-09-01", "renewed"),
        certificate("2026-11-01T00:00:00Z", "2027-03-01T00:00:00Z", "2026-12-31", "renewed"),
      ],
    },
    found: [{ Application: "ledger", DaysLate: 8 }],
  },
  {
    alert: "vault-access-denied",
    situation: "a refusal by a watched vault",
    rows: vault(
      readerRow({ HttpStatusCode: 403, ResultSignature: "Forbidden" }),
      readerRow({ HttpStatusCode: 403, ResultSignature: "Forbidden", OperationName: "SecretList" }),
      readerRow({ HttpStatusCode: 401 }),
      readerRow(),
      readerRow({ HttpStatusCode: 403, _ResourceId: "/another" }),
    ),
    found: [{ Calls: 2, CallerIpAddress: "198.51.100.7", Reason: "Forbidden" }],
  },
  {
    alert: "vault-reader-unexpected",
    situation: "somebody who is no reader",
    rows: vault(
      vaultRow("0D0E0000-0000-4000-8000-000000000009"),
      vaultRow("0d0e0000-0000-4000-8000-000000000009", { OperationName: "SecretBackup" }),
      readerRow(),
      vaultRow("x", { OperationName: "SecretList" }),
      vaultRow("x", { HttpStatusCode: 403 }),
      vaultRow("x", { _ResourceId: "/another" }),
    ),
    found: [{ CallerId: "0d0e0000-0000-4000-8000-000000000009", Calls: 2 }],
  },
  {
    alert: "vault-reader-unexpected",
    situation: "who it is by the short name of the claim, and no reader by it",
    rows: vault(
      readerRow({ Identity: { claim: { oid: READER.toUpperCase(), appid: "app" } } }),
      readerRow({ Identity: { claim: { oid: "0D0E0000-0000-4000-8000-000000000009", appid: "APP" } } }),
    ),
    found: [{ CallerId: "0d0e0000-0000-4000-8000-000000000009", CallerAppId: "app", Calls: 1 }],
  },
  {
    alert: "vault-access-denied",
    situation: "who was refused by either name of the claim, or nobody known",
    rows: vault(
      readerRow({ HttpStatusCode: 403, Identity: { claim: { oid: "0D0E0000" } } }),
      readerRow({ HttpStatusCode: 403 }),
      readerRow({ HttpStatusCode: 403, Identity: null }),
    ),
    found: [{ CallerId: "0d0e0000" }, { CallerId: READER }, { CallerId: "", Calls: 1 }],
  },
];

describeDetections("uses of credentials the alerts find", DETECTIONS);
