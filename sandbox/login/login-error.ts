import { isGuid } from "../tenant/identifiers";

/** OAuth error codes the token endpoint answers with. */
export type OAuthError =
  | "invalid_client"
  | "invalid_grant"
  | "invalid_instance"
  | "invalid_request"
  | "invalid_resource"
  | "invalid_scope"
  | "unauthorized_client"
  | "unsupported_grant_type";

/**
 * A refusal of the token endpoint: an AADSTS number with Entra's text. Never carries a secret or an assertion.
 * Source: https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
export class LoginError extends Error {
  override readonly name = "LoginError";
  readonly error: OAuthError;
  readonly number: number;

  constructor(error: OAuthError, number: number, text: string) {
    super(`AADSTS${number}: ${text}`);
    this.error = error;
    this.number = number;
  }

  /** A client that failed to prove itself is 401, every other refusal 400. */
  get status(): number {
    return this.error === "invalid_client" ? 401 : 400;
  }
}

/** What ties an answer to the sign-in log. */
export interface LoginTrace {
  readonly traceId: string;
  readonly correlationId: string;
  readonly now: Date;
}

export function loginErrorBody(error: LoginError, trace: LoginTrace): unknown {
  const timestamp = trace.now.toISOString().replace("T", " ").replace(/\.\d+/, "");
  return {
    error: error.error,
    error_description:
      `${error.message} Trace ID: ${trace.traceId} Correlation ID: ${trace.correlationId} ` +
      `Timestamp: ${timestamp}`,
    error_codes: [error.number],
    timestamp,
    trace_id: trace.traceId,
    correlation_id: trace.correlationId,
    error_uri: `https://login.microsoftonline.com/error?code=${error.number}`,
  };
}

export function missingParameter(name: string): LoginError {
  return new LoginError(
    "invalid_request",
    900144,
    `The request body must contain the following parameter: '${name}'.`,
  );
}

/** A tenant is a GUID or a domain; the names that stand for any tenant are no place for an application to sign in. */
export function tenantNotFound(tenant: string): LoginError {
  if (tenant === "common" || tenant === "consumers") {
    return new LoginError(
      "invalid_request",
      9001023,
      "The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or " +
        "tenant-specific endpoint.",
    );
  }
  if (tenant === "organizations") {
    return new LoginError(
      "invalid_request",
      50059,
      "No tenant-identifying information found in either the request or implied by any provided credentials.",
    );
  }
  if (!isGuid(tenant) && !/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i.test(tenant)) {
    return new LoginError(
      "invalid_request",
      900023,
      `Specified tenant identifier '${tenant}' is neither a valid DNS name, nor a valid external domain.`,
    );
  }
  return new LoginError(
    "invalid_request",
    90002,
    `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the ` +
      "correct cloud. Check with your subscription administrator, this may happen if there are no active " +
      "subscriptions for the tenant.",
  );
}

export function applicationNotFound(appId: string, directory: string): LoginError {
  return new LoginError(
    "unauthorized_client",
    700016,
    `Application with identifier '${appId}' was not found in the directory '${directory}'. This can happen if ` +
      "the application has not been installed by the administrator of the tenant or consented to by any user in " +
      "the tenant. You may have sent your authentication request to the wrong tenant.",
  );
}

/** Why a certificate did not prove the client; the words between brackets are Entra's. */
export function certificateRefused(text: string, reason: string, thumbprint: string): LoginError {
  return new LoginError(
    "invalid_client",
    700027,
    `${text} [Reason - ${reason}, Thumbprint of key used by client: '${thumbprint}']`,
  );
}
