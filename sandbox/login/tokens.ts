import { createHash, createPublicKey, generateKeyPair, verify, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import type { Tenant } from "../tenant/tenant";
import { decodeJwt, signJwt, type Claims, type DecodedJwt } from "./json-web-token";

/** What a valid access token says about its bearer. */
export interface VerifiedToken {
  readonly appId: string;
  /** Object id of the service principal. */
  readonly objectId: string;
  readonly roles: readonly string[];
  readonly audience: string;
}

/** Checks an `Authorization` header for one audience; undefined when the token is absent or not valid for it. */
export type VerifyToken = (
  authorizationHeader: string | undefined,
  audience: string,
) => VerifiedToken | undefined;

export type TokenProblem = "missing" | "malformed" | "badSignature" | "expired" | "wrongAudience";

export type TokenCheck =
  | { readonly ok: true; readonly token: VerifiedToken }
  | { readonly ok: false; readonly problem: TokenProblem };

export interface TokenGrant {
  readonly appId: string;
  readonly objectId: string;
  readonly audience: string;
  readonly roles: readonly string[];
  /** 1 for Microsoft's services; an application chooses with api.requestedAccessTokenVersion. */
  readonly version: 1 | 2;
  /** Named instead of the login door, in tokens that are to be exchanged for others. @default - the login door */
  readonly issuer?: string;
  /** "1" after a secret, "2" after a certificate. */
  readonly authenticationMethod: "1" | "2";
}

/** Entra hands out application tokens for an hour less a second. */
export const TOKEN_LIFETIME_SECONDS = 3599;
/** `nbf` lies this far back, so that a client's slow clock does no harm. */
export const BACKDATED_SECONDS = 300;

/** Signs the tenant's access tokens and checks them at its doors. The key lives as long as the process. */
export class TokenIssuer {
  readonly #tenant: Tenant;
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;
  readonly #keyId: string;
  /** Base URL of the login door: issuer of version 2 tokens. Set when the door is open. */
  loginUrl = "https://login.microsoftonline.com";

  private constructor(tenant: Tenant, privateKey: KeyObject) {
    this.#tenant = tenant;
    this.#privateKey = privateKey;
    this.#publicKey = createPublicKey(privateKey);
    const spki = this.#publicKey.export({ type: "spki", format: "der" });
    this.#keyId = createHash("sha1").update(spki).digest("base64url");
  }

  static async create(tenant: Tenant): Promise<TokenIssuer> {
    const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
    return new TokenIssuer(tenant, privateKey);
  }

  /** Source of the claims: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference */
  issue(grant: TokenGrant): string {
    const now = Math.floor(this.#tenant.clock().getTime() / 1000);
    const header = { typ: "JWT", alg: "RS256", x5t: this.#keyId, kid: this.#keyId };
    const claims: Claims = {
      aud: grant.audience,
      iss: grant.issuer ?? this.#issuer(grant.version),
      iat: now - BACKDATED_SECONDS,
      nbf: now - BACKDATED_SECONDS,
      exp: now + TOKEN_LIFETIME_SECONDS,
      ...(grant.version === 1
        ? { appid: grant.appId, appidacr: grant.authenticationMethod, idp: this.#issuer(1) }
        : { azp: grant.appId, azpacr: grant.authenticationMethod }),
      idtyp: "app",
      oid: grant.objectId,
      ...(grant.roles.length > 0 && { roles: grant.roles }),
      sub: grant.objectId,
      tid: this.#tenant.id,
      uti: Buffer.from(this.#tenant.random(16)).toString("base64url"),
      ver: `${grant.version}.0`,
    };
    return signJwt(header, claims, this.#privateKey);
  }

  readonly verify: VerifyToken = (authorizationHeader, audience) => {
    const check = this.check(authorizationHeader, [audience]);
    return check.ok ? check.token : undefined;
  };

  /** Like `verify`, but says what is wrong. */
  check(authorizationHeader: string | undefined, audiences: readonly string[]): TokenCheck {
    const bearer = /^Bearer\s+(\S+)$/i.exec(authorizationHeader ?? "")?.[1];
    if (bearer === undefined) return { ok: false, problem: "missing" };
    const jwt = decodeJwt(bearer);
    if (!jwt) return { ok: false, problem: "malformed" };
    if (!this.isOwn(jwt)) return { ok: false, problem: "badSignature" };

    const now = this.#tenant.clock().getTime() / 1000;
    const { aud, exp, nbf, appid, azp, oid, roles } = jwt.claims;
    if (typeof exp !== "number" || typeof nbf !== "number" || now >= exp || now < nbf) {
      return { ok: false, problem: "expired" };
    }
    if (typeof aud !== "string" || !audiences.includes(aud)) return { ok: false, problem: "wrongAudience" };
    const token: VerifiedToken = {
      appId: String(appid ?? azp),
      objectId: String(oid),
      roles: Array.isArray(roles) ? roles.map(String) : [],
      audience: aud,
    };
    return { ok: true, token };
  }

  /** Whether this tenant signed the token. */
  isOwn({ header, signingInput, signature }: DecodedJwt): boolean {
    return header["alg"] === "RS256" && verify("RSA-SHA256", signingInput, this.#publicKey, signature);
  }

  /** The public signing key, as the discovery document links it. */
  jwks(): unknown {
    const key = this.#publicKey.export({ format: "jwk" });
    return {
      keys: [{ kty: "RSA", use: "sig", kid: this.#keyId, x5t: this.#keyId, n: key.n, e: key.e }],
    };
  }

  #issuer(version: 1 | 2): string {
    const { id } = this.#tenant;
    return version === 1 ? `https://sts.windows.net/${id}/` : `${this.loginUrl}/${id}/v2.0`;
  }
}
