import { text } from "../property-readers";
import type { ResourceKind } from "../resource-kind";
import { during, type GraphClient } from "./graph-client";
import { guidProblem, idProblem, objectIdOf } from "./identifiers";
import { ownerIds, ownerReference } from "./owners";

/** azuread.ApplicationOwner */
export function applicationOwnerKind(graph: GraphClient): ResourceKind {
  const isOwner = (applicationId: string, ownerId: string): boolean =>
    graph.find(applicationId) !== undefined && ownerIds(graph, applicationId).includes(ownerId.toLowerCase());
  return {
    schema: "closed",
    fields: {
      applicationId: { type: "text", required: true, forceNew: true, problem: idProblem("applications") },
      ownerObjectId: { type: "text", required: true, forceNew: true, problem: guidProblem },
    },
    computed: [],
    secrets: [],
    create: (inputs) => {
      const applicationId = `/applications/${objectIdOf(text(inputs, "applicationId") ?? "", "applications")}`;
      const ownerId = text(inputs, "ownerObjectId") ?? "";
      const id = `${applicationId}/owners/${ownerId}`;
      if (isOwner(applicationId, ownerId)) {
        throw new Error(
          `A resource with the ID "${id}" already exists - to be managed via Pulumi this resource needs to be imported into the State.`,
        );
      }
      during(`adding owner "${ownerId}" to ${applicationId}`, () =>
        graph.post(`${applicationId}/owners/$ref`, ownerReference(ownerId)),
      );
      return { id, outputs: { applicationId, ownerObjectId: ownerId } };
    },
    read: (id) => {
      const { applicationId, ownerId } = parse(id);
      if (!isOwner(applicationId, ownerId)) return undefined;
      return { id, outputs: { applicationId, ownerObjectId: ownerId } };
    },
    delete: (id) => {
      const { applicationId, ownerId } = parse(id);
      during(`removing owner "${ownerId}" from ${applicationId}`, () => {
        graph.delete(`${applicationId}/owners/${ownerId}/$ref`);
      });
    },
  };
}

function parse(id: string): { applicationId: string; ownerId: string } {
  const [applicationId = "", ownerId] = id.split("/owners/");
  if (ownerId === undefined) {
    throw new Error(
      `The ID "${id}" should be in the form /applications/{applicationId}/owners/{ownerObjectId}`,
    );
  }
  objectIdOf(applicationId, "applications");
  return { applicationId, ownerId };
}
