import type { CredentialHolder, ServicePrincipalRecord } from "../tenant/directory-objects";
import { isObject, type GraphCall, type Json } from "./call";
import { GraphError } from "./graph-error";
import { objectList } from "./values";

type LockedProperty = "keyCredentials" | "passwordCredentials" | "tokenEncryptionKeyId";
type Lock = "credentialsWithUsageSign" | "credentialsWithUsageVerify" | "tokenEncryptionKeyId";

/**
 * Refuses a change its application has locked: credentials that sign, credentials that verify, the encryption key.
 * Sources: https://learn.microsoft.com/graph/api/resources/serviceprincipallockconfiguration, the code from
 * https://github.com/Azure/azure-cli/issues/28734
 */
export function checkLock(call: GraphCall, principal: ServicePrincipalRecord, body: Json): void {
  if ("tokenEncryptionKeyId" in body)
    refuseIfLocked(call, principal, "tokenEncryptionKeyId", "tokenEncryptionKeyId");
  if (!("keyCredentials" in body)) return;
  const given = objectList(body["keyCredentials"], "keyCredentials");
  const known = new Set(principal.keyCredentials.map(({ keyId }) => keyId));
  const kept = new Set(given.map(({ keyId }) => (typeof keyId === "string" ? keyId.toLowerCase() : "")));
  const changed = [
    ...given.filter(({ keyId }) => typeof keyId !== "string" || !known.has(keyId.toLowerCase())),
    ...principal.keyCredentials.filter(({ keyId }) => !kept.has(keyId)),
  ];
  for (const { usage } of changed) {
    const lock = usage === "Sign" ? "credentialsWithUsageSign" : "credentialsWithUsageVerify";
    refuseIfLocked(call, principal, lock, "keyCredentials");
  }
}

/** The same for a secret or a key that is added or removed by an action. */
export function checkCredentialLock(
  call: GraphCall,
  holder: CredentialHolder,
  property: "keyCredentials" | "passwordCredentials",
): void {
  if (holder.kind === "servicePrincipal") {
    refuseIfLocked(call, holder, "credentialsWithUsageVerify", property);
  }
}

function refuseIfLocked(
  { tenant }: GraphCall,
  { appId }: ServicePrincipalRecord,
  lock: Lock,
  property: LockedProperty,
): void {
  const configuration = tenant.applicationByAppId(appId)?.properties["servicePrincipalLockConfiguration"];
  if (!isObject(configuration) || configuration["isEnabled"] !== true) return;
  if (configuration["allProperties"] !== true && configuration[lock] !== true) return;
  throw new GraphError(
    400,
    "CannotUpdateLockedServicePrincipalProperty",
    `Property ${property} on the service principal is locked.`,
  );
}
