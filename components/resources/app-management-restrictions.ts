/** Restrictions of app management policies: of the tenant's own, and of those for single applications. */
import type * as pulumi from "@pulumi/pulumi";

/** `enabled` enforces the restriction; `disabled` means the same as having no such restriction. */
export type RestrictionState = "enabled" | "disabled";

/**
 * What a password restriction forbids or bounds.
 *
 * - `passwordAddition`: no new client secret, neither added later nor sent when an application is created.
 * - `customPasswordAddition`: no client secret whose value the caller chooses.
 * - `passwordLifetime`: new client secrets must be shorter than `maxLifetime`.
 * - `symmetricKeyAddition`: no new symmetric key, which is a password by another name.
 * - `symmetricKeyLifetime`: new symmetric keys must be shorter than `maxLifetime`.
 *
 * @see https://learn.microsoft.com/graph/api/resources/passwordcredentialconfiguration
 */
export type PasswordRestrictionType =
  | "passwordAddition"
  | "passwordLifetime"
  | "symmetricKeyAddition"
  | "symmetricKeyLifetime"
  | "customPasswordAddition";

/**
 * What a restriction of certificates bounds.
 *
 * - `asymmetricKeyLifetime`: new certificates must be shorter than `maxLifetime`.
 * - `trustedCertificateAuthority`: new certificates must be issued under an authority of the configurations named. Read
 *   and written with Graph's beta version, which Microsoft may change without notice; self-signed ones are refused then.
 *
 * @see https://learn.microsoft.com/graph/api/resources/keycredentialconfiguration?view=graph-rest-beta
 */
export type KeyRestrictionType = "asymmetricKeyLifetime" | "trustedCertificateAuthority";

/** One custom security attribute whose bearers a restriction does not bind. */
export interface ExemptAttributeArgs {
  /** `<AttributeSet>_<AttributeName>`, such as `Engineering_Project`; the attribute is of type String, not a collection. */
  readonly id: pulumi.Input<string>;
  /** @default "equals", the only one there is */
  readonly operator?: pulumi.Input<"equals"> | undefined;
  /** The value that exempts, 1 to 64 characters, compared with upper and lower case. */
  readonly value: pulumi.Input<string>;
}

/**
 * Callers that a restriction does not bind: whoever creates or changes applications, not the applications.
 *
 * @see https://learn.microsoft.com/graph/api/resources/appmanagementpolicyactorexemptions
 */
export interface ExcludeActorsArgs {
  /** At most five; any of them exempts. An empty list exempts nobody. */
  readonly customSecurityAttributes: pulumi.Input<pulumi.Input<ExemptAttributeArgs>[]>;
}

/** One restriction of client secrets or symmetric keys. */
export interface PasswordRestrictionArgs {
  /** What is restricted; each type at most once per list. */
  readonly restrictionType: pulumi.Input<PasswordRestrictionType>;
  /** Whether it is enforced. */
  readonly state: pulumi.Input<RestrictionState>;
  /**
   * Bound of the lifetime as ISO 8601 duration of days, hours, minutes and seconds, such as `P30D`. Required for
   * an enabled `…Lifetime` restriction, refused for the `…Addition` ones. Entra is reported to compare
   * strictly: under `P30D` a secret of exactly 30 days is refused.
   */
  readonly maxLifetime?: pulumi.Input<string> | undefined;
  /**
   * Only applications created after this moment (RFC 3339, such as `2026-01-31T00:00:00Z`) are restricted; a
   * service principal without creation date counts as created on 2019-01-01. `0001-01-01T00:00:00Z` means all.
   * @default - all applications, however old
   */
  readonly restrictForAppsCreatedAfterDateTime?: pulumi.Input<string> | undefined;
  /**
   * Callers that this restriction does not bind.
   * @default - whoever is exempt in the tenant stays exempt
   */
  readonly excludeActors?: pulumi.Input<ExcludeActorsArgs> | undefined;
}

/** One restriction of certificates. */
export interface KeyRestrictionArgs {
  /** What is restricted; each type at most once per list. */
  readonly restrictionType: pulumi.Input<KeyRestrictionType>;
  /** Whether it is enforced. */
  readonly state: pulumi.Input<RestrictionState>;
  /**
   * Bound of the lifetime as ISO 8601 duration of days, hours, minutes and seconds, such as `P180D`; required
   * for an enabled `asymmetricKeyLifetime`. Entra is reported to compare strictly: under `P180D` a certificate of exactly 180 days is
   * refused. Certificates that exist already are not touched.
   */
  readonly maxLifetime?: pulumi.Input<string> | undefined;
  /**
   * Only applications created after this moment (RFC 3339) are restricted. `0001-01-01T00:00:00Z` means all.
   * @default - all applications, however old
   */
  readonly restrictForAppsCreatedAfterDateTime?: pulumi.Input<string> | undefined;
  /**
   * Callers that this restriction does not bind.
   * @default - whoever is exempt in the tenant stays exempt
   */
  readonly excludeActors?: pulumi.Input<ExcludeActorsArgs> | undefined;
  /**
   * Of `trustedCertificateAuthority` alone, where it is required: ids of {@link CertificateAuthorityConfiguration}
   * resources. A certificate issued under any of them is accepted.
   */
  readonly certificateBasedApplicationConfigurationIds?: pulumi.Input<pulumi.Input<string>[]> | undefined;
}

/** Restrictions of one kind of object: applications, or service principals. */
export interface CredentialRestrictionsArgs {
  /**
   * Restrictions of client secrets and symmetric keys.
   * @default - none declared; those in the tenant stay
   */
  readonly passwordCredentials?: pulumi.Input<pulumi.Input<PasswordRestrictionArgs>[]> | undefined;
  /**
   * Restrictions of certificates.
   * @default - none declared; those in the tenant stay
   */
  readonly keyCredentials?: pulumi.Input<pulumi.Input<KeyRestrictionArgs>[]> | undefined;
}

/** One restriction of identifier URIs. */
export interface IdentifierUriRestrictionArgs {
  /** Whether it is enforced. */
  readonly state: pulumi.Input<RestrictionState>;
  /**
   * Only applications created after this moment (RFC 3339) are restricted.
   * @default - all applications, however old
   */
  readonly restrictForAppsCreatedAfterDateTime?: pulumi.Input<string> | undefined;
  /**
   * Applications that get v2.0 tokens are not restricted.
   * @default - as it is in the tenant
   */
  readonly excludeAppsReceivingV2Tokens?: pulumi.Input<boolean> | undefined;
  /**
   * Applications for SAML sign-in are not restricted.
   * @default - as it is in the tenant
   */
  readonly excludeSaml?: pulumi.Input<boolean> | undefined;
  /**
   * Callers that this restriction does not bind.
   * @default - whoever is exempt in the tenant stays exempt
   */
  readonly excludeActors?: pulumi.Input<ExcludeActorsArgs> | undefined;
}

/**
 * Restrictions of identifier URIs. Microsoft switched the second one on in most tenants in 2025; what is not declared
 * here stays as it is, with Microsoft's own mark.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/identifier-uri-restrictions
 */
export interface IdentifierUriRestrictionsArgs {
  /** No identifier URI beside `api://<appId>` and the like. */
  readonly nonDefaultUriAddition?: pulumi.Input<IdentifierUriRestrictionArgs> | undefined;
  /** No identifier URI without verified domain, tenant id or client id. */
  readonly uriAdditionWithoutUniqueTenantIdentifier?: pulumi.Input<IdentifierUriRestrictionArgs> | undefined;
}

/** Restrictions of applications. */
export interface ApplicationRestrictionsArgs extends CredentialRestrictionsArgs {
  /**
   * Restrictions of identifier URIs.
   * @default - none declared; those in the tenant stay
   */
  readonly identifierUris?: pulumi.Input<IdentifierUriRestrictionsArgs> | undefined;
}

/** A restriction as the tenant has it. */
export interface Restriction {
  readonly restrictionType: PasswordRestrictionType | KeyRestrictionType;
  readonly state: RestrictionState;
  readonly maxLifetime?: string;
  readonly restrictForAppsCreatedAfterDateTime?: string;
}

/** The declared restrictions of one kind of object as the tenant has them. */
export interface CredentialRestrictions {
  readonly passwordCredentials?: readonly Restriction[];
  readonly keyCredentials?: readonly Restriction[];
}
