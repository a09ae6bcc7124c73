/** All rules of the pack, in alphabetical order, and how to make a policy pack of them. Nothing happens on import. */
import { policyList } from "./policy-list";
import { Rule, Surroundings } from "./rule";
import { RulePolicy } from "./rule-policy";
import { certificateKeyStrength } from "./rules/certificate-key-strength";
import { certificateMaxLifetime } from "./rules/certificate-max-lifetime";
import { certificateRotationOverlap } from "./rules/certificate-rotation-overlap";
import { noClientSecretFlow } from "./rules/no-client-secret-flow";
import { noClientSecretResource } from "./rules/no-client-secret-resource";
import { noInlineApplicationPassword } from "./rules/no-inline-application-password";
import { noPlaintextKeyOutput } from "./rules/no-plaintext-key-output";
import { noPrivateKeyUpload } from "./rules/no-private-key-upload";
import { noProviderClientSecret } from "./rules/no-provider-client-secret";
import { noSymmetricApplicationKey } from "./rules/no-symmetric-application-key";
import { tenantPolicyBlocksSecrets } from "./rules/tenant-policy-blocks-secrets";
import { vaultNetworkDeny } from "./rules/vault-network-deny";
import { vaultPurgeProtection } from "./rules/vault-purge-protection";

export { expectation } from "./options";
export type { OptionSchema, OptionSchemas } from "./options";
export type { Rule, RuleLevel, Surroundings } from "./rule";

export const rules = [
  certificateKeyStrength,
  certificateMaxLifetime,
  certificateRotationOverlap,
  noClientSecretFlow,
  noClientSecretResource,
  noInlineApplicationPassword,
  noPlaintextKeyOutput,
  noPrivateKeyUpload,
  noProviderClientSecret,
  noSymmetricApplicationKey,
  tenantPolicyBlocksSecrets,
  vaultNetworkDeny,
  vaultPurgeProtection,
] as const;

/** Id of a rule of this pack: name of its file, its documentation page, and its test. */
export type RuleId = (typeof rules)[number]["id"];

export interface PolicySettings extends Partial<Surroundings> {
  /**
   * Rules to run.
   * @default - all rules of the catalogue
   */
  readonly rules?: readonly Rule[];
}

/**
 * Turns rules into what the constructor of `PolicyPack` takes as `policies`, to build a pack of one's own.
 *
 * @param settings `environment` defaults to that of the process and `now` to its clock
 */
export function createPolicies(settings: PolicySettings = {}): RulePolicy[] {
  const { rules: chosen = rules, environment = process.env, now = () => new Date() } = settings;
  return policyList(chosen, { environment, now });
}
