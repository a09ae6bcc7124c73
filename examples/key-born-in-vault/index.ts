/**
 * A key that neither the stack's state nor the pipeline ever sees: Key Vault makes it, the deployment registers the public
 * half. The pipeline needs a way to the vault's data for that, and the role to issue this one certificate.
 */
import * as azuread from "@pulumi/azuread";
import { CredentialVault, SecretFreeApplication } from "certlock/components";

const tenantId = "7e0a0000-0000-4000-8000-000000000001";
/** Whoever deploys this stack. */
const pipelinePrincipalId = azuread.getClientConfigOutput().objectId;
const jobHostPrincipalId = "0a0e0000-0000-4000-8000-00000000000a";
const certificateName = "payments";

const vault = new CredentialVault("payments", {
  vaultName: "kv-payments-prod",
  resourceGroupName: "rg-identities",
  tenantId,
  owner: "payments@contoso.com",
  sku: "premium",
  // The pipeline's own egress, and that of the job.
  allowedNetworks: ["198.51.100.0/24"],
  readers: { host: { principalId: jobHostPrincipalId } },
});

const payments = new SecretFreeApplication("payments", {
  description: "Settles card payments with the acquirer. Payments team.",
  owners: ["0a0e0000-0000-4000-8000-000000000001", "0a0e0000-0000-4000-8000-000000000002"],
  certificate: {
    key: "vault",
    certificateName,
    vaultUri: vault.grantIssue(certificateName, { pipeline: { principalId: pipelinePrincipalId } }),
  },
});
vault.grantRead(certificateName, { dependsOn: payments });

export const clientConfiguration = payments.clientConfiguration;
