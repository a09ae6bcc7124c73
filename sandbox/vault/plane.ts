import type { Tenant } from "../tenant/tenant";
import { authorize, type VaultCaller } from "./access";
import { badParameter, KeyVaultError } from "./key-vault-error";
import type { DataAction } from "./role-assignments";
import type { Vault } from "./vault";

/** A request to one vault by a caller the door knows. */
export interface PlaneRequest {
  readonly tenant: Tenant;
  readonly vault: Vault;
  readonly caller: VaultCaller;
  readonly method: string;
  /** The path below the vault: `["secrets", "billing"]`. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  /** How links lead back to this vault. */
  readonly baseUrl: string;
  /** The JSON object sent; empty without one. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface PlaneAnswer {
  readonly status: number;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Key Vault's largest and default page. */
const PAGE_SIZE = 25;

/** Lets the caller act on an object, or for lists on the vault. @throws KeyVaultError `Forbidden` */
export function permit({ tenant, vault, caller }: PlaneRequest, action: DataAction, object?: string): void {
  authorize(tenant, vault, caller, action, object === undefined ? vault.id : `${vault.id}/${object}`);
}

export function ok(body: object): PlaneAnswer {
  return { status: 200, body };
}

/** One page of a list, with the link to the next as Key Vault gives it. */
export function page(items: readonly object[], { query, baseUrl, segments }: PlaneRequest): PlaneAnswer {
  const size = boundedNumber(query.get("maxresults") ?? String(PAGE_SIZE), "maxresults", 1, PAGE_SIZE);
  const start = boundedNumber(query.get("$skiptoken") ?? "0", "$skiptoken", 0, Number.MAX_SAFE_INTEGER);
  const end = start + size;
  const next = new URLSearchParams({
    "api-version": query.get("api-version") ?? "",
    $skiptoken: String(end),
    maxresults: String(size),
  });
  return ok({
    value: items.slice(start, end),
    nextLink: end < items.length ? `${baseUrl}/${segments.join("/")}?${next.toString()}` : null,
  });
}

export function notEmulated({ method, segments }: PlaneRequest): KeyVaultError {
  return new KeyVaultError(
    405,
    "MethodNotAllowed",
    `The sandbox vault does not emulate ${method} on /${segments.join("/")}.`,
  );
}

/** Seconds since 1970 among attributes, in Key Vault's words. */
export function seconds(
  attributes: Readonly<Record<string, unknown>>,
  name: "exp" | "nbf",
): number | undefined {
  const value = attributes[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
  throw badParameter(`The attribute '${name}' must be whole seconds since 1970.`);
}

export function tags(given: unknown): Readonly<Record<string, string>> | undefined {
  if (given === undefined || given === null) return undefined;
  if (typeof given !== "object" || Array.isArray(given)) throw badParameter("The tags must be an object.");
  const entries = Object.entries(given);
  if (entries.length > 15) throw badParameter("Too many tags: at most 15 are allowed.");
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

function boundedNumber(text: string, name: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw badParameter(`The parameter '${name}' has the invalid value '${text}'.`);
  }
  return value;
}
