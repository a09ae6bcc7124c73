/** What a workload may do in Microsoft Graph: application permissions by their names, granted one by one. */
import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import { checkText } from "./names";
import { PRIVILEGED_GRAPH_ROLES } from "./privileged-graph-roles";
import { ArgumentError, describeGiven, type Finding, type Problems } from "./problems";

/** A permission that leads to the control of the tenant, and why there is no way around it. */
export interface PrivilegedGraphRole {
  /** Name of the permission, for example "Application.ReadWrite.All". */
  readonly role: string;
  /** Why no narrower permission will do, 10 to 200 characters; it is written into the notes. */
  readonly reason: string;
}

/** Name of an application permission, such as "User.Read.All"; a privileged one comes with its reason. */
export type GraphRole = string | PrivilegedGraphRole;

/** Microsoft Graph in every tenant of every cloud. */
export const GRAPH_CLIENT_ID = "00000003-0000-0000-c000-000000000000";

/** https://learn.microsoft.com/graph/api/resources/application#properties: requiredResourceAccess */
const MOST_GRAPH_ROLES = 400;
const REASON_CHARACTERS = { fewest: 10, most: 200 } as const;

/** Permissions with their reasons, those without one left out. */
export function privilegesOf(roles: readonly GraphRole[]): readonly PrivilegedGraphRole[] {
  return roles.filter((each) => typeof each !== "string");
}

export function checkGraphRoles(at: string, roles: readonly GraphRole[], problems: Problems): void {
  if (roles.length > MOST_GRAPH_ROLES) {
    problems.add(at, {
      code: "too-many",
      given: describeGiven(roles),
      allowed: `at most ${MOST_GRAPH_ROLES} permissions on one application`,
      remedy: "give each workload an application of its own",
    });
  }
  const seen = new Set<string>();
  roles.forEach((given: GraphRole | null, index) => {
    const role: unknown = typeof given === "object" ? given?.role : given;
    const place = typeof given === "object" ? `${at}[${index}].role` : `${at}[${index}]`;
    const finding = checkRole(role);
    problems.add(place, finding);
    if (typeof role !== "string" || finding !== undefined) return;
    if (typeof given === "object") problems.add(`${at}[${index}].reason`, checkReason(given?.reason));
    else if (PRIVILEGED_GRAPH_ROLES.includes(role)) problems.add(place, noReason(role));
    if (seen.has(role)) problems.add(place, twice(role));
    seen.add(role);
  });
}

/** Whom permissions are granted to. */
export interface Grantee {
  /** Component and name, for what turns out wrong only when Graph is asked. */
  readonly component: string;
  readonly name: string;
  /** Object id of the service principal. */
  readonly principalId: pulumi.Input<string>;
  /** The registration, for applications: there the permissions are declared too, so that others can consent. */
  readonly applicationId?: pulumi.Input<string>;
}

/**
 * Creates one `<name>-role-<permission>` each and, for an application, `<name>-api-access`. The deployment needs
 * AppRoleAssignment.ReadWrite.All for the first: whoever has it can grant anything.
 * https://learn.microsoft.com/graph/api/serviceprincipal-post-approleassignments
 */
export function grantGraphRoles(
  grantee: Grantee,
  roles: readonly GraphRole[],
  child: pulumi.CustomResourceOptions,
): void {
  if (roles.length === 0) return;
  const { name, principalId, applicationId } = grantee;
  const graph = azuread.getServicePrincipalOutput({ clientId: GRAPH_CLIENT_ID }, child);
  const names = roles.map((each) => (typeof each === "string" ? each : each.role)).sort();
  const idOf = (role: string) => graph.appRoleIds.apply((known) => resolve(grantee, role, known));
  if (applicationId !== undefined) {
    new azuread.ApplicationApiAccess(
      `${name}-api-access`,
      { applicationId, apiClientId: GRAPH_CLIENT_ID, roleIds: names.map(idOf) },
      child,
    );
  }
  for (const role of names) {
    new azuread.AppRoleAssignment(
      `${name}-role-${role}`,
      { appRoleId: idOf(role), principalObjectId: principalId, resourceObjectId: graph.objectId },
      child,
    );
  }
}

/** The id of a permission in the tenant's own Graph: it knows more than any list, and knows what is gone. */
function resolve(
  { component, name }: Grantee,
  role: string,
  known: Readonly<Record<string, string>>,
): string {
  const id = Object.hasOwn(known, role) ? known[role] : undefined;
  if (id !== undefined) return id;
  const meant = Object.keys(known).find((each) => each.toLowerCase() === role.toLowerCase());
  const problem = {
    at: "graphRoles",
    code: "out-of-range",
    given: describeGiven(role),
    allowed:
      "an application permission of Microsoft Graph in this tenant; a delegated one, such as User.Read, is none",
    remedy:
      meant === undefined ? "look it up in the permissions reference of Microsoft Graph" : `write "${meant}"`,
  } as const;
  throw new ArgumentError(component, name, [problem], "later");
}

function checkRole(given: unknown): Finding | undefined {
  if (typeof given === "string" && /^[A-Z]\w{1,63}(?:[.-]\w{1,63}){1,7}$/.test(given)) return undefined;
  return {
    code: typeof given === "string" ? "invalid-name" : "wrong-type",
    given: describeGiven(given),
    allowed:
      "the name of an application permission of Microsoft Graph, upper and lower case as it is written",
    remedy: 'write "User.Read.All", neither its id nor https://graph.microsoft.com/',
  };
}

function checkReason(given: unknown): Finding | undefined {
  const purpose = "say why no narrower permission will do";
  if (typeof given === "string" && given.trim() !== "" && given.trim().length < REASON_CHARACTERS.fewest) {
    return {
      code: "reason-missing",
      given: describeGiven(given),
      allowed: `at least ${REASON_CHARACTERS.fewest} characters`,
      remedy: purpose,
    };
  }
  return checkText(given, REASON_CHARACTERS.most, purpose);
}

function noReason(role: string): Finding {
  return {
    code: "reason-missing",
    given: describeGiven(role),
    allowed: "permissions that do not lead to the control of the tenant, or { role, reason }",
    remedy:
      "take a narrower permission, such as Application.ReadWrite.OwnedBy, or give the reason for this one",
  };
}

function twice(role: string): Finding {
  return {
    code: "duplicate",
    given: describeGiven(role),
    allowed: "each permission once",
    remedy: "remove one of the two",
  };
}
