import { children, text } from "../property-readers";
import type { PropertyMap } from "../property-values";
import type { ResourceKind, ResourceState } from "../resource-kind";
import { DATE_FIELDS, passwordDates } from "./credential-dates";
import { during, type GraphClient } from "./graph-client";
import { credentialId, idProblem, objectIdOf } from "./identifiers";
import type { CredentialOwner } from "./key-credential";

/** A client secret on an application or service principal, made by Graph and shown once. */
export function passwordCredentialKind(graph: GraphClient, owner: CredentialOwner): ResourceKind {
  const path = (objectId: string): string => `/${owner.collection}/${objectId}`;
  const find = (objectId: string, keyId: string): PropertyMap | undefined =>
    children(graph.find(path(objectId)) ?? {}, "passwordCredentials").find(
      (each) => text(each, "keyId") === keyId.toLowerCase(),
    );
  const read = (id: string, state: PropertyMap): ResourceState | undefined => {
    const { objectId, keyId } = credentialId(id, "password");
    const password = find(objectId, keyId);
    if (!password) return undefined;
    return {
      id,
      outputs: {
        ...state,
        [owner.idProperty]: path(objectId),
        keyId,
        displayName: text(password, "displayName"),
        startDate: password["startDateTime"],
        endDate: password["endDateTime"],
      },
    };
  };
  return {
    schema: "closed",
    fields: {
      [owner.idProperty]: {
        type: "text",
        required: true,
        forceNew: true,
        problem: idProblem(owner.collection),
      },
      displayName: { type: "text", computed: true, forceNew: true },
      rotateWhenChanged: { type: "map", forceNew: true },
      ...DATE_FIELDS,
    },
    computed: ["keyId", "value"],
    secrets: ["value"],
    create: (inputs) => {
      const objectId = objectIdOf(text(inputs, owner.idProperty) ?? "", owner.collection);
      const displayName = text(inputs, "displayName");
      const added = during(`Adding password for ${owner.words} (${path(objectId)})`, () =>
        graph.post(`${path(objectId)}/addPassword`, {
          passwordCredential: { ...(displayName && { displayName }), ...passwordDates(inputs) },
        }),
      );
      const id = `${objectId}/password/${text(added, "keyId") ?? ""}`;
      const created = read(id, { ...inputs, value: added["secretText"] });
      if (!created) throw new Error(`Waiting for password credential for ${owner.words}: not found`);
      return created;
    },
    read,
    delete: (id) => {
      const { objectId, keyId } = credentialId(id, "password");
      if (!find(objectId, keyId)) return;
      during(`Removing password credential "${keyId}" from ${owner.words} (${path(objectId)})`, () =>
        graph.post(`${path(objectId)}/removePassword`, { keyId }),
      );
    },
  };
}
