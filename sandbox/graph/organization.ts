import type { GraphResponse } from "../tenant/graph-request";
import type { GraphCall, Json } from "./call";
import { resourceNotFound } from "./graph-error";
import { collection, entity, type EntitySet } from "./query";

/** The tenant itself, as far as tools ask who it is. */
function organization({ tenant }: GraphCall): Json {
  return {
    id: tenant.id,
    deletedDateTime: null,
    businessPhones: [],
    city: null,
    country: null,
    countryLetterCode: "NL",
    createdDateTime: tenant.createdDateTime,
    defaultUsageLocation: null,
    displayName: "certlock sandbox",
    marketingNotificationEmails: [],
    onPremisesLastSyncDateTime: null,
    onPremisesSyncEnabled: null,
    partnerTenantType: null,
    postalCode: null,
    preferredLanguage: "en",
    provisionedPlans: [],
    assignedPlans: [],
    securityComplianceNotificationMails: [],
    securityComplianceNotificationPhones: [],
    state: null,
    street: null,
    technicalNotificationMails: [],
    tenantType: "AAD",
    verifiedDomains: [
      {
        capabilities: "Email, OfficeCommunicationsOnline",
        isDefault: true,
        isInitial: true,
        name: tenant.domain,
        type: "Managed",
      },
    ],
  };
}

function setOf(call: GraphCall): EntitySet {
  return {
    name: "organization",
    type: "microsoft.graph.organization",
    properties: new Set(Object.keys(organization(call))),
  };
}

/** Source: https://learn.microsoft.com/graph/api/organization-list */
export function listOrganizations(call: GraphCall): GraphResponse {
  return collection(call, setOf(call), [organization(call)]);
}

/** Source: https://learn.microsoft.com/graph/api/organization-get */
export function getOrganization(call: GraphCall): GraphResponse {
  const id = call.param("id").toLowerCase();
  if (id !== call.tenant.id) throw resourceNotFound(id);
  return entity(call, setOf(call), organization(call));
}
