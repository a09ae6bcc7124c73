import type { VerifiedToken } from "../login/tokens";
import type { CloudAddresses } from "../cloud/addresses";
import type { Tenant } from "../tenant/tenant";
import { invalidRequest } from "../vault/arm-error";

/** A JSON object somebody sent, not yet believed. */
export type Json = Readonly<Record<string, unknown>>;

/** One request to Azure Resource Manager by a caller the door knows and lets in. */
export interface ArmCall {
  readonly tenant: Tenant;
  readonly addresses: CloudAddresses;
  readonly caller: VerifiedToken;
  readonly method: string;
  /** The path, decoded, as the caller wrote it. */
  readonly path: string;
  /** What the placeholders of the route stand for. */
  readonly names: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Json;
}

export interface ArmAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One operation of a resource type. */
export interface ArmRoute {
  readonly method: "GET" | "HEAD" | "PUT" | "PATCH" | "POST" | "DELETE";
  /** `{name}` stands for one segment, `{+name}` at the start for a whole scope. Fixed segments match in any case. */
  readonly path: string;
  /** What a role must allow, at the resource or above it; undefined for what every signed-in caller may see. */
  readonly action: string | undefined;
  readonly answer: (call: ArmCall) => ArmAnswer;
}

export function ok(body: unknown): ArmAnswer {
  return { status: 200, body };
}

export function list(value: readonly unknown[]): ArmAnswer {
  return { status: 200, body: { value } };
}

/** A name of the route; the router has put it there. */
export function nameOf({ names }: ArmCall, name: string): string {
  return names[name] ?? "";
}

/** A member of a body that must be an object, if it is there at all. */
export function objectOf(body: Json, name: string): Json | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "object" && !Array.isArray(value)) return value as Json;
  throw wrongType(name, "an object");
}

export function objectsOf(body: Json, name: string): readonly Json[] | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value) && value.every((each) => typeof each === "object" && each !== null))
    return value as Json[];
  throw wrongType(name, "a list of objects");
}

export function textsOf(body: Json, name: string): readonly string[] {
  const value = body[name];
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every((each) => typeof each === "string")) return value;
  throw wrongType(name, "a list of texts");
}

export function textOf(body: Json, name: string): string | undefined {
  return memberOf(body, name, "string", "a text");
}

export function flagOf(body: Json, name: string): boolean | undefined {
  return memberOf(body, name, "boolean", "true or false");
}

export function numberOf(body: Json, name: string): number | undefined {
  return memberOf(body, name, "number", "a number");
}

/** Tags of a resource: texts by name. */
export function tagsOf(body: Json): Readonly<Record<string, string>> | undefined {
  const tags = objectOf(body, "tags");
  if (tags && Object.values(tags).some((value) => typeof value !== "string"))
    throw wrongType("tags", "texts by name");
  return tags as Record<string, string> | undefined;
}

interface Kinds {
  string: string;
  boolean: boolean;
  number: number;
}

function memberOf<K extends keyof Kinds>(
  body: Json,
  name: string,
  kind: K,
  wanted: string,
): Kinds[K] | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === kind) return value as Kinds[K];
  throw wrongType(name, wanted);
}

/** Named, never shown: a body may hold a secret's value. */
function wrongType(name: string, wanted: string) {
  return invalidRequest(`The member '${name}' of the request must be ${wanted}.`);
}
