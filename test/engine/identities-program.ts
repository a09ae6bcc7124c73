/** A workload of Azure with callers from elsewhere, as an identity and as an application without a key. */
import * as pulumi from "@pulumi/pulumi";
import { SecretFreeApplication, WorkloadIdentity } from "../../components";

const config = new pulumi.Config("certlock-tenant");
const subscription = config.require("subscription");
const serviceAccounts = config.requireObject<readonly string[]>("serviceAccounts");

const archive = new WorkloadIdentity("archive", {
  resourceGroupName: "rg-identities",
  location: "westeurope",
  roles: {
    // Reader
    group: {
      role: "acdd72a7-3385-48ef-bd42-f606fba81ae7",
      scope: `/subscriptions/${subscription}/resourceGroups/rg-identities`,
    },
  },
  graphRoles: ["Group.Read.All"],
  federatedCredentials: Object.fromEntries(
    serviceAccounts.map((serviceAccount) => [
      serviceAccount,
      { kubernetes: { issuer: "https://oidc.example.com/", namespace: "archive", serviceAccount } },
    ]),
  ),
});

const application = new SecretFreeApplication("archive", {
  description: config.get("description") ?? "Writes invoices to the archive",
  contact: {
    team: "Finance platform",
    repository: "https://github.com/contoso/identities",
    ticket: "FIN-1234",
  },
  owners: ["0a0e0000-0000-4000-8000-000000000001", "0a0e0000-0000-4000-8000-000000000002"],
  graphRoles: ["User.Read.All"],
  federatedCredentials: {
    identity: { managedIdentity: archive },
    deploy: { github: { repository: "contoso/archive", environment: "production" } },
  },
});

export const objectId = application.objectId;
export const clientId = application.clientId;
export const principalId = application.servicePrincipalObjectId;
export const identityClientId = archive.clientId;
export const identityId = archive.resourceId;
