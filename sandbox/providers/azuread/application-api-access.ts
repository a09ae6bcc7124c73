import { children, text, texts } from "../property-readers";
import type { PropertyMap } from "../property-values";
import type { ResourceKind, ResourceState } from "../resource-kind";
import { during, type GraphClient } from "./graph-client";
import { guidProblem, idProblem, objectIdOf } from "./identifiers";

/** azuread.ApplicationApiAccess: one API's entry in `requiredResourceAccess`; those of other APIs stay as they are. */
export function applicationApiAccessKind(graph: GraphClient): ResourceKind {
  const read = (id: string): ResourceState | undefined => {
    const { applicationId, apiClientId } = parse(id);
    const application = graph.find(applicationId);
    const entry = application && entriesOf(application).find((each) => isFor(each, apiClientId));
    if (!entry) return undefined;
    const ids = (type: string) =>
      children(entry, "resourceAccess").flatMap((access) =>
        text(access, "type") === type ? [text(access, "id") ?? ""] : [],
      );
    return {
      id,
      outputs: { applicationId, apiClientId, roleIds: ids("Role"), scopeIds: ids("Scope") },
    };
  };
  const write = (
    what: string,
    id: string,
    change: (others: readonly PropertyMap[]) => readonly PropertyMap[],
  ) => {
    const { applicationId, apiClientId } = parse(id);
    during(`${what} API access (${id})`, () => {
      const application = graph.get(applicationId);
      const others = entriesOf(application).filter((each) => !isFor(each, apiClientId));
      graph.patch(applicationId, { requiredResourceAccess: change(others) });
    });
  };
  return {
    schema: "closed",
    fields: {
      applicationId: { type: "text", required: true, forceNew: true, problem: idProblem("applications") },
      apiClientId: { type: "text", required: true, forceNew: true, problem: guidProblem },
      roleIds: { type: "texts", unordered: true, problem: guidProblem },
      scopeIds: { type: "texts", unordered: true, problem: guidProblem },
    },
    computed: [],
    secrets: [],
    check: (inputs) =>
      inputs["roleIds"] === undefined && inputs["scopeIds"] === undefined
        ? [{ property: "roleIds", reason: '"roleIds": one of `role_ids,scope_ids` must be specified' }]
        : [],
    create: (inputs) => {
      const applicationId = `/applications/${objectIdOf(text(inputs, "applicationId") ?? "", "applications")}`;
      const id = `${applicationId}/apiAccess/${text(inputs, "apiClientId") ?? ""}`;
      if (read(id)) {
        throw new Error(
          `A resource with the ID "${id}" already exists - to be managed via Pulumi this resource needs to be imported into the State.`,
        );
      }
      write("creating", id, (others) => [...others, entry(inputs)]);
      const created = read(id);
      if (!created) throw new Error(`creating API access (${id}): not found`);
      return created;
    },
    read,
    update: (id, inputs, state) => {
      write("updating", id, (others) => [...others, entry(inputs)]);
      return read(id)?.outputs ?? state;
    },
    delete: (id) => {
      if (read(id)) write("deleting", id, (others) => others);
    },
  };
}

function entriesOf(application: PropertyMap): readonly PropertyMap[] {
  return children(application, "requiredResourceAccess");
}

function isFor(entryOfApi: PropertyMap, apiClientId: string): boolean {
  return text(entryOfApi, "resourceAppId")?.toLowerCase() === apiClientId.toLowerCase();
}

function entry(inputs: PropertyMap): PropertyMap {
  const access = (name: string, type: string) => (texts(inputs, name) ?? []).map((id) => ({ id, type }));
  return {
    resourceAppId: inputs["apiClientId"],
    resourceAccess: [...access("roleIds", "Role"), ...access("scopeIds", "Scope")],
  };
}

function parse(id: string): { applicationId: string; apiClientId: string } {
  const [applicationId = "", apiClientId] = id.split("/apiAccess/");
  if (apiClientId === undefined) {
    throw new Error(
      `The ID "${id}" should be in the form /applications/{applicationId}/apiAccess/{apiClientId}`,
    );
  }
  objectIdOf(applicationId, "applications");
  return { applicationId, apiClientId };
}
