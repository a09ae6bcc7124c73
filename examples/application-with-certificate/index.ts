/**
 * An application that signs in with a certificate. Its key is in a vault of its own, where the job's host fetches it; a new
 * one takes over every 60 days, without a gap: docs/rotation.md.
 */
import { CredentialVault, SecretFreeApplication } from "certlock/components";

const tenantId = "7e0a0000-0000-4000-8000-000000000001";
const jobHostPrincipalId = "0a0e0000-0000-4000-8000-00000000000a";

const billing = new SecretFreeApplication("billing-nightly", {
  description: "Nightly billing run, writes invoices to the archive. Finance platform team.",
  contact: {
    team: "Finance platform",
    repository: "https://github.com/contoso/identities",
    ticket: "FIN-1234",
  },
  owners: ["0a0e0000-0000-4000-8000-000000000001", "0a0e0000-0000-4000-8000-000000000002"],
  graphRoles: ["User.Read.All"],
  certificate: {},
});

const vault = new CredentialVault("billing-nightly", {
  vaultName: "kv-billing-nightly",
  resourceGroupName: "rg-identities",
  tenantId,
  owner: "finance-platform@contoso.com",
  allowedNetworks: ["198.51.100.0/24"],
  credentials: { "billing-nightly": billing.certificate },
  readers: { host: { principalId: jobHostPrincipalId } },
});

/** All a client has to be told; nothing of it is secret. */
export const clientConfiguration = billing.clientConfiguration;
export const vaultSecretUri = vault.secretUris["billing-nightly"];
