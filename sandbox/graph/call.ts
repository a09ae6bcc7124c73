import type { Caller, GraphResponse } from "../tenant/graph-request";
import type { Directory } from "../tenant/directory";
import { badQuery } from "./graph-error";

/** One Graph call on its way to the noun that answers it. */
export interface GraphCall {
  readonly tenant: Directory;
  readonly caller: Caller;
  readonly version: GraphVersion;
  /** Path below the version as it was sent, without query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  /** A `{name}` part of the route. */
  param(name: string): string;
  /** A header of the request, by its name in lower case. */
  header(name: string): string | undefined;
}

export const VERSIONS = ["v1.0", "beta"] as const;
export type GraphVersion = (typeof VERSIONS)[number];

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

/** An answer of beta, without what only v1.0 has. */
export function withoutV1Only(call: GraphCall, json: Json, v1Only: ReadonlySet<string>): Json {
  if (call.version === "v1.0") return json;
  return Object.fromEntries(Object.entries(json).filter(([name]) => !v1Only.has(name)));
}

/** Whether `Prefer` names a preference. */
export function prefers(call: GraphCall, preference: string): boolean {
  const given = call.header("prefer")?.split(",") ?? [];
  return given.some((one) => one.trim().toLowerCase() === preference);
}

/**
 * A member of an enumeration as this version shows it: one that exists in beta only is "unknownFutureValue" in v1.0,
 * unless the caller asks for it.
 * Source: https://learn.microsoft.com/graph/best-practices-concept#handling-future-members-in-evolvable-enumerations
 */
export function enumMember(call: GraphCall, value: string, betaOnly: readonly string[]): string {
  const hidden = call.version === "v1.0" && betaOnly.includes(value);
  return hidden && !prefers(call, "include-unknown-enum-members") ? "unknownFutureValue" : value;
}
