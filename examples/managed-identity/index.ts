/**
 * A workload inside Azure: Azure itself says who it is, so there is nothing to store. For an API that knows applications
 * only, the identity is the credential of one.
 */
import * as authorization from "@pulumi/azure-native/authorization";
import * as pulumi from "@pulumi/pulumi";
import { SecretFreeApplication, WorkloadIdentity } from "certlock/components";

const { subscriptionId } = authorization.getClientConfigOutput();

const archive = new WorkloadIdentity("invoice-archive", {
  resourceGroupName: "rg-identities",
  location: "westeurope",
  roles: {
    // Storage Blob Data Contributor
    invoices: {
      role: "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
      scope: pulumi.interpolate`/subscriptions/${subscriptionId}/resourceGroups/rg-identities`,
    },
  },
  federatedCredentials: {
    // The nightly job runs on the cluster, under its own service account.
    nightly: {
      kubernetes: {
        issuer: "https://oidc.prod-aks.azure.com/11111111-2222-4333-8444-555555555555/",
        namespace: "archive",
        serviceAccount: "nightly",
      },
    },
  },
  tags: { owner: "finance-platform@contoso.com" },
});

const application = new SecretFreeApplication("invoice-archive", {
  description: "Reads invoices in the archive of our subsidiary. Finance platform team.",
  owners: ["0a0e0000-0000-4000-8000-000000000001", "0a0e0000-0000-4000-8000-000000000002"],
  federatedCredentials: { archive: { managedIdentity: archive } },
});

export const identityClientId = archive.clientId;
export const clientConfiguration = application.clientConfiguration;
