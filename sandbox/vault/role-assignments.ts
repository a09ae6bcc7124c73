import { ArmError } from "./arm-error";

export interface RoleAssignment {
  /** ARM id: `<scope>/providers/Microsoft.Authorization/roleAssignments/<name>`. */
  readonly id: string;
  /** A GUID. */
  readonly name: string;
  readonly scope: string;
  readonly principalId: string;
  readonly principalType: string;
  readonly roleDefinitionId: string;
  readonly description: string | undefined;
  readonly condition: string | undefined;
  readonly conditionVersion: string | undefined;
  readonly createdOn: Date;
  readonly updatedOn: Date;
}

/** What can be done in a vault, in Azure's words after `Microsoft.KeyVault/vaults/`. */
export type DataAction =
  | "secrets/getSecret/action"
  | "secrets/readMetadata/action"
  | "secrets/setSecret/action"
  | "secrets/update/action"
  | "secrets/delete"
  | "secrets/recover/action"
  | "secrets/purge/action"
  | "certificates/read"
  | "certificates/create/action"
  | "certificates/import/action"
  | "certificates/update/action"
  | "certificates/delete"
  | "certificates/recover/action"
  | "certificates/purge/action"
  | "keys/read"
  | "keys/sign/action";

const SECRETS_READER = ["secrets/getSecret/action", "secrets/readMetadata/action"];

/**
 * Patterns of data actions by role; `*` ends one.
 * https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/security
 */
const ACTIONS_BY_ROLE: Readonly<Record<string, readonly string[]>> = {
  "00482a5a-887f-4fb3-b363-3b7fe8e74483": ["*"], // Key Vault Administrator
  "a4417e6f-fecd-4de8-b567-7b0420556985": ["certificates/*"], // Key Vault Certificates Officer
  "14b46e9e-c2b7-41b4-b07b-48a6ebf60603": ["keys/*"], // Key Vault Crypto Officer
  "12338af0-0e69-4776-bea7-57ae8d297424": ["keys/read", "keys/sign/action"], // Key Vault Crypto User, as far as it goes here
  "b86a8fe4-44ce-4948-aee5-eccb2c155cd7": ["secrets/*"], // Key Vault Secrets Officer
  "4633458b-17de-408a-b874-0445c86b69e6": SECRETS_READER, // Key Vault Secrets User
  "db79e9a7-68ee-4b58-9aeb-b90e7c24fcba": ["certificates/read", "keys/read", ...SECRETS_READER], // Key Vault Certificate User
  "21090545-7ca7-4776-b22c-e363652d74d2": ["certificates/read", "keys/read", "secrets/readMetadata/action"], // Key Vault Reader
};

/** Azure role assignments of the subscription, at any scope. */
export class RoleAssignments {
  readonly #byId = new Map<string, RoleAssignment>();

  get(id: string): RoleAssignment | undefined {
    return this.#byId.get(id.toLowerCase());
  }

  list(): readonly RoleAssignment[] {
    return [...this.#byId.values()];
  }

  /** Ids of the roles a principal has at a resource, by assignments there or above it. */
  rolesAt(principalId: string, resourceId: string): readonly string[] {
    return this.list()
      .filter((each) => sameText(each.principalId, principalId) && isWithin(resourceId, each.scope))
      .map(roleId);
  }

  /** @throws ArmError `RoleAssignmentExists`, when principal, role and scope are already tied by another name. */
  put(assignment: RoleAssignment): RoleAssignment {
    const twin = [...this.#byId.values()].find(
      (other) =>
        !sameText(other.id, assignment.id) &&
        sameText(other.scope, assignment.scope) &&
        sameText(other.principalId, assignment.principalId) &&
        roleId(other) === roleId(assignment),
    );
    if (twin) {
      throw new ArmError(
        409,
        "RoleAssignmentExists",
        `The role assignment already exists. The ID of the conflicting role assignment is ${twin.name.replaceAll("-", "")}.`,
      );
    }
    this.#byId.set(assignment.id.toLowerCase(), assignment);
    return assignment;
  }

  delete(id: string): void {
    this.#byId.delete(id.toLowerCase());
  }

  /** Assignments at a resource or below it vanish with it. */
  deleteBelow(resourceId: string): void {
    for (const [id, { scope }] of this.#byId) {
      if (isWithin(scope, resourceId)) this.#byId.delete(id);
    }
  }

  /** Whether a principal may act on an object (or, for lists, a vault), at its scope or one above. */
  allows(principalId: string, action: DataAction, resourceId: string): boolean {
    return this.rolesAt(principalId, resourceId).some((role) =>
      (ACTIONS_BY_ROLE[role] ?? []).some((pattern) => covers(pattern, action)),
    );
  }
}

function covers(pattern: string, action: DataAction): boolean {
  return pattern.endsWith("*") ? action.startsWith(pattern.slice(0, -1)) : action === pattern;
}

function roleId({ roleDefinitionId }: RoleAssignment): string {
  return roleDefinitionId.slice(roleDefinitionId.lastIndexOf("/") + 1).toLowerCase();
}

export function isWithin(resourceId: string, scope: string): boolean {
  const above = scope.toLowerCase().replace(/\/+$/, "");
  const id = resourceId.toLowerCase();
  return id === above || id.startsWith(`${above}/`);
}

function sameText(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
