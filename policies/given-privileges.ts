/** Which permissions and directory roles something is given, to whom, and how far they reach. */
import { directoryRole, people } from "./entra-types";
import { Property } from "./property";
import { StackResource } from "./stack";

/** Application permissions, by the id of the app role: requested, or assigned. */
export function permissionsOf(properties: Property): readonly Property[] {
  // Permissions of type Scope act for a user and have ids of their own.
  const requested = ["requiredResourceAccesses", "requiredResourceAccess"]
    .flatMap((name) => properties.at(name).elements())
    .flatMap((api) => ["resourceAccesses", "resourceAccess"].flatMap((name) => api.at(name).elements()))
    .map((access) => access.at("id"));
  return [properties.at("appRoleId"), ...properties.at("roleIds").elements(), ...requested];
}

/** The role by its template: named in the assignment, or by the activated role of the stack that it takes. */
export function rolesOf(assignment: StackResource): readonly Property[] {
  const named = ["roleId", "roleDefinitionId", "roleObjectId"]
    .map((name) => assignment.properties.at(name))
    .filter((role) => role.isPresent);
  const activated = ["roleId", "roleDefinitionId", "roleObjectId"]
    .flatMap((name) => assignment.propertyDependencies.get(name) ?? [])
    .filter((source) => source.is(directoryRole))
    .map(({ properties }) => properties.at("templateId"))
    .filter((template) => template.text !== undefined);
  return activated.length > 0 ? activated : named;
}

/** It goes to a user or group that the stack declares, and to nothing else. */
export function isForPeople({ propertyDependencies }: StackResource): boolean {
  const principals = ["principalObjectId", "principalId", "memberObjectId"].flatMap(
    (name) => propertyDependencies.get(name) ?? [],
  );
  return principals.length > 0 && principals.every((each) => people.matches(each.type));
}

/** It reaches one application, group or administrative unit, and not the tenant. */
export function isNarrow({ properties }: StackResource): boolean {
  return ["directoryScopeId", "appScopeId"].some((name) => {
    const scope = properties.at(name);
    return scope.isPresent && !scope.is("/");
  });
}
