import type { ResourceKind } from "../resource-kind";
import type { GraphClient } from "./graph-client";
import { keyCredentialKind } from "./key-credential";

/** azuread.ApplicationCertificate */
export function applicationCertificateKind(graph: GraphClient): ResourceKind {
  return keyCredentialKind(graph, {
    collection: "applications",
    idProperty: "applicationId",
    words: "Application",
  });
}
