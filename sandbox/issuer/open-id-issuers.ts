import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
} from "node:crypto";
import { signJwt, type Claims } from "../login/json-web-token";
import type { Tenant } from "../tenant/tenant";

/** A token somebody outside the tenant is to be given. */
export interface OutsideToken {
  /** As federated identity credentials name it, letter by letter. */
  readonly issuer: string;
  readonly subject: string;
  /** @default "api://AzureADTokenExchange" */
  readonly audience?: string;
  /** Seconds from now, by the tenant's clock. @default 300, as GitHub Actions has it */
  readonly lifetimeSeconds?: number;
  /** Further claims. */
  readonly claims?: Claims;
}

/** What a job is to an issuer: the subject is composed of it. */
export interface GitHubJob {
  /** `owner/name`. */
  readonly repository: string;
  /** The deployment environment the job names; without one the subject is made of the ref. */
  readonly environment?: string;
  /** @default "refs/heads/main" */
  readonly ref?: string;
}

export interface PipelineConnection {
  readonly organization: string;
  readonly project: string;
  readonly serviceConnection: string;
}

/** Who may have tokens for whom: known by the request token a job is started with. */
interface Grant {
  readonly issuer: string;
  readonly subject: string;
  readonly defaultAudience: string;
  readonly claims: Claims;
}

export const GITHUB_ISSUER = "https://token.actions.githubusercontent.com";
export const DEFAULT_AUDIENCE = "api://AzureADTokenExchange";
const DEFAULT_LIFETIME_SECONDS = 300;

/**
 * Issuers outside the tenant, all in one: it signs for any issuer it is asked for, and the tenant knows its key under
 * that name as if it had read the issuer's discovery document. The key is made when it is first needed and lives as long
 * as the process.
 */
export class OpenIdIssuers {
  readonly #tenant: Tenant;
  #key: { readonly privateKey: KeyObject; readonly id: string } | undefined;
  readonly #grants = new Map<string, Grant>();
  /** Base URL of the issuer door. Set when the door is open. */
  url = "";

  constructor(tenant: Tenant) {
    this.#tenant = tenant;
  }

  /** Signs a token and makes its issuer known to the tenant. */
  issue(token: OutsideToken): string {
    if (!this.#tenant.openIdIssuers.has(token.issuer)) {
      this.#tenant.openIdIssuers.set(token.issuer, [this.publicKey()]);
    }
    const now = Math.floor(this.#tenant.clock().getTime() / 1000);
    const claims: Claims = {
      jti: this.#tenant.newId(),
      ...token.claims,
      iss: token.issuer,
      sub: token.subject,
      aud: token.audience ?? DEFAULT_AUDIENCE,
      iat: now,
      nbf: now,
      exp: now + (token.lifetimeSeconds ?? DEFAULT_LIFETIME_SECONDS),
    };
    const { privateKey, id } = this.#signingKey();
    return signJwt({ typ: "JWT", alg: "RS256", kid: id }, claims, privateKey);
  }

  publicKey(): JsonWebKey & { readonly kid: string } {
    const { privateKey, id } = this.#signingKey();
    const { n, e } = createPublicKey(privateKey).export({ format: "jwk" });
    return { kty: "RSA", alg: "RS256", use: "sig", kid: id, ...(n && { n }), ...(e && { e }) };
  }

  /**
   * The environment of a GitHub Actions job that may ask for tokens (`permissions: id-token: write`).
   * @see https://docs.github.com/actions/reference/security/oidc
   */
  gitHubActions(job: GitHubJob): {
    ACTIONS_ID_TOKEN_REQUEST_URL: string;
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: string;
  } {
    const { repository, environment, ref = "refs/heads/main" } = job;
    const [owner = ""] = repository.split("/");
    const requestToken = this.#grant({
      issuer: GITHUB_ISSUER,
      subject: `repo:${repository}:${environment === undefined ? `ref:${ref}` : `environment:${environment}`}`,
      defaultAudience: `https://github.com/${owner}`,
      claims: {
        repository,
        repository_owner: owner,
        ref,
        ref_type: ref.startsWith("refs/tags/") ? "tag" : "branch",
        event_name: "push",
        ...(environment !== undefined && { environment }),
      },
    });
    return {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${this.url}/github/idtoken?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: requestToken,
    };
  }

  /**
   * The environment of an Azure Pipelines task with a service connection.
   * @see https://learn.microsoft.com/azure/devops/pipelines/build/variables for SYSTEM_OIDCREQUESTURI
   */
  azurePipelines(connection: PipelineConnection): {
    SYSTEM_OIDCREQUESTURI: string;
    SYSTEM_ACCESSTOKEN: string;
  } {
    const { organization, project, serviceConnection } = connection;
    const requestToken = this.#grant({
      issuer: `https://vstoken.dev.azure.com/${organization}`,
      subject: `sc://${organization}/${project}/${serviceConnection}`,
      defaultAudience: DEFAULT_AUDIENCE,
      claims: {},
    });
    return { SYSTEM_OIDCREQUESTURI: `${this.url}/pipelines/oidctoken`, SYSTEM_ACCESSTOKEN: requestToken };
  }

  /** The token a job may have; undefined for a request token nobody was given. */
  exchange(requestToken: string, audience: string | undefined): string | undefined {
    const grant = this.#grants.get(requestToken);
    return grant && this.issue({ ...grant, audience: audience ?? grant.defaultAudience });
  }

  #grant(grant: Grant): string {
    const requestToken = Buffer.from(this.#tenant.random(24)).toString("base64url");
    this.#grants.set(requestToken, grant);
    // Known from now on: what is registered for it must not fail for want of a key.
    this.#tenant.openIdIssuers.set(grant.issuer, [this.publicKey()]);
    return requestToken;
  }

  #signingKey(): { readonly privateKey: KeyObject; readonly id: string } {
    if (this.#key) return this.#key;
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const spki = publicKey.export({ type: "spki", format: "der" });
    return (this.#key = { privateKey, id: createHash("sha256").update(spki).digest("base64url") });
  }
}
