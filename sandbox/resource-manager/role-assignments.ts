import { isGuid } from "../tenant/identifiers";
import type { Tenant } from "../tenant/tenant";
import { ArmError, invalidRequest } from "../vault/arm-error";
import { resourceNotFound } from "../vault/resource-path";
import { isWithin, type RoleAssignment } from "../vault/role-assignments";
import { ROLE_DEFINITIONS } from "./access";
import { list, nameOf, objectOf, ok, textOf, type ArmAnswer, type ArmCall, type ArmRoute } from "./call";

const ASSIGNMENTS = "{+scope}/providers/Microsoft.Authorization/roleAssignments";
const DEFINITIONS = "{+scope}/providers/Microsoft.Authorization/roleDefinitions";
const TYPE = "Microsoft.Authorization/roleAssignments";

/**
 * Role assignments and the definitions they name.
 * https://learn.microsoft.com/rest/api/authorization/role-assignments
 */
export const ROLE_ROUTES: readonly ArmRoute[] = [
  { method: "GET", path: ASSIGNMENTS, action: `${TYPE}/read`, answer: listAssignments },
  {
    method: "GET",
    path: `${ASSIGNMENTS}/{name}`,
    action: `${TYPE}/read`,
    answer: (call) => {
      const assignment = call.tenant.vaults.roleAssignments.get(idOf(call));
      if (assignment) return ok(assignmentBody(call.tenant, assignment));
      throw new ArmError(
        404,
        "RoleAssignmentNotFound",
        `The role assignment '${nameOf(call, "name")}' is not found.`,
      );
    },
  },
  { method: "PUT", path: `${ASSIGNMENTS}/{name}`, action: `${TYPE}/write`, answer: put },
  {
    method: "DELETE",
    path: `${ASSIGNMENTS}/{name}`,
    action: `${TYPE}/delete`,
    answer: (call) => {
      const assignment = call.tenant.vaults.roleAssignments.get(idOf(call));
      if (!assignment) return { status: 204 };
      call.tenant.vaults.roleAssignments.delete(assignment.id);
      return ok(assignmentBody(call.tenant, assignment));
    },
  },
  {
    method: "GET",
    path: DEFINITIONS,
    action: "Microsoft.Authorization/roleDefinitions/read",
    answer: (call) => {
      const wanted = filterValue(call, ["roleName"])?.value;
      return list(
        ROLE_DEFINITIONS.filter(({ roleName }) => wanted === undefined || roleName === wanted).map(
          (definition) => definitionBody(call, definition),
        ),
      );
    },
  },
  {
    method: "GET",
    path: `${DEFINITIONS}/{name}`,
    action: "Microsoft.Authorization/roleDefinitions/read",
    answer: (call) => {
      const definition = ROLE_DEFINITIONS.find(({ id }) => id === nameOf(call, "name").toLowerCase());
      if (definition) return ok(definitionBody(call, definition));
      throw new ArmError(
        404,
        "RoleDefinitionDoesNotExist",
        `The specified role definition with ID '${nameOf(call, "name").replaceAll("-", "")}' does not exist.`,
      );
    },
  },
];

function listAssignments(call: ArmCall): ArmAnswer {
  const scope = scopeOf(call);
  const filter = filterValue(call, ["principalId", "assignedTo"]);
  const atScope = (call.query.get("$filter") ?? "").trim() === "atScope()";
  const found = call.tenant.vaults.roleAssignments
    .list()
    .filter((each) => isWithin(scope, each.scope) || (!atScope && isWithin(each.scope, scope)))
    .filter((each) => filter === undefined || each.principalId.toLowerCase() === filter.value.toLowerCase());
  return list(found.map((assignment) => assignmentBody(call.tenant, assignment)));
}

function put(call: ArmCall): ArmAnswer {
  const { tenant, body } = call;
  const scope = scopeOf(call);
  checkScope(tenant, scope);
  const name = nameOf(call, "name");
  if (!isGuid(name)) {
    throw new ArmError(
      400,
      "InvalidRoleAssignmentId",
      `The role assignment ID '${name}' is not valid. The role assignment ID must be a GUID.`,
    );
  }
  const properties = objectOf(body, "properties") ?? {};
  const principalId = textOf(properties, "principalId") ?? "";
  const roleDefinitionId = textOf(properties, "roleDefinitionId") ?? "";
  if (!isGuid(principalId)) throw invalidRequest("The property 'principalId' must be a GUID.");
  if (!ROLE_DEFINITIONS.some(({ id }) => roleDefinitionId.toLowerCase().endsWith(`/${id}`))) {
    throw new ArmError(
      400,
      "RoleDefinitionDoesNotExist",
      `The specified role definition with ID '${roleDefinitionId.slice(roleDefinitionId.lastIndexOf("/") + 1).replaceAll("-", "")}' does not exist.`,
    );
  }
  const before = tenant.vaults.roleAssignments.get(idOf(call));
  if (
    before &&
    (before.principalId !== principalId || !sameRole(before.roleDefinitionId, roleDefinitionId))
  ) {
    throw new ArmError(
      409,
      "RoleAssignmentUpdateNotPermitted",
      "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
    );
  }
  const now = tenant.clock();
  const assignment = tenant.vaults.roleAssignments.put({
    id: idOf(call),
    name,
    scope,
    principalId,
    principalType: textOf(properties, "principalType") ?? principalType(tenant, principalId),
    roleDefinitionId,
    description: textOf(properties, "description"),
    condition: textOf(properties, "condition"),
    conditionVersion: textOf(properties, "conditionVersion"),
    createdOn: before?.createdOn ?? now,
    updatedOn: now,
  });
  return { status: before ? 200 : 201, body: assignmentBody(tenant, assignment) };
}

function scopeOf(call: ArmCall): string {
  const scope = nameOf(call, "scope").replace(/\/+$/, "");
  return scope === "" ? "/" : scope;
}

function idOf(call: ArmCall): string {
  return `${nameOf(call, "scope").replace(/\/+$/, "")}/providers/${TYPE}/${nameOf(call, "name")}`;
}

/** @throws ArmError for a group or a vault that is not there; what is inside a vault is taken as it is named. */
function checkScope({ vaults }: Tenant, scope: string): void {
  const [, , , group, , , , vault] = scope.split("/").slice(1);
  if (group !== undefined && !vaults.resourceGroup(group)) {
    throw new ArmError(404, "ResourceGroupNotFound", `Resource group '${group}' could not be found.`);
  }
  if (vault !== undefined && !vaults.vault(vault))
    throw resourceNotFound(`Microsoft.KeyVault/vaults/${vault}`);
}

/** Without a declared type Azure asks the directory who the principal is. */
function principalType(tenant: Tenant, principalId: string): string {
  const principal = tenant.directoryObject(principalId.toLowerCase());
  if (principal?.kind === "servicePrincipal") return "ServicePrincipal";
  if (principal?.kind === "user") return "User";
  throw new ArmError(
    400,
    "PrincipalNotFound",
    `Principal ${principalId.replaceAll("-", "")} does not exist in the directory ${tenant.id}. Check that you have the correct principal ID. If you are creating this principal and then immediately assigning a role, this error might be related to a replication delay. In this case, set the role assignment principalType property to a value, such as ServicePrincipal, User, or Group.`,
  );
}

/** The value a filter asks one of some properties to have: `principalId eq '…'` or `assignedTo('…')`, alone. */
function filterValue(call: ArmCall, names: readonly string[]): { value: string } | undefined {
  const filter = (call.query.get("$filter") ?? "").trim();
  if (filter === "" || filter === "atScope()") return undefined;
  const [, name = "", equal, call_] =
    /^(?:atScope\(\) and )?(\w+)(?: eq '([^']*)'|\('([^']*)'\))$/i.exec(filter) ?? [];
  const value = equal ?? call_;
  if (value !== undefined && names.some((each) => each.toLowerCase() === name.toLowerCase()))
    return { value };
  throw new ArmError(
    400,
    "UnsupportedQuery",
    `The filter '${filter}' is not supported. Supported filters are either 'atScope()' or '${names.join("', '")}' with a value.`,
  );
}

function sameRole(a: string, b: string): boolean {
  return a.slice(a.lastIndexOf("/")).toLowerCase() === b.slice(b.lastIndexOf("/")).toLowerCase();
}

function assignmentBody(tenant: Tenant, assignment: RoleAssignment): object {
  const by = tenant.servicePrincipalByAppId(tenant.deployer.appId)?.id ?? null;
  const { id, name, createdOn, updatedOn, ...properties } = assignment;
  return {
    id,
    name,
    type: TYPE,
    properties: {
      ...Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, value ?? null])),
      createdOn: createdOn.toISOString(),
      updatedOn: updatedOn.toISOString(),
      createdBy: by,
      updatedBy: by,
    },
  };
}

function definitionBody(
  call: ArmCall,
  { id, roleName, actions, notActions }: (typeof ROLE_DEFINITIONS)[number],
): object {
  return {
    id: `/subscriptions/${call.tenant.vaults.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${id}`,
    name: id,
    type: "Microsoft.Authorization/roleDefinitions",
    properties: {
      roleName,
      type: "BuiltInRole",
      description: roleName,
      assignableScopes: ["/"],
      permissions: [{ actions, notActions, dataActions: [], notDataActions: [] }],
    },
  };
}
