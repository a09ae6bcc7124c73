/**
 * An application that rotates without a pipeline: the vault makes the certificates, a runbook registers them, on a machine
 * in the only network the vault lets in. Neither this stack nor the runbook ever holds a key.
 */
import * as authorization from "@pulumi/azure-native/authorization";
import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import {
  commonNameSubject,
  CredentialVault,
  RotationRunbook,
  SecretFreeApplication,
  SelfRenewingCertificate,
} from "certlock/components";

const tenantId = "7e0a0000-0000-4000-8000-000000000001";
const resourceGroupName = "rg-identities";
const { subscriptionId } = authorization.getClientConfigOutput();
const inGroup = (path: string) =>
  pulumi.interpolate`/subscriptions/${subscriptionId}/resourceGroups/${resourceGroupName}/providers/${path}`;

const vault = new CredentialVault("ledger", {
  vaultName: "kv-ledger-prod",
  resourceGroupName,
  tenantId,
  owner: "finance-platform@contoso.com",
  // The network of the worker, of the host that reads the key, and of the pipeline.
  allowedNetworks: ["198.51.100.0/24"],
  readers: { host: { principalId: "0a0e0000-0000-4000-8000-00000000000a" } },
});

const ledger = new SecretFreeApplication("ledger", {
  description: "Closes the books every night. Finance platform team.",
  owners: ["0a0e0000-0000-4000-8000-000000000001", "0a0e0000-0000-4000-8000-000000000002"],
  // No certificate: those of the stack and those of the runbook would take each other away.
});

// The vault makes the next one by itself, with a new key. Whoever deploys this stack has to make the first.
const certificateName = "ledger";
const pipelinePrincipalId = azuread.getClientConfigOutput().objectId;
const certificate = new SelfRenewingCertificate("ledger", {
  vaultUri: vault.grantIssue(certificateName, { pipeline: { principalId: pipelinePrincipalId } }),
  certificateName,
  subject: commonNameSubject("ledger"),
});
vault.grantRead(certificateName, { dependsOn: certificate });

const rotation = new RotationRunbook("rotation", {
  resourceGroupName,
  location: "westeurope",
  tenantId,
  // The file of the installed certlock, unchanged, where anybody may read it. Azure compares its hash.
  contentUri:
    "https://raw.githubusercontent.com/contoso/identities/0123456789abcdef0123456789abcdef01234567/rotate_certificates.py",
  identities: { ledger: { application: ledger, vault, certificateName: certificate.certificateName } },
  hybridWorkers: {
    machines: {
      office: {
        vmId: inGroup("Microsoft.Compute/virtualMachines/vm-office"),
        os: "linux",
        location: "westeurope",
      },
    },
  },
  watch: {
    workspaceId: inGroup("Microsoft.OperationalInsights/workspaces/log-identities"),
    actionGroupIds: [inGroup("Microsoft.Insights/actionGroups/ag-identities")],
  },
});

export const clientConfiguration = ledger.clientConfiguration;
export const runbook = rotation.runbookName;
export const settings = rotation.settings;
