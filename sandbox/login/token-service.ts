import type { ApplicationRecord, ServicePrincipalRecord } from "../tenant/directory-objects";
import { graphDateTime } from "../tenant/identifiers";
import { MICROSOFT_SERVICES } from "../tenant/microsoft-services";
import type { ClientCredentialType, SignIn } from "../tenant/sign-ins";
import type { Tenant } from "../tenant/tenant";
import { isFederated, JWT_BEARER, parseAssertion, verifyCertificateAssertion } from "./client-assertion";
import { verifyClientSecret } from "./client-secret";
import { verifyFederatedAssertion } from "./federated-assertion";
import type { DecodedJwt } from "./json-web-token";
import { evaluateConditionalAccess, type ConditionalAccessVerdict } from "./conditional-access";
import { applicationNotFound, LoginError, missingParameter, tenantNotFound } from "./login-error";
import { TOKEN_LIFETIME_SECONDS, type TokenIssuer } from "./tokens";

/** One call of the token endpoint, already read from HTTP. */
export interface TokenRequest {
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

export interface TokenServiceOptions {
  /**
   * Refuses an assertion whose `jti` was seen before. Entra does not: MSAL keeps an assertion and sends it again for
   * the next resource. Switch it on to see whether a client makes a fresh one each time. @default false
   */
  readonly singleUseAssertions?: boolean;
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
  readonly #seen = new Map<string, number>();

  constructor(tenant: Tenant, issuer: TokenIssuer, options: TokenServiceOptions = {}) {
    this.#tenant = tenant;
    this.#issuer = issuer;
    this.#singleUse = options.singleUseAssertions ?? false;
  }

  /** @throws LoginError with the AADSTS number. */
  token(request: TokenRequest): TokenResponse {
    if (!this.isThisTenant(request.tenant)) throw tenantNotFound(request.tenant);
    const attempt: Attempt = {
      appId: request.form.get("client_id") ?? "",
      principal: undefined,
      proof: { type: "none", keyId: null, thumbprint: null },
      resource: null,
      verdict: { status: "notApplied", applied: [] },
    };
    try {
      const response = this.#signIn(request, attempt);
      this.#log(request, attempt, undefined);
      return response;
    } catch (error) {
      if (error instanceof LoginError) this.#log(request, attempt, error);
      throw error;
    }
  }

  isThisTenant(name: string): boolean {
    return [this.#tenant.id, this.#tenant.domain].includes(name.toLowerCase());
  }

  #signIn(request: TokenRequest, attempt: Attempt): TokenResponse {
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
    const scope = request.form.get("scope") ?? "";
    if (scope === "") throw missingParameter("scope");

    const { application, principal } = this.#client(attempt.appId);
    attempt.principal = principal;
    attempt.proof = this.#prove(request, application, principal);
    const resource = this.#resource(scope);
    attempt.resource = String(resource.properties["displayName"]);
    this.#refuseUnassigned(principal, resource);
    attempt.verdict = evaluateConditionalAccess(this.#tenant, application, principal, request.clientAddress);
    if (attempt.verdict.status === "failure") {
      throw new LoginError(
        "invalid_grant",
        53003,
        "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
      );
    }
    return bearer(
      this.#issuer.issue({
        appId: application.appId,
        objectId: principal.id,
        ...this.#audience(resource, scope),
        roles: this.#tenant.grantedRoles(principal, resource),
        authenticationMethod: attempt.proof.type === "clientSecret" ? "1" : "2",
      }),
    );
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
        7000218,
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
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
    const exchanged = resource === TOKEN_EXCHANGE;
    const target = exchanged ? undefined : this.#resource(`${withoutSlash(resource)}/.default`);
    return bearer(
      this.#issuer.issue({
        appId: identity.clientId,
        objectId: identity.principalId,
        ...(target ? this.#audience(target, `${withoutSlash(resource)}/.default`) : EXCHANGE_TOKEN),
        ...(exchanged && { issuer: `${PUBLIC_CLOUD}/${this.#tenant.id}/v2.0` }),
        roles: principal && target ? this.#tenant.grantedRoles(principal, target) : [],
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
    const { loginUrl } = this.#issuer;
    return [this.#tenant.id, this.#tenant.domain].flatMap((name) => [
      `${loginUrl}/${name}/oauth2/v2.0/token`,
      `${loginUrl}/${name}/oauth2/token`,
      `${loginUrl}/${name}/v2.0`,
    ]);
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

  /** The service principal a scope names: `<app id URI or app id>/.default`. */
  #resource(scope: string): ServicePrincipalRecord {
    const scopes = scope.split(/\s+/).filter((part) => part !== "");
    const wrong = scopes.find((part) => !part.endsWith("/.default"));
    if (wrong !== undefined) {
      throw new LoginError(
        "invalid_scope",
        1002012,
        `The provided value for scope ${wrong} is not valid. Client credential flows must have a scope value with ` +
          "/.default suffixed to the resource identifier (application ID URI).",
      );
    }
    if (scopes.length > 1) {
      throw new LoginError(
        "invalid_request",
        28000,
        `Provided value for the input parameter scope is not valid because it contains more than one resource. ` +
          `Scope ${scope} is not valid.`,
      );
    }
    const name = resourceName(scope);
    const found = [...this.#tenant.servicePrincipals.values()].find((principal) =>
      this.#namesOf(principal).includes(name),
    );
    if (!found) {
      throw new LoginError(
        "invalid_resource",
        500011,
        `The resource principal named ${name} was not found in the tenant named ${this.#tenant.domain}. This can ` +
          "happen if the application has not been installed by the administrator of the tenant or consented to by " +
          "any user in the tenant. You might have sent your authentication request to the wrong tenant.",
      );
    }
    return found;
  }

  #namesOf(principal: ServicePrincipalRecord): readonly string[] {
    const application = this.#tenant.applicationByAppId(principal.appId);
    const names = application?.properties["identifierUris"] ?? principal.properties["servicePrincipalNames"];
    return [principal.appId, ...(Array.isArray(names) ? names.map(String) : [])].map(withoutSlash);
  }

  /** A Microsoft service gets version 1 tokens for its URI, an application what it asks for. */
  #audience(resource: ServicePrincipalRecord, scope: string): { audience: string; version: 1 | 2 } {
    const service = MICROSOFT_SERVICES.find(({ appId }) => appId === resource.appId);
    if (service) {
      const name = resourceName(scope);
      return { audience: name === service.appId ? service.appId : service.audience, version: 1 };
    }
    const api = this.#tenant.applicationByAppId(resource.appId)?.properties["api"];
    const version =
      typeof api === "object" && api !== null && "requestedAccessTokenVersion" in api
        ? api.requestedAccessTokenVersion
        : 1;
    return version === 2
      ? { audience: resource.appId, version: 2 }
      : { audience: resourceName(scope), version: 1 };
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

/** What a client that proved nothing came with. */
function offeredCredential(form: URLSearchParams): ClientCredentialType {
  if (form.has("client_assertion")) return "clientAssertion";
  return form.has("client_secret") ? "clientSecret" : "none";
}

function resourceName(scope: string): string {
  return withoutSlash(scope.trim().slice(0, -"/.default".length));
}

function withoutSlash(name: string): string {
  return name.replace(/\/$/, "");
}
