/** Every alert about credentials there is. */
import type { AlertDefinition, AlertEntity } from "./alert";

/** An event is looked for three times longer than a run takes to come, for logs arrive late. */
const EVENT = { every: 15, window: 60 } as const;
/** What only time changes. */
const STATE = { every: 360, window: 360 } as const;

/** The first call is told of. */
const ONE = { MoreThan: 0 } as const;

const CHANGE = ["changes"];
const CREDENTIAL_CHANGE = ["changes", "credential-changes"];

const INITIATOR: AlertEntity = { type: "Account", fields: { AadUserId: "InitiatorId" } };
const INITIATOR_ADDRESS: AlertEntity = { type: "IP", fields: { Address: "InitiatorAddress" } };
const CALLER: AlertEntity = { type: "CloudApplication", fields: { AppId: "AppId" } };
const ADDRESS: AlertEntity = { type: "IP", fields: { Address: "IPAddress" } };
const VAULT: readonly AlertEntity[] = [
  { type: "AzureResource", fields: { ResourceId: "VaultId" } },
  { type: "Account", fields: { AadUserId: "CallerId" } },
  { type: "IP", fields: { Address: "CallerIpAddress" } },
];

const EXPIRING = {
  tables: [],
  queries: ["credential-expiring"],
  parameters: ["Credentials"],
  needs: "certificates",
  ...STATE,
  dimensions: ["Application"],
  tactics: [],
  techniques: [],
  entities: [],
} as const;

const RUN_THE_DEPLOYMENT = [
  "Run the deployment of the stack and look whether it issues a successor.",
  "If it fails, its error is the cause; the certificate stays valid until the day the alert names.",
];

export const ALERTS = {
  "secret-added": {
    title: "A client secret was added",
    watches:
      "A client secret is new on any application or service principal of the tenant, whoever added it.",
    severity: 1,
    tables: ["AuditLogs"],
    queries: [...CREDENTIAL_CHANGE, "secret-added"],
    parameters: [],
    ...EVENT,
    dimensions: ["TargetId", "KeyId"],
    firstSteps: [
      "Ask the initiator. If nobody answers for it, remove the secret by its key id now.",
      "Look at the sign-ins with this key id since it was added, and at what the application may do.",
      "Find out why the tenant's policy let it pass: an exemption, or no policy at all.",
    ],
    tactics: ["Persistence", "CredentialAccess"],
    techniques: ["T1098.001", "T1528"],
    entities: [INITIATOR, INITIATOR_ADDRESS, { type: "CloudApplication", fields: { Name: "TargetName" } }],
  },
  "certificate-added": {
    title: "A certificate was added by somebody unexpected",
    watches:
      "A certificate is new on an application or service principal, and it was not added by one of the principals that may.",
    severity: 2,
    tables: ["AuditLogs"],
    queries: [...CREDENTIAL_CHANGE, "certificate-added"],
    parameters: ["AllowedInitiators"],
    ...EVENT,
    dimensions: ["TargetId", "KeyId"],
    firstSteps: [
      "Ask the initiator. A certificate nobody answers for is removed by its key id.",
      "If a pipeline added it, name its object id among the allowed initiators.",
    ],
    tactics: ["Persistence"],
    techniques: ["T1098.001"],
    entities: [INITIATOR, INITIATOR_ADDRESS, { type: "CloudApplication", fields: { Name: "TargetName" } }],
  },
  "federated-credential-added": {
    title: "A federated credential was added by somebody unexpected",
    watches:
      "A federated credential of an application is new or changed, and not by one of the principals that may. Those of managed identities stand in the activity log of their subscription, not here.",
    severity: 1,
    tables: ["AuditLogs"],
    queries: [...CHANGE, "federated-credential-added"],
    parameters: ["AllowedInitiators"],
    ...EVENT,
    dimensions: ["TargetId", "ChangeId"],
    firstSteps: [
      "Read issuer and subject: they say who can now sign in as the application.",
      "Remove it if nobody answers for it; tokens got with it stay valid for about an hour.",
    ],
    tactics: ["Persistence"],
    techniques: ["T1098.001"],
    entities: [INITIATOR, INITIATOR_ADDRESS, { type: "CloudApplication", fields: { Name: "TargetName" } }],
  },
  "owner-added": {
    title: "A guarded application has a new owner",
    watches: "Somebody became an owner of a guarded application, and can now add credentials to it.",
    severity: 2,
    tables: ["AuditLogs"],
    queries: [...CHANGE, "owner-added"],
    parameters: ["AllowedInitiators", "Guarded"],
    needs: "applications",
    ...EVENT,
    dimensions: ["Application", "ChangeId"],
    firstSteps: [
      "Ask the initiator; remove the owner if nobody answers for it.",
      "Look for credentials the new owner has added meanwhile.",
    ],
    tactics: ["Persistence", "PrivilegeEscalation"],
    techniques: ["T1098.001"],
    entities: [INITIATOR, INITIATOR_ADDRESS, { type: "CloudApplication", fields: { Name: "Application" } }],
  },
  "policy-changed": {
    title: "What protects credentials was changed",
    watches:
      "An app management policy, its assignment, a Conditional Access policy or a named location was changed by somebody else than the principals that may.",
    severity: 2,
    tables: ["AuditLogs"],
    queries: [...CHANGE, "policy-changes", "policy-changed"],
    parameters: ["AllowedInitiators"],
    ...EVENT,
    dimensions: ["OperationName", "ChangeId"],
    firstSteps: [
      "Compare the policy with the declared one: `pulumi preview --refresh` of its stack shows the difference.",
      "Put it back by a deployment, then look at what was added while it was open.",
    ],
    tactics: ["DefenseEvasion", "Persistence"],
    techniques: ["T1556.009"],
    entities: [INITIATOR, INITIATOR_ADDRESS],
  },
  "secret-sign-in": {
    title: "An application signed in with a client secret",
    watches: "An application of this tenant got a token with a client secret.",
    severity: 2,
    tables: ["AADServicePrincipalSignInLogs"],
    queries: ["secret-sign-ins", "secret-sign-in"],
    parameters: ["HomeTenant"],
    constants: ONE,
    ...EVENT,
    dimensions: ["AppId", "KeyId"],
    firstSteps: [
      "Find the secret by its key id, and its user by the address.",
      "Move the user to a certificate or to federation, then remove the secret.",
    ],
    tactics: ["CredentialAccess", "InitialAccess"],
    techniques: ["T1552.001", "T1078.004"],
    entities: [CALLER, ADDRESS],
  },
  "secret-on-graph": {
    title: "An application called Microsoft Graph with a client secret",
    watches: "A call of Microsoft Graph bears a token that was got with a client secret.",
    severity: 3,
    tables: ["MicrosoftGraphActivityLogs"],
    queries: ["secret-on-graph"],
    parameters: [],
    constants: ONE,
    needs: "graphActivity",
    ...EVENT,
    dimensions: ["AppId"],
    firstSteps: ["Treat it like a sign-in with a client secret; the log of sign-ins has the key id."],
    tactics: ["CredentialAccess"],
    techniques: ["T1552.001"],
    entities: [CALLER, ADDRESS],
  },
  "sign-in-elsewhere": {
    title: "A guarded application signed in from elsewhere",
    watches: "A guarded service principal got a token from an address outside its networks.",
    severity: 1,
    tables: ["AADServicePrincipalSignInLogs"],
    queries: ["sign-in-elsewhere"],
    parameters: ["GuardedNetworks"],
    constants: ONE,
    needs: "networks",
    ...EVENT,
    dimensions: ["Application", "IPAddress"],
    firstSteps: [
      "Find out whose address it is. A new egress of your own belongs into the networks.",
      "If it is nobody's, issue a new certificate and take the old one off the application: its key is out.",
      "Turn the lock by Conditional Access from report-only to enforced.",
    ],
    tactics: ["InitialAccess", "CredentialAccess"],
    techniques: ["T1078.004", "T1552.004"],
    entities: [CALLER, ADDRESS],
  },
  "sign-in-blocked": {
    title: "Conditional Access blocked a guarded application",
    watches: "A sign-in of a guarded service principal was refused by Conditional Access (AADSTS53003).",
    severity: 2,
    tables: ["AADServicePrincipalSignInLogs"],
    queries: ["sign-in-blocked"],
    parameters: ["Guarded"],
    constants: ONE,
    needs: "applications",
    ...EVENT,
    dimensions: ["Application", "IPAddress"],
    firstSteps: [
      "An address of your own: the workload stands still, add its egress to the networks.",
      "Any other: whoever calls has a valid key. Issue a new certificate and take the old one off.",
    ],
    tactics: ["InitialAccess"],
    techniques: ["T1078.004"],
    entities: [CALLER, ADDRESS],
  },
  "credential-expiring-90": {
    title: "A long-lived certificate ends within 90 days",
    watches:
      "The newest certificate of an application ends in 90 to 31 days. Certificates valid for less than 180 days are left to the next alert.",
    severity: 3,
    constants: { WithinDays: 90, AboveDays: 30 },
    firstSteps: ["Plan the rotation: a run of the deployment after the day it is due issues a successor."],
    ...EXPIRING,
  },
  "credential-expiring-30": {
    title: "A certificate ends within 30 days",
    watches: "The newest certificate of an application ends in 30 to 8 days, and no successor took over.",
    severity: 2,
    constants: { WithinDays: 30, AboveDays: 7 },
    firstSteps: RUN_THE_DEPLOYMENT,
    ...EXPIRING,
  },
  "credential-expiring-7": {
    title: "A certificate ends within 7 days or has ended",
    watches: "The newest certificate of an application ends in a week or less, or has ended.",
    severity: 0,
    constants: { WithinDays: 7, AboveDays: -3650 },
    firstSteps: RUN_THE_DEPLOYMENT,
    ...EXPIRING,
  },
  "rotation-overdue": {
    title: "A rotation is overdue",
    watches:
      "The day a successor was due has passed by more than the grace, and no deployment has told of one.",
    severity: 2,
    tables: [],
    queries: ["rotation-overdue"],
    parameters: ["Credentials"],
    needs: "certificates",
    ...STATE,
    dimensions: ["Application"],
    firstSteps: [
      "Look at the schedule that runs the deployment: it has stopped, or its last run failed.",
      "Run the deployment by hand; the certificate in use stays valid meanwhile.",
    ],
    tactics: [],
    techniques: [],
    entities: [],
  },
  "vault-access-denied": {
    title: "A vault refused somebody",
    watches:
      "A watched vault answered with 403: the caller has no role there, or comes from outside its networks.",
    severity: 2,
    tables: ["AZKVAuditLogs"],
    queries: ["vault-access-denied"],
    parameters: ["Vaults"],
    constants: ONE,
    needs: "vaults",
    ...EVENT,
    dimensions: ["VaultId", "CallerId", "CallerIpAddress"],
    firstSteps: [
      "A reader of your own: compare its role and its address with what the vault declares.",
      "Anybody else: ask what it wanted; look for the same address in the sign-ins.",
    ],
    tactics: ["CredentialAccess"],
    techniques: ["T1555.006"],
    entities: VAULT,
  },
  "vault-reader-unexpected": {
    title: "A credential was read by somebody unexpected",
    watches: "A secret or key was read from a watched vault by a principal that is not among its readers.",
    severity: 1,
    tables: ["AZKVAuditLogs"],
    queries: ["vault-reader-unexpected"],
    parameters: ["VaultReaders"],
    constants: ONE,
    needs: "readers",
    ...EVENT,
    dimensions: ["VaultId", "CallerId", "CallerIpAddress"],
    firstSteps: [
      "Take the role away that let it read.",
      "Issue new certificates for what was read, and take the old ones off their applications.",
    ],
    tactics: ["CredentialAccess"],
    techniques: ["T1555.006"],
    entities: VAULT,
  },
} as const satisfies Readonly<Record<string, AlertDefinition>>;

/** Name of an alert; it never changes. */
export type AlertId = keyof typeof ALERTS;

export const ALERT_IDS = Object.keys(ALERTS) as readonly AlertId[];

export function alertOf(id: AlertId): AlertDefinition {
  return ALERTS[id];
}
