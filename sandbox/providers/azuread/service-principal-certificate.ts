import type { ResourceKind } from "../resource-kind";
import type { GraphClient } from "./graph-client";
import { keyCredentialKind } from "./key-credential";

/** azuread.ServicePrincipalCertificate */
export function servicePrincipalCertificateKind(graph: GraphClient): ResourceKind {
  return keyCredentialKind(graph, {
    collection: "servicePrincipals",
    idProperty: "servicePrincipalId",
    words: "Service Principal",
  });
}
