import type { GraphResponse } from "../tenant/graph-request";
import { context, ok, type GraphCall, type Json } from "./call";
import { badQuery, badRequest, GraphError } from "./graph-error";

/** Source: https://learn.microsoft.com/graph/api/application-list (default and largest page). */
const DEFAULT_PAGE = 100;
const LARGEST_PAGE = 999;

/** The set of objects a list or an entity comes from: how it is called in `@odata.context` and in errors. */
export interface EntitySet {
  /** e.g. "applications" */
  readonly name: string;
  /** e.g. "microsoft.graph.application" */
  readonly type: string;
  readonly properties: ReadonlySet<string>;
}

/** Answers a single object, with `$select` applied. */
export function entity(call: GraphCall, set: EntitySet, object: Json, status = 200): GraphResponse {
  refuseUnsupported(call, []);
  const names = selection(call, set);
  const fragment = `${set.name}${names ? `(${names.join(",")})` : ""}/$entity`;
  return { status, body: { "@odata.context": context(call, fragment), ...pick(object, names) } };
}

/** Answers a collection, with `$filter`, `$select`, `$top`, `$skiptoken` and `$count` applied. */
export function collection(call: GraphCall, set: EntitySet, objects: readonly Json[]): GraphResponse {
  refuseUnsupported(call, ["$filter", "$top", "$skiptoken", "$count"]);
  const names = selection(call, set);
  const filter = call.query.get("$filter");
  const matching = filter === null ? objects : objects.filter(parseFilter(filter, set));
  const size = pageSize(call);
  const start = pageStart(call, matching);
  const page = matching.slice(start, start + size);
  return ok({
    "@odata.context": context(call, `${set.name}${names ? `(${names.join(",")})` : ""}`),
    ...(call.query.get("$count") === "true" && { "@odata.count": matching.length }),
    ...(start + size < matching.length && { "@odata.nextLink": nextLink(call, page.at(-1)) }),
    value: page.map((object) => pick(object, names)),
  });
}

/** The names in `$select`, or undefined when everything is asked for. */
export function selection(call: GraphCall, set: EntitySet): readonly string[] | undefined {
  const select = call.query.get("$select");
  if (select === null || select === "*") return undefined;
  const names = select.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !set.properties.has(name));
  if (unknown !== undefined) {
    throw badQuery(
      `Parsing OData Select and Expand failed: Could not find a property named '${unknown}' on type '${set.type}'.`,
    );
  }
  return names;
}

function pick(object: Json, names: readonly string[] | undefined): Json {
  if (!names) return object;
  const annotations = Object.entries(object).filter(([name]) => name.startsWith("@odata."));
  return {
    ...Object.fromEntries(annotations),
    ...Object.fromEntries(names.map((name) => [name, object[name]])),
  };
}

function refuseUnsupported(call: GraphCall, supported: readonly string[]): void {
  for (const option of call.query.keys()) {
    if (!option.startsWith("$") || option === "$select" || supported.includes(option)) continue;
    throw new GraphError(
      400,
      "Request_UnsupportedQuery",
      `The sandbox does not answer the query option '${option}' here.`,
    );
  }
}

function pageSize(call: GraphCall): number {
  const top = call.query.get("$top");
  if (top === null) return DEFAULT_PAGE;
  const size = /^\d+$/.test(top) ? Number(top) : 0;
  if (size < 1 || size > LARGEST_PAGE) {
    throw badRequest(
      `Invalid page size specified: '${top}'. Must be between 1 and ${LARGEST_PAGE} inclusive.`,
    );
  }
  return size;
}

function pageStart(call: GraphCall, objects: readonly Json[]): number {
  const token = call.query.get("$skiptoken");
  if (token === null) return 0;
  const last = Buffer.from(token, "base64url").toString();
  const index = objects.findIndex((object) => object["id"] === last);
  if (index < 0) {
    const message =
      "The specified page token value has expired and can no longer be included in your request.";
    throw new GraphError(400, "Directory_ExpiredPageToken", message);
  }
  return index + 1;
}

function nextLink(call: GraphCall, last: Json | undefined): string {
  const query = new URLSearchParams(call.query);
  query.set("$skiptoken", Buffer.from(String(last?.["id"])).toString("base64url"));
  return `${call.tenant.graphUrl}/${call.version}/${call.path}?${query.toString()}`;
}

const CLAUSE =
  /^(?:(?<property>\w+)\s+eq\s+(?<value>'(?:[^']|'')*'|true|false|null)|startswith\((?<prefixed>\w+)\s*,\s*(?<prefix>'(?:[^']|'')*')\))$/i;

/** `$filter` as far as these endpoints are asked: `eq` and `startswith`, joined by `and`. */
function parseFilter(filter: string, set: EntitySet): (object: Json) => boolean {
  const clauses = splitByAnd(filter).map((text) => {
    const groups = CLAUSE.exec(text.trim())?.groups;
    if (!groups) throw badQuery(`Invalid filter clause: ${text.trim()}`);
    const property = groups["property"] ?? groups["prefixed"] ?? "";
    if (!set.properties.has(property)) {
      throw badQuery(`Could not find a property named '${property}' on type '${set.type}'.`);
    }
    if (groups["prefix"] !== undefined) {
      const prefix = unquote(groups["prefix"]).toLowerCase();
      return (object: Json) => {
        const value = object[property];
        return typeof value === "string" && value.toLowerCase().startsWith(prefix);
      };
    }
    const wanted = literal(groups["value"] ?? "");
    return (object: Json) => equal(object[property], wanted);
  });
  return (object) => clauses.every((clause) => clause(object));
}

function splitByAnd(filter: string): readonly string[] {
  // Quoted text may contain " and "; doubled quotes keep the parity even.
  return filter.split(/\s+and\s+(?=(?:[^']*'[^']*')*[^']*$)/i);
}

function unquote(text: string): string {
  return text.slice(1, -1).replaceAll("''", "'");
}

function literal(text: string): string | boolean | null {
  if (text.startsWith("'")) return unquote(text);
  return text.toLowerCase() === "null" ? null : text.toLowerCase() === "true";
}

/** The directory compares strings without regard to case. */
function equal(actual: unknown, wanted: string | boolean | null): boolean {
  if (typeof actual === "string" && typeof wanted === "string") {
    return actual.toLowerCase() === wanted.toLowerCase();
  }
  return (actual ?? null) === wanted;
}
