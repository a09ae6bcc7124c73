/** What the alerts find in the audit log of the directory, and what they leave alone: the queries are executed. */
import { describeDetections, type Detection } from "./detections";
import { auditRow, credentialChange, HYPHEN, key } from "./log-rows";
import { BILLING, PIPELINE } from "./query-values";
import type { Row } from "./run-queries";

const CERTIFICATE = key("aa", "AsymmetricX509Cert", "CN=ledger");
const audit = (...rows: Row[]) => ({ AuditLogs: rows });
const byPipeline = {
  InitiatedBy: { app: { appId: null, displayName: "pipeline", servicePrincipalId: PIPELINE.toUpperCase() } },
};

const federated = (before: unknown, after: unknown, more: Row = {}): Row =>
  auditRow({
    OperationName: "Update application",
    TargetResources: [
      {
        id: "t",
        displayName: "ledger",
        modifiedProperties: [
          {
            displayName: "FederatedIdentityCredentials",
            oldValue: JSON.stringify(before),
            newValue: JSON.stringify(after),
          },
        ],
      },
    ],
    ...more,
  });
const TRUST = {
  Name: "main",
  Issuer: "https://token.actions.githubusercontent.com",
  Subject: "repo:x:ref:main",
};

const DETECTIONS: readonly Detection[] = [
  {
    alert: "secret-added",
    situation: "a secret beside a certificate, with the en dash of the real log",
    rows: audit(credentialChange([CERTIFICATE], [CERTIFICATE, key("BB", "Password", "test")])),
    found: [
      {
        TargetId: "0c0e0000-0000-4000-8000-000000000001",
        KeyId: "bb",
        KeyName: "test",
        InitiatorName: "eve@contoso.com",
      },
    ],
  },
  {
    alert: "secret-added",
    situation: "the same with the hyphen of the documentation",
    rows: audit(credentialChange([], [key("bb", "Password")], { OperationName: HYPHEN })),
    found: [{ KeyId: "bb" }],
  },
  {
    alert: "secret-added",
    situation: "a secret on a service principal, also by the pipeline",
    rows: audit(
      credentialChange(null, [key("bb", "Password")], {
        OperationName: "Add service principal credentials",
        ...byPipeline,
      }),
    ),
    found: [{ KeyId: "bb", InitiatorId: PIPELINE, InitiatorName: "pipeline" }],
  },
  {
    alert: "secret-added",
    situation: "a symmetric key",
    rows: audit(credentialChange([], [key("bb", "Symmetric")])),
    found: [{ KeyId: "bb", KeyType: "Symmetric" }],
  },
  {
    alert: "secret-added",
    situation: "a secret whose name says it is a certificate",
    rows: audit(
      credentialChange([], [key("bb", "Password", "x,KeyType=AsymmetricX509Cert,KeyUsage=Verify")]),
    ),
    found: [{ KeyId: "bb", KeyType: "Password" }],
  },
  {
    alert: "secret-added",
    situation: "a name full of brackets, quotes, line breaks and an id that was there before",
    rows: audit(
      credentialChange(
        [key("aa", "Password", "[KeyIdentifier=bb,KeyType=Password")],
        [
          key("aa", "Password", "[KeyIdentifier=bb,KeyType=Password"),
          key("bb", "Password", '"]\n\\"\u2013\u{1f511}'),
        ],
      ),
    ),
    found: [{ KeyId: "bb", KeyName: '"]\n\\"\u2013\u{1f511}' }],
  },
  {
    alert: "secret-added",
    situation: "one secret among many keys",
    rows: audit(
      credentialChange(
        Array.from({ length: 60 }, (_, at) =>
          key(`k${at}`, at % 2 === 0 ? "Password" : "AsymmetricX509Cert"),
        ),
        Array.from({ length: 61 }, (_, at) =>
          key(`k${at}`, at % 2 === 0 ? "Password" : "AsymmetricX509Cert"),
        ),
      ),
    ),
    found: [{ KeyId: "k60" }],
  },
  {
    alert: "secret-added",
    situation: "an entry whose parts stand in another order",
    rows: audit(credentialChange([], ["[KeyType=Password,KeyIdentifier=bb]"])),
    found: [{ IsSecret: true }],
  },
  {
    alert: "secret-added",
    situation: "no secret: the same set, another name, a removal, a certificate, a failure, another property",
    rows: audit(
      credentialChange([key("bb", "Password")], [key("bb", "Password")]),
      credentialChange([key("bb", "Password", "old")], [key("BB", "Password", "new")]),
      credentialChange([key("bb", "Password")], []),
      credentialChange([], [CERTIFICATE, key("cc", "AsymmetricX509Cert", "KeyType=Password")]),
      credentialChange([], [key("bb", "Password")], { Result: "failure" }),
      auditRow({
        OperationName: "Update application",
        TargetResources: [
          {
            id: "t",
            displayName: "KeyDescription",
            modifiedProperties: [
              { displayName: "DisplayName", oldValue: "[]", newValue: '["KeyType=Password"]' },
            ],
          },
        ],
      }),
      auditRow({ OperationName: "Add user", TargetResources: [], InitiatedBy: null }),
    ),
    found: [],
  },
  {
    alert: "certificate-added",
    situation: "a certificate by a person, beside one that was there",
    rows: audit(credentialChange([CERTIFICATE], [CERTIFICATE, key("cc", "AsymmetricX509Cert")])),
    found: [{ KeyId: "cc", KeyType: "AsymmetricX509Cert" }],
  },
  {
    alert: "certificate-added",
    situation: "a certificate by a person at work through an application that may",
    rows: audit(
      credentialChange([], [key("cc", "AsymmetricX509Cert")], {
        InitiatedBy: {
          user: { id: "0D0E0000-0000-4000-8000-000000000001", userPrincipalName: "eve@contoso.com" },
          app: { appId: PIPELINE, displayName: "pipeline" },
        },
      }),
    ),
    found: [{ KeyId: "cc", InitiatorName: "eve@contoso.com", InitiatorAppId: "" }],
  },
  {
    alert: "certificate-added",
    situation: "nothing by the pipeline, by its client id, or about a secret",
    rows: audit(
      credentialChange([], [key("cc", "AsymmetricX509Cert")], byPipeline),
      credentialChange([], [key("cd", "AsymmetricX509Cert")], {
        InitiatedBy: { app: { appId: PIPELINE, servicePrincipalId: "other" } },
      }),
      credentialChange([CERTIFICATE], [CERTIFICATE, key("ce", "Password")]),
    ),
    found: [],
  },
  {
    alert: "federated-credential-added",
    situation: "a second federated credential",
    rows: audit(federated([TRUST], [TRUST, { ...TRUST, Name: "dev" }])),
    found: [{ TargetName: "ledger", InitiatorName: "eve@contoso.com" }],
  },
  {
    alert: "federated-credential-added",
    situation: "the first of an application, in words that end texts and lists, and none of the others",
    rows: audit(
      federated([], [{ ...TRUST, Name: '"]}|\n\\"' }]),
      auditRow({
        OperationName: "Update application",
        TargetResources: [{ id: "t", modifiedProperties: null }],
      }),
    ),
    found: [{ TargetName: "ledger", TargetId: "t" }],
  },
  {
    alert: "federated-credential-added",
    situation: "another subject in one that was there",
    rows: audit(federated([TRUST], [{ ...TRUST, Subject: "repo:evil:ref:main" }], { OperationName: HYPHEN })),
    found: [{ TargetName: "ledger" }],
  },
  {
    alert: "federated-credential-added",
    situation: "nothing removed, nothing by the pipeline",
    rows: audit(federated([TRUST], []), federated([TRUST], [TRUST]), federated([], [TRUST], byPipeline)),
    found: [],
  },
  {
    alert: "owner-added",
    situation: "an owner of the application, and one of its service principal",
    rows: audit(
      auditRow({
        OperationName: "Add owner to application",
        TargetResources: [
          { id: "u", type: "User" },
          { id: BILLING.objectId.toUpperCase(), type: "Application" },
        ],
      }),
      auditRow({
        OperationName: "Add owner to service principal",
        TargetResources: [{ id: BILLING.principalId }],
      }),
    ),
    found: [{ Application: "billing-nightly" }, { Application: "billing-nightly" }],
  },
  {
    alert: "owner-added",
    situation: "a guarded service principal that becomes the owner of another application is no owner of it",
    rows: audit(
      auditRow({
        OperationName: "Add owner to application",
        TargetResources: [
          { id: BILLING.principalId, type: "ServicePrincipal" },
          { id: "other", type: "Application" },
        ],
      }),
    ),
    found: [],
  },
  {
    alert: "owner-added",
    situation: "no owner of another application, none removed, none by the pipeline",
    rows: audit(
      auditRow({ OperationName: "Add owner to application", TargetResources: [{ id: "other" }] }),
      auditRow({
        OperationName: "Remove owner from application",
        TargetResources: [{ id: BILLING.objectId }],
      }),
      auditRow({
        OperationName: "Add owner to application",
        TargetResources: [{ id: BILLING.objectId }],
        ...byPipeline,
      }),
    ),
    found: [],
  },
  {
    alert: "policy-changed",
    situation: "every kind of change of a policy",
    rows: audit(
      ...[
        "Update policy",
        "Delete policy",
        "Add policy to application",
        "Remove policy from service principal",
        "Update Conditional Access policy",
        "Delete conditional access policy",
        "Add named location",
        "Update default app management policy",
        "Update tenant default app management policy",
        "Create application management policy",
        "Update authorization policy",
        "Restore Conditional Access policy",
      ].map((OperationName) =>
        auditRow({ OperationName, TargetResources: [{ id: "p", displayName: "lock" }] }),
      ),
    ),
    found: Array.from({ length: 12 }, () => ({ TargetName: "lock" })),
  },
  {
    alert: "policy-changed",
    situation: "nothing else, nothing by the pipeline",
    rows: audit(
      auditRow({
        OperationName: "Update application",
        TargetResources: [{ id: "p", displayName: "policy" }],
      }),
      auditRow({ OperationName: "Update policyholder", TargetResources: [] }),
      auditRow({ OperationName: "Update lifecycle management policy", TargetResources: [] }),
      auditRow({ OperationName: "Update policy", TargetResources: [{ id: "p" }], ...byPipeline }),
    ),
    found: [],
  },
];

describeDetections("changes the alerts find", DETECTIONS);
