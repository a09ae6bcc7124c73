import { text, texts } from "../property-readers";
import type { PropertyMap } from "../property-values";
import type { GraphClient } from "./graph-client";

/** Graph takes at most 20 owners in the request that creates an object. */
const OWNERS_AT_CREATION = 20;

/** Object ids of an object's owners. */
export function ownerIds(graph: GraphClient, path: string): string[] {
  return graph.list(`${path}/owners`).flatMap((owner) => text(owner, "id") ?? []);
}

export function ownerReference(objectId: string): { "@odata.id": string } {
  return { "@odata.id": directoryObjectUrl(objectId) };
}

/** The owners to name at creation: the caller, always, and the first declared ones. */
export function ownersAtCreation(graph: GraphClient, inputs: PropertyMap): { "owners@odata.bind": string[] } {
  const first = [...new Set([graph.callerObjectId(), ...declaredOwners(inputs)])].slice(
    0,
    OWNERS_AT_CREATION,
  );
  return { "owners@odata.bind": first.map(directoryObjectUrl) };
}

/** Adds and removes owners until the object has exactly the declared ones. */
export function settleOwners(graph: GraphClient, path: string, inputs: PropertyMap): void {
  const existing = ownerIds(graph, path);
  const declared = declaredOwners(inputs);
  for (const id of declared.filter((each) => !existing.includes(each))) {
    graph.post(`${path}/owners/$ref`, ownerReference(id));
  }
  for (const id of existing.filter((each) => !declared.includes(each))) {
    graph.delete(`${path}/owners/${id}/$ref`);
  }
}

function declaredOwners(inputs: PropertyMap): string[] {
  return (texts(inputs, "owners") ?? []).map((id) => id.toLowerCase());
}

function directoryObjectUrl(objectId: string): string {
  return `https://graph.microsoft.com/v1.0/directoryObjects/${objectId}`;
}
