import { randomBytes } from "node:crypto";
import type { Tenant } from "../../tenant/tenant";
import { EchoStore, typeName } from "../echo";
import { text } from "../property-readers";
import type { PropertyMap } from "../property-values";
import type { ProviderPackage } from "../provider-package";
import type { ResourceKind } from "../resource-kind";
import { automationKinds } from "./automation";
import { calling, type PackageSettings } from "./arm";
import { identityCredentialKind, userAssignedIdentityKind } from "./managed-identity";
import { diagnosticSettingKind } from "./diagnostic-setting";
import { monitoringKinds, triggerCallbackUrl } from "./monitoring";
import { eventSubscriptionKind, eventTopicKind } from "./event-topic";
import { resourceGroupKind } from "./resource-group";
import { privateDnsZoneGroupKind, privateEndpointKind } from "./private-endpoint";
import { roleAssignmentKind } from "./role-assignment";
import { vaultKind } from "./vault";
import { vaultSecretKind } from "./vault-secret";

/** The azure-native package: Key Vault and what stands around it is real in the tenant's vault store, all else is echoed. */
export function azureNativePackage(tenant: Tenant): ProviderPackage {
  const settings: PackageSettings = { location: undefined };
  const echo = new EchoStore();
  const kinds = new Map<string, ResourceKind>([
    ...automationKinds(tenant, settings),
    ["authorization:RoleAssignment", roleAssignmentKind(tenant)],
    ["eventgrid:SystemTopic", eventTopicKind(tenant, settings)],
    ["eventgrid:SystemTopicEventSubscription", eventSubscriptionKind(tenant)],
    ["insights:DiagnosticSetting", diagnosticSettingKind(tenant)],
    ["keyvault:Secret", vaultSecretKind(tenant)],
    ["keyvault:Vault", vaultKind(tenant, settings)],
    ["managedidentity:FederatedIdentityCredential", identityCredentialKind(tenant)],
    ["managedidentity:UserAssignedIdentity", userAssignedIdentityKind(tenant, settings)],
    ["monitor:DiagnosticSetting", diagnosticSettingKind(tenant)],
    ["network:PrivateDnsZoneGroup", privateDnsZoneGroupKind(tenant)],
    ["network:PrivateEndpoint", privateEndpointKind(tenant, settings)],
    ["resources:ResourceGroup", resourceGroupKind(tenant, settings)],
    ...monitoringKinds(tenant, settings),
  ]);
  return {
    name: "azure-native",
    configure: (variables) => {
      settings.location = variables.get("azure-native:config:location") ?? settings.location;
    },
    kind: (type) => kinds.get(withoutVersion(type)) ?? echoKind(tenant, echo, type),
    invoke: (token, args) => {
      if (withoutVersion(token) === "logic:listWorkflowTriggerCallbackUrl")
        return calling(() => triggerCallbackUrl(tenant, args));
      if (withoutVersion(token) !== "authorization:getClientConfig") {
        throw new Error(`The sandbox does not emulate the function ${token}.`);
      }
      return {
        clientId: tenant.deployer.appId,
        objectId: tenant.servicePrincipalByAppId(tenant.deployer.appId)?.id ?? "",
        subscriptionId: tenant.vaults.subscriptionId,
        tenantId: tenant.id,
      };
    },
  };
}

/** `azure-native:keyvault/v20230701:Vault` → `keyvault:Vault`: every API version is the same resource. */
function withoutVersion(token: string): string {
  const [, module = "", name = ""] = token.split(":");
  return `${module.split("/", 1)[0] ?? ""}:${name}`;
}

function echoKind({ vaults }: Tenant, echo: EchoStore, type: string): ResourceKind {
  const [module = "", name = ""] = withoutVersion(type).split(":");
  const nameProperty = `${name.charAt(0).toLowerCase()}${name.slice(1)}Name`;
  const nameOf = (inputs: PropertyMap) => text(inputs, nameProperty) ?? text(inputs, "name");
  return echo.kind(type, {
    newId: (inputs) => {
      const group = text(inputs, "resourceGroupName");
      const parent =
        group === undefined ? `/subscriptions/${vaults.subscriptionId}` : vaults.resourceGroupId(group);
      const ownName = nameOf(inputs) ?? typeName(type) + randomBytes(4).toString("hex");
      return `${parent}/providers/Sandbox.${module}/${typeName(type)}/${ownName}`;
    },
    outputs: (inputs) => {
      const ownName = inputs[nameProperty];
      return ownName === undefined ? {} : { name: ownName };
    },
  });
}
