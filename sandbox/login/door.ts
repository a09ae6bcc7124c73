import type { IncomingMessage, ServerResponse } from "node:http";
import type { Tenant } from "../tenant/tenant";
import { readBody, sendJson, type DoorRequest } from "../tls/https-door";
import { baseUrlOf, instanceDiscovery, openIdConfiguration } from "./discovery";
import { LoginError, loginErrorBody, missingParameter, tenantNotFound, type LoginTrace } from "./login-error";
import type { TokenService } from "./token-service";
import type { TokenIssuer } from "./tokens";

const FORM = "application/x-www-form-urlencoded";

/** The login door: discovery documents, signing keys and the token endpoint. */
export function loginRequestHandler(
  tenant: Tenant,
  issuer: TokenIssuer,
  service: TokenService,
): (door: DoorRequest) => Promise<void> {
  return async ({ request, response, clientAddress, url }) => {
    const trace: LoginTrace = {
      traceId: tenant.newId(),
      correlationId: header(request, "client-request-id") ?? tenant.newId(),
      now: tenant.clock(),
    };
    response.setHeader("x-ms-request-id", trace.traceId);
    response.setHeader("client-request-id", trace.correlationId);
    response.setHeader("cache-control", "no-store, no-cache");
    try {
      const baseUrl = baseUrlOf(request.headers.host, issuer.loginUrl);
      const [tenantName = "", ...rest] = url.pathname.split("/").slice(1);
      const endpoint = `${request.method ?? ""} ${rest.join("/")}`;
      switch (endpoint) {
        case "GET discovery/instance":
          sendJson(
            response,
            200,
            instanceDiscovery(baseUrl, issuer.loginUrl, url.searchParams.get("authorization_endpoint")),
          );
          return;
        case "GET v2.0/.well-known/openid-configuration":
        case "GET .well-known/openid-configuration": {
          if (!service.isThisTenant(tenantName)) throw tenantNotFound(tenantName);
          const version = rest[0] === "v2.0" ? 2 : 1;
          sendJson(response, 200, openIdConfiguration(tenant, baseUrl, version));
          return;
        }
        case "GET discovery/v2.0/keys":
        case "GET discovery/keys":
          sendJson(response, 200, issuer.jwks());
          return;
        case "GET token":
          // App Service's way to hand tokens to the managed identities of an app.
          if (tenantName !== "msi") notFound(response);
          else if (header(request, "x-identity-header") !== tenant.identityHeader) unauthorized(response);
          else sendJson(response, 200, managedIdentityToken(service, url.searchParams, trace.now));
          return;
        case "POST oauth2/v2.0/token":
        case "POST oauth2/token": {
          const token = service.token({
            version: rest[1] === "v2.0" ? 2 : 1,
            tenant: tenantName,
            form: await readForm(request),
            clientAddress,
            correlationId: trace.correlationId,
          });
          sendJson(response, 200, token);
          return;
        }
        default:
          notFound(response);
      }
    } catch (error) {
      if (!(error instanceof LoginError)) throw error;
      sendJson(response, error.status, loginErrorBody(error, trace));
    }
  };
}

/** Source: https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference */
function managedIdentityToken(service: TokenService, query: URLSearchParams, now: Date): unknown {
  const clientId = query.get("client_id") ?? "";
  const resource = query.get("resource") ?? "";
  if (clientId === "") throw missingParameter("client_id");
  if (resource === "") throw missingParameter("resource");
  const { access_token, expires_in, token_type } = service.managedIdentityToken(clientId, resource);
  const expires_on = String(Math.floor(now.getTime() / 1000) + expires_in);
  return { access_token, expires_on, resource, token_type, client_id: clientId };
}

/** The form of a token request; credentials in a Basic header are read as if they stood in it (RFC 6749, 2.3.1). */
async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const type = header(request, "content-type") ?? "";
  if (!type.toLowerCase().startsWith(FORM)) throw missingParameter("grant_type");
  const form = new URLSearchParams((await readBody(request)).toString("utf8"));
  const basic = /^Basic\s+(\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
  if (basic !== undefined) {
    const text = Buffer.from(basic, "base64").toString("utf8");
    const colon = text.indexOf(":");
    // Both halves are form-encoded before they are joined.
    const credentials = new URLSearchParams(`id=${text.slice(0, colon)}&secret=${text.slice(colon + 1)}`);
    form.set("client_id", credentials.get("id") ?? "");
    form.set("client_secret", credentials.get("secret") ?? "");
  }
  return form;
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

function unauthorized(response: ServerResponse): void {
  sendJson(response, 401, { statusCode: 401, message: "The X-IDENTITY-HEADER is missing or wrong." });
}

function notFound(response: ServerResponse): void {
  response.writeHead(404, { "content-type": "text/plain; charset=utf-8" });
  response.end("The sandbox's login door does not serve this address.\n");
}
