import type { GraphRequest, GraphResponse } from "../tenant/graph-request";
import { graphDateTime } from "../tenant/identifiers";
import type { Directory } from "../tenant/directory";
import type { GraphCall } from "./call";
import { badQuery, GraphError, injected, segmentNotFound } from "./graph-error";
import { checkPermission } from "./permissions";
import { routes } from "./routes";
import { matchRoute, pathSegments } from "./routing";

const VERSIONS: readonly string[] = ["v1.0", "beta"];

/** Finds the noun a call is for, lets it answer, and dresses refusals as Graph does. */
export function answerGraph(tenant: Directory, request: GraphRequest): GraphResponse {
  const requestId = tenant.newId();
  const headers = { "request-id": requestId, "client-request-id": requestId };
  try {
    const fault = tenant.faults.takeInner(request);
    if (fault?.kind === "answer") throw injected(fault);
    if (fault?.when === "before") fault.change();
    const response = dispatch(tenant, request);
    if (fault?.when === "after") fault.change();
    return { ...response, headers: { ...response.headers, ...headers } };
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    return {
      status: error.status,
      body: errorBody(error, tenant.clock(), requestId),
      headers: { ...error.headers, ...headers },
    };
  }
}

function dispatch(tenant: Directory, request: GraphRequest): GraphResponse {
  const queryStart = request.path.indexOf("?");
  const path = queryStart < 0 ? request.path : request.path.slice(0, queryStart);
  const [version = "", ...segments] = pathSegments(path);
  if (!VERSIONS.includes(version)) throw badQuery(`Invalid version: ${version}`);

  const match = matchRoute(routes, request.method, segments);
  if (match.kind === "unknownSegment") throw segmentNotFound(match.segment);
  if (match.kind === "methodNotAllowed") {
    const message = "Specified HTTP method is not allowed for the request target.";
    throw new GraphError(405, "Request_BadRequest", message);
  }
  const call: GraphCall = {
    tenant,
    caller: request.caller,
    version,
    path: segments.join("/"),
    query: new URLSearchParams(queryStart < 0 ? "" : request.path.slice(queryStart)),
    body: request.body,
    param: (name) => match.params[name] ?? "",
  };
  checkPermission(match.route.permission, call);
  return match.route.handle(call);
}

/** Source: https://learn.microsoft.com/graph/errors */
export function errorBody(error: GraphError, now: Date, requestId: string): unknown {
  return {
    error: {
      code: error.code,
      message: error.message,
      ...(error.details && { details: error.details }),
      innerError: {
        date: graphDateTime(now).replace("Z", ""),
        "request-id": requestId,
        "client-request-id": requestId,
      },
    },
  };
}
