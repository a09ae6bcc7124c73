import type { AuditTarget, DirectoryAudit, ModifiedProperty } from "../tenant/directory-audits";
import type { CredentialHolder, KeyCredential, PasswordCredential } from "../tenant/directory-objects";
import { graphDateTime } from "../tenant/identifiers";
import type { GraphCall } from "./call";

/**
 * What changed of the credentials of an application. The dash is an en dash, and a space follows: so Graph and the
 * exported logs have it, whatever the list of activities prints.
 * Source: https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities#application-management
 */
const CREDENTIALS_UPDATED = "Update application – Certificates and secrets management ";
const CREDENTIALS_CREATED = "Create application – Certificates and secrets management ";

type Change = Pick<DirectoryAudit, "activityDisplayName" | "operationType"> &
  Partial<Pick<DirectoryAudit, "category" | "loggedByService">>;

/** Writes one entry of the audit log. */
export function recordAudit(call: GraphCall, change: Change, targets: readonly AuditTarget[]): void {
  const { tenant, caller } = call;
  const principal = tenant.servicePrincipalByAppId(caller.appId);
  const userAgent = call.header("user-agent");
  const correlationId = tenant.newId();
  const category = change.category ?? "ApplicationManagement";
  tenant.directoryAudits.push({
    id: `Directory_${correlationId}_${tenant.directoryAudits.length + 1}`,
    category,
    correlationId,
    result: "success",
    resultReason: "",
    activityDisplayName: change.activityDisplayName,
    activityDateTime: graphDateTime(tenant.clock()),
    loggedByService: change.loggedByService ?? "Core Directory",
    operationType: change.operationType,
    initiatedBy: {
      user: null,
      app: {
        appId: null,
        displayName: principal ? String(principal.properties["displayName"]) : null,
        servicePrincipalId: principal?.id ?? null,
        servicePrincipalName: null,
      },
    },
    targetResources: targets,
    additionalDetails: [
      ...(userAgent !== undefined ? [{ key: "User-Agent", value: userAgent }] : []),
      { key: "AppId", value: caller.appId },
    ],
  });
}

/** An application or service principal as the target of a change. */
export function holderTarget(
  holder: CredentialHolder,
  modifiedProperties: readonly ModifiedProperty[] = [],
): AuditTarget {
  return {
    id: holder.id,
    displayName: text(holder.properties["displayName"]),
    type: holder.kind === "application" ? "Application" : "ServicePrincipal",
    userPrincipalName: null,
    groupType: null,
    modifiedProperties,
  };
}

/** Something else as the target of a change. */
export function auditTarget(
  type: AuditTarget["type"],
  { id, displayName }: { id: string | null; displayName: string | null },
  modifiedProperties: readonly ModifiedProperty[] = [],
): AuditTarget {
  return { id, displayName, type, userPrincipalName: null, groupType: null, modifiedProperties };
}

/** The entry of a change to a policy, with the policy before and after as it stands in Graph. */
export function auditPolicy(
  call: GraphCall,
  activityDisplayName: string,
  operationType: DirectoryAudit["operationType"],
  policy: { readonly id: string; readonly displayName: string },
  before?: object,
  loggedByService: DirectoryAudit["loggedByService"] = "Core Directory",
): void {
  const after = operationType === "Delete" ? null : policy;
  const title = loggedByService === "Conditional Access" ? "ConditionalAccessPolicy" : "PolicyDetail";
  recordAudit(call, { activityDisplayName, operationType, category: "Policy", loggedByService }, [
    auditTarget("Policy", policy, [
      modified(title, operationType === "Delete" ? policy : (before ?? null), after),
    ]),
  ]);
}

/** One property, its values as JSON in text. */
export function modified(displayName: string, before: unknown, after: unknown): ModifiedProperty {
  return { displayName, oldValue: json(before), newValue: json(after) };
}

function json(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value);
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

export interface HeldCredentials {
  readonly passwordCredentials: readonly PasswordCredential[];
  readonly keyCredentials: readonly KeyCredential[];
}

/** What an object holds now, to be compared with after a write. */
export function heldCredentials(holder: HeldCredentials): HeldCredentials {
  return { passwordCredentials: holder.passwordCredentials, keyCredentials: holder.keyCredentials };
}

const NONE: HeldCredentials = { passwordCredentials: [], keyCredentials: [] };

/**
 * Writes what changed of the credentials, if anything did: one entry for an application, one each for what was added
 * to a service principal and what was removed.
 */
export function auditCredentials(call: GraphCall, holder: CredentialHolder, before: HeldCredentials): void {
  const old = describeCredentials(before);
  const now = describeCredentials(holder);
  if (old.join() === now.join()) return;
  const target = holderTarget(holder, [
    modified("KeyDescription", old, now),
    modified("Included Updated Properties", null, "KeyDescription"),
  ]);
  if (holder.kind === "application") {
    recordAudit(call, { activityDisplayName: CREDENTIALS_UPDATED, operationType: "Update" }, [target]);
    return;
  }
  if (now.some((credential) => !old.includes(credential))) {
    recordAudit(call, { activityDisplayName: "Add service principal credentials", operationType: "Update" }, [
      target,
    ]);
  }
  if (old.some((credential) => !now.includes(credential))) {
    recordAudit(
      call,
      { activityDisplayName: "Remove service principal credentials", operationType: "Update" },
      [target],
    );
  }
}

/** The entries of a creation: the object, then the credentials it came with. */
export function auditCreation(call: GraphCall, holder: CredentialHolder): void {
  const isApplication = holder.kind === "application";
  const properties = [
    modified("DisplayName", [], [holder.properties["displayName"]]),
    modified("AppId", [], [holder.appId]),
  ];
  recordAudit(
    call,
    {
      activityDisplayName: isApplication ? "Add application" : "Add service principal",
      operationType: "Add",
    },
    [holderTarget(holder, properties)],
  );
  const held = describeCredentials(holder);
  if (held.length === 0) return;
  if (!isApplication) {
    auditCredentials(call, holder, NONE);
    return;
  }
  recordAudit(call, { activityDisplayName: CREDENTIALS_CREATED, operationType: "Add" }, [
    holderTarget(holder, [
      modified("KeyDescription", [], held),
      modified("Included Updated Properties", null, "KeyDescription"),
    ]),
  ]);
}

/** The entry of a change of properties, if any changed. */
export function auditProperties(
  call: GraphCall,
  holder: CredentialHolder,
  before: Readonly<Record<string, unknown>>,
): void {
  const after = holder.properties;
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    // Assignments of custom security attributes go to a log of their own.
    (name) =>
      name !== "customSecurityAttributes" && JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  );
  if (names.length === 0) return;
  const titles = names.map((name) => name.charAt(0).toUpperCase() + name.slice(1));
  recordAudit(
    call,
    {
      activityDisplayName: holder.kind === "application" ? "Update application" : "Update service principal",
      operationType: "Update",
    },
    [
      holderTarget(holder, [
        ...names.map((name, index) =>
          modified(titles[index] ?? name, [before[name] ?? null], [after[name] ?? null]),
        ),
        modified("Included Updated Properties", null, titles.join(", ")),
      ]),
    ],
  );
}

/** `[KeyIdentifier=…,KeyType=Password,KeyUsage=Verify,DisplayName=…]`, as KeyDescription lists them. */
function describeCredentials({ passwordCredentials, keyCredentials }: HeldCredentials): readonly string[] {
  const describe = (keyId: string, type: string, usage: string, displayName: string | null) =>
    `[KeyIdentifier=${keyId},KeyType=${type},KeyUsage=${usage},DisplayName=${displayName ?? ""}]`;
  return [
    ...keyCredentials.map(({ keyId, type, usage, displayName }) => describe(keyId, type, usage, displayName)),
    ...passwordCredentials.map(({ keyId, displayName }) =>
      describe(keyId, "Password", "Verify", displayName),
    ),
  ];
}
