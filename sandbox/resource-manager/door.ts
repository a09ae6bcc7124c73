import type { IncomingMessage } from "node:http";
import type { CloudAddresses } from "../cloud/addresses";
import { cloudMetadata } from "../cloud/metadata";
import type { TokenIssuer, TokenProblem, VerifiedToken } from "../login/tokens";
import type { Tenant } from "../tenant/tenant";
import { readBody, sendJson, type DoorRequest } from "../tls/https-door";
import { ArmError, invalidRequest } from "../vault/arm-error";
import { authorizeAction } from "./access";
import type { ArmAnswer, ArmRoute, Json } from "./call";
import { DELETED_VAULT_ROUTES } from "./deleted-vaults";
import { RESOURCE_GROUP_ROUTES } from "./resource-groups";
import { ROLE_ROUTES } from "./role-assignments";
import { matchRoute, readSegments } from "./routing";
import { SECRET_ROUTES } from "./secrets";
import { SUBSCRIPTION_ROUTES } from "./subscriptions";
import { VAULT_ROUTES } from "./vaults";

const AUDIENCES = ["https://management.azure.com", "797f4846-ba00-4fd7-ba43-dac1f8f63013"];
const API_VERSION = /^20\d\d-\d\d-\d\d(?:-preview)?$/;

const ROUTES: readonly ArmRoute[] = [
  ...SUBSCRIPTION_ROUTES,
  ...RESOURCE_GROUP_ROUTES,
  ...DELETED_VAULT_ROUTES,
  ...VAULT_ROUTES,
  ...SECRET_ROUTES,
  ...ROLE_ROUTES,
];

/** Azure Resource Manager, as far as Key Vault goes, and the description of the cloud that clients discover it by. */
export function resourceManagerRequestHandler(
  tenant: Tenant,
  issuer: TokenIssuer,
  addresses: CloudAddresses,
): (door: DoorRequest) => Promise<void> {
  return async ({ request, response, url }) => {
    const requestId = tenant.newId();
    const correlationId = request.headers["x-ms-correlation-request-id"];
    response.setHeader("x-ms-request-id", requestId);
    response.setHeader(
      "x-ms-correlation-request-id",
      typeof correlationId === "string" && correlationId !== "" ? correlationId : requestId,
    );
    response.setHeader("cache-control", "no-cache");
    let answer: ArmAnswer;
    try {
      answer = await answerArm(tenant, issuer, addresses, request, url);
    } catch (error) {
      if (!(error instanceof ArmError)) throw error;
      if (error.status === 401) {
        response.setHeader(
          "www-authenticate",
          `Bearer authorization_uri="${addresses.login}/${tenant.id}", error="invalid_token", error_description="${error.message}"`,
        );
      }
      answer = { status: error.status, body: { error: { code: error.code, message: error.message } } };
    }
    for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
    if (answer.body === undefined) {
      response.writeHead(answer.status);
      response.end();
      return;
    }
    sendJson(response, answer.status, answer.body);
  };
}

async function answerArm(
  tenant: Tenant,
  issuer: TokenIssuer,
  addresses: CloudAddresses,
  request: IncomingMessage,
  url: URL,
): Promise<ArmAnswer> {
  const segments = readSegments(url.pathname);
  if (request.method === "GET" && segments.join("/").toLowerCase() === "metadata/endpoints") {
    return metadata(addresses, url.searchParams);
  }
  const caller = callerOf(issuer, request);
  checkApiVersion(url.searchParams);
  const matched = matchRoute(ROUTES, request.method ?? "", segments);
  if (matched === undefined) {
    throw new ArmError(
      404,
      "InvalidResourceType",
      `The sandbox's Azure Resource Manager does not serve ${request.method ?? ""} ${url.pathname}.`,
    );
  }
  const { route, names, path } = matched;
  const subscription = names["subscription"] ?? /^\/subscriptions\/([^/]+)/i.exec(names["scope"] ?? "")?.[1];
  if (subscription !== undefined && subscription.toLowerCase() !== tenant.vaults.subscriptionId) {
    throw new ArmError(404, "SubscriptionNotFound", `The subscription '${subscription}' could not be found.`);
  }
  if (route.action !== undefined) authorizeAction(tenant, caller, route.action, names["scope"] ?? path);
  const body = readJson(await readBody(request));
  return route.answer({
    tenant,
    addresses,
    caller,
    method: route.method,
    path,
    names,
    query: url.searchParams,
    body,
  });
}

function metadata(addresses: CloudAddresses, query: URLSearchParams): ArmAnswer {
  const apiVersion = query.get("api-version") ?? "";
  const body = cloudMetadata(addresses, apiVersion);
  if (body !== undefined) return { status: 200, body };
  throw new ArmError(
    400,
    apiVersion === "" ? "MissingApiVersionParameter" : "InvalidApiVersionParameter",
    apiVersion === ""
      ? "The api-version query parameter (?api-version=) is required for all requests."
      : `The api-version '${apiVersion}' is invalid. The supported versions are '2022-09-01,2020-06-01,2019-05-01'.`,
  );
}

/** https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors */
const REFUSALS: Readonly<Record<TokenProblem, [string, string]>> = {
  missing: ["AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing."],
  malformed: ["InvalidAuthenticationToken", "The access token is invalid."],
  badSignature: ["InvalidAuthenticationToken", "The access token is invalid: its signature does not verify."],
  expired: [
    "ExpiredAuthenticationToken",
    "The access token expiry UTC time is earlier than current UTC time.",
  ],
  wrongAudience: [
    "InvalidAuthenticationTokenAudience",
    "The access token has been obtained for wrong audience or resource. It should exactly match with one of the allowed audiences 'https://management.core.windows.net/','https://management.azure.com'.",
  ],
};

function callerOf(issuer: TokenIssuer, request: IncomingMessage): VerifiedToken {
  const check = issuer.check(request.headers.authorization, AUDIENCES);
  if (check.ok) return check.token;
  const [code, message] = REFUSALS[check.problem];
  throw new ArmError(401, code, message);
}

function checkApiVersion(query: URLSearchParams): void {
  const apiVersion = query.get("api-version");
  if (apiVersion === null) {
    throw new ArmError(
      400,
      "MissingApiVersionParameter",
      "The api-version query parameter (?api-version=) is required for all requests.",
    );
  }
  if (API_VERSION.test(apiVersion)) return;
  throw new ArmError(400, "InvalidApiVersionParameter", `The api-version '${apiVersion}' is invalid.`);
}

/** Never told apart in the refusal: a body that is no JSON may be a secret somebody sent the wrong way. */
function readJson(bytes: Buffer): Json {
  if (bytes.length === 0) return {};
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Json;
  } catch {
    // Told below.
  }
  throw invalidRequest(
    "The request content was invalid and could not be deserialized: it is not a JSON object.",
  );
}
