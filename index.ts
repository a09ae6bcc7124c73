/** The tenant: its applications, how each proves who it is, and the policy that lets no client secret in. */
import { allConfig } from "@pulumi/pulumi/runtime";
import {
  CredentialVault,
  FederatedCredential,
  SecretFreeApplication,
  TenantCredentialPolicy,
  WorkloadAccessPolicy,
} from "./components";
import { type ApplicationSettings, type CertificateSettings, readSettings } from "./settings";

const settings = readSettings(allConfig());

new TenantCredentialPolicy("tenant-credentials", {
  certificateMaxLifetimeDays: settings.certificateMaxLifetimeDays,
});

/** What reviewers and operators need to know of each application; nothing in it is secret. */
export const identities = Object.fromEntries(
  settings.applications.map((application) => [application.name, declare(application)]),
);

function declare(application: ApplicationSettings) {
  const { name, credential, networks } = application;
  const registered = new SecretFreeApplication(name, {
    description: application.description,
    owners: settings.owners,
    signInAudience: application.signInAudience,
    ...(credential.kind === "certificate" && { certificate: credential }),
  });
  if (networks.length > 0) {
    new WorkloadAccessPolicy(name, {
      servicePrincipalObjectIds: [registered.servicePrincipalObjectId],
      networks,
      mode: settings.conditionalAccess.mode,
    });
  }
  const identity = { clientId: registered.clientId, credential: credential.kind, networks };
  if (credential.kind === "certificate") return { ...identity, ...handOver(name, registered, credential) };
  const federated = new FederatedCredential(name, {
    applicationId: registered.applicationId,
    github: credential.github,
  });
  return { ...identity, subject: federated.subject };
}

/** Puts key and certificate into the application's own vault, the only place to fetch them from. */
function handOver(name: string, application: SecretFreeApplication, certificate: CertificateSettings) {
  const vault = new CredentialVault(name, {
    vaultName: certificate.vault,
    resourceGroupName: settings.resourceGroup,
    location: settings.location,
    tenantId: settings.tenantId,
    allowedNetworks: certificate.vaultNetworks,
    credentials: { [name]: application.certificate },
    readers: Object.fromEntries(certificate.readers.map((id) => [id.toLowerCase(), { principalId: id }])),
  });
  return {
    generation: application.certificate?.generation,
    thumbprintSha256: application.certificate?.thumbprintSha256,
    validUntil: application.certificate?.validUntil,
    keyIn: vault.secretUris[name],
  };
}
