/** A refusal in Graph's own terms: status, code and message of the error body. */
export class GraphError extends Error {
  override readonly name = "GraphError";
  readonly status: number;
  readonly code: string;
  readonly details: readonly GraphErrorDetail[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    details?: readonly GraphErrorDetail[],
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
    this.headers = headers;
  }
}

export interface GraphErrorDetail {
  readonly code: string;
  readonly message: string;
  readonly target: string;
}

export function badRequest(message: string): GraphError {
  return new GraphError(400, "Request_BadRequest", message);
}

/** An OData-level refusal (path, query, JSON shape): Graph's gateway says "BadRequest" there. */
export function badQuery(message: string): GraphError {
  return new GraphError(400, "BadRequest", message);
}

/** A query the directory cannot answer. */
export function unsupportedQuery(message: string): GraphError {
  return new GraphError(400, "Request_UnsupportedQuery", message);
}

export function invalidValue(property: string): GraphError {
  return badRequest(`Invalid value specified for property '${property}' of resource.`);
}

export function invalidProperty(property: string): GraphError {
  return badRequest(`Invalid property '${property}'.`);
}

export function resourceNotFound(id: string): GraphError {
  return new GraphError(
    404,
    "Request_ResourceNotFound",
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  );
}

export function accessDenied(): GraphError {
  return new GraphError(
    403,
    "Authorization_RequestDenied",
    "Insufficient privileges to complete the operation.",
  );
}

export function segmentNotFound(segment: string): GraphError {
  return badQuery(`Resource not found for the segment '${segment}'.`);
}

export function referenceAlreadyExists(property: string): GraphError {
  return badRequest(
    `One or more added object references already exist for the following modified properties: '${property}'.`,
  );
}

export function duplicateKeyValue(message: string): GraphError {
  return new GraphError(409, "Request_MultipleObjectsWithSameKeyValue", message);
}

/** Source of the codes: https://learn.microsoft.com/graph/errors */
const CODE_OF_STATUS: Readonly<Record<number, string>> = {
  409: "Conflict",
  412: "PreconditionFailed",
  429: "TooManyRequests",
  500: "InternalServerError",
  502: "UnknownError",
  503: "ServiceUnavailable",
  504: "UnknownError",
};

/** The refusal a test has laid out. */
export function injected(fault: { status: number; code?: string; retryAfterSeconds?: number }): GraphError {
  const { status, code = CODE_OF_STATUS[status] ?? "UnknownError", retryAfterSeconds } = fault;
  return new GraphError(
    status,
    code,
    "This refusal was laid out for the test.",
    undefined,
    retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) },
  );
}
