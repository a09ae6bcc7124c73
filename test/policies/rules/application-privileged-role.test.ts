import { ResourceInput, unknown } from "../harness/wire";
import { testRule, undecided, violation } from "../rule-cases";
import { application, change, vault } from "../samples";

const rule = "application-privileged-role";
const has = (subject: string, name: string, path: string, kind = "permission") =>
  violation(rule, `${subject} has the privileged ${kind} ${name} in "${path}"; take a narrower one.`);
const everyApplication = "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9";
const ownApplications = "18a4783c-866b-4cc7-a460-3d5e5662c884";
const anyRole = "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8";

const assignment: ResourceInput = {
  type: "azuread:index/appRoleAssignment:AppRoleAssignment",
  name: "billing",
  props: { appRoleId: ownApplications, principalObjectId: "44444444-4444-4444-4444-444444444444" },
};
const access: ResourceInput = {
  type: "azuread:index/applicationApiAccess:ApplicationApiAccess",
  name: "billing",
  props: { apiClientId: "00000003-0000-0000-c000-000000000000", roleIds: [ownApplications] },
};
const directory: ResourceInput = {
  type: "azuread:index/directoryRoleAssignment:DirectoryRoleAssignment",
  name: "billing",
  props: {
    roleId: "88d8e3e3-8f55-4a1e-953a-9b9898b8876b",
    principalObjectId: "44444444-4444-4444-4444-444444444444",
  },
};
const requesting = (...ids: readonly string[]) =>
  change(application, "requiredResourceAccesses", [
    {
      resourceAppId: "00000003-0000-0000-c000-000000000000",
      resourceAccesses: ids.map((id) => ({ id, type: "Role" })),
    },
  ]);
const path = (index: number) => `requiredResourceAccesses[0].resourceAccesses[${index}].id`;

testRule(rule, [
  { title: "accepts a narrow permission", resource: assignment, expect: "passes" },
  {
    title: "rejects an assigned permission",
    resource: change(assignment, "appRoleId", everyApplication),
    expect: [has('App role assignment "billing"', "Application.ReadWrite.All", "appRoleId")],
  },
  {
    title: "knows it in capitals",
    resource: change(assignment, "appRoleId", everyApplication.toUpperCase()),
    expect: [has('App role assignment "billing"', "Application.ReadWrite.All", "appRoleId")],
  },
  {
    title: "rejects every requested permission of the list",
    resource: requesting(ownApplications, everyApplication, anyRole),
    expect: [
      has('Application "billing-api"', "Application.ReadWrite.All", path(1)),
      has('Application "billing-api"', "RoleManagement.ReadWrite.Directory", path(2)),
    ],
  },
  {
    title: "rejects a permission of an access to an API",
    resource: change(access, "roleIds.0", anyRole),
    expect: [has('API access "billing"', "RoleManagement.ReadWrite.Directory", "roleIds[0]")],
  },
  { title: "accepts a directory role that only reads", resource: directory, expect: "passes" },
  ...["DirectoryRoleAssignment", "DirectoryRoleEligibilityScheduleRequest"].map((type) => ({
    title: `rejects a directory role in ${type}`,
    resource: {
      ...change(
        change(directory, "roleId", undefined),
        type === "DirectoryRoleAssignment" ? "roleId" : "roleDefinitionId",
        "62e90394-69f5-4237-9190-012177145e10",
      ),
      type: `azuread:index/role:${type}`,
    },
    expect: [
      has(
        'Directory role assignment "billing"',
        "Global Administrator",
        type === "DirectoryRoleAssignment" ? "roleId" : "roleDefinitionId",
        "role",
      ),
    ],
  })),
  {
    title: "does not take a permission for a directory role",
    resource: change(directory, "roleId", everyApplication),
    expect: "passes",
  },
  {
    title: "accepts what is named as accepted",
    resource: requesting(everyApplication, anyRole),
    options: { allowedRoles: ["Application.ReadWrite.All"] },
    expect: [has('Application "billing-api"', "RoleManagement.ReadWrite.Directory", path(1))],
  },
  { title: "accepts an application that asks for nothing", resource: application, expect: "passes" },
  {
    title: "waits for a permission that is decided in the update",
    resource: change(assignment, "appRoleId", unknown.string),
    expect: [undecided(rule, 'App role assignment "billing"', "appRoleId")],
  },
  { title: "leaves vaults alone", resource: vault, expect: "not applicable" },
]);
