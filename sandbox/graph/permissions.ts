import type { CredentialHolder } from "../tenant/directory-objects";
import type { GraphCall } from "./call";
import { accessDenied, GraphError } from "./graph-error";
import { alternateKey } from "./routing";

/**
 * Who may make a call: every role of one alternative is enough. `owned` adds Application.ReadWrite.OwnedBy for
 * callers that own the object (on a creation the noun itself decides).
 * Source: the permission table of each call, https://learn.microsoft.com/graph/api/overview
 */
export interface Permission {
  readonly anyOf: readonly (readonly string[])[];
  readonly owned?: "mustOwnTarget" | "onCreate";
  /** Nothing is needed where the caller is the object itself. */
  readonly ownKeys?: boolean;
  /** Conditional Access answers with its own code. */
  readonly service?: "conditionalAccess";
}

export const OWNED_BY = "Application.ReadWrite.OwnedBy";

export const READ_APPLICATIONS: Permission = {
  anyOf: [
    ["Application.Read.All"],
    ["Application.ReadWrite.All"],
    [OWNED_BY],
    ["Directory.Read.All"],
    ["Directory.ReadWrite.All"],
  ],
};
export const WRITE_APPLICATIONS: Permission = {
  anyOf: [["Application.ReadWrite.All"], ["Directory.ReadWrite.All"]],
  owned: "mustOwnTarget",
};
/** Its own keys an application rolls without any permission. */
export const ROLL_KEYS: Permission = { ...WRITE_APPLICATIONS, ownKeys: true };
/** Attributes are assigned by a role that changes nothing else. */
export const UPDATE_PRINCIPALS: Permission = {
  ...WRITE_APPLICATIONS,
  anyOf: [...WRITE_APPLICATIONS.anyOf, ["CustomSecAttributeAssignment.ReadWrite.All"]],
};
export const CREATE_APPLICATIONS: Permission = { ...WRITE_APPLICATIONS, owned: "onCreate" };

export const READ_POLICIES: Permission = {
  anyOf: [
    ["Policy.Read.All"],
    ["Policy.Read.ApplicationConfiguration"],
    ["Policy.ReadWrite.ApplicationConfiguration"],
  ],
};
export const WRITE_POLICIES: Permission = { anyOf: [["Policy.ReadWrite.ApplicationConfiguration"]] };
export const READ_POLICY_TARGETS: Permission = {
  anyOf: [
    ["Application.Read.All", "Policy.Read.All"],
    ["Application.ReadWrite.All", "Policy.Read.All"],
    ["Application.Read.All", "Policy.ReadWrite.ApplicationConfiguration"],
    ["Application.ReadWrite.All", "Policy.ReadWrite.ApplicationConfiguration"],
  ],
};
export const ASSIGN_POLICIES: Permission = {
  anyOf: [
    ["Application.Read.All", "Policy.ReadWrite.ApplicationConfiguration"],
    ["Application.ReadWrite.All", "Policy.ReadWrite.ApplicationConfiguration"],
  ],
};

export const READ_CONDITIONAL_ACCESS: Permission = {
  anyOf: [["Policy.Read.All"], ["Policy.Read.ConditionalAccess"]],
  service: "conditionalAccess",
};
/** Reported by users of the azuread provider: without Policy.Read.All a write is refused as well. */
export const WRITE_CONDITIONAL_ACCESS: Permission = {
  anyOf: [["Policy.Read.All", "Policy.ReadWrite.ConditionalAccess"]],
  service: "conditionalAccess",
};

export const READ_USERS: Permission = {
  anyOf: [["User.Read.All"], ["Directory.Read.All"], ["Directory.ReadWrite.All"]],
};
export const READ_LOGS: Permission = { anyOf: [["AuditLog.Read.All"]] };
export const READ_ORGANIZATION: Permission = {
  anyOf: [["Organization.Read.All"], ["Directory.Read.All"], ["Directory.ReadWrite.All"], ["User.Read.All"]],
};
export const READ_ATTRIBUTES: Permission = {
  anyOf: [["CustomSecAttributeDefinition.Read.All"], ["CustomSecAttributeDefinition.ReadWrite.All"]],
};
export const WRITE_ATTRIBUTES: Permission = { anyOf: [["CustomSecAttributeDefinition.ReadWrite.All"]] };
export const READ_DIRECTORY_OBJECTS: Permission = {
  anyOf: [...READ_USERS.anyOf, ...READ_APPLICATIONS.anyOf],
};
export const GRANT_APP_ROLES: Permission = { anyOf: [["AppRoleAssignment.ReadWrite.All"]] };

export function checkPermission(permission: Permission, call: GraphCall): void {
  if (holdsOneOf(permission, call) || (permission.ownKeys && isCaller(call))) return;
  if (permission.owned && call.caller.roles.includes(OWNED_BY)) {
    // Ownership of the target is checked where the target is read: a missing object is 404 before it is 403.
    return;
  }
  if (permission.service === "conditionalAccess") {
    const message = "You cannot perform the requested operation, required scopes are missing in the token.";
    throw new GraphError(403, "AccessDenied", message);
  }
  throw accessDenied();
}

/** Whether the object a path names is the caller's own application or service principal. */
function isCaller(call: GraphCall): boolean {
  const { appId } = call.caller;
  const id = call.param("id");
  return (
    alternateKey(id, "appId")?.toLowerCase() === appId ||
    call.tenant.applicationByAppId(appId)?.id === id.toLowerCase() ||
    call.tenant.servicePrincipalByAppId(appId)?.id === id.toLowerCase()
  );
}

function holdsOneOf(permission: Permission, call: GraphCall): boolean {
  return permission.anyOf.some((roles) => roles.every((role) => call.caller.roles.includes(role)));
}

/** Refuses a creation through a route of another purpose, as an upsert is. */
export function checkCreation(call: GraphCall): void {
  if (holdsOneOf(CREATE_APPLICATIONS, call) || call.caller.roles.includes(OWNED_BY)) return;
  throw accessDenied();
}

/** Refuses a write by a caller that may only change what it owns, and does not own this. */
export function checkOwnership(call: GraphCall, target: CredentialHolder): void {
  if (holdsOneOf(WRITE_APPLICATIONS, call)) return;
  const self = call.tenant.servicePrincipalByAppId(call.caller.appId);
  if (!self || !target.owners.includes(self.id)) throw accessDenied();
}

/** The object itself, when the caller may roll its keys: it is the caller's own, or one it may write. */
export function findRollable(call: GraphCall, target: CredentialHolder): CredentialHolder {
  if (target.appId !== call.caller.appId) checkOwnership(call, target);
  return target;
}

/** True for a caller that may create applications but only manage its own. */
export function managesOnlyOwned(call: GraphCall): boolean {
  return !holdsOneOf(WRITE_APPLICATIONS, call);
}
