/** No application gets a permission or role that leads to the control of the tenant. */
import {
  applicationApiAccess,
  appRoleAssignment,
  directoryRoleAssignment,
  directoryRoleMember,
} from "../entra-types";
import { isForPeople, isNarrow, permissionsOf, rolesOf } from "../given-privileges";
import { nameIn, privilegedDirectoryRoles, privilegedPermissions } from "../privileged-roles";
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
  appliesTo: [
    application,
    applicationApiAccess,
    appRoleAssignment,
    directoryRoleAssignment,
    directoryRoleMember,
  ],
  check({ properties }, report, { allowedRoles }) {
    for (const permission of permissionsOf(properties)) {
      // The name comes from our list, found by the id.
      const name = nameIn(privilegedPermissions, permission);
      if (name !== undefined && !allowedRoles.includes(name))
        report.violation(
          `has the privileged permission ${name} in "${permission.path}"; take a narrower one.`,
        );
      if (permission.isUndecided) report.undecided(permission);
    }
  },
  // Directory roles are given to people, too, and only the stack shows to whom.
  checkStack(stack, report, { allowedRoles }) {
    for (const assignment of stack.ofType(directoryRoleAssignment, directoryRoleMember)) {
      if (isForPeople(assignment) || isNarrow(assignment)) continue;
      for (const role of rolesOf(assignment)) {
        const name = nameIn(privilegedDirectoryRoles, role);
        if (name !== undefined && !allowedRoles.includes(name))
          report
            .about(assignment)
            .violation(`gives the privileged role ${name} in the whole tenant; take a narrower one.`);
        if (role.isUndecided) report.about(assignment).undecided(role);
      }
    }
  },
});
