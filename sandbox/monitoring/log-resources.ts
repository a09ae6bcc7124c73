import { isGuid } from "../tenant/identifiers";
import { resourceType } from "../vault/resource-path";
import { badRequest, listOf, objectOf, textOf } from "./declared";
import type { Declared } from "./monitoring-store";

const TENANT_CATEGORIES = [
  "ADFSSignInLogs",
  "AuditLogs",
  "B2CRequestLogs",
  "EnrichedOffice365AuditLogs",
  "ManagedIdentitySignInLogs",
  "MicrosoftGraphActivityLogs",
  "MicrosoftServicePrincipalSignInLogs",
  "NetworkAccessTrafficLogs",
  "NonInteractiveUserSignInLogs",
  "ProvisioningLogs",
  "RemoteNetworkHealthLogs",
  "RiskyServicePrincipals",
  "RiskyUsers",
  "ServicePrincipalRiskEvents",
  "ServicePrincipalSignInLogs",
  "SignInLogs",
  "UserRiskEvents",
];
const SINKS = ["eventHubAuthorizationRuleId", "serviceBusRuleId", "storageAccountId", "workspaceId"];
const SKUS = ["CapacityReservation", "Free", "LACluster", "PerGB2018", "PerNode", "Standalone", "Standard"];
const RETENTION_DAYS = { least: 30, most: 730 };
const LEAST_QUOTA_GB = 0.023;

/** A Log Analytics workspace. */
export function checkWorkspace(properties: Declared): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]$/.test(textOf(properties["workspaceName"])))
    throw badRequest("InvalidResourceName", "The name of the workspace is not valid.");
  const sku = textOf(objectOf(properties["sku"])["name"]);
  if (properties["sku"] !== undefined && !SKUS.includes(sku))
    throw badRequest("InvalidParameter", `The pricing tier '${sku}' is not valid.`);
  const days = properties["retentionInDays"];
  if (days !== undefined && !(Number(days) >= RETENTION_DAYS.least && Number(days) <= RETENTION_DAYS.most))
    throw badRequest("InvalidParameter", `'RetentionInDays' property doesn't match the SKU limits.`);
  const quota = objectOf(properties["workspaceCapping"])["dailyQuotaGb"];
  if (quota !== undefined && quota !== -1 && !(Number(quota) >= LEAST_QUOTA_GB))
    throw badRequest("InvalidParameter", `The daily quota must be -1 or at least ${LEAST_QUOTA_GB} GB.`);
}

/** The tenant's own diagnostic setting. */
export function checkTenantLog(properties: Declared): void {
  if (SINKS.every((sink) => properties[sink] === undefined))
    throw badRequest("BadRequest", "At least one data sink needs to be specified.");
  const workspaceId = properties["workspaceId"];
  if (
    workspaceId !== undefined &&
    resourceType(textOf(workspaceId)) !== "microsoft.operationalinsights/workspaces"
  )
    throw badRequest("BadRequest", "The workspaceId is not the id of a workspace.");
  const categories = listOf(properties["logs"]).map((log) => textOf(objectOf(log)["category"]));
  if (categories.length === 0) throw badRequest("BadRequest", "At least one log needs to be specified.");
  const unknown = categories.find((category) => !TENANT_CATEGORIES.includes(category));
  if (unknown !== undefined) throw badRequest("BadRequest", `Category '${unknown}' is not supported.`);
}

/** A workbook: the page must be JSON, and its name a GUID. */
export function checkWorkbook(properties: Declared): void {
  if (!isGuid(textOf(properties["resourceName"])))
    throw badRequest("BadRequest", "The name of a workbook must be a GUID.");
  if (!["", "shared"].includes(textOf(properties["kind"])))
    throw badRequest("BadRequest", "The kind of a workbook must be shared.");
  try {
    JSON.parse(textOf(properties["serializedData"]));
  } catch {
    throw badRequest("BadRequest", "The serializedData of a workbook must be JSON.");
  }
}

/** A logic app: what its definition asks for is given, and nothing else. */
export function checkWorkflow(properties: Declared): void {
  const definition = objectOf(properties["definition"]);
  if (textOf(definition["$schema"]) === "" || definition["triggers"] === undefined)
    throw badRequest("InvalidRequestContent", "The definition needs $schema and triggers.");
  const asked = objectOf(definition["parameters"]);
  const given = objectOf(properties["parameters"]);
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(asked, name));
  if (unknown !== undefined)
    throw badRequest("InvalidTemplate", `The parameter '${unknown}' is not declared in the definition.`);
  const missing = Object.keys(asked).find(
    (name) => !Object.hasOwn(given, name) && objectOf(asked[name])["defaultValue"] === undefined,
  );
  if (missing !== undefined) throw badRequest("InvalidTemplate", `The parameter '${missing}' has no value.`);
}
