/** The tenant: its applications, how each proves who it is, and the policy that lets no client secret in. */
import { getClientConfigOutput } from "@pulumi/azuread";
import { allConfig } from "@pulumi/pulumi/runtime";
import * as components from "./components";
import * as configuration from "./settings";

const now = new Date();
const settings = configuration.readSettings(allConfig(), now);
const { certificateMaxLifetimeDays, cloud } = settings;

new components.TenantCredentialPolicy("tenant-credentials", { certificateMaxLifetimeDays });
const workloads = new Map(
  settings.identities.map(({ name, ...args }) => [name, new components.WorkloadIdentity(name, args)]),
);
const declared = settings.applications.map((each) => [each.name, declare(each)] as const);
const applications = new Map(declared);
for (const { name, mode, condition, applications: targets } of settings.conditionalAccess.policies) {
  const servicePrincipalObjectIds = targets.flatMap((target) => applications.get(target)?.principal ?? []);
  new components.WorkloadAccessPolicy(name, { ...condition, servicePrincipalObjectIds, mode });
}

/** What reviewers and operators need to know of each application; nothing in it is secret. */
export const identities = Object.fromEntries(declared.map(([name, { shown }]) => [name, shown]));
/** What is told to hosts in Azure that run as a managed identity. */
export const managedIdentities = Object.fromEntries(
  [...workloads].map(([name, { clientId, resourceId }]) => [name, { clientId, resourceId }]),
);

function declare(application: configuration.ApplicationSettings) {
  const { name, credential, networks } = application;
  const born =
    "key" in credential && credential.key === "vault" ? openVault(application, credential) : undefined;
  // Whoever deploys has the key made in the vault, and never sees it.
  const vaultUri = born?.grantIssue(name, { pipeline: { principalId: getClientConfigOutput().objectId } });
  const args = configuration.applicationArgs(settings, application, vaultUri);
  const registered = new components.SecretFreeApplication(name, { ...args, now });
  born?.grantRead(name, { dependsOn: registered });
  const { certificate: current, clientConfiguration, servicePrincipalObjectId: principal } = registered;
  const identity = { ...clientConfiguration, credential: credential.kind, networks };
  if (credential.kind === "federation") {
    const subjects = Object.entries(credential.callers).map(([caller, trust]) => {
      return [caller, letIn(application, registered, caller, trust)] as const;
    });
    return { principal, shown: { ...identity, subjects: Object.fromEntries(subjects) } };
  }
  const certificates = registered.certificates.map(({ generation, thumbprintSha256, validUntil }) => {
    return { generation, thumbprintSha256, validUntil };
  });
  const shown = { ...identity, certificates, rotatesOn: current?.rotatesOn };
  if (credential.key !== "tls") return { principal, shown };
  const stored = configuration.storedCredentials(name, current, credential);
  const vaultSecretUri = openVault(application, credential, stored).secretUris[name];
  return { principal, shown: { ...shown, vaultSecretUri } };
}

/** The application's own vault, the only place its key is fetched from. */
function openVault(
  application: configuration.ApplicationSettings,
  key: configuration.KeyInVaultSettings,
  credentials: NonNullable<components.CredentialVaultArgs["credentials"]> = {},
) {
  const principalOf = (reader: string) => workloads.get(reader)?.principalId;
  const args = configuration.vaultArgs(settings, application, key, principalOf);
  return new components.CredentialVault(application.name, { ...args, credentials });
}

/** Trusts a caller, and answers with the subject its tokens have to bear. */
function letIn(
  { name }: configuration.ApplicationSettings,
  { applicationId }: components.SecretFreeApplication,
  caller: string,
  trust: configuration.CallerSettings,
) {
  const args = configuration.trustArgs(trust, (identity) => workloads.get(identity));
  const named = { applicationId, displayName: caller, cloud };
  return new components.FederatedCredential(caller === name ? name : `${name}-${caller}`, {
    ...args,
    ...named,
  }).subject;
}
