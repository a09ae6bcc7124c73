import type {
  ApplicationRecord,
  FederatedIdentityCredential,
  KeyCredential,
  PasswordCredential,
  ServicePrincipalRecord,
} from "../tenant/directory-objects";
import { newGuid } from "../tenant/identifiers";
import type { Tenant } from "../tenant/tenant";
import type { SeededRandom } from "./seeded-random";

export interface SeededHolders {
  readonly application: ApplicationRecord;
  readonly principal: ServicePrincipalRecord | undefined;
}

interface GivenApplication {
  readonly displayName: string;
  readonly createdDateTime: string;
  readonly signInAudience: string;
  readonly owners: readonly string[];
  readonly passwordCredentials: readonly PasswordCredential[];
  readonly keyCredentials: readonly KeyCredential[];
  readonly federatedIdentityCredentials: readonly FederatedIdentityCredential[];
  readonly hasServicePrincipal: boolean;
  readonly id?: string;
  readonly appId?: string;
}

/** Puts an application that has been there for long into the tenant: no policy judges it, no log tells of it. */
export function addApplication(tenant: Tenant, random: SeededRandom, given: GivenApplication): SeededHolders {
  const { displayName, createdDateTime, signInAudience, owners } = given;
  const appId = given.appId ?? newGuid(random.bytes);
  const application: ApplicationRecord = {
    kind: "application",
    id: given.id ?? newGuid(random.bytes),
    appId,
    createdDateTime,
    deletedDateTime: null,
    owners,
    passwordCredentials: given.passwordCredentials,
    keyCredentials: given.keyCredentials,
    federatedIdentityCredentials: given.federatedIdentityCredentials,
    appManagementPolicyId: undefined,
    properties: { displayName, signInAudience },
  };
  tenant.applications.set(application.id, application);
  if (!given.hasServicePrincipal) return { application, principal: undefined };
  const principal: ServicePrincipalRecord = {
    kind: "servicePrincipal",
    id: newGuid(random.bytes),
    appId,
    appOwnerOrganizationId: tenant.id,
    createdDateTime,
    deletedDateTime: null,
    owners,
    passwordCredentials: NONE,
    keyCredentials: NONE,
    appManagementPolicyId: undefined,
    appRoleAssignments: NONE,
    properties: { displayName },
  };
  tenant.servicePrincipals.set(principal.id, principal);
  return { application, principal };
}

const NONE: readonly never[] = [];
