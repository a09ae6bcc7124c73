import type { Tenant } from "../../tenant/tenant";
import { isGuid } from "../../tenant/identifiers";
import { ArmError, resourceGroupNotFound } from "../../vault/arm-error";
import type { RoleAssignment } from "../../vault/role-assignments";
import { text } from "../property-readers";
import { UNKNOWN, type PropertyMap } from "../property-values";
import type { ResourceKind, ResourceState } from "../resource-kind";
import { alreadyExists, armParts, calling } from "./arm";
import { withName } from "./autoname";

const ADDED = [
  "azureApiVersion",
  "createdBy",
  "createdOn",
  "systemData",
  "type",
  "updatedBy",
  "updatedOn",
] as const;

/** azure-native.authorization.RoleAssignment: takes effect on the vaults' data plane at once. */
export function roleAssignmentKind(tenant: Tenant): ResourceKind {
  const { roleAssignments } = tenant.vaults;
  const write = (inputs: PropertyMap, before: RoleAssignment | undefined): ResourceState =>
    calling(() => {
      const scope = text(inputs, "scope") ?? "";
      checkScope(tenant, scope);
      const now = tenant.clock();
      const principalId = text(inputs, "principalId") ?? "";
      const assignment = roleAssignments.put({
        id: idOf(inputs),
        name: text(inputs, "roleAssignmentName") ?? "",
        scope,
        principalId,
        principalType: text(inputs, "principalType") ?? principalType(tenant, principalId),
        roleDefinitionId: text(inputs, "roleDefinitionId") ?? "",
        description: text(inputs, "description"),
        condition: text(inputs, "condition"),
        conditionVersion: text(inputs, "conditionVersion"),
        createdOn: before?.createdOn ?? now,
        updatedOn: now,
      });
      return { id: assignment.id, outputs: outputs(tenant, assignment) };
    });
  return {
    schema: "open",
    fields: {
      scope: { type: "text", required: true, forceNew: true },
      roleAssignmentName: { type: "text", forceNew: true, problem: guid },
      principalId: { type: "text", required: true, forceNew: true, problem: guid },
      principalType: {
        type: "text",
        forceNew: true,
        oneOf: ["User", "Group", "ServicePrincipal", "ForeignGroup", "Device"],
      },
      roleDefinitionId: {
        type: "text",
        required: true,
        forceNew: true,
        problem: (value) => guid(String(value).slice(String(value).lastIndexOf("/") + 1)),
      },
      description: { type: "text" },
      condition: { type: "text" },
      conditionVersion: { type: "text" },
      delegatedManagedIdentityResourceId: { type: "text", forceNew: true },
    },
    computed: [],
    secrets: [],
    complete: (inputs, request) => withName(inputs, "roleAssignmentName", "uuid", request),
    preview: (inputs, state) => {
      const { roleAssignmentName, ...declared } = inputs;
      return {
        ...Object.fromEntries(ADDED.map((name) => [name, UNKNOWN])),
        principalType: state?.["principalType"] ?? UNKNOWN,
        ...declared,
        name: roleAssignmentName,
      };
    },
    create: (inputs) => {
      const existing = roleAssignments.get(idOf(inputs));
      if (existing) throw alreadyExists(existing.id);
      return write(inputs, undefined);
    },
    read: (id) => {
      const assignment = roleAssignments.get(id);
      return assignment && { id: assignment.id, outputs: outputs(tenant, assignment) };
    },
    importInputs: ({ outputs: state }) => ({
      scope: state["scope"],
      roleAssignmentName: state["name"],
      principalId: state["principalId"],
      principalType: state["principalType"],
      roleDefinitionId: state["roleDefinitionId"],
      description: state["description"],
    }),
    update: (id, inputs) => write(inputs, roleAssignments.get(id)).outputs,
    delete: (id) => {
      roleAssignments.delete(id);
    },
  };
}

function idOf(inputs: PropertyMap): string {
  const scope = (text(inputs, "scope") ?? "").replace(/^\/*|\/*$/g, "");
  const name = text(inputs, "roleAssignmentName") ?? "";
  return `/${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`;
}

function checkScope({ vaults: store }: Tenant, scope: string): void {
  const { subscriptions, resourcegroups, vaults } = armParts(scope);
  if (subscriptions !== undefined && subscriptions.toLowerCase() !== store.subscriptionId) {
    throw new ArmError(
      404,
      "SubscriptionNotFound",
      `The subscription '${subscriptions}' could not be found.`,
    );
  }
  if (resourcegroups !== undefined && !store.resourceGroup(resourcegroups)) {
    throw resourceGroupNotFound(resourcegroups);
  }
  if (vaults !== undefined && !store.vault(vaults)) {
    throw new ArmError(
      404,
      "ResourceNotFound",
      `The Resource 'Microsoft.KeyVault/vaults/${vaults}' under resource group '${resourcegroups ?? ""}' was not found.`,
    );
  }
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

function outputs(tenant: Tenant, assignment: RoleAssignment): PropertyMap {
  const by = tenant.servicePrincipalByAppId(tenant.deployer.appId)?.id ?? "";
  return {
    azureApiVersion: "2022-04-01",
    ...(assignment.condition !== undefined && { condition: assignment.condition }),
    ...(assignment.conditionVersion !== undefined && { conditionVersion: assignment.conditionVersion }),
    createdBy: by,
    createdOn: assignment.createdOn.toISOString(),
    ...(assignment.description !== undefined && { description: assignment.description }),
    name: assignment.name,
    principalId: assignment.principalId,
    principalType: assignment.principalType,
    roleDefinitionId: assignment.roleDefinitionId,
    scope: assignment.scope,
    type: "Microsoft.Authorization/roleAssignments",
    updatedBy: by,
    updatedOn: assignment.updatedOn.toISOString(),
  };
}

function guid(value: string | number): string | undefined {
  return isGuid(String(value)) ? undefined : `expected a GUID, got "${value}"`;
}
