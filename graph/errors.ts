/**
 * What can go wrong between us and Microsoft Graph: one class per situation a caller handles differently.
 *
 * An error carries a stable `code`, the request it belongs to and the ids Microsoft support asks for. It
 * never carries a token, a request body or a raw response: whatever text the service sent has been shortened
 * and cleared of anything that looks like a credential.
 */

/**
 * What is known about a write after it failed.
 *
 * - `not-applied`: no attempt had an effect: the service refused it, or it never left this machine.
 * - `unknown`: the service may have carried out one of the attempts; read before sending anything again.
 * - `applied`: the service said that it did, but its answer with the result could not be read to the end.
 */
export type WriteOutcome = "not-applied" | "unknown" | "applied";

/** The facts an error keeps. None of them is secret. */
export interface GraphErrorDetails {
  /** Method and path, without host and query: `PATCH /v1.0/policies/defaultAppManagementPolicy`. */
  readonly request?: string | undefined;
  /** HTTP status, when there was an answer. */
  readonly status?: number | undefined;
  /** The innermost `code` of the error object Graph sent. */
  readonly graphCode?: string | undefined;
  /** `request-id` of the answer: what Microsoft support asks for. */
  readonly requestId?: string | undefined;
  /** `client-request-id` that we sent; present even when no answer came. */
  readonly clientRequestId?: string | undefined;
  /** Only for writes. */
  readonly outcome?: WriteOutcome | undefined;
  /** Seconds the service asked us to wait, when we gave up waiting. */
  readonly retryAfterSeconds?: number | undefined;
}

/** Base of every error this folder throws. Tell them apart by class or by `code`. */
export abstract class GraphError extends Error implements GraphErrorDetails {
  abstract readonly code: string;
  readonly request: string | undefined;
  readonly status: number | undefined;
  readonly graphCode: string | undefined;
  readonly requestId: string | undefined;
  readonly clientRequestId: string | undefined;
  readonly outcome: WriteOutcome | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, details: GraphErrorDetails = {}) {
    super(message);
    this.name = new.target.name;
    this.request = details.request;
    this.status = details.status;
    this.graphCode = details.graphCode;
    this.requestId = details.requestId;
    this.clientRequestId = details.clientRequestId;
    this.outcome = details.outcome;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}

/** No access token could be had: Entra refused the sign-in, or the token source failed. */
export class GraphSignInError extends GraphError {
  override readonly code = "GRAPH_SIGN_IN_FAILED";
}

/** 401: Graph did not accept the token (wrong tenant, wrong cloud, expired). */
export class GraphUnauthorizedError extends GraphError {
  override readonly code = "GRAPH_UNAUTHORIZED";
}

/** 403: signed in, but a permission or a role is missing. */
export class GraphForbiddenError extends GraphError {
  override readonly code = "GRAPH_FORBIDDEN";
}

/** 404 or 410: the object, or the whole path, does not exist in this tenant. */
export class GraphNotFoundError extends GraphError {
  override readonly code = "GRAPH_NOT_FOUND";
}

/** The link to a page has expired; the list has to be read again from its beginning. */
export class GraphPageExpiredError extends GraphError {
  override readonly code = "GRAPH_PAGE_EXPIRED";
}

/** 409 or 412: somebody else changed the object, or it exists already. */
export class GraphConflictError extends GraphError {
  override readonly code = "GRAPH_CONFLICT";
}

/** 429 for longer than we are allowed to wait. */
export class GraphThrottledError extends GraphError {
  override readonly code = "GRAPH_THROTTLED";
}

/** An application management policy of the tenant refused a credential. */
export class GraphPolicyBlockedError extends GraphError {
  override readonly code = "GRAPH_POLICY_BLOCKED";
}

/** Any other 4xx: Graph understood the request and refuses it; repeating it changes nothing. */
export class GraphRejectedError extends GraphError {
  override readonly code = "GRAPH_REJECTED";
}

/** 408 or 5xx for longer than we are allowed to wait, or on a write that may not be repeated. */
export class GraphUnavailableError extends GraphError {
  override readonly code = "GRAPH_UNAVAILABLE";
}

/** No complete answer: no connection, a cut connection, or the time limit of the request. */
export class GraphUnreachableError extends GraphError {
  override readonly code = "GRAPH_UNREACHABLE";
}

/** An answer came but cannot be used: not JSON, too large, or not the promised shape. */
export class GraphInvalidAnswerError extends GraphError {
  override readonly code = "GRAPH_INVALID_ANSWER";
}

/** The caller's abort signal ended the request or the wait before a repetition. */
export class GraphAbortedError extends GraphError {
  override readonly code = "GRAPH_ABORTED";
}

/** The policy found in the tenant cannot be written back without losing part of it. */
export class GraphPolicyNotMergeableError extends GraphError {
  override readonly code = "GRAPH_POLICY_NOT_MERGEABLE";
}
