/** All rules of the pack, in alphabetical order, and how to make a policy pack of them. Nothing happens on import. */
import { EnforcementLevel } from "@pulumi/policy";
import { ConfigurationInForce } from "./configuration-watch";
import { ExemptionLedger } from "./exemption-ledger";
import { credentialInUse, readExemptions } from "./exemptions";
import { OptionValues } from "./options";
import { policyList } from "./policy-list";
import { choiceOf, Profile } from "./profiles";
import { inspect } from "./property";
import { Rule, Surroundings } from "./rule";
import { RulePolicy } from "./rule-policy";
import { applicationCredentialDeclared } from "./rules/application-credential-declared";
import { applicationDescription } from "./rules/application-description";
import { applicationOwners } from "./rules/application-owners";
import { applicationPolicyExemption } from "./rules/application-policy-exemption";
import { applicationPrivilegedRole } from "./rules/application-privileged-role";
import { applicationSingleTenant } from "./rules/application-single-tenant";
import { automationManagedIdentity } from "./rules/automation-managed-identity";
import { automationVaultReachable } from "./rules/automation-vault-reachable";
import { certificateExplicitDates } from "./rules/certificate-explicit-dates";
import { certificateIssuer } from "./rules/certificate-issuer";
import { certificateKeyStrength } from "./rules/certificate-key-strength";
import { certificateMaxLifetime } from "./rules/certificate-max-lifetime";
import { certificateRotationOverlap } from "./rules/certificate-rotation-overlap";
import { exemptionCurrent } from "./rules/exemption-current";
import { federatedCredentialLimit } from "./rules/federated-credential-limit";
import { federatedCredentialSubject } from "./rules/federated-credential-subject";
import { noClientSecretFlow } from "./rules/no-client-secret-flow";
import { noClientSecretInScript } from "./rules/no-client-secret-in-script";
import { noClientSecretInSettings } from "./rules/no-client-secret-in-settings";
import { noClientSecretInTemplate } from "./rules/no-client-secret-in-template";
import { noClientSecretInText } from "./rules/no-client-secret-in-text";
import { noClientSecretInput } from "./rules/no-client-secret-input";
import { noClientSecretReference } from "./rules/no-client-secret-reference";
import { noClientSecretResource } from "./rules/no-client-secret-resource";
import { noInlineApplicationPassword } from "./rules/no-inline-application-password";
import { noPlaintextKeyOutput } from "./rules/no-plaintext-key-output";
import { noPrivateKeyUpload } from "./rules/no-private-key-upload";
import { noProviderClientSecret } from "./rules/no-provider-client-secret";
import { noSymmetricApplicationKey } from "./rules/no-symmetric-application-key";
import { noSynchronizationSecret } from "./rules/no-synchronization-secret";
import { tenantPolicyBlocksSecrets } from "./rules/tenant-policy-blocks-secrets";
import { tenantPolicyNotWeakened } from "./rules/tenant-policy-not-weakened";
import { vaultAuditLogging } from "./rules/vault-audit-logging";
import { vaultExpiryAlert } from "./rules/vault-expiry-alert";
import { vaultNetworkDeny } from "./rules/vault-network-deny";
import { vaultPurgeProtection } from "./rules/vault-purge-protection";
import { vaultRbacAuthorization } from "./rules/vault-rbac-authorization";
import { vaultRoleScope } from "./rules/vault-role-scope";
import { vaultSecretMetadata } from "./rules/vault-secret-metadata";
import { workloadAccessBlock } from "./rules/workload-access-block";
import { workloadAccessEnforced } from "./rules/workload-access-enforced";
import { workloadAccessLocations } from "./rules/workload-access-locations";
import { workloadAccessTargets } from "./rules/workload-access-targets";
import { checkChoices } from "./settings";

export { expectation, PolicyConfigurationError } from "./options";
export type { OptionSchema, OptionSchemas } from "./options";
export { profileNames, profiles } from "./profiles";
export type { Profile } from "./profiles";
export type { Rule, RuleChoice, Surroundings } from "./rule";
export type { RulePolicy } from "./rule-policy";

export const rules = [
  applicationCredentialDeclared,
  applicationDescription,
  applicationOwners,
  applicationPolicyExemption,
  applicationPrivilegedRole,
  applicationSingleTenant,
  automationManagedIdentity,
  automationVaultReachable,
  certificateExplicitDates,
  certificateIssuer,
  certificateKeyStrength,
  certificateMaxLifetime,
  certificateRotationOverlap,
  exemptionCurrent,
  federatedCredentialLimit,
  federatedCredentialSubject,
  noClientSecretFlow,
  noClientSecretInScript,
  noClientSecretInSettings,
  noClientSecretInTemplate,
  noClientSecretInText,
  noClientSecretInput,
  noClientSecretReference,
  noClientSecretResource,
  noInlineApplicationPassword,
  noPlaintextKeyOutput,
  noPrivateKeyUpload,
  noProviderClientSecret,
  noSymmetricApplicationKey,
  noSynchronizationSecret,
  tenantPolicyBlocksSecrets,
  tenantPolicyNotWeakened,
  vaultAuditLogging,
  vaultExpiryAlert,
  vaultNetworkDeny,
  vaultPurgeProtection,
  vaultRbacAuthorization,
  vaultRoleScope,
  vaultSecretMetadata,
  workloadAccessBlock,
  workloadAccessEnforced,
  workloadAccessLocations,
  workloadAccessTargets,
] as const;

/** Id of a rule of this pack: name of its file, its documentation page, and its test. */
export type RuleId = (typeof rules)[number]["id"];

type RuleOf<Id extends RuleId> = Extract<(typeof rules)[number], { readonly id: Id }>;

/** A level, or a level and options. */
export type Choice<Id extends RuleId> =
  | EnforcementLevel
  | { readonly level?: EnforcementLevel; readonly options?: Partial<OptionValues<RuleOf<Id>["options"]>> };

export interface PolicySettings extends Partial<Surroundings> {
  /**
   * Rules to run; rules of one's own may be among them.
   * @default - all rules of the catalogue
   */
  readonly rules?: readonly Rule[];
  /**
   * Limits chosen together, for those who follow one framework.
   * @default "default"
   */
  readonly profile?: Profile;
  /**
   * Levels and options of single rules, before those of the profile.
   * @default - those of the profile, or else of the rule
   */
  readonly choices?: { readonly [Id in RuleId]?: Choice<Id> };
  /** What Pulumi has configured, as `watchConfiguration` sees it: lets rules share the work of the SDK. */
  readonly configuration?: ConfigurationInForce;
}

/**
 * Turns rules into what the constructor of `PolicyPack` takes as `policies`, to build a pack of one's own.
 *
 *   createPolicies({
 *     profile: "cis-7",
 *     choices: { "vault-network-deny": "advisory", "certificate-max-lifetime": { options: { maxLifetimeDays: 90 } } },
 *   });
 *
 * What `--policy-pack-config` says comes before all of it.
 *
 * @param settings `environment` defaults to that of the process and `now` to its clock
 * @throws PolicyConfigurationError when a profile, a rule, a level or an option is not right; with all problems at once
 */
export function createPolicies(settings: PolicySettings = {}): RulePolicy[] {
  const { environment = process.env, now = () => new Date(), exemptions, profile = "default" } = settings;
  const asked: readonly Rule[] = settings.rules ?? rules;
  const choices = checkChoices(profile, settings.choices ?? {}, asked);
  const chosen = asked.map((rule) =>
    rule.configured(choiceOf(profile, rule.id)).configured(choices.get(rule.id) ?? {}),
  );
  const run = { environment, now, ...(exemptions && { exemptions }) };
  return policyList(chosen, run, settings.configuration);
}

export interface ExemptionDocument {
  readonly text: string;
  readonly format: "yaml" | "json";
  /** Rules there are to exempt from; default: those of the catalogue. */
  readonly rules?: readonly Rule[];
  readonly now?: () => Date;
}

/**
 * The exemptions in a document, for `createPolicies`. Entries that are not right are left to rule exemption-current.
 *
 * @throws DocumentError when the text cannot be read at all
 */
export function exemptionsFrom({ text, format, ...given }: ExemptionDocument): ExemptionLedger {
  const { rules: known = rules, now = () => new Date() } = given;
  return new ExemptionLedger(readExemptions(text, format, known, now()), now);
}

/** A certificate that a run would remove though somebody still signs in with it. */
export interface CredentialInUse {
  readonly urn: string;
  /** Ids of its application, as far as they are known. */
  readonly clientId?: string | undefined;
  readonly objectId?: string | undefined;
}

/** Id of the exemption that lets the certificate go; for `certlock rotation plan`, which is the judge of these. */
export function exemptionOfCredentialInUse(
  ledger: ExemptionLedger,
  { urn, ...ids }: CredentialInUse,
): string | undefined {
  return ledger.covering(credentialInUse, { urn, properties: inspect(ids) })?.id;
}
