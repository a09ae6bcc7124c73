/** The tenant: its applications, how each proves who it is, and the policy that lets no client secret in. */
import { allConfig } from "@pulumi/pulumi/runtime";
import {
  CredentialVault,
  FederatedCredential,
  type RegisteredCertificate,
  SecretFreeApplication,
  TenantCredentialPolicy,
  WorkloadAccessPolicy,
} from "./components";
import { type ApplicationSettings, type CertificateSettings, readSettings } from "./settings";

const now = new Date();
const settings = readSettings(allConfig(), now);

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
    now,
    ...(credential.kind === "certificate" && {
      certificate: { rotation: credential.rotation, keyBits: credential.keyBits, pfx: credential.pfx },
    }),
  });
  if (networks.length > 0) {
    new WorkloadAccessPolicy(name, {
      servicePrincipalObjectIds: [registered.servicePrincipalObjectId],
      networks,
      mode: settings.conditionalAccess.mode,
    });
  }
  const identity = { ...registered.clientConfiguration, credential: credential.kind, networks };
  if (credential.kind === "certificate") return { ...identity, ...handOver(name, registered, credential) };
  const federated = new FederatedCredential(name, {
    applicationId: registered.applicationId,
    github: credential.github,
  });
  return { ...identity, subject: federated.subject };
}

/** Puts key and certificate into the application's own vault, the only place to fetch them from. */
function handOver(name: string, application: SecretFreeApplication, certificate: CertificateSettings) {
  const current = application.certificate;
  const vault = new CredentialVault(name, {
    vaultName: certificate.vault,
    resourceGroupName: settings.resourceGroup,
    location: settings.location,
    tenantId: settings.tenantId,
    allowedNetworks: certificate.vaultNetworks,
    credentials: { [name]: current, ...(certificate.pfx && { [`${name}-pfx`]: asPfx(current) }) },
    readers: Object.fromEntries(certificate.readers.map((id) => [id.toLowerCase(), { principalId: id }])),
  });
  const certificates = application.certificates.map(({ generation, thumbprintSha256, validUntil }) => {
    return { generation, thumbprintSha256, validUntil };
  });
  return { vaultSecretUri: vault.secretUris[name], certificates, rotatesOn: current?.rotatesOn };
}

/** The same credential in the form .NET, PowerShell and Azure Automation read. */
function asPfx(certificate: RegisteredCertificate | undefined) {
  return certificate && { ...certificate, contentType: "application/x-pkcs12" };
}
