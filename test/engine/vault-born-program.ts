/** One application whose keys are born in a vault, made as the configuration asks for at the moment it names. */
import * as authorization from "@pulumi/azure-native/authorization";
import * as keyvault from "@pulumi/azure-native/keyvault";
import * as pulumi from "@pulumi/pulumi";
import { SecretFreeApplication, type VaultCertificateKeyArgs } from "../../components";

export interface VaultBorn {
  readonly tenantId: string;
  /** Object id of the identity that deploys. */
  readonly deployer: string;
  readonly now: string;
  readonly certificate: Omit<VaultCertificateKeyArgs, "key" | "vaultUri">;
}

const { tenantId, deployer, now, certificate } = new pulumi.Config(
  "certlock-tenant",
).requireObject<VaultBorn>("vaultBorn");
const CERTIFICATES_OFFICER = "a4417e6f-fecd-4de8-b567-7b0420556985";

const vault = new keyvault.Vault("vault", {
  resourceGroupName: "rg-identities",
  vaultName: "kv-born",
  location: "westeurope",
  properties: {
    tenantId,
    sku: { family: "A", name: "standard" },
    enableRbacAuthorization: true,
    enablePurgeProtection: true,
  },
});
const role = new authorization.RoleAssignment("officer", {
  scope: vault.id,
  principalId: deployer,
  principalType: "ServicePrincipal",
  roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${CERTIFICATES_OFFICER}`,
});
const application = new SecretFreeApplication("billing", {
  description: "Nightly billing run",
  owners: ["0a0e0000-0000-4000-8000-000000000001", "0a0e0000-0000-4000-8000-000000000002"],
  now: new Date(now),
  certificate: {
    ...certificate,
    key: "vault",
    // Whoever knows the address knows that the deployment may write there.
    vaultUri: pulumi.all([vault.properties.vaultUri, role.id]).apply(([uri]) => uri),
  },
});

export const contentType = application.clientConfiguration.contentType;
