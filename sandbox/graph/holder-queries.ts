import type {
  ApplicationRecord,
  CredentialHolder,
  ServicePrincipalRecord,
} from "../tenant/directory-objects";
import type { GraphResponse } from "../tenant/graph-request";
import { ASSIGNED_POLICIES, assignedPolicies } from "./app-management-policies";
import {
  APPLICATION_QUERIES,
  APPLICATIONS,
  findApplication,
  readApplication,
  renderApplication,
} from "./applications";
import type { GraphCall, Json } from "./call";
import type { Expandable } from "./expand";
import { FEDERATED_CREDENTIAL_FIELDS, renderFederatedCredential } from "./federated-credentials";
import { DIRECTORY_OBJECTS, renderOwners } from "./owners";
import { storeSource, type Source } from "./paging";
import { count, entity, page, selection, type EntitySet } from "./query";
import { checkAttributeReader, SECURITY_ATTRIBUTES } from "./security-attributes";
import {
  findServicePrincipal,
  readServicePrincipal,
  renderServicePrincipal,
  SERVICE_PRINCIPAL_QUERIES,
  SERVICE_PRINCIPALS,
} from "./service-principals";

const OWNERS: Expandable<CredentialHolder> = {
  type: DIRECTORY_OBJECTS.type,
  properties: DIRECTORY_OBJECTS.properties,
  read: renderOwners,
};
const POLICIES: Expandable<CredentialHolder> = {
  type: ASSIGNED_POLICIES.type,
  properties: ASSIGNED_POLICIES.properties,
  read: assignedPolicies,
};

const APPLICATION_SET: EntitySet<ApplicationRecord> = {
  ...APPLICATIONS,
  directory: APPLICATION_QUERIES,
  expandable: {
    owners: OWNERS,
    appManagementPolicies: POLICIES,
    federatedIdentityCredentials: {
      type: "microsoft.graph.federatedIdentityCredential",
      properties: FEDERATED_CREDENTIAL_FIELDS,
      read: (_, application) => application.federatedIdentityCredentials.map(renderFederatedCredential),
    },
  },
};

const SERVICE_PRINCIPAL_SET: EntitySet<ServicePrincipalRecord> = {
  ...SERVICE_PRINCIPALS,
  directory: SERVICE_PRINCIPAL_QUERIES,
  expandable: { owners: OWNERS, appManagementPolicies: POLICIES },
};

/** Source: https://learn.microsoft.com/graph/api/application-list */
export function listApplications(call: GraphCall): GraphResponse {
  return page(call, APPLICATION_SET, applications(call));
}

/** Source: https://learn.microsoft.com/graph/aad-advanced-queries */
export function countApplications(call: GraphCall): GraphResponse {
  return count(call, APPLICATION_SET, applications(call));
}

/**
 * `key` of a key credential comes with `$select=keyCredentials` of a single object only.
 * Source: https://learn.microsoft.com/graph/api/application-get
 */
export function getApplication(call: GraphCall): GraphResponse {
  const application = findApplication(call);
  const withKeys = asksFor(call, APPLICATION_SET, "keyCredentials");
  const json = renderApplication(call, application, { withKeys });
  return entity(call, APPLICATION_SET, json, 200, application);
}

/** Source: https://learn.microsoft.com/graph/api/serviceprincipal-list */
export function listServicePrincipals(call: GraphCall): GraphResponse {
  if (asksFor(call, SERVICE_PRINCIPAL_SET, SECURITY_ATTRIBUTES)) checkAttributeReader(call);
  return page(call, SERVICE_PRINCIPAL_SET, servicePrincipals(call));
}

export function countServicePrincipals(call: GraphCall): GraphResponse {
  return count(call, SERVICE_PRINCIPAL_SET, servicePrincipals(call));
}

/** Source: https://learn.microsoft.com/graph/api/serviceprincipal-get */
export function getServicePrincipal(call: GraphCall): GraphResponse {
  const principal = findServicePrincipal(call);
  if (asksFor(call, SERVICE_PRINCIPAL_SET, SECURITY_ATTRIBUTES)) checkAttributeReader(call);
  const withKeys = asksFor(call, SERVICE_PRINCIPAL_SET, "keyCredentials");
  const json = renderServicePrincipal(call, principal, { withKeys });
  return entity(call, SERVICE_PRINCIPAL_SET, json, 200, principal);
}

function asksFor<T>(call: GraphCall, set: EntitySet<T>, property: string): boolean {
  return selection(call, set)?.includes(property) ?? false;
}

function applications(call: GraphCall): Source<ApplicationRecord> {
  const { applications: store } = call.tenant;
  return visible(
    call,
    storeSource(store, {
      read: (application, name) => readApplication(call, application, name),
      render: (application): Json => renderApplication(call, application),
    }),
  );
}

function servicePrincipals(call: GraphCall): Source<ServicePrincipalRecord> {
  const { servicePrincipals: store } = call.tenant;
  return visible(
    call,
    storeSource(store, {
      read: (principal, name) => readServicePrincipal(call, principal, name),
      render: (principal): Json => renderServicePrincipal(call, principal),
    }),
  );
}

/** Without what the copies do not have yet. */
function visible<T extends CredentialHolder>({ tenant }: GraphCall, source: Source<T>): Source<T> {
  return {
    ...source,
    *after(token) {
      for (const holder of source.after(token)) if (!tenant.replication.hides(holder.id)) yield holder;
    },
  };
}
