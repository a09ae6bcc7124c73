/** What is measured with: resources as they stand in stacks of companies, of many kinds. */
import { Properties, ResourceInput } from "../test/policies/harness/wire";
import {
  application,
  azureadProvider,
  change,
  classicVault,
  tlsCertificate,
  tlsPrivateKey,
  vault,
} from "../test/policies/samples";

const settings = Array.from({ length: 20 }, (_, index) => ({
  name: `SETTING_${index}`,
  value: `value of ${index}`,
}));

const webApp: ResourceInput = {
  type: "azure-native:web:WebApp",
  name: "shop",
  props: {
    resourceGroupName: "shop",
    httpsOnly: true,
    serverFarmId: "/subscriptions/1/resourceGroups/shop/providers/Microsoft.Web/serverfarms/shop",
    siteConfig: { appSettings: settings, alwaysOn: true, ftpsState: "Disabled", minTlsVersion: "1.2" },
  },
};

const deployment: ResourceInput = {
  type: "kubernetes:apps/v1:Deployment",
  name: "shop",
  props: {
    metadata: { name: "shop", labels: { app: "shop" } },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: "shop" } },
      template: {
        spec: { containers: [{ name: "shop", image: "registry.example.org/shop:1.2.3", env: settings }] },
      },
    },
  },
};

const bucket: ResourceInput = {
  type: "azure-native:storage:StorageAccount",
  name: "files",
  props: {
    resourceGroupName: "shop",
    kind: "StorageV2",
    sku: { name: "Standard_LRS" },
    tags: { team: "shop" },
  },
};

const kinds: readonly ResourceInput[] = [
  application,
  vault,
  classicVault,
  tlsCertificate,
  tlsPrivateKey,
  azureadProvider,
  webApp,
  deployment,
  bucket,
  change(bucket, "tags", Object.fromEntries(settings.map(({ name, value }) => [name, value]))),
];

const root: ResourceInput = { type: "pulumi:pulumi:Stack", name: "shop-dev", props: {} };

/** So many resources, a tenth of each kind, below the stack itself. */
export function mixedResources(count: number): ResourceInput[] {
  const resources = Array.from({ length: count - 1 }, (_, index) => {
    const kind = kinds[index % kinds.length] ?? root;
    const props: Properties = { ...kind.props, description: `number ${index}` };
    return { ...kind, name: `${kind.name}-${index}`, props };
  });
  return [root, ...resources];
}
