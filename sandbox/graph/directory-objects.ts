import type { GraphResponse } from "../tenant/graph-request";
import { bodyObject, type GraphCall, type Json } from "./call";
import { invalidValue, resourceNotFound } from "./graph-error";
import { DIRECTORY_OBJECTS, render } from "./owners";
import { collection, entity, type EntitySet } from "./query";
import { refuseUnknownProperties, stringList } from "./values";

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

const MOST_IDS = 1000;
const KINDS = ["application", "servicePrincipal", "user"] as const;

/**
 * Objects by their ids, in no order a caller may rely on; an id nobody has is left out.
 * Source: https://learn.microsoft.com/graph/api/directoryobject-getbyids
 */
export function getDirectoryObjectsByIds(call: GraphCall): GraphResponse {
  const body = bodyObject(call);
  refuseUnknownProperties(body, ["ids", "types"]);
  const ids = stringList(body["ids"], "ids");
  if (ids.length === 0 || ids.length > MOST_IDS) throw invalidValue("ids");
  const types = stringList(body["types"], "types");
  const kinds = types.length === 0 || types.includes("directoryObject") ? KINDS : types;
  const objects = [...new Set(ids.map((id) => id.toLowerCase()))]
    .flatMap((id) => call.tenant.directoryObject(id) ?? [])
    .filter(({ kind }) => kinds.includes(kind));
  return collection(
    call,
    DIRECTORY_OBJECTS,
    objects.map((object) => render(call, object)),
  );
}

export function getDirectoryObject(call: GraphCall): GraphResponse {
  const object = call.tenant.directoryObject(call.param("id").toLowerCase());
  if (!object) throw resourceNotFound(call.param("id"));
  return entity(call, DIRECTORY_OBJECTS, render(call, object));
}
