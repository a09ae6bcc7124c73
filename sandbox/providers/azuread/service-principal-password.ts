import type { ResourceKind } from "../resource-kind";
import type { GraphClient } from "./graph-client";
import { passwordCredentialKind } from "./password-credential";

/** azuread.ServicePrincipalPassword */
export function servicePrincipalPasswordKind(graph: GraphClient): ResourceKind {
  return passwordCredentialKind(graph, {
    collection: "servicePrincipals",
    idProperty: "servicePrincipalId",
    words: "Service Principal",
  });
}
