/** The certificate policy we ask Key Vault for. */
import type { CertificateRequest } from "./vault-certificate-request";
import { isObject, type JsonObject } from "./vault-client";

const CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2";

/**
 * A policy with exactly one lifetime action, a notice. Without any, Key Vault adds AutoRenew at 80 % of the lifetime:
 * it would make a key that nobody registers, and hand it to everybody who reads the secret.
 */
const LIFETIME_ACTIONS = [
  { trigger: { lifetime_percentage: 80 }, action: { action_type: "EmailContacts" } },
] as const;

/**
 * The body of a create.
 *
 * @see https://learn.microsoft.com/rest/api/keyvault/certificates/create-certificate/create-certificate
 */
export function createBody(
  request: Omit<CertificateRequest, "generation" | "tags">,
  tags: Readonly<Record<string, string>>,
  lifetimeActions: readonly object[] = LIFETIME_ACTIONS,
): { readonly policy: JsonObject; readonly attributes: object; readonly tags: object } {
  return {
    policy: {
      // Exportable, or the secret would not hold the key and the workload could not sign with it.
      key_props: { exportable: true, kty: "RSA", key_size: request.keyBits, reuse_key: false },
      secret_props: { contentType: request.contentType },
      x509_props: {
        subject: request.subject,
        ekus: [CLIENT_AUTHENTICATION],
        key_usage: ["digitalSignature"],
        validity_months: request.validityMonths,
      },
      issuer: { name: request.issuerName },
      lifetime_actions: lifetimeActions,
    },
    attributes: { enabled: true },
    tags,
  };
}

/** The body that takes an AutoRenew out of a policy. */
export function noticeOnly(): object {
  return { lifetime_actions: LIFETIME_ACTIONS };
}

/** Whether a policy would make keys by itself. */
export function renewsByItself(policy: unknown): boolean {
  const actions = isObject(policy) ? policy["lifetime_actions"] : undefined;
  if (!Array.isArray(actions)) return false;
  return actions.some((entry: unknown) => {
    const action = isObject(entry) ? entry["action"] : undefined;
    return isObject(action) && String(action["action_type"]).toLowerCase() === "autorenew";
  });
}
