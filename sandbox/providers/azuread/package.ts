import { randomUUID } from "node:crypto";
import type { Tenant } from "../../tenant/tenant";
import { EchoStore } from "../echo";
import type { ProviderPackage } from "../provider-package";
import { text } from "../property-readers";
import type { PropertyMap } from "../property-values";
import type { ResourceKind } from "../resource-kind";
import { appRoleAssignmentKind } from "./app-role-assignment";
import { applicationApiAccessKind } from "./application-api-access";
import { applicationCertificateKind } from "./application-certificate";
import { federatedIdentityCredentialKind } from "./application-federated-identity-credential";
import { applicationOwnerKind } from "./application-owner";
import { applicationPasswordKind } from "./application-password";
import { applicationRegistrationKind } from "./application-registration";
import { applicationKind, applicationOutputs } from "./application";
import { conditionalAccessPolicyKind } from "./conditional-access-policy";
import { GraphClient } from "./graph-client";
import { namedLocationKind } from "./named-location";
import { servicePrincipalCertificateKind } from "./service-principal-certificate";
import { servicePrincipalPasswordKind } from "./service-principal-password";
import { servicePrincipalKind, servicePrincipalOutputs } from "./service-principal";

/** The azuread package: every resource is a translation to Graph, called as the tenant's deployer. */
export function azureadPackage(tenant: Tenant): ProviderPackage {
  const graph = new GraphClient(tenant);
  const echo = new EchoStore();
  const kinds = new Map<string, ResourceKind>([
    ["appRoleAssignment:AppRoleAssignment", appRoleAssignmentKind(graph)],
    ["application:Application", applicationKind(graph)],
    ["applicationApiAccess:ApplicationApiAccess", applicationApiAccessKind(graph)],
    ["applicationCertificate:ApplicationCertificate", applicationCertificateKind(graph)],
    [
      "applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential",
      federatedIdentityCredentialKind(graph),
    ],
    ["applicationOwner:ApplicationOwner", applicationOwnerKind(graph)],
    ["applicationPassword:ApplicationPassword", applicationPasswordKind(graph)],
    ["applicationRegistration:ApplicationRegistration", applicationRegistrationKind(graph)],
    ["conditionalAccessPolicy:ConditionalAccessPolicy", conditionalAccessPolicyKind(graph)],
    ["namedLocation:NamedLocation", namedLocationKind(graph)],
    ["servicePrincipal:ServicePrincipal", servicePrincipalKind(graph)],
    ["servicePrincipalCertificate:ServicePrincipalCertificate", servicePrincipalCertificateKind(graph)],
    ["servicePrincipalPassword:ServicePrincipalPassword", servicePrincipalPasswordKind(graph)],
  ]);
  return {
    name: "azuread",
    kind: (type) =>
      kinds.get(type.replace("azuread:index/", "")) ?? echo.kind(type, { newId: () => randomUUID() }),
    invoke: (token, args) => {
      switch (token) {
        case "azuread:index/getClientConfig:getClientConfig":
          return clientConfig(graph);
        case "azuread:index/getApplication:getApplication": {
          const found = findOne(graph, "applications", args);
          return {
            ...applicationOutputs(graph, found),
            id: `/applications/${text(found, "id") ?? ""}`,
          };
        }
        case "azuread:index/getServicePrincipal:getServicePrincipal": {
          const found = findOne(graph, "servicePrincipals", args);
          return {
            ...servicePrincipalOutputs(graph, found),
            id: `/servicePrincipals/${text(found, "id") ?? ""}`,
          };
        }
        default:
          throw new Error(`The sandbox does not emulate the function ${token}.`);
      }
    },
  };
}

function clientConfig(graph: GraphClient): PropertyMap {
  const { id: tenantId, deployer } = graph.tenant;
  const objectId = graph.callerObjectId();
  return {
    id: `${tenantId}-${deployer.appId}-${objectId}`,
    clientId: deployer.appId,
    objectId,
    tenantId,
  };
}

/** The one application or service principal that a client id, object id or display name stands for. */
function findOne(
  graph: GraphClient,
  collection: "applications" | "servicePrincipals",
  args: PropertyMap,
): PropertyMap {
  const objectId = text(args, "objectId");
  if (objectId !== undefined) return graph.get(`/${collection}/${objectId}`);
  const clientId = text(args, "clientId");
  const displayName = text(args, "displayName");
  if (clientId === undefined && displayName === undefined) {
    throw new Error("One of `clientId`, `displayName` or `objectId` must be specified.");
  }
  const [property, value] = clientId === undefined ? ["displayName", displayName ?? ""] : ["appId", clientId];
  const filter = `${property} eq '${value.replaceAll("'", "''")}'`;
  const found = graph.list(`/${collection}?$filter=${encodeURIComponent(filter)}`);
  const [only] = found;
  if (only && found.length === 1) return only;
  throw new Error(`Expected one object in ${collection} with ${filter}, found ${found.length}.`);
}
