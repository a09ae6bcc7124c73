import { readCertificate } from "./certificate";
import type {
  ApplicationRecord,
  KeyCredential,
  ServicePrincipalRecord,
  UserRecord,
} from "./directory-objects";
import { graphDateTime, newGuid, type RandomBytes } from "./identifiers";
import {
  DEPLOYER_ROLES,
  MICROSOFT_GRAPH,
  MICROSOFT_SERVICES,
  MICROSOFT_SERVICES_TENANT_ID,
  type MicrosoftService,
} from "./microsoft-services";

/** The seeded people, to be named as owners. Their ids are the same in every sandbox. */
export const ADA_USER_ID = "0a0e0000-0000-4000-8000-000000000001";
export const GRACE_USER_ID = "0a0e0000-0000-4000-8000-000000000002";

export const DEPLOYER_NAME = "certlock-deployer";

/** The one resource group of the subscription: a deployment needs a place for its vaults. */
export const SEEDED_RESOURCE_GROUP = {
  name: "rg-identities",
  location: "westeurope",
  tags: {},
  managedBy: undefined,
} as const;

export function seededUsers(domain: string): readonly UserRecord[] {
  return [
    user(ADA_USER_ID, "Ada Lovelace", `ada@${domain}`),
    user(GRACE_USER_ID, "Grace Hopper", `grace@${domain}`),
  ];
}

function user(id: string, displayName: string, userPrincipalName: string): UserRecord {
  return {
    kind: "user",
    id,
    properties: { displayName, userPrincipalName, mail: userPrincipalName, accountEnabled: true },
  };
}

/** Microsoft's services as they stand in every tenant: service principals without a creation date. */
export function microsoftServicePrincipals(random: RandomBytes): readonly ServicePrincipalRecord[] {
  return MICROSOFT_SERVICES.map((service: MicrosoftService) => ({
    kind: "servicePrincipal",
    id: newGuid(random),
    appId: service.appId,
    appOwnerOrganizationId: MICROSOFT_SERVICES_TENANT_ID,
    createdDateTime: null,
    deletedDateTime: null,
    owners: [],
    passwordCredentials: [],
    keyCredentials: [],
    appManagementPolicyId: undefined,
    appRoleAssignments: [],
    properties: {
      displayName: service.displayName,
      servicePrincipalType: "Application",
      signInAudience: "AzureADMultipleOrgs",
      accountEnabled: true,
      servicePrincipalNames: service.servicePrincipalNames,
      appRoles: service.appRoles.map(({ id, value }) => ({
        id,
        value,
        displayName: value,
        isEnabled: true,
        allowedMemberTypes: ["Application"],
      })),
    },
  }));
}

export interface DeployerSeed {
  readonly tenantId: string;
  readonly now: Date;
  readonly random: RandomBytes;
  readonly certificatePem: string | undefined;
  /** Object id of Microsoft Graph's service principal, which the deployer's roles are granted on. */
  readonly graphServicePrincipalId: string;
}

/** The pipeline's own identity: what an administrator has set up before certlock first runs. */
export function deployerObjects(seed: DeployerSeed): [ApplicationRecord, ServicePrincipalRecord] {
  const appId = newGuid(seed.random);
  const createdDateTime = graphDateTime(seed.now);
  const holder = {
    appId,
    createdDateTime,
    deletedDateTime: null,
    owners: [],
    passwordCredentials: [],
    appManagementPolicyId: undefined,
  };
  return [
    {
      ...holder,
      kind: "application",
      id: newGuid(seed.random),
      keyCredentials: seed.certificatePem ? [deployerKey(seed, seed.certificatePem)] : [],
      federatedIdentityCredentials: [],
      properties: { displayName: DEPLOYER_NAME, signInAudience: "AzureADMyOrg" },
    },
    {
      ...holder,
      kind: "servicePrincipal",
      id: newGuid(seed.random),
      appOwnerOrganizationId: seed.tenantId,
      keyCredentials: [],
      appRoleAssignments: DEPLOYER_ROLES.map((role) => ({
        id: newGuid(seed.random),
        appRoleId: MICROSOFT_GRAPH.appRoles.find(({ value }) => value === role)?.id ?? "",
        createdDateTime,
        resourceId: seed.graphServicePrincipalId,
      })),
      properties: {
        displayName: DEPLOYER_NAME,
        servicePrincipalType: "Application",
        signInAudience: "AzureADMyOrg",
        accountEnabled: true,
        servicePrincipalNames: [appId],
      },
    },
  ];
}

function deployerKey(seed: DeployerSeed, certificatePem: string): KeyCredential {
  const certificate = readCertificate(Buffer.from(certificatePem));
  return {
    keyId: newGuid(seed.random),
    displayName: DEPLOYER_NAME,
    startDateTime: graphDateTime(certificate.notBefore),
    endDateTime: graphDateTime(certificate.notAfter),
    type: "AsymmetricX509Cert",
    usage: "Verify",
    customKeyIdentifier: certificate.sha1.toString("base64"),
    key: certificate.der.toString("base64"),
  };
}
