import { text } from "../property-readers";
import type { PropertyMap } from "../property-values";
import type { ResourceKind, ResourceState } from "../resource-kind";
import { during, type GraphClient } from "./graph-client";
import { atMost, credentialId, idProblem, notEmpty, objectIdOf } from "./identifiers";

const TYPE = "federatedIdentityCredential";

/** azuread.ApplicationFederatedIdentityCredential */
export function federatedIdentityCredentialKind(graph: GraphClient): ResourceKind {
  const read = (id: string): ResourceState | undefined => {
    const { objectId, keyId } = credentialId(id, TYPE);
    const credential = graph.find(`/applications/${objectId}/federatedIdentityCredentials/${keyId}`);
    if (!credential) return undefined;
    return {
      id,
      outputs: {
        applicationId: `/applications/${objectId}`,
        credentialId: keyId,
        audiences: credential["audiences"],
        ...(text(credential, "description") && { description: credential["description"] }),
        displayName: credential["name"],
        issuer: credential["issuer"],
        subject: credential["subject"],
      },
    };
  };
  return {
    schema: "closed",
    fields: {
      applicationId: { type: "text", required: true, forceNew: true, problem: idProblem("applications") },
      audiences: { type: "texts", required: true, maxItems: 1, problem: notEmpty },
      description: { type: "text" },
      displayName: {
        type: "text",
        required: true,
        forceNew: true,
        problem: (value) => notEmpty(value) ?? atMost(120)(value),
      },
      issuer: { type: "text", required: true },
      subject: { type: "text", required: true },
    },
    computed: ["credentialId"],
    secrets: [],
    create: (inputs) => {
      const objectId = objectIdOf(text(inputs, "applicationId") ?? "", "applications");
      const added = during(
        `Adding federated identity credential for Application (/applications/${objectId})`,
        () => graph.post(`/applications/${objectId}/federatedIdentityCredentials`, credentialBody(inputs)),
      );
      const created = read(`${objectId}/${TYPE}/${text(added, "id") ?? ""}`);
      if (!created) throw new Error("Waiting for federated identity credential: not found");
      return created;
    },
    read,
    update: (id, inputs, state) => {
      const { objectId, keyId } = credentialId(id, TYPE);
      during(`Updating federated identity credential with ID "${keyId}"`, () => {
        graph.patch(
          `/applications/${objectId}/federatedIdentityCredentials/${keyId}`,
          credentialBody(inputs),
        );
      });
      return read(id)?.outputs ?? state;
    },
    delete: (id) => {
      const { objectId, keyId } = credentialId(id, TYPE);
      during(`Removing federated identity credential with ID "${keyId}"`, () => {
        graph.delete(`/applications/${objectId}/federatedIdentityCredentials/${keyId}`);
      });
    },
  };
}

function credentialBody(inputs: PropertyMap): object {
  return {
    name: inputs["displayName"],
    audiences: inputs["audiences"],
    description: inputs["description"] ?? "",
    issuer: inputs["issuer"],
    subject: inputs["subject"],
  };
}
