import type { VerifiedToken } from "../login/tokens";
import type { Tenant } from "../tenant/tenant";
import { ArmError } from "../vault/arm-error";

interface RoleDefinition {
  readonly id: string;
  readonly roleName: string;
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
}

const KEY_VAULT_READ = [
  "Microsoft.Authorization/*/read",
  "Microsoft.KeyVault/checkNameAvailability/read",
  "Microsoft.KeyVault/deletedVaults/read",
  "Microsoft.KeyVault/locations/*/read",
  "Microsoft.KeyVault/vaults/*/read",
  "Microsoft.Resources/subscriptions/resourceGroups/read",
];

/**
 * What the roles allow at Azure Resource Manager. What they allow inside a vault is the vault's affair.
 * https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
 */
export const ROLE_DEFINITIONS: readonly RoleDefinition[] = [
  role("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner", ["*"]),
  role(
    "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "Contributor",
    ["*"],
    [
      "Microsoft.Authorization/*/Delete",
      "Microsoft.Authorization/*/Write",
      "Microsoft.Authorization/elevateAccess/Action",
    ],
  ),
  role("acdd72a7-3385-48ef-bd42-f606fba81ae7", "Reader", ["*/read"]),
  role("18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "User Access Administrator", [
    "*/read",
    "Microsoft.Authorization/*",
  ]),
  role("f58310d9-a9f6-439a-9e8d-f62e7b41a168", "Role Based Access Control Administrator", [
    "Microsoft.Authorization/roleAssignments/write",
    "Microsoft.Authorization/roleAssignments/delete",
    "*/read",
  ]),
  role(
    "f25e0fa2-a7c8-4377-a976-54943a77a395",
    "Key Vault Contributor",
    [
      "Microsoft.Authorization/*/read",
      "Microsoft.KeyVault/*",
      "Microsoft.Resources/subscriptions/resourceGroups/read",
    ],
    [
      "Microsoft.KeyVault/locations/deletedVaults/purge/action",
      "Microsoft.KeyVault/hsmPools/*",
      "Microsoft.KeyVault/managedHsms/*",
    ],
  ),
  role("00482a5a-887f-4fb3-b363-3b7fe8e74483", "Key Vault Administrator", KEY_VAULT_READ),
  role("a4417e6f-fecd-4de8-b567-7b0420556985", "Key Vault Certificates Officer", KEY_VAULT_READ),
  role("b86a8fe4-44ce-4948-aee5-eccb2c155cd7", "Key Vault Secrets Officer", KEY_VAULT_READ),
  role("21090545-7ca7-4776-b22c-e363652d74d2", "Key Vault Reader", KEY_VAULT_READ),
  role("4633458b-17de-408a-b874-0445c86b69e6", "Key Vault Secrets User", []),
  role("db79e9a7-68ee-4b58-9aeb-b90e7c24fcba", "Key Vault Certificate User", []),
];

const OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";

function role(
  id: string,
  roleName: string,
  actions: readonly string[],
  notActions: readonly string[] = [],
): RoleDefinition {
  return { id, roleName, actions, notActions };
}

/** @throws ArmError `AuthorizationFailed` unless a role of the caller allows the action at this scope or above it. */
export function authorizeAction(tenant: Tenant, caller: VerifiedToken, action: string, scope: string): void {
  if (mayAct(tenant, caller, action, scope)) return;
  throw new ArmError(
    403,
    "AuthorizationFailed",
    `The client '${caller.appId}' with object id '${caller.objectId}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  );
}

export function mayAct(
  { vaults }: Tenant,
  { objectId }: VerifiedToken,
  action: string,
  scope: string,
): boolean {
  return vaults.roleAssignments.rolesAt(objectId, scope).some((id) => {
    const definition = ROLE_DEFINITIONS.find((each) => each.id === id);
    return (
      definition !== undefined &&
      definition.actions.some((pattern) => covers(pattern, action)) &&
      !definition.notActions.some((pattern) => covers(pattern, action))
    );
  });
}

/** Whether a caller has anything to do with the subscription: Azure lists no other. */
export function seesSubscription({ vaults }: Tenant, { objectId }: VerifiedToken): boolean {
  return vaults.roleAssignments
    .list()
    .some(({ principalId }) => principalId.toLowerCase() === objectId.toLowerCase());
}

/** Makes the seeded pipeline Owner of the subscription, as the person who set it up would have. */
export function seedOwner(tenant: Tenant): void {
  const { roleAssignments, subscriptionId } = tenant.vaults;
  const principal = tenant.servicePrincipalByAppId(tenant.deployer.appId);
  if (principal === undefined) return;
  const scope = `/subscriptions/${subscriptionId}`;
  const name = tenant.newId();
  roleAssignments.put({
    id: `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`,
    name,
    scope,
    principalId: principal.id,
    principalType: "ServicePrincipal",
    roleDefinitionId: `${scope}/providers/Microsoft.Authorization/roleDefinitions/${OWNER}`,
    description: undefined,
    condition: undefined,
    conditionVersion: undefined,
    createdOn: tenant.clock(),
    updatedOn: tenant.clock(),
  });
}

/** `*` stands for anything, slashes too; case does not count. */
function covers(pattern: string, action: string): boolean {
  const parts = pattern.toLowerCase().split("*");
  const text = action.toLowerCase();
  const [first = "", ...rest] = parts;
  if (rest.length === 0) return text === first;
  const last = rest.pop() ?? "";
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length)
    return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > text.length - last.length) return false;
    at = found + part.length;
  }
  return true;
}
