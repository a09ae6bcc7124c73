/** One application with its vault, with the certificates the configuration asks for at the moment it names. */
import * as pulumi from "@pulumi/pulumi";
import { type CertificateArgs, CredentialVault, SecretFreeApplication } from "../../components";

const config = new pulumi.Config("certlock-tenant");
const application = new SecretFreeApplication("billing-nightly", {
  description: "Nightly billing run",
  displayName: config.get("displayName") ?? "billing-nightly",
  owners: ["0a0e0000-0000-4000-8000-000000000001", "0a0e0000-0000-4000-8000-000000000002"],
  now: new Date(config.require("now")),
  certificate: config.requireObject<CertificateArgs>("certificate"),
});
new CredentialVault("billing-nightly", {
  vaultName: "kv-billing-nightly",
  resourceGroupName: "rg-identities",
  location: "westeurope",
  tenantId: application.clientConfiguration.tenantId,
  credentials: { "billing-nightly": application.certificate },
});

export const objectId = application.objectId;
export const generations = application.certificates.map(({ generation, thumbprintSha256 }) => ({
  generation,
  thumbprintSha256,
}));
