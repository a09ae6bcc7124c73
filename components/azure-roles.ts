/** What a managed identity may do in Azure: roles at the narrowest scope that will do. */
import * as authorization from "@pulumi/azure-native/authorization";
import * as pulumi from "@pulumi/pulumi";
import { isKnown } from "./federation/claims";
import { type OptionNames, readEntries, readOptions } from "./given-options";
import { isGuid, nameBasedGuid } from "./guid";
import { checkText } from "./names";
import { describeGiven, type Finding, type Problems } from "./problems";

/** One role at one scope. */
export interface AzureRole {
  /** Id of the role definition, a GUID: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
  readonly role: string;
  /** Id of the resource, resource group, subscription or management group the role is given at. */
  readonly scope: pulumi.Input<string>;
  /** Why a narrower role will not do, 10 to 200 characters; needed for privileged roles. @default - none */
  readonly reason?: string;
}

/**
 * Roles that change everything or give access to others.
 * https://learn.microsoft.com/azure/role-based-access-control/role-assignments-steps#privileged-administrator-roles
 */
const PRIVILEGED_AZURE_ROLES: Readonly<Record<string, string>> = {
  "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": "Owner",
  "b24988ac-6180-42a0-ab88-20f7382dd24c": "Contributor",
  "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": "User Access Administrator",
  "f58310d9-a9f6-439a-9e8d-f62e7b41a168": "Role Based Access Control Administrator",
};

const REASON_CHARACTERS = { fewest: 10, most: 200 } as const;

const ROLE: OptionNames<AzureRole> = { role: "checked", scope: "required", reason: "optional" };

/** Checks roles of whatever type, and answers with those that can be read. */
export function checkAzureRoles(
  at: string,
  roles: Readonly<Record<string, AzureRole>>,
  problems: Problems,
): Readonly<Record<string, AzureRole>> {
  const readable: Record<string, AzureRole> = {};
  for (const [name, given] of readEntries(at, roles, problems) ?? []) {
    const place = `${at}[${describeGiven(name)}]`;
    problems.add(place, checkShort(name));
    const options = readOptions(place, given, ROLE, problems);
    if (options === undefined) continue;
    const { role, scope, reason } = options;
    problems.add(`${place}.role`, checkRole(role));
    const atScope: unknown = scope;
    if (atScope !== undefined && isKnown(atScope)) problems.add(`${place}.scope`, checkScope(atScope));
    if (reason !== undefined) problems.add(`${place}.reason`, checkReason(reason));
    else problems.add(`${place}.reason`, checkPrivilege(role));
    readable[name] = options;
  }
  return readable;
}

/** Creates one `<name>-role-<short name>` each. */
export function assignAzureRoles(
  name: string,
  principalId: pulumi.Output<string>,
  roles: Readonly<Record<string, AzureRole>>,
  child: pulumi.CustomResourceOptions,
): void {
  for (const [shortName, { role, scope, reason }] of Object.entries(roles)) {
    const roleId = role.toLowerCase();
    new authorization.RoleAssignment(
      `${name}-role-${shortName}`,
      {
        // Azure wants a GUID as name; Azure tells neither scopes nor ids apart by upper and lower case.
        roleAssignmentName: pulumi
          .all([scope, principalId])
          .apply(([at, id]) => nameBasedGuid(at.toLowerCase(), id.toLowerCase(), roleId)),
        scope,
        principalId,
        // Without it Azure asks the directory, which may not know the new identity for minutes.
        principalType: "ServicePrincipal",
        roleDefinitionId: pulumi.output(scope).apply((at) => roleDefinition(at, roleId)),
        ...(reason === undefined ? {} : { description: reason }),
      },
      child,
    );
  }
}

/** The role as the scope's own subscription spells it: the form Azure answers with, so no difference is seen. */
function roleDefinition(scope: string, roleId: string): string {
  const subscription = /^\/subscriptions\/[^/]+/i.exec(scope)?.[0] ?? "";
  return `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${roleId}`;
}

function checkShort(given: string): Finding | undefined {
  if (/^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/.test(given)) return undefined;
  return {
    code: "invalid-name",
    given: describeGiven(given),
    allowed: "1 to 64 letters, digits and hyphens",
    remedy: 'choose a short name for the role at its scope, such as "archive-reader"',
  };
}

function checkRole(given: unknown): Finding | undefined {
  if (typeof given === "string" && isGuid(given)) return undefined;
  return {
    code: "invalid-id",
    given: describeGiven(given),
    allowed: "the id of a role definition: 32 hexadecimal digits in groups of 8-4-4-4-12",
    remedy: "run `az role definition list --name <name> --query [].name`",
  };
}

function checkScope(given: unknown): Finding | undefined {
  const scope = typeof given === "string" ? given : "";
  const known =
    /^\/subscriptions\/[0-9a-f-]{36}(?:\/[^/\s]+\/[^/\s]+)*(?:\/providers(?:\/[^/\s]+){3,})?$/i.test(scope) ||
    /^\/providers\/Microsoft\.Management\/managementGroups\/[^/\s]+$/i.test(scope);
  if (known) return undefined;
  return {
    code: "invalid-id",
    given: describeGiven(given),
    allowed: "the id of a resource, resource group, subscription or management group, starting with a slash",
    remedy: "pass the id of the resource, or write /subscriptions/<id>/resourceGroups/<name>",
  };
}

function checkPrivilege(role: unknown): Finding | undefined {
  const name = typeof role === "string" ? PRIVILEGED_AZURE_ROLES[role.toLowerCase()] : undefined;
  if (name === undefined) return undefined;
  return {
    code: "reason-missing",
    given: `the privileged role ${name} without a reason`,
    allowed: "roles that neither change everything nor give access to others, or a reason",
    remedy: "take a role for the one service that is needed, or say why this one",
  };
}

function checkReason(given: unknown): Finding | undefined {
  const purpose = "say why no narrower role will do";
  const finding = checkText(given, REASON_CHARACTERS.most, purpose);
  if (finding !== undefined || (given as string).trim().length >= REASON_CHARACTERS.fewest) return finding;
  return {
    code: "reason-missing",
    given: describeGiven(given),
    allowed: `at least ${REASON_CHARACTERS.fewest} characters`,
    remedy: purpose,
  };
}
