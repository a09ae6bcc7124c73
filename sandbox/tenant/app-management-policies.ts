/** The limits a tenant puts on credentials, as Graph v1.0 shapes them. */
export const PASSWORD_RESTRICTIONS = [
  "passwordAddition",
  "passwordLifetime",
  "symmetricKeyAddition",
  "symmetricKeyLifetime",
  "customPasswordAddition",
] as const;
export const KEY_RESTRICTIONS = ["asymmetricKeyLifetime"] as const;
/** v1.0 shows the second one as `unknownFutureValue`. */
export const BETA_KEY_RESTRICTIONS = [...KEY_RESTRICTIONS, "trustedCertificateAuthority"] as const;

export type PasswordRestrictionType = (typeof PASSWORD_RESTRICTIONS)[number];
export type KeyRestrictionType = (typeof BETA_KEY_RESTRICTIONS)[number];
export type RestrictionType = PasswordRestrictionType | KeyRestrictionType;
export type RestrictionState = "enabled" | "disabled";

/** Callers a restriction lets through: those whose custom security attribute has one of these values. */
export interface ActorExemption {
  readonly "@odata.type": "#microsoft.graph.customSecurityAttributeStringValueExemption";
  /** `<AttributeSet>_<AttributeName>`. */
  readonly id: string;
  readonly operator: "equals";
  readonly value: string;
}

export interface Restriction {
  readonly restrictionType: RestrictionType;
  readonly state: RestrictionState;
  /** ISO 8601 duration; null for the restrictions that forbid an addition. */
  readonly maxLifetime: string | null;
  /** Only objects created later are judged; null: all. */
  readonly restrictForAppsCreatedAfterDateTime: string | null;
  readonly excludeActors: { readonly customSecurityAttributes: readonly ActorExemption[] } | null;
  /** Of `trustedCertificateAuthority` alone (beta): whose certificates are accepted. */
  readonly certificateBasedApplicationConfigurationIds?: readonly string[];
}

export interface CredentialRestrictions {
  readonly passwordCredentials: readonly Restriction[];
  readonly keyCredentials: readonly Restriction[];
}

export interface IdentifierUriRestriction {
  readonly state: RestrictionState;
  readonly restrictForAppsCreatedAfterDateTime: string | null;
  /** True as long as the state is the one Microsoft chose for the tenant; service-owned. */
  readonly isStateSetByMicrosoft: boolean;
  readonly excludeAppsReceivingV2Tokens: boolean;
  readonly excludeSaml: boolean;
  readonly excludeActors: Restriction["excludeActors"];
}

export interface IdentifierUriConfiguration {
  readonly nonDefaultUriAddition: IdentifierUriRestriction | null;
  readonly uriAdditionWithoutUniqueTenantIdentifier: IdentifierUriRestriction | null;
}

export type AudienceRestriction = Pick<
  IdentifierUriRestriction,
  "state" | "restrictForAppsCreatedAfterDateTime" | "isStateSetByMicrosoft" | "excludeActors"
>;

/** Who may not be let in: users of other organizations, users with personal accounts. */
export interface AudiencesConfiguration {
  readonly azureAdMultipleOrgs: AudienceRestriction | null;
  readonly personalMicrosoftAccount: AudienceRestriction | null;
}

export interface ApplicationRestrictions extends CredentialRestrictions {
  /** Beta's alone. */
  readonly audiences?: AudiencesConfiguration | null;
  readonly identifierUris: IdentifierUriConfiguration | null;
}

/** The tenant's one default policy. */
export interface DefaultAppManagementPolicy {
  readonly displayName: string;
  readonly description: string;
  readonly isEnabled: boolean;
  readonly applicationRestrictions: ApplicationRestrictions;
  readonly servicePrincipalRestrictions: CredentialRestrictions;
}

/** A custom policy: credentials stand directly under `restrictions`, not under applicationRestrictions. */
export interface AppManagementPolicy {
  readonly id: string;
  readonly displayName: string;
  readonly description: string;
  readonly isEnabled: boolean;
  readonly restrictions: CredentialRestrictions & {
    readonly applicationRestrictions: {
      readonly audiences?: AudiencesConfiguration | null;
      readonly identifierUris: IdentifierUriConfiguration | null;
    } | null;
  };
}

export const DEFAULT_POLICY_ID = "00000000-0000-0000-0000-000000000000";

/**
 * What a tenant starts with. Microsoft switched uriAdditionWithoutUniqueTenantIdentifier on in most tenants in
 * mid-2025, which also made isEnabled true.
 * Source: https://learn.microsoft.com/graph/api/tenantappmanagementpolicy-get and
 * https://learn.microsoft.com/entra/identity-platform/identifier-uri-restrictions
 */
export const INITIAL_DEFAULT_POLICY: DefaultAppManagementPolicy = {
  displayName: "Default app management tenant policy",
  description:
    "Default tenant policy that enforces app management restrictions on applications and service principals. " +
    "To apply policy to targeted resources, create a new policy under appManagementPolicies collection.",
  isEnabled: true,
  applicationRestrictions: {
    passwordCredentials: [],
    keyCredentials: [],
    identifierUris: {
      nonDefaultUriAddition: null,
      uriAdditionWithoutUniqueTenantIdentifier: {
        state: "enabled",
        restrictForAppsCreatedAfterDateTime: null,
        isStateSetByMicrosoft: true,
        excludeAppsReceivingV2Tokens: true,
        excludeSaml: true,
        excludeActors: null,
      },
    },
  },
  servicePrincipalRestrictions: { passwordCredentials: [], keyCredentials: [] },
};
