import { ResourceInput, unknown } from "../harness/wire";
import { testRule, undecided, violation } from "../rule-cases";
import { application, change, vault } from "../samples";
import { fed, testStackRule } from "../stack-cases";

const rule = "application-privileged-role";
const has = (subject: string, name: string, path: string) =>
  violation(rule, `${subject} has the privileged permission ${name} in "${path}"; take a narrower one.`);
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

const assigned = (role: string, name = "roleId", type = "DirectoryRoleAssignment"): ResourceInput => ({
  type: `azuread:index/role:${type}`,
  name: "billing",
  props: { principalObjectId: "44444444-4444-4444-4444-444444444444", [name]: role },
});
const administrator = "62e90394-69f5-4237-9190-012177145e10";
const gives = (label = "Directory role assignment", role = "Global Administrator") => [
  violation(
    rule,
    `${label} "billing" gives the privileged role ${role} in the whole tenant; take a narrower one.`,
  ),
];
const person: ResourceInput = { type: "azuread:index/user:User", name: "ada", props: {} };
const group: ResourceInput = { type: "azuread:index/group:Group", name: "admins", props: {} };
const member: ResourceInput = {
  type: "azuread:index/directoryRoleMember:DirectoryRoleMember",
  name: "billing",
  props: { roleObjectId: unknown.string, memberObjectId: "44444444-4444-4444-4444-444444444444" },
};
const activated = (templateId: string | undefined): ResourceInput => ({
  type: "azuread:index/directoryRole:DirectoryRole",
  name: "role",
  props: templateId === undefined ? { displayName: "Application Administrator" } : { templateId },
});

testStackRule(rule, [
  {
    title: "accepts a directory role that only reads",
    resources: [assigned("88d8e3e3-8f55-4a1e-953a-9b9898b8876b")],
    expect: "passes",
  },
  ...[
    ["DirectoryRoleAssignment", "roleId"],
    ["DirectoryRoleEligibilityScheduleRequest", "roleDefinitionId"],
  ].map(([type = "", name = ""]) => ({
    title: `rejects a directory role in ${type}`,
    resources: [assigned(administrator, name, type)],
    expect: gives(),
  })),
  {
    title: "rejects it inside a Terraform module",
    resources: [
      {
        type: "identities:tf:azuread_directory_role_assignment",
        name: "billing",
        props: { principal_object_id: "4", role_id: administrator },
      },
    ],
    expect: gives(),
  },
  {
    title: "rejects the older way to give it, by the role that is activated",
    resources: [activated(administrator), fed(member, "roleObjectId", activated(administrator))],
    expect: gives("Directory role member"),
  },
  {
    title: "waits for a role that is activated by its name",
    resources: [activated(undefined), fed(member, "roleObjectId", activated(undefined))],
    expect: [undecided(rule, 'Directory role member "billing"', "roleObjectId")],
  },
  {
    title: "lets people have it",
    resources: [person, group, fed(assigned(administrator), "principalObjectId", group)],
    expect: "passes",
  },
  {
    title: "accepts it for one application",
    resources: [change(assigned(administrator), "directoryScopeId", "/33333333-3333-3333-3333-333333333333")],
    expect: "passes",
  },
  {
    title: "rejects it for the whole tenant",
    resources: [change(assigned(administrator), "directoryScopeId", "/")],
    expect: gives(),
  },
  {
    title: "does not take a permission for a directory role",
    resources: [assigned(everyApplication)],
    expect: "passes",
  },
  {
    title: "accepts what is named as accepted",
    resources: [assigned(administrator)],
    options: { allowedRoles: ["Global Administrator"] },
    expect: "passes",
  },
  {
    title: "waits for a role that is decided in the update",
    resources: [assigned(unknown.string)],
    expect: [undecided(rule, 'Directory role assignment "billing"', "roleId")],
  },
  { title: "leaves vaults alone", resources: [person], expect: "not applicable" },
]);
