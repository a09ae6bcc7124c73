import type { Caller, GraphResponse } from "../tenant/graph-request";
import type { Tenant } from "../tenant/tenant";
import { badQuery } from "./graph-error";

/** One Graph call on its way to the noun that answers it. */
export interface GraphCall {
  readonly tenant: Tenant;
  readonly caller: Caller;
  /** "v1.0" or "beta". */
  readonly version: string;
  /** Path below the version, decoded, without query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  /** A `{name}` part of the route. */
  param(name: string): string;
}

export type Json = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The JSON object a write must carry. */
export function bodyObject(call: GraphCall): Json {
  if (!isObject(call.body)) throw badQuery("Empty Payload. JSON content expected.");
  return call.body;
}

export function ok(body: Json): GraphResponse {
  return { status: 200, body };
}

export function created(body: Json): GraphResponse {
  return { status: 201, body };
}

export function noContent(): GraphResponse {
  return { status: 204 };
}

/** `@odata.context` of an answer. */
export function context(call: GraphCall, fragment: string): string {
  return `${call.tenant.graphUrl}/${call.version}/$metadata#${fragment}`;
}
