import type { IncomingMessage, ServerResponse } from "node:http";
import type { VerifyToken } from "../login/tokens";
import type { Tenant } from "../tenant/tenant";
import { BodyTooLargeError, readBody } from "../tls/https-door";
import { answerCertificates, answerDeletedCertificates } from "./certificates-plane";
import { badParameter, KeyVaultError } from "./key-vault-error";
import { answerKeys } from "./keys-plane";
import type { PlaneAnswer, PlaneRequest } from "./plane";
import { answerDeletedSecrets, answerSecrets } from "./secrets-plane";
import type { Vault } from "./vault";

const AUDIENCE = "https://vault.azure.net";
const API_VERSION = /^(?:2016-10-01|7\.\d+(?:-preview(?:\.\d+)?)?|20\d\d-\d\d-\d\d)$/;

/** The public cloud's vaults, and those of this one; the port is the tunnel's or the door's. */
const VAULT_HOST = /^([a-z0-9-]+)\.(vault\.azure\.net|(?:vault\.)?localhost)(?::(\d+))?$/i;

/** A request that names its vault: the path below it, and how links lead back to the vault. */
interface VaultAddress {
  readonly vaultName: string;
  /** What a token must be for, as the client can hold it against the host it called. */
  readonly resource: string;
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly baseUrl: string;
}

/**
 * The Key Vault data plane of every vault of the tenant behind one HTTPS door: secrets, certificates and their keys. A vault is addressed
 * by host (`<vault>.vault.azure.net`, `<vault>.vault.localhost`, `<vault>.localhost`), and then answers with that host in
 * its links, or by the first part of the path (`/<vault>/secrets/…`).
 *
 * @see https://learn.microsoft.com/rest/api/keyvault/
 */
export function vaultRequestHandler(
  tenant: Tenant,
  verify: VerifyToken,
  clientAddress: (request: IncomingMessage) => string,
  loginUrl: () => string = () => "https://login.microsoftonline.com",
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const address = clientAddress(request);
    response.setHeader("content-type", "application/json; charset=utf-8");
    response.setHeader("cache-control", "no-cache");
    response.setHeader("x-ms-keyvault-service-version", "1.9.0-sandbox");
    response.setHeader("x-ms-request-id", tenant.newId());
    response.setHeader(
      "x-ms-keyvault-network-info",
      `conn_type=Ipv4;addr=${address};act_addr_fam=InterNetwork;`,
    );
    answer(tenant, verify, request, response, { clientAddress: address, loginUrl: loginUrl() })
      .catch((error: unknown) => refusalOf(error))
      .then(({ status, body, headers = {} }) => {
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
        response.statusCode = status;
        response.end(body === undefined ? undefined : JSON.stringify(body));
      })
      .catch(() => response.destroy());
  };
}

function refusalOf(error: unknown): PlaneAnswer {
  if (error instanceof KeyVaultError) return { status: error.status, body: error.body() };
  const refusal =
    error instanceof BodyTooLargeError
      ? new KeyVaultError(413, "RequestEntityTooLarge", error.message)
      : new KeyVaultError(500, "InternalServerError", "The sandbox vault failed to answer.");
  return { status: refusal.status, body: refusal.body() };
}

async function answer(
  tenant: Tenant,
  verify: VerifyToken,
  request: IncomingMessage,
  response: ServerResponse,
  { clientAddress, loginUrl }: { readonly clientAddress: string; readonly loginUrl: string },
): Promise<PlaneAnswer> {
  const token = verify(request.headers.authorization, AUDIENCE);
  const address = readAddress(request);
  if (!token) {
    const authority = address.resource === AUDIENCE ? "https://login.microsoftonline.com" : loginUrl;
    response.setHeader(
      "www-authenticate",
      `Bearer authorization="${authority}/${tenant.id}", resource="${address.resource}"`,
    );
    throw new KeyVaultError(
      401,
      "Unauthorized",
      request.headers.authorization === undefined
        ? "AKV10000: Request is missing a Bearer or PoP token."
        : "Error validating the access token: it was not issued by this tenant for this audience, or has expired.",
    );
  }
  const vault = tenant.vaults.vault(address.vaultName);
  if (!vault) {
    // In Azure the host name of a vault that does not exist does not resolve.
    throw new KeyVaultError(
      404,
      "VaultNotFound",
      `There is no key vault '${address.vaultName}' in this sandbox.`,
    );
  }
  const apiVersion = address.query.get("api-version");
  if (apiVersion === null) throw new KeyVaultError(400, "BadParameter", "api-version must be specified");
  if (!API_VERSION.test(apiVersion)) {
    throw new KeyVaultError(400, "BadParameter", `The api-version '${apiVersion}' is not supported.`);
  }
  const { segments, query, baseUrl } = address;
  const method = request.method ?? "";
  const caller = { token, clientAddress };
  const body = method === "GET" ? {} : parseBody(await readBody(request));
  await tenant.vaults.renewals.run(tenant, vault);
  const asked: PlaneRequest = {
    tenant,
    vault: seenFrom(vault, address),
    caller,
    method,
    segments,
    query,
    baseUrl,
    body,
  };
  switch (segments[0]) {
    case "secrets":
      return answerSecrets(asked);
    case "deletedsecrets":
      return answerDeletedSecrets(asked);
    case "certificates":
      return answerCertificates(asked);
    case "deletedcertificates":
      return answerDeletedCertificates(asked);
    case "keys":
      return answerKeys(asked);
    default:
      throw badParameter(
        "The sandbox vault answers /secrets, /deletedsecrets, /certificates, /deletedcertificates and /keys.",
      );
  }
}

/** A vault called by a host is known by it in everything it answers; its objects are the same. */
function seenFrom(vault: Vault, { resource, baseUrl }: VaultAddress): Vault {
  if (resource === AUDIENCE) return vault;
  return { ...vault, properties: { ...vault.properties, vaultUri: `${baseUrl}/` } };
}

/** Never told apart in the refusal: a body that is no JSON may be a secret somebody sent the wrong way. */
function parseBody(bytes: Buffer): PlaneRequest["body"] {
  if (bytes.length === 0) return {};
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return value as PlaneRequest["body"];
  } catch {
    // Told below.
  }
  throw badParameter("The request body is not a JSON object.");
}

function readAddress(request: IncomingMessage): VaultAddress {
  const host = request.headers.host ?? "localhost";
  let url: URL;
  let segments: string[];
  try {
    url = new URL(request.url ?? "/", "https://vault.invalid");
    segments = url.pathname.split("/").filter(Boolean).map(decodeURIComponent);
  } catch {
    throw new KeyVaultError(400, "BadParameter", "The address of the request is malformed.");
  }
  const [, byHost, domain = "", port] = VAULT_HOST.exec(host) ?? [];
  const vaultName = byHost ?? segments.shift();
  if (vaultName === undefined) {
    throw new KeyVaultError(
      400,
      "BadParameter",
      "The request names no vault: use the host <vault>.vault.localhost or the path /<vault>/secrets/….",
    );
  }
  return {
    vaultName,
    resource: domain.endsWith("vault.localhost")
      ? `https://vault.localhost${port === undefined ? "" : `:${port}`}`
      : AUDIENCE,
    segments,
    query: url.searchParams,
    baseUrl: byHost === undefined ? `https://${host}/${vaultName}` : `https://${host}`,
  };
}
