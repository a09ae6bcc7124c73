/**
 * What other rules say of the examples in the pages of the rules, exactly. The examples are short, so that a reader sees
 * what the page is about: an application without owners, a vault without a log of its own.
 */
const application = (name = "billing-api") => `Application "${name}"`;
const undescribed = (name?: string) =>
  `application-description (advisory): ${application(name)} says nothing of its purpose; set "description".`;
const unowned = (name?: string) =>
  `application-owners (advisory): ${application(name)} has too few owners; name at least 1.`;
const undeclared = (name?: string) =>
  `application-credential-declared (advisory): ${application(name)} has no credential in this stack; add a federated credential or a certificate.`;
const unlogged =
  'vault-audit-logging (advisory): Key vault "billing" keeps no log of who reads it; send category AuditEvent to a workspace.';
/** A certificate that the update makes. */
const unread = (name = "billing-api") =>
  `no-private-key-upload (advisory): Certificate credential "${name}" cannot be decided yet: "value" is not known yet; the rule is enforced at update time.`;

/** Finding by finding, for each example about which others than its own rule have something to say. */
export const companions: Readonly<Record<string, readonly string[]>> = {
  "application-credential-declared-wrong.ts": [undescribed(), unowned()],
  "application-credential-declared-right.ts": [undescribed(), unowned()],
  "application-description-wrong.ts": [undeclared(), unowned()],
  "application-description-right.ts": [undeclared(), unowned()],
  "application-owners-wrong.ts": [undeclared(), undescribed()],
  "application-owners-right.ts": [undeclared(), undescribed()],
  "application-single-tenant-wrong.ts": [undeclared(), undescribed(), unowned()],
  "application-single-tenant-right.ts": [undeclared(), undescribed(), unowned()],
  "automation-vault-reachable-wrong.ts": [
    unlogged,
    'vault-role-scope (advisory): Role assignment "reader" opens more than it has to; narrow "scope" to the single secret.',
  ],
  "automation-vault-reachable-right.ts": [
    unlogged,
    'vault-role-scope (advisory): Role assignment "reader" opens more than it has to; narrow "scope" to the single secret.',
  ],
  "certificate-explicit-dates-wrong.ts": [unread()],
  "certificate-explicit-dates-right.ts": [unread()],
  "certificate-rotation-overlap-right.ts": [unread("billing-api-g1"), unread("billing-api-g2")],
  "no-client-secret-flow-wrong.ts": [
    undescribed(),
    unowned(),
    'no-client-secret-resource (mandatory): Client secret "billing-api" must not be created; use a federated credential or a certificate instead.',
  ],
  "no-client-secret-flow-right.ts": [unowned()],
  "no-client-secret-resource-wrong.ts": [undescribed("pipeline"), unowned("pipeline")],
  "no-client-secret-resource-right.ts": [undescribed("pipeline"), unowned("pipeline")],
  "no-inline-application-password-wrong.ts": [undescribed(), unowned()],
  "no-inline-application-password-right.ts": [undeclared(), undescribed(), unowned()],
  "vault-expiry-alert-wrong.ts": [
    unlogged,
    'vault-secret-metadata (advisory): Vault secret "greeting" never ends; set "properties.attributes.expires" to the end of what it holds.',
  ],
  "vault-expiry-alert-right.ts": [
    unlogged,
    'vault-secret-metadata (advisory): Vault secret "greeting" never ends; set "properties.attributes.expires" to the end of what it holds.',
  ],
  "vault-network-deny-wrong.ts": [unlogged],
  "vault-network-deny-right.ts": [unlogged],
  "vault-purge-protection-wrong.ts": [unlogged],
  "vault-purge-protection-right.ts": [unlogged],
  "vault-rbac-authorization-wrong.ts": [unlogged],
  "vault-rbac-authorization-right.ts": [unlogged],
  "certificate-key-strength-wrong.ts": [unread()],
  "certificate-key-strength-right.ts": [unread()],
  "certificate-max-lifetime-wrong.ts": [unread()],
  "certificate-max-lifetime-right.ts": [unread()],
};
