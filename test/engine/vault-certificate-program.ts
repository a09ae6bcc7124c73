/** A vault and one or two generations of a certificate whose key is born there. */
import * as authorization from "@pulumi/azure-native/authorization";
import * as keyvault from "@pulumi/azure-native/keyvault";
import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import { commonNameSubject, VaultCertificate } from "../../components";

interface Settings {
  /** Declared generations, oldest first. */
  readonly generations: readonly number[];
  readonly tenantId: string;
  /** Object id of the identity that deploys. */
  readonly deployer: string;
  readonly owner?: string;
}

const settings = new pulumi.Config("certlock-tenant").requireObject<Settings>("vaultCertificate");
const CERTIFICATES_OFFICER = "a4417e6f-fecd-4de8-b567-7b0420556985";

const vault = new keyvault.Vault("vault", {
  resourceGroupName: "rg-identities",
  vaultName: "kv-born",
  location: "westeurope",
  properties: {
    tenantId: settings.tenantId,
    sku: { family: "A", name: "standard" },
    enableRbacAuthorization: true,
    enablePurgeProtection: true,
  },
});
const role = new authorization.RoleAssignment("officer", {
  scope: vault.id,
  principalId: settings.deployer,
  principalType: "ServicePrincipal",
  roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${CERTIFICATES_OFFICER}`,
});
const application = new azuread.ApplicationRegistration("billing", { displayName: "billing" });
new azuread.ServicePrincipal("billing", { clientId: application.clientId });

let before: pulumi.Resource = role;
const certificates = settings.generations.map((generation) => {
  const certificate = new VaultCertificate(
    `billing-g${generation}`,
    {
      vaultUri: vault.properties.vaultUri,
      certificateName: "billing",
      generation,
      subject: commonNameSubject("Billing, nightly"),
      keyBits: 2048,
      tags: { owner: settings.owner ?? "finance" },
    },
    { dependsOn: before },
  );
  before = certificate;
  new azuread.ApplicationCertificate(`billing-g${generation}`, {
    applicationId: application.id,
    type: "AsymmetricX509Cert",
    encoding: "pem",
    value: certificate.certificatePem,
    startDate: certificate.validFrom,
    endDate: certificate.validUntil,
  });
  return certificate;
});

export const objectId = application.objectId;
export const clientId = application.clientId;
export const secretUri = certificates.at(-1)?.secretUri;
export const ids = certificates.map(({ id }) => id);
