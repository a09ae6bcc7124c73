/** Errors of the provider itself; those of Microsoft Graph are in graph/errors.ts, of Key Vault in vault-error.ts. */

type ProviderErrorCode =
  | "CERTLOCK_AUTHORITIES_FORBIDDEN"
  | "CERTLOCK_AUTHORITIES_FULL"
  | "CERTLOCK_AUTHORITIES_GONE"
  | "CERTLOCK_AUTHORITIES_IN_USE"
  | "CERTLOCK_CERTIFICATE_CANCELLED"
  | "CERTLOCK_CERTIFICATE_DELETED"
  | "CERTLOCK_CERTIFICATE_FAILED"
  | "CERTLOCK_CERTIFICATE_NOT_USABLE"
  | "CERTLOCK_CERTIFICATE_PENDING"
  | "CERTLOCK_CERTIFICATE_TAKEN"
  | "CERTLOCK_CLIENT_SECRET_REFUSED"
  | "CERTLOCK_CREDENTIALS_INCOMPLETE"
  | "CERTLOCK_ENDPOINT_INVALID"
  | "CERTLOCK_GENERATION_PASSED"
  | "CERTLOCK_IMPORT_ID_UNKNOWN"
  | "CERTLOCK_POLICY_ASSIGNED_ALREADY"
  | "CERTLOCK_POLICY_CONTENDED"
  | "CERTLOCK_POLICY_PART_LOST"
  | "CERTLOCK_POLICY_TARGET_UNKNOWN"
  | "CERTLOCK_STATE_INCOMPLETE"
  | "CERTLOCK_VAULT_URI_REFUSED"
  | "CERTLOCK_WRITE_NOT_VISIBLE";

/** A failure with a stable code, whose message says what to do next. Never holds a secret. */
export class ProviderError extends Error {
  readonly code: ProviderErrorCode;

  constructor(code: ProviderErrorCode, message: string) {
    super(message);
    this.name = "ProviderError";
    this.code = code;
  }
}

/**
 * A create or update whose outcome is not certain. The engine records the resource with this state, so that
 * what was there before is not forgotten, and runs an update next time.
 */
export class PartialFailureError extends Error {
  readonly id: string;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly reason: string;

  constructor(id: string, outputs: Readonly<Record<string, unknown>>, reason: string) {
    super(reason);
    this.name = "PartialFailureError";
    this.id = id;
    this.outputs = outputs;
    this.reason = reason;
  }
}

/** One line for the person at the pipeline: the stable code, then the message. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return "certlock failed for an unknown reason.";
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? `${code}: ${error.message}` : error.message;
}
