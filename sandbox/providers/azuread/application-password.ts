import type { ResourceKind } from "../resource-kind";
import type { GraphClient } from "./graph-client";
import { passwordCredentialKind } from "./password-credential";

/** azuread.ApplicationPassword */
export function applicationPasswordKind(graph: GraphClient): ResourceKind {
  return passwordCredentialKind(graph, {
    collection: "applications",
    idProperty: "applicationId",
    words: "Application",
  });
}
