/**
 * Profiles choose the limits of several rules together, for those who follow one framework. What a profile does not
 * name stays as the rule has it; a test checks that rules and options exist.
 */
import { RuleChoice } from "./rule";

/** - `default`: below 180 days, which satisfies CIS, Zero Trust Assessment and CISA at once */
export const profiles = {
  default: {},
  /** CIS Microsoft 365 Foundations Benchmark 7.0.0, 5.1.5.3 to 5.1.5.6; Entra compares lifetimes strictly. */
  "cis-7": { "certificate-max-lifetime": { options: { maxLifetimeDays: 180 } } },
  /** Microsoft Zero Trust Assessment 21772, 21773, 21992, and two owners so that no application is orphaned. */
  zta: {
    "application-owners": { options: { minOwners: 2 } },
    "certificate-max-lifetime": { options: { maxLifetimeDays: 180 } },
  },
  /** CISA SCuBA MS.AAD.5.5v1 to 5.7v1: certificates of up to 365 days, which CIS and Zero Trust Assessment reject. */
  scuba: {
    "certificate-max-lifetime": { options: { maxLifetimeDays: 366 } },
    // The baseline asks for 180 and 365 days or less, and, as Entra compares strictly, to write 181 and 366.
    "tenant-policy-not-weakened": {
      options: { maxSecretLifetimeDays: 181, maxCertificateLifetimeDays: 366 },
    },
  },
  /** Azure Landing Zones, Enforce-Guardrails-KeyVault: what lies in a vault is valid for at most 90 days. */
  alz: {
    "certificate-max-lifetime": { options: { maxLifetimeDays: 91 } },
    "vault-secret-metadata": { options: { maxValidityDays: 90 } },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, RuleChoice>>>>;

export type Profile = keyof typeof profiles;

export const profileNames = Object.keys(profiles) as readonly Profile[];

/** What a profile chooses for a rule. */
export function choiceOf(profile: Profile, rule: string): RuleChoice {
  const choices: Readonly<Record<string, RuleChoice>> = profiles[profile];
  return Object.hasOwn(choices, rule) ? (choices[rule] ?? {}) : {};
}
