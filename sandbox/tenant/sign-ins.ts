/** How a client proved who it is; names as in Graph's signIn.clientCredentialType. */
export type ClientCredentialType =
  "none" | "clientSecret" | "clientAssertion" | "certificate" | "federatedIdentityCredential";

/** One attempt to get a token, as the tenant's sign-in log keeps it. Never holds a secret or a token. */
export interface SignIn {
  readonly id: string;
  readonly createdDateTime: string;
  readonly correlationId: string;
  /** As the client gave it; it need not exist. */
  readonly appId: string;
  readonly servicePrincipalId: string | null;
  readonly servicePrincipalName: string | null;
  readonly clientCredentialType: ClientCredentialType;
  readonly servicePrincipalCredentialKeyId: string | null;
  readonly servicePrincipalCredentialThumbprint: string | null;
  readonly ipAddress: string;
  /** App id URI of the resource the token was asked for. */
  readonly resourceDisplayName: string | null;
  /** App id and service principal of that resource. */
  readonly resourceId?: string | null;
  readonly resourceServicePrincipalId?: string | null;
  /** The federated credential that was matched. */
  readonly federatedCredentialId?: string | null;
  /** `uti` of the token that was issued. */
  readonly uniqueTokenIdentifier?: string | null;
  readonly status: {
    /** 0, or the AADSTS number. */
    readonly errorCode: number;
    readonly failureReason: string | null;
  };
  readonly conditionalAccessStatus: "success" | "failure" | "notApplied";
  readonly appliedConditionalAccessPolicies: readonly AppliedConditionalAccessPolicy[];
}

export interface AppliedConditionalAccessPolicy {
  readonly id: string;
  readonly displayName: string;
  readonly result:
    | "success"
    | "failure"
    | "notApplied"
    | "notEnabled"
    | "reportOnlySuccess"
    | "reportOnlyFailure"
    | "reportOnlyNotApplied";
}
