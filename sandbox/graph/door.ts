import type { IncomingMessage, ServerResponse } from "node:http";
import type { TokenIssuer, TokenProblem } from "../login/tokens";
import type { GraphRequest, GraphResponse } from "../tenant/graph-request";
import { MICROSOFT_GRAPH } from "../tenant/microsoft-services";
import type { Tenant } from "../tenant/tenant";
import { readBody, sendJson, type DoorRequest } from "../tls/https-door";
import { errorBody } from "./answer";
import { isObject } from "./call";
import { badQuery, GraphError } from "./graph-error";

const METHODS: readonly GraphRequest["method"][] = ["GET", "POST", "PATCH", "PUT", "DELETE"];
const AUDIENCES = [MICROSOFT_GRAPH.audience, MICROSOFT_GRAPH.appId];

/** The Graph door: a bearer token in, the tenant's own answer out. */
export function graphRequestHandler(
  tenant: Tenant,
  issuer: TokenIssuer,
): (door: DoorRequest) => Promise<void> {
  return async ({ request, response }) => {
    const call = { method: request.method ?? "", path: request.url ?? "/" };
    const { fault, released } = tenant.faults.takeTransport(call) ?? {};
    if (fault?.kind === "hold") await released;
    if (fault?.kind === "cut" && fault.when === "before") {
      response.destroy();
      return;
    }
    const answer = await graphAnswer(tenant, issuer, request);
    // Of an answer without a body there is no half: the connection ends before it.
    if (fault?.kind === "cut" || (fault?.kind === "halfBody" && answer.body === undefined)) {
      response.destroy();
      return;
    }
    const requestId = answer.headers?.["request-id"] ?? tenant.newId();
    const clientRequestId = request.headers["client-request-id"];
    const echoed =
      typeof clientRequestId === "string" && clientRequestId !== "" ? clientRequestId : requestId;
    for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
    response.setHeader("request-id", requestId);
    response.setHeader("client-request-id", echoed);
    response.setHeader("cache-control", "no-cache");
    if (answer.body === undefined) {
      response.writeHead(answer.status);
      response.end();
      return;
    }
    const body = withClientRequestId(answer.body, echoed);
    if (typeof answer.body === "string") {
      response.writeHead(answer.status);
      response.end(answer.body);
      return;
    }
    if (fault?.kind === "halfBody") sendHalf(response, answer.status, body);
    else sendJson(response, answer.status, body);
  };
}

/** Announces the whole answer, sends half of it and ends the connection. */
function sendHalf(response: ServerResponse, status: number, body: unknown): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": bytes.length,
  });
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => {
    response.destroy();
  });
}

async function graphAnswer(
  tenant: Tenant,
  issuer: TokenIssuer,
  request: IncomingMessage,
): Promise<GraphResponse> {
  const check = issuer.check(request.headers.authorization, AUDIENCES);
  if (!check.ok) return unauthorized(tenant, check.problem);
  const method = METHODS.find((candidate) => candidate === request.method);
  if (!method) {
    const message = "Specified HTTP method is not allowed for the request target.";
    return refusal(tenant, new GraphError(405, "Request_BadRequest", message));
  }
  const text = (await readBody(request)).toString("utf8");
  const body = parseJson(text);
  if (body === MALFORMED) {
    return refusal(
      tenant,
      badQuery(
        "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
      ),
    );
  }
  const { appId, roles } = check.token;
  const headers = Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) =>
      typeof value === "string" && name !== "authorization" ? [[name, value] as const] : [],
    ),
  );
  return tenant.graph({ method, path: request.url ?? "/", body, headers, caller: { appId, roles } });
}

const MALFORMED = Symbol("malformed");

function parseJson(text: string): unknown {
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return MALFORMED;
  }
}

/** Source of code and texts: https://learn.microsoft.com/graph/resolve-auth-errors */
const UNAUTHORIZED: Readonly<Record<TokenProblem, string>> = {
  missing: "Access token is empty.",
  malformed: "IDX14100: JWT is not well formed, there are no dots (.).",
  badSignature: "Access token validation failure. Invalid signature.",
  expired: "Lifetime validation failed, the token is expired.",
  wrongAudience: "Access token validation failure. Invalid audience.",
};

function unauthorized(tenant: Tenant, problem: TokenProblem): GraphResponse {
  const answer = refusal(tenant, new GraphError(401, "InvalidAuthenticationToken", UNAUTHORIZED[problem]));
  const challenge =
    'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", ' +
    `client_id="${MICROSOFT_GRAPH.appId}"`;
  return { ...answer, headers: { ...answer.headers, "www-authenticate": challenge } };
}

function refusal(tenant: Tenant, error: GraphError): GraphResponse {
  const requestId = tenant.newId();
  return {
    status: error.status,
    body: errorBody(error, tenant.clock(), requestId),
    headers: { "request-id": requestId },
  };
}

/** The caller's own id comes back in the error body as well. */
function withClientRequestId(body: unknown, id: string): unknown {
  const error = isObject(body) ? body["error"] : undefined;
  const innerError = isObject(error) ? error["innerError"] : undefined;
  if (!isObject(error) || !isObject(innerError)) return body;
  return { error: { ...error, innerError: { ...innerError, "client-request-id": id } } };
}
