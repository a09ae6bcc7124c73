/** An application, its vault and the runbook that rotates it, as the configuration asks for at the moment it names. */
import * as pulumi from "@pulumi/pulumi";
import {
  CredentialVault,
  RotationRunbook,
  SecretFreeApplication,
  SelfRenewingCertificate,
} from "../../components";

export interface ScheduledRotation {
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly now: string;
  readonly at: string;
  readonly seenWithinDays: number;
  readonly contentUri: string;
  /** Object id of the identity that deploys. */
  readonly deployer: string;
}

const { tenantId, subscriptionId, now, at, seenWithinDays, contentUri, deployer } = new pulumi.Config(
  "certlock-tenant",
).requireObject<ScheduledRotation>("scheduledRotation");
const resourceGroupName = "rg-identities";

const vault = new CredentialVault("kv", {
  vaultName: "kv-scheduled",
  resourceGroupName,
  location: "westeurope",
  tenantId,
  owner: "finance@contoso.com",
  allowedNetworks: ["198.51.100.0/24"],
});
const application = new SecretFreeApplication("billing", {
  description: "Nightly billing run",
  owners: ["0a0e0000-0000-4000-8000-000000000001", "0a0e0000-0000-4000-8000-000000000002"],
});
const certificate = new SelfRenewingCertificate("billing", {
  vaultUri: vault.grantIssue("billing", { pipeline: { principalId: deployer } }),
  certificateName: "billing",
  subject: "CN=billing",
  keyBits: 2048,
});
const runbook = new RotationRunbook("rotation", {
  resourceGroupName,
  location: "westeurope",
  tenantId,
  contentUri,
  identities: { billing: { application, vault, certificateName: certificate.certificateName } },
  hybridWorkers: {
    machines: {
      office: {
        vmId: `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroupName}/providers/Microsoft.Compute/virtualMachines/vm-office`,
        os: "linux",
        location: "westeurope",
      },
    },
  },
  schedule: { at },
  seenWithinDays,
  now: new Date(now),
});

export const objectId = application.objectId;
export const clientId = application.clientId;
export const secretUri = certificate.secretUri;
export const settings = runbook.settings;
