import type { IncomingMessage, ServerResponse } from "node:http";
import type { VerifyToken } from "../login/tokens";
import type { Tenant } from "../tenant/tenant";
import { authorize, type VaultCaller } from "./access";
import { KeyVaultError, secretNotFound } from "./key-vault-error";
import { secretBundle, secretItem, versionItem } from "./secret-bundle";
import { latestVersion, type Vault, type VaultSecret } from "./vault";

const AUDIENCE = "https://vault.azure.net";
const API_VERSION = /^(?:2016-10-01|7\.\d+(?:-preview(?:\.\d+)?)?|20\d\d-\d\d-\d\d)$/;
/** Key Vault's largest and default page. */
const PAGE_SIZE = 25;

/** A request that names its vault: the path below it, and how links lead back to the vault. */
interface VaultAddress {
  readonly vaultName: string;
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly baseUrl: string;
}

/**
 * The Key Vault data plane of every vault of the tenant behind one HTTPS door, for reading secrets. A vault is addressed
 * by host (`<vault>.vault.azure.net`, `<vault>.localhost`) or by the first part of the path (`/<vault>/secrets/…`).
 *
 * @see https://learn.microsoft.com/rest/api/keyvault/secrets/operation-groups
 */
export function vaultRequestHandler(
  tenant: Tenant,
  verify: VerifyToken,
  clientAddress: (request: IncomingMessage) => string,
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
    try {
      const { status, body } = answer(tenant, verify, request, response, address);
      response.statusCode = status;
      response.end(JSON.stringify(body));
    } catch (error) {
      const refusal =
        error instanceof KeyVaultError
          ? error
          : new KeyVaultError(500, "InternalServerError", "The sandbox vault failed to answer.");
      response.statusCode = refusal.status;
      response.end(JSON.stringify(refusal.body()));
    }
  };
}

function answer(
  tenant: Tenant,
  verify: VerifyToken,
  request: IncomingMessage,
  response: ServerResponse,
  clientAddress: string,
): { status: number; body: object } {
  const token = verify(request.headers.authorization, AUDIENCE);
  if (!token) {
    response.setHeader(
      "www-authenticate",
      `Bearer authorization="https://login.microsoftonline.com/${tenant.id}", resource="${AUDIENCE}"`,
    );
    throw new KeyVaultError(
      401,
      "Unauthorized",
      request.headers.authorization === undefined
        ? "AKV10000: Request is missing a Bearer or PoP token."
        : "Error validating the access token: it was not issued by this tenant for this audience, or has expired.",
    );
  }
  const address = readAddress(request);
  const vault = tenant.vaults.vault(address.vaultName);
  if (!vault) {
    // In Azure the host name of a vault that does not exist does not resolve.
    throw new KeyVaultError(
      404,
      "VaultNotFound",
      `There is no key vault '${address.vaultName}' in this sandbox.`,
    );
  }
  if (request.method !== "GET") {
    throw new KeyVaultError(
      405,
      "MethodNotAllowed",
      `The sandbox answers GET on secrets; ${request.method ?? ""} is not emulated. Write secrets through azure-native.keyvault.Secret.`,
    );
  }
  const apiVersion = address.query.get("api-version");
  if (apiVersion === null) throw new KeyVaultError(400, "BadParameter", "api-version must be specified");
  if (!API_VERSION.test(apiVersion)) {
    throw new KeyVaultError(400, "BadParameter", `The api-version '${apiVersion}' is not supported.`);
  }
  return { status: 200, body: readSecrets(tenant, vault, { token, clientAddress }, address) };
}

function readSecrets(tenant: Tenant, vault: Vault, caller: VaultCaller, address: VaultAddress): object {
  const [collection, name, version, ...rest] = address.segments;
  if (collection !== "secrets" || rest.length > 0) {
    throw new KeyVaultError(
      400,
      "BadParameter",
      "The sandbox vault answers /secrets, /secrets/{name}, /secrets/{name}/versions and /secrets/{name}/{version}.",
    );
  }
  if (name === undefined) {
    authorize(tenant, vault, caller, "readMetadata", vault.id);
    const items = [...vault.secrets.values()].map((secret) =>
      secretItem(vault, secret, latestVersion(secret)),
    );
    return page(items, address);
  }
  const resourceId = `${vault.id}/secrets/${name}`;
  if (version === "versions") {
    authorize(tenant, vault, caller, "readMetadata", resourceId);
    const secret = find(tenant, vault, name);
    return page(
      secret.versions.map((each) => versionItem(vault, secret, each)),
      address,
    );
  }
  authorize(tenant, vault, caller, "getSecret", resourceId);
  const secret = find(tenant, vault, name);
  const wanted = version
    ? secret.versions.find((each) => each.version === version.toLowerCase())
    : latestVersion(secret);
  if (!wanted) throw secretNotFound(`${name}/${version ?? ""}`);
  if (!wanted.attributes.enabled) {
    throw new KeyVaultError(
      403,
      "Forbidden",
      "Operation get is not allowed on a disabled secret.",
      "SecretDisabled",
    );
  }
  // A secret outside its dates is still readable, for tests and recovery:
  // https://learn.microsoft.com/azure/key-vault/secrets/about-secrets#date-time-controlled-operations
  return secretBundle(vault, secret, wanted);
}

function find(tenant: Tenant, vault: Vault, name: string): VaultSecret {
  const secret = tenant.vaults.secrets.get(vault, name);
  if (!secret) throw secretNotFound(name);
  return secret;
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
  const byHost = /^([a-z0-9-]+)\.(?:vault\.azure\.net|localhost)(?::\d+)?$/i.exec(host)?.[1];
  const vaultName = byHost ?? segments.shift();
  if (vaultName === undefined) {
    throw new KeyVaultError(
      400,
      "BadParameter",
      "The request names no vault: use the host <vault>.localhost or the path /<vault>/secrets/….",
    );
  }
  return {
    vaultName,
    segments,
    query: url.searchParams,
    baseUrl: byHost === undefined ? `https://${host}/${vaultName}` : `https://${host}`,
  };
}

/** One page of a list, with the link to the next as Key Vault gives it. */
function page(items: readonly object[], { query, baseUrl, segments }: VaultAddress): object {
  const size = boundedNumber(query.get("maxresults") ?? String(PAGE_SIZE), "maxresults", 1, PAGE_SIZE);
  const start = boundedNumber(query.get("$skiptoken") ?? "0", "$skiptoken", 0, Number.MAX_SAFE_INTEGER);
  const end = start + size;
  const next = new URLSearchParams({
    "api-version": query.get("api-version") ?? "",
    $skiptoken: String(end),
    maxresults: String(size),
  });
  return {
    value: items.slice(start, end),
    nextLink: end < items.length ? `${baseUrl}/${segments.join("/")}?${next.toString()}` : null,
  };
}

function boundedNumber(text: string, name: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new KeyVaultError(400, "BadParameter", `The parameter '${name}' has the invalid value '${text}'.`);
  }
  return value;
}
