import type { GraphResponse } from "../tenant/graph-request";
import type { GraphCall, Json } from "./call";
import { resourceNotFound } from "./graph-error";
import { DIRECTORY_OBJECTS, render } from "./owners";
import { collection, entity, type EntitySet } from "./query";

const USERS: EntitySet = {
  name: "users",
  type: "microsoft.graph.user",
  properties: new Set(["id", "displayName", "userPrincipalName", "mail", "accountEnabled"]),
};

export function listUsers(call: GraphCall): GraphResponse {
  const users = [...call.tenant.users.values()].map(({ id, properties }): Json => ({ id, ...properties }));
  return collection(call, USERS, users);
}

/** By object id or user principal name. */
export function getUser(call: GraphCall): GraphResponse {
  const key = call.param("id").toLowerCase();
  const user = [...call.tenant.users.values()].find(
    ({ id, properties }) => id === key || properties["userPrincipalName"] === key,
  );
  if (!user) throw resourceNotFound(call.param("id"));
  return entity(call, USERS, { id: user.id, ...user.properties });
}

export function getDirectoryObject(call: GraphCall): GraphResponse {
  const object = call.tenant.directoryObject(call.param("id").toLowerCase());
  if (!object) throw resourceNotFound(call.param("id"));
  return entity(call, DIRECTORY_OBJECTS, render(call, object));
}
