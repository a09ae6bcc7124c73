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

export type SecretAction = "getSecret" | "readMetadata";

// https://learn.microsoft.com/azure/key-vault/general/rbac-guide#azure-built-in-roles-for-key-vault-data-plane-operations
const SECRET_ACTIONS_BY_ROLE: Readonly<Record<string, readonly SecretAction[]>> = {
  "00482a5a-887f-4fb3-b363-3b7fe8e74483": ["getSecret", "readMetadata"], // Key Vault Administrator
  "b86a8fe4-44ce-4948-aee5-eccb2c155cd7": ["getSecret", "readMetadata"], // Key Vault Secrets Officer
  "4633458b-17de-408a-b874-0445c86b69e6": ["getSecret", "readMetadata"], // Key Vault Secrets User
  "db79e9a7-68ee-4b58-9aeb-b90e7c24fcba": ["getSecret", "readMetadata"], // Key Vault Certificate User
  "21090545-7ca7-4776-b22c-e363652d74d2": ["readMetadata"], // Key Vault Reader
};

/** Azure role assignments of the subscription, at any scope. */
export class RoleAssignments {
  readonly #byId = new Map<string, RoleAssignment>();

  get(id: string): RoleAssignment | undefined {
    return this.#byId.get(id.toLowerCase());
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

  /** Whether a principal may act on a secret (or, for lists, a vault), at its scope or one above. */
  allows(principalId: string, action: SecretAction, resourceId: string): boolean {
    return [...this.#byId.values()].some(
      (assignment) =>
        sameText(assignment.principalId, principalId) &&
        isWithin(resourceId, assignment.scope) &&
        (SECRET_ACTIONS_BY_ROLE[roleId(assignment)] ?? []).includes(action),
    );
  }
}

function roleId({ roleDefinitionId }: RoleAssignment): string {
  return roleDefinitionId.slice(roleDefinitionId.lastIndexOf("/") + 1).toLowerCase();
}

function isWithin(resourceId: string, scope: string): boolean {
  const above = scope.toLowerCase().replace(/\/+$/, "");
  const id = resourceId.toLowerCase();
  return id === above || id.startsWith(`${above}/`);
}

function sameText(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
