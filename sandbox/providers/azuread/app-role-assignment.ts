import { text } from "../property-readers";
import type { ResourceKind, ResourceState } from "../resource-kind";
import { during, type GraphClient } from "./graph-client";
import { guidProblem } from "./identifiers";

/** azuread.AppRoleAssignment: written from the side of the API, as `appRoleAssignedTo` of its service principal. */
export function appRoleAssignmentKind(graph: GraphClient): ResourceKind {
  const read = (id: string): ResourceState | undefined => {
    const { resourceId, assignmentId } = parse(id);
    const path = `/servicePrincipals/${resourceId}`;
    if (graph.find(path) === undefined) return undefined;
    const assignment = graph
      .list(`${path}/appRoleAssignedTo`)
      .find((each) => text(each, "id") === assignmentId);
    if (!assignment) return undefined;
    return {
      id,
      outputs: {
        appRoleId: assignment["appRoleId"],
        principalDisplayName: assignment["principalDisplayName"],
        principalObjectId: assignment["principalId"],
        principalType: assignment["principalType"],
        resourceDisplayName: assignment["resourceDisplayName"],
        resourceObjectId: assignment["resourceId"],
      },
    };
  };
  const id = { type: "text", required: true, forceNew: true, problem: guidProblem } as const;
  return {
    schema: "closed",
    fields: { appRoleId: id, principalObjectId: id, resourceObjectId: id },
    computed: ["principalDisplayName", "principalType", "resourceDisplayName"],
    secrets: [],
    create: (inputs) => {
      const resourceId = text(inputs, "resourceObjectId") ?? "";
      const path = `/servicePrincipals/${resourceId}`;
      during(`Could not retrieve service principal for resource (Object ID: "${resourceId}")`, () =>
        graph.get(path),
      );
      const assigned = during("Could not create app role assignment", () =>
        graph.post(`${path}/appRoleAssignedTo`, {
          appRoleId: inputs["appRoleId"],
          principalId: inputs["principalObjectId"],
          resourceId,
        }),
      );
      const created = read(`${resourceId}/appRoleAssignment/${text(assigned, "id") ?? ""}`);
      if (!created) throw new Error("ID returned for app role assignment is nil: Bad API response");
      return created;
    },
    read,
    delete: (assignment) => {
      const { resourceId, assignmentId } = parse(assignment);
      during(`Deleting app role assignment for resource "${resourceId}" with ID "${assignmentId}"`, () => {
        graph.delete(`/servicePrincipals/${resourceId}/appRoleAssignedTo/${assignmentId}`);
      });
    },
  };
}

function parse(id: string): { resourceId: string; assignmentId: string } {
  const [resourceId = "", type, assignmentId = "", ...rest] = id.split("/");
  if (type !== "appRoleAssignment" || assignmentId === "" || rest.length > 0) {
    throw new Error(
      `The ID "${id}" should be in the form {ResourcePrincipalID}/appRoleAssignment/{AppRoleAssignmentID}`,
    );
  }
  return { resourceId, assignmentId };
}
