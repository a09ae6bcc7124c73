import type { ManagedIdentity } from "../../tenant/managed-identities";
import type { Tenant } from "../../tenant/tenant";
import { ArmError, resourceGroupNotFound } from "../../vault/arm-error";
import { child, text } from "../property-readers";
import { UNKNOWN, type PropertyMap } from "../property-values";
import type { ResourceKind, ResourceState } from "../resource-kind";
import {
  alreadyExists,
  armParts,
  calling,
  sameId,
  stringMap,
  systemData,
  withLocation,
  type PackageSettings,
} from "./arm";
import { withName } from "./autoname";

/** azure-native.managedidentity.UserAssignedIdentity */
export function userAssignedIdentityKind(tenant: Tenant, settings: PackageSettings): ResourceKind {
  const { managedIdentities, vaults } = tenant;
  const write = (inputs: PropertyMap): ResourceState =>
    calling(() => {
      const group = text(inputs, "resourceGroupName") ?? "";
      const location = text(inputs, "location") ?? vaults.resourceGroup(group)?.location;
      if (location === undefined || !vaults.resourceGroup(group)) throw resourceGroupNotFound(group);
      const identity = managedIdentities.put({
        id: identityId(tenant, inputs),
        name: text(inputs, "resourceName") ?? "",
        location,
        tags: stringMap(child(inputs, "tags")),
      });
      return { id: identity.id, outputs: outputs(tenant, identity) };
    });
  return {
    schema: "open",
    fields: {
      resourceGroupName: { type: "text", required: true, forceNew: true },
      resourceName: { type: "text", forceNew: true },
      location: { type: "text", forceNew: true },
      tags: { type: "map" },
    },
    computed: [],
    secrets: [],
    complete: (inputs, request) =>
      withLocation(withName(inputs, "resourceName", "random", request), settings),
    deleteFirst: (state, inputs) => text(state, "name") === text(inputs, "resourceName"),
    preview: (inputs, state) => ({
      azureApiVersion: UNKNOWN,
      clientId: state?.["clientId"] ?? UNKNOWN,
      location: inputs["location"] ?? UNKNOWN,
      name: inputs["resourceName"],
      principalId: state?.["principalId"] ?? UNKNOWN,
      systemData: UNKNOWN,
      ...(inputs["tags"] !== undefined && { tags: inputs["tags"] }),
      tenantId: state?.["tenantId"] ?? UNKNOWN,
      type: UNKNOWN,
    }),
    create: (inputs) => {
      const existing = managedIdentities.get(identityId(tenant, inputs));
      if (existing) throw alreadyExists(existing.id);
      return write(inputs);
    },
    read: (id) => {
      const identity = managedIdentities.get(id);
      return identity && { id: identity.id, outputs: outputs(tenant, identity) };
    },
    importInputs: ({ id, outputs: state }) => ({
      resourceGroupName: armParts(id)["resourcegroups"],
      resourceName: state["name"],
      location: state["location"],
      tags: state["tags"],
    }),
    update: (_id, inputs) => write(inputs).outputs,
    delete: (id) => {
      managedIdentities.delete(id);
    },
  };
}

/** azure-native.managedidentity.FederatedIdentityCredential */
export function identityCredentialKind(tenant: Tenant): ResourceKind {
  const { managedIdentities } = tenant;
  const write = async (inputs: PropertyMap): Promise<ResourceState> => {
    const identity = identityId(tenant, inputs);
    const name = text(inputs, "federatedIdentityCredentialResourceName") ?? "";
    const audiences = inputs["audiences"];
    try {
      await managedIdentities.putCredential(identity, {
        name,
        issuer: text(inputs, "issuer") ?? "",
        subject: text(inputs, "subject") ?? "",
        audiences: Array.isArray(audiences) ? audiences.map(String) : [],
      });
    } catch (error) {
      calling(() => {
        throw error;
      });
    }
    const id = `${identity}/federatedIdentityCredentials/${name}`;
    const written = read(id);
    if (!written) throw new ArmError(404, "ResourceNotFound", `${id} was not found.`);
    return written;
  };
  const read = (id: string): ResourceState | undefined => {
    const [identity = "", name = ""] = id.split(/\/federatedIdentityCredentials\//i);
    const found = managedIdentities.get(identity)?.credentials.find((one) => sameId(one.name, name));
    if (!found) return undefined;
    return {
      id,
      outputs: {
        audiences: [...found.audiences],
        azureApiVersion: "2024-11-30",
        issuer: found.issuer,
        name: found.name,
        subject: found.subject,
        type: "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
      },
    };
  };
  return {
    schema: "open",
    fields: {
      resourceGroupName: { type: "text", required: true, forceNew: true },
      resourceName: { type: "text", required: true, forceNew: true },
      federatedIdentityCredentialResourceName: { type: "text", forceNew: true },
      issuer: { type: "text", required: true },
      subject: { type: "text", required: true },
      audiences: { type: "texts", required: true },
    },
    computed: [],
    secrets: [],
    complete: (inputs, request) =>
      withName(inputs, "federatedIdentityCredentialResourceName", "random", request),
    deleteFirst: (state, inputs) =>
      text(state, "name") === text(inputs, "federatedIdentityCredentialResourceName"),
    preview: (inputs) => ({
      audiences: inputs["audiences"],
      azureApiVersion: UNKNOWN,
      issuer: inputs["issuer"],
      name: inputs["federatedIdentityCredentialResourceName"],
      subject: inputs["subject"],
      type: UNKNOWN,
    }),
    create: (inputs) => {
      const id = `${identityId(tenant, inputs)}/federatedIdentityCredentials/${
        text(inputs, "federatedIdentityCredentialResourceName") ?? ""
      }`;
      if (read(id)) throw alreadyExists(id);
      return write(inputs);
    },
    read,
    importInputs: ({ id, outputs: state }) => {
      const parts = armParts(id);
      return {
        resourceGroupName: parts["resourcegroups"],
        resourceName: parts["userassignedidentities"],
        federatedIdentityCredentialResourceName: state["name"],
        issuer: state["issuer"],
        subject: state["subject"],
        audiences: state["audiences"],
      };
    },
    update: async (_id, inputs) => (await write(inputs)).outputs,
    delete: (id) => {
      const [identity = "", name = ""] = id.split(/\/federatedIdentityCredentials\//i);
      calling(() => {
        managedIdentities.deleteCredential(identity, name);
      });
    },
  };
}

function identityId({ vaults }: Tenant, inputs: PropertyMap): string {
  const group = vaults.resourceGroupId(text(inputs, "resourceGroupName") ?? "");
  return `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${text(inputs, "resourceName") ?? ""}`;
}

function outputs(tenant: Tenant, identity: ManagedIdentity): PropertyMap {
  return {
    azureApiVersion: "2024-11-30",
    clientId: identity.clientId,
    location: identity.location,
    name: identity.name,
    principalId: identity.principalId,
    systemData: systemData(tenant, identity.createdAt, identity.modifiedAt),
    tags: identity.tags,
    tenantId: identity.tenantId,
    type: "Microsoft.ManagedIdentity/userAssignedIdentities",
  };
}
