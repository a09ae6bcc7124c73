import { CloudAddresses } from "../cloud/addresses";
import type { ApplicationRecord, ServicePrincipalRecord } from "../tenant/directory-objects";
import { graphDateTime } from "../tenant/identifiers";
import type { ClientCredentialType, SignIn } from "../tenant/sign-ins";
import type { Tenant } from "../tenant/tenant";
import { isFederated, JWT_BEARER, parseAssertion, verifyCertificateAssertion } from "./client-assertion";
import { verifyClientSecret } from "./client-secret";
import { verifyFederatedAssertion } from "./federated-assertion";
import type { DecodedJwt } from "./json-web-token";
import { evaluateConditionalAccess, type ConditionalAccessVerdict } from "./conditional-access";
import { applicationNotFound, LoginError, missingParameter, tenantNotFound } from "./login-error";
import { findResource, requestedResource, withoutSlash, type TokenResource } from "./token-resource";
import { BACKDATED_SECONDS, TOKEN_LIFETIME_SECONDS, type TokenIssuer } from "./tokens";

/** One call of the token endpoint, already read from HTTP. */
export interface TokenRequest {
  /** 2 for `/oauth2/v2.0/token`, which takes a scope; 1 for `/oauth2/token`, which takes a resource. @default 2 */
  readonly version?: 1 | 2;
  /** Tenant as the path names it: id or domain. */
  readonly tenant: string;
  readonly form: URLSearchParams;
  readonly clientAddress: string;
  readonly correlationId: string;
}

export interface TokenResponse {
  readonly token_type: "Bearer";
  readonly expires_in: number;
  readonly ext_expires_in: number;
  readonly access_token: string;
}

/** What the version 1 endpoint answers: numbers as texts. */
export interface TokenResponseOfVersion1 {
  readonly token_type: "Bearer";
  readonly expires_in: string;
  readonly ext_expires_in: string;
  readonly expires_on: string;
  readonly not_before: string;
  readonly resource: string;
  readonly access_token: string;
}

export interface TokenServiceOptions {
  /**
   * Refuses an assertion whose `jti` was seen before. Entra does not: MSAL keeps an assertion and sends it again for
   * the next resource. Switch it on to see whether a client makes a fresh one each time. @default false
   */
  readonly singleUseAssertions?: boolean;
  /** How the sandbox's own services are called where tokens are asked for them. @default - not at all */
  readonly addresses?: CloudAddresses;
}

/** How a client proved itself, as the sign-in log has it. */
interface Proof {
  readonly type: ClientCredentialType;
  readonly keyId: string | null;
  readonly thumbprint: string | null;
}

/** What is known of a sign-in so far; written to the log whether it succeeds or not. */
interface Attempt {
  appId: string;
  principal: ServicePrincipalRecord | undefined;
  proof: Proof;
  resource: string | null;
  verdict: ConditionalAccessVerdict;
}

/** The token endpoint: client credentials in, access token out, one line in the sign-in log. */
export class TokenService {
  readonly #tenant: Tenant;
  readonly #issuer: TokenIssuer;
  readonly #singleUse: boolean;
  readonly #addresses: CloudAddresses;
  readonly #seen = new Map<string, number>();

  constructor(tenant: Tenant, issuer: TokenIssuer, options: TokenServiceOptions = {}) {
    this.#tenant = tenant;
    this.#issuer = issuer;
    this.#singleUse = options.singleUseAssertions ?? false;
    this.#addresses = options.addresses ?? new CloudAddresses();
  }

  /** @throws LoginError with the AADSTS number. */
  token(request: TokenRequest): TokenResponse | TokenResponseOfVersion1 {
    if (!this.isThisTenant(request.tenant)) throw tenantNotFound(request.tenant);
    const attempt: Attempt = {
      appId: request.form.get("client_id") ?? "",
      principal: undefined,
      proof: { type: "none", keyId: null, thumbprint: null },
      resource: null,
      verdict: { status: "notApplied", applied: [] },
    };
    try {
      const [response, resource] = this.#signIn(request, attempt);
      this.#log(request, attempt, undefined);
      return request.version === 1 ? asVersion1(response, resource, this.#tenant.clock()) : response;
    } catch (error) {
      if (error instanceof LoginError) this.#log(request, attempt, error);
      throw error;
    }
  }

  isThisTenant(name: string): boolean {
    return [this.#tenant.id, this.#tenant.domain].includes(name.toLowerCase());
  }

  #signIn(request: TokenRequest, attempt: Attempt): [TokenResponse, string] {
    const grantType = request.form.get("grant_type") ?? "";
    if (grantType === "") throw missingParameter("grant_type");
    if (grantType !== "client_credentials") {
      throw new LoginError(
        "unsupported_grant_type",
        70003,
        `The app requested an unsupported grant type '${grantType}'.`,
      );
    }
    if (attempt.appId === "") throw missingParameter("client_id");
    const wanted = requestedResource(request.form, request.version ?? 2);

    const { application, principal } = this.#client(attempt.appId);
    attempt.principal = principal;
    attempt.proof = this.#prove(request, application, principal);
    const resource = findResource(this.#tenant, this.#addresses, wanted);
    attempt.resource = String(resource.principal.properties["displayName"]);
    this.#refuseUnassigned(principal, resource.principal);
    attempt.verdict = evaluateConditionalAccess(this.#tenant, {
      application,
      principal,
      resourceAppId: resource.principal.appId,
      address: request.clientAddress,
    });
    if (attempt.verdict.status === "failure") {
      throw new LoginError(
        "invalid_grant",
        53003,
        "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
      );
    }
    const token = this.#issuer.issue({
      appId: application.appId,
      objectId: principal.id,
      audience: resource.audience,
      version: resource.version,
      roles: this.#tenant.grantedRoles(principal, resource.principal),
      authenticationMethod: attempt.proof.type === "clientSecret" ? "1" : "2",
    });
    return [bearer(token), wanted];
  }

  #client(appId: string): { application: ApplicationRecord; principal: ServicePrincipalRecord } {
    const application =
      this.#tenant.applicationByAppId(appId.toLowerCase()) ?? this.#managedIdentity(appId.toLowerCase());
    if (!application) throw applicationNotFound(appId, this.#tenant.domain);
    const principal = this.#tenant.servicePrincipalByAppId(application.appId);
    if (!principal) {
      throw new LoginError(
        "invalid_client",
        7000229,
        `The client application ${appId} is missing service principal in the tenant ${this.#tenant.id}.`,
      );
    }
    if (principal.properties["accountEnabled"] === false) {
      const name = String(principal.properties["displayName"]);
      throw new LoginError("unauthorized_client", 7000112, `Application '${appId}'(${name}) is disabled.`);
    }
    return { application, principal };
  }

  #prove(
    { form }: TokenRequest,
    application: ApplicationRecord,
    servicePrincipal: ServicePrincipalRecord,
  ): Proof {
    const now = this.#tenant.clock();
    const assertion = form.get("client_assertion");
    if (assertion !== null) {
      if (form.get("client_assertion_type") !== JWT_BEARER) throw missingParameter("client_assertion_type");
      const jwt = parseAssertion(assertion);
      if (isFederated(jwt)) return this.#proveElsewhere(jwt, application, now);
      const proven = verifyCertificateAssertion(jwt, {
        application,
        servicePrincipal,
        audiences: this.#assertionAudiences(),
        now,
      });
      if (this.#singleUse) this.#refuseReplay(proven.jti, proven.expires, now);
      return { type: "certificate", keyId: proven.keyId, thumbprint: proven.thumbprint };
    }
    const secret = form.get("client_secret");
    if (secret === null) {
      throw new LoginError(
        "invalid_client",
        7000216,
        "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
      );
    }
    const password = verifyClientSecret(secret, application, servicePrincipal, now);
    return { type: "clientSecret", keyId: password.keyId, thumbprint: null };
  }

  #proveElsewhere(jwt: DecodedJwt, application: ApplicationRecord, now: Date): Proof {
    const { managedIdentities, openIdIssuers, id } = this.#tenant;
    verifyFederatedAssertion(jwt, {
      credentials: application.federatedIdentityCredentials,
      isApplication: this.#tenant.applicationByAppId(application.appId) !== undefined,
      isOwnIssuer: (issuer) =>
        [this.#issuer.loginUrl, PUBLIC_CLOUD].some((host) => issuer === `${host}/${id}/v2.0`),
      isOfManagedIdentity: (token) =>
        this.#issuer.isOwn(token) && managedIdentities.byPrincipal(String(token.claims["oid"])) !== undefined,
      keysOf: (issuer) => openIdIssuers.get(issuer),
      now,
    });
    return { type: "federatedIdentityCredential", keyId: null, thumbprint: null };
  }

  /** A managed identity signs in as a client only for callers it trusts; it has no key and no application. */
  #managedIdentity(clientId: string): ApplicationRecord | undefined {
    const identity = this.#tenant.managedIdentities.byClient(clientId);
    return (
      identity && {
        kind: "application",
        id: identity.principalId,
        appId: identity.clientId,
        createdDateTime: null,
        deletedDateTime: null,
        owners: [],
        passwordCredentials: [],
        keyCredentials: [],
        appManagementPolicyId: undefined,
        federatedIdentityCredentials: identity.credentials.map((credential) => ({
          ...credential,
          id: credential.name,
          description: null,
        })),
        properties: {},
      }
    );
  }

  /**
   * The token a managed identity gets on the machine it is assigned to.
   *
   * @throws LoginError for an identity or a resource that is not there
   */
  managedIdentityToken(clientId: string, resource: string): TokenResponse {
    const identity = this.#tenant.managedIdentities.byClient(clientId.toLowerCase());
    if (!identity) throw applicationNotFound(clientId, this.#tenant.domain);
    const principal = this.#tenant.servicePrincipals.get(identity.principalId);
    const exchanged = withoutSlash(resource) === TOKEN_EXCHANGE;
    const target: TokenResource | undefined = exchanged
      ? undefined
      : findResource(this.#tenant, this.#addresses, resource);
    return bearer(
      this.#issuer.issue({
        appId: identity.clientId,
        objectId: identity.principalId,
        ...(target ? { audience: target.audience, version: target.version } : EXCHANGE_TOKEN),
        ...(exchanged && { issuer: `${PUBLIC_CLOUD}/${this.#tenant.id}/v2.0` }),
        roles: principal && target ? this.#tenant.grantedRoles(principal, target.principal) : [],
        authenticationMethod: "2",
      }),
    );
  }

  /** Source: https://learn.microsoft.com/entra/identity-platform/reference-error-codes (AADSTS501051) */
  #refuseUnassigned(principal: ServicePrincipalRecord, resource: ServicePrincipalRecord): void {
    if (resource.properties["appRoleAssignmentRequired"] !== true) return;
    if (principal.appRoleAssignments.some(({ resourceId }) => resourceId === resource.id)) return;
    throw new LoginError(
      "invalid_grant",
      501051,
      `Application '${principal.appId}' is not assigned to a role for the application '${resource.appId}'.`,
    );
  }

  /** Entra accepts its token endpoint or its issuer as audience. */
  #assertionAudiences(): readonly string[] {
    const hosts = [this.#issuer.loginUrl, ...LOGIN_HOSTS];
    const names = [this.#tenant.id, this.#tenant.domain];
    return [
      `https://sts.windows.net/${this.#tenant.id}/`,
      ...hosts.flatMap((host) =>
        names.flatMap((name) => [
          `${host}/${name}/oauth2/v2.0/token`,
          `${host}/${name}/oauth2/token`,
          `${host}/${name}/v2.0`,
        ]),
      ),
    ];
  }

  #refuseReplay(jti: string | undefined, expires: number, now: Date): void {
    const seconds = now.getTime() / 1000;
    for (const [id, until] of this.#seen) if (until < seconds) this.#seen.delete(id);
    if (jti === undefined || this.#seen.has(jti)) {
      throw new LoginError("invalid_client", 50013, "Assertion was presented before or has no 'jti' claim.");
    }
    // Kept a little longer than the tolerated clock skew.
    this.#seen.set(jti, expires + 600);
  }

  #log(request: TokenRequest, attempt: Attempt, error: LoginError | undefined): void {
    const { principal, proof, verdict } = attempt;
    const entry: SignIn = {
      id: this.#tenant.newId(),
      createdDateTime: graphDateTime(this.#tenant.clock()),
      correlationId: request.correlationId,
      appId: attempt.appId,
      servicePrincipalId: principal?.id ?? null,
      servicePrincipalName: principal ? String(principal.properties["displayName"]) : null,
      clientCredentialType: proof.type === "none" ? offeredCredential(request.form) : proof.type,
      servicePrincipalCredentialKeyId: proof.keyId,
      servicePrincipalCredentialThumbprint: proof.thumbprint,
      ipAddress: request.clientAddress,
      resourceDisplayName: attempt.resource,
      status: { errorCode: error?.number ?? 0, failureReason: error?.message ?? null },
      conditionalAccessStatus: verdict.status,
      appliedConditionalAccessPolicies: verdict.applied,
    };
    this.#tenant.signIns.push(entry);
  }
}

/** The sandbox stands in for the public cloud: credentials name its issuer as it is called there. */
const PUBLIC_CLOUD = "https://login.microsoftonline.com";
/** Where clients that know no other name send their assertions, and what they take for its audience. */
const LOGIN_HOSTS = [PUBLIC_CLOUD, "https://login.windows.net", "https://login.microsoft.com"];
/** What a managed identity asks a token for that an application is to be proved with. */
const TOKEN_EXCHANGE = "api://AzureADTokenExchange";
const EXCHANGE_TOKEN = { audience: TOKEN_EXCHANGE, version: 2 } as const;

function bearer(accessToken: string): TokenResponse {
  return {
    token_type: "Bearer",
    expires_in: TOKEN_LIFETIME_SECONDS,
    ext_expires_in: TOKEN_LIFETIME_SECONDS,
    access_token: accessToken,
  };
}

function asVersion1(response: TokenResponse, resource: string, now: Date): TokenResponseOfVersion1 {
  const seconds = Math.floor(now.getTime() / 1000);
  return {
    token_type: "Bearer",
    expires_in: String(response.expires_in),
    ext_expires_in: String(response.ext_expires_in),
    expires_on: String(seconds + response.expires_in),
    not_before: String(seconds - BACKDATED_SECONDS),
    resource,
    access_token: response.access_token,
  };
}

/** What a client that proved nothing came with. */
function offeredCredential(form: URLSearchParams): ClientCredentialType {
  if (form.has("client_assertion")) return "clientAssertion";
  return form.has("client_secret") ? "clientSecret" : "none";
}
