/**
 * What can go wrong between us and a code host: one class per situation a caller handles differently.
 * No error carries a token, a request body or a raw answer.
 */

/** A failure as data. */
export interface Problem {
  readonly code: string;
  readonly message: string;
}

/** Base of every error of this folder. Tell them apart by class or by `code`. */
export abstract class PostError extends Error implements Problem {
  abstract readonly code: string;
  /** HTTP status, when there was an answer. */
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.name = new.target.name;
    this.status = status;
  }
}

/** Variables of the run are missing or wrong, so nothing was sent. Names all of them at once. */
export class PostConfigurationError extends PostError {
  override readonly code = "POST_CONFIGURATION";
}

/** 401: the host did not accept the token. */
export class PostUnauthorizedError extends PostError {
  override readonly code = "POST_UNAUTHORIZED";
}

/** 403, or 404 where a token without the permission gets that: names the permission. */
export class PostForbiddenError extends PostError {
  override readonly code = "POST_FORBIDDEN";
}

/** 404 or 410 for something that was there a moment ago. */
export class PostNotFoundError extends PostError {
  override readonly code = "POST_NOT_FOUND";
}

/** Any other 4xx: the host understood and refuses. */
export class PostRejectedError extends PostError {
  override readonly code = "POST_REJECTED";
}

/** The host asks us to wait longer than a pipeline should. */
export class PostThrottledError extends PostError {
  override readonly code = "POST_THROTTLED";
}

/** 5xx or no complete answer, after all repetitions. For a write that may have been carried out see `PostUndecidedError`. */
export class PostUnreachableError extends PostError {
  override readonly code = "POST_UNREACHABLE";
}

/** A write that may not be repeated blindly got no usable answer: it may or may not have happened. */
export class PostUndecidedError extends PostError {
  override readonly code = "POST_UNDECIDED";
}

/** An answer came but cannot be used: not JSON, too large, a redirect, not the promised shape. */
export class PostInvalidAnswerError extends PostError {
  override readonly code = "POST_INVALID_ANSWER";
}

/** The caller's abort signal ended it. */
export class PostAbortedError extends PostError {
  override readonly code = "POST_ABORTED";
}
