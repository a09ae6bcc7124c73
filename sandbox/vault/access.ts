import type { VerifiedToken } from "../login/tokens";
import type { Tenant } from "../tenant/tenant";
import { KeyVaultError } from "./key-vault-error";
import { judgeAddress } from "./network";
import type { DataAction } from "./role-assignments";
import type { Vault } from "./vault";

/** Who asks a vault for what, from where. */
export interface VaultCaller {
  readonly token: VerifiedToken;
  readonly clientAddress: string;
}

/**
 * Lets a call through or says why not, in Key Vault's order: network first, permission second.
 *
 * @throws KeyVaultError `Forbidden` with `ForbiddenByConnection`, `ForbiddenByFirewall`, `ForbiddenByRbac` or
 * `ForbiddenByPolicy`.
 */
export function authorize(
  tenant: Tenant,
  vault: Vault,
  caller: VaultCaller,
  action: DataAction,
  resourceId: string,
): void {
  const identity = `appid=${caller.token.appId};oid=${caller.token.objectId};iss=https://sts.windows.net/${tenant.id}/`;
  const location = `${vault.name};location=${vault.location}`;
  const hasPrivateEndpoint = tenant.vaults.privateEndpoints.leadingTo(vault.id).length > 0;
  const verdict = judgeAddress(vault.properties, caller.clientAddress, hasPrivateEndpoint);
  if (verdict === "public-access-disabled") {
    throw forbidden(
      "ForbiddenByConnection",
      `Public network access is disabled and request is not from a trusted service nor via an approved private link.\r\nCaller: ${identity}\r\nVault: ${location}`,
    );
  }
  if (verdict === "address-not-listed") {
    throw forbidden(
      "ForbiddenByFirewall",
      `Client address is not authorized and caller is not a trusted service.\r\nClient address: ${caller.clientAddress}\r\nCaller: ${identity}\r\nVault: ${location}`,
    );
  }
  if (vault.properties.enableRbacAuthorization) {
    if (tenant.vaults.roleAssignments.allows(caller.token.objectId, action, resourceId)) return;
    throw forbidden(
      "ForbiddenByRbac",
      `Caller is not authorized to perform action on resource.\r\nIf role assignments, deny assignments or role definitions were changed recently, please observe propagation time.\r\nCaller: ${identity}\r\nAction: 'Microsoft.KeyVault/vaults/${action}'\r\nResource: '${resourceId}'\r\nAssignment: (not found)\r\nDenyAssignmentId: null\r\nDecisionReason: null \r\nVault: ${location}\r\n`,
    );
  }
  const [kind, permission] = policyPermission(action);
  if (policyPermissions(vault, caller.token.objectId, kind).includes(permission)) return;
  throw forbidden(
    "ForbiddenByPolicy",
    `The user, group or application '${identity}' does not have ${kind} ${permission} permission on key vault '${location}'. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125287`,
  );
}

type ObjectKind = "secrets" | "certificates" | "keys";

/** The word of an access policy for a data action. https://learn.microsoft.com/azure/key-vault/general/rbac-migration */
function policyPermission(action: DataAction): [ObjectKind, string] {
  const [kind = "", verb = ""] = action.split("/");
  const word = { getSecret: "get", readMetadata: "list", setSecret: "set", read: "get" }[verb] ?? verb;
  return [
    kind === "certificates" || kind === "keys" ? kind : "secrets",
    kind === "secrets" && verb === "update" ? "set" : word,
  ];
}

function policyPermissions(vault: Vault, objectId: string, kind: ObjectKind): readonly string[] {
  const granted = vault.properties.accessPolicies
    .filter((policy) => policy.objectId.toLowerCase() === objectId.toLowerCase())
    .flatMap(({ permissions }) => permissions[kind] ?? [])
    .map((permission) => permission.toLowerCase());
  return granted.includes("all")
    ? ["get", "list", "set", "create", "import", "update", "delete", "recover", "sign"]
    : granted;
}

function forbidden(innerCode: string, message: string): KeyVaultError {
  return new KeyVaultError(403, "Forbidden", message, innerCode);
}
