/** No application gets a permission or role that leads to the control of the tenant. */
import { applicationApiAccess, appRoleAssignment, directoryRoleAssignment } from "../entra-types";
import { privilegedDirectoryRoles, privilegedPermissions } from "../privileged-roles";
import { Property } from "../property";
import { application } from "../resource-types";
import { defineRule } from "../rule";

export const applicationPrivilegedRole = defineRule({
  id: "application-privileged-role",
  name: "No tenant-wide privileges",
  description:
    "No application asks for, or is given, a permission or directory role that controls the tenant.",
  severity: "high",
  // Some pipelines need one of them: each is to be looked at, and then exempted.
  level: "advisory",
  framework: {
    name: "Microsoft Zero Trust Assessment",
    version: "2",
    reference: "21836",
    specification: "Workload identities are not assigned privileged roles.",
  },
  tags: ["identity", "privilege", "zta:21836", "maester:MT.1027"],
  remediationSteps: [
    "Take a narrower permission, such as Application.ReadWrite.OwnedBy in place of Application.ReadWrite.All.",
    "Where there is none, exempt the application by name, and let it sign in by federation.",
  ],
  url: "https://learn.microsoft.com/entra/identity/role-based-access-control/privileged-roles-permissions",
  options: {
    allowedRoles: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Names of permissions and roles of the list that are accepted in this stack.",
    },
  },
  appliesTo: [application, applicationApiAccess, appRoleAssignment, directoryRoleAssignment],
  check(subject, report, { allowedRoles }) {
    const { properties } = subject;
    const isDirectoryRole = subject.is(directoryRoleAssignment);
    const names = isDirectoryRole ? privilegedDirectoryRoles : privilegedPermissions;
    for (const role of rolesOf(properties)) {
      const id = role.text?.toLowerCase() ?? "";
      const name = Object.hasOwn(names, id) ? names[id] : undefined;
      // The name comes from our list, found by the id.
      if (name !== undefined && !allowedRoles.includes(name))
        report.violation(
          `has the privileged ${isDirectoryRole ? "role" : "permission"} ${name} in "${role.path}"; take a narrower one.`,
        );
      if (role.isUndecided) report.undecided(role);
    }
  },
});

function rolesOf(properties: Property): readonly Property[] {
  const single = ["appRoleId", "roleId", "roleDefinitionId"].map((name) => properties.at(name));
  const listed = properties.at("roleIds").elements();
  // Permissions of type Scope act for a user and have ids of their own.
  const requested = properties
    .at("requiredResourceAccesses")
    .elements()
    .flatMap((api) => api.at("resourceAccesses").elements())
    .map((access) => access.at("id"));
  return [...single, ...listed, ...requested];
}
