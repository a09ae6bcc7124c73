import type { GraphResponse } from "../tenant/graph-request";
import { context, ok, type GraphCall, type Json } from "./call";
import { expand, expansions, type Expandable } from "./expand";
import { checkFilter, passes } from "./filter";
import { parseFilter, type Filter } from "./filter-syntax";
import { badRequest, GraphError, unsupportedQuery } from "./graph-error";
import { listSource, orderedSource, type Source } from "./paging";
import { parseOrder } from "./order";
import { parseSearch } from "./search";
import { pick, selectedNames } from "./select";

/** Source: https://learn.microsoft.com/graph/api/application-list (default and largest page). */
const DEFAULT_PAGE = 100;
const LARGEST_PAGE = 999;

/** The set of objects a list or an entity comes from: how it is called in `@odata.context` and in errors. */
export interface EntitySet<T = Json> {
  /** e.g. "applications" */
  readonly name: string;
  /** e.g. "microsoft.graph.application" */
  readonly type: string;
  readonly properties: ReadonlySet<string>;
  /** Shown only to who names them in `$select`. */
  readonly onlyOnSelect?: ReadonlySet<string>;
  /** What beta does not have, or calls otherwise. */
  readonly v1Only?: ReadonlySet<string>;
  /** Directory objects count, sort and search in advanced queries only, by these properties. */
  readonly directory?: {
    readonly filterBy: ReadonlySet<string>;
    readonly orderBy: ReadonlySet<string>;
    readonly searchBy: readonly string[];
  };
  /** Relationships `$expand` may bring along. */
  readonly expandable?: Readonly<Record<string, Expandable<T>>>;
  /** Default and largest page. @default - 100 and 999 */
  readonly page?: { readonly standard: number; readonly largest: number };
}

/** Answers a single object, with `$select` and `$expand` applied; `item` is what relationships are read from. */
export function entity<T>(
  call: GraphCall,
  given: EntitySet<T>,
  object: Json,
  status = 200,
  item?: T,
): GraphResponse {
  const set = inVersion(call, given);
  refuseUnsupported(call, set.expandable ? ["$expand"] : []);
  const names = selection(call, set);
  const expanded = item === undefined ? {} : expand(call, set, expansions(call, set), item);
  const fragment = `${set.name}${names ? `(${names.join(",")})` : ""}/$entity`;
  return {
    status,
    body: { "@odata.context": context(call, fragment), ...pick(object, names, set), ...expanded },
  };
}

/** Answers a collection held as a list. */
export function collection(call: GraphCall, set: EntitySet, objects: readonly Json[]): GraphResponse {
  return page(call, set, listSource(objects));
}

/** Answers a collection: filter, search, order, count, page, then select and expand what is on the page. */
export function page<T>(call: GraphCall, given: EntitySet<T>, source: Source<T>): GraphResponse {
  const set = inVersion(call, given);
  refuseUnsupported(call, [
    ...["$filter", "$top", "$skiptoken", "$count", "$orderby", "$search"],
    ...(set.expandable ? ["$expand"] : []),
  ]);
  const names = selection(call, set);
  const wanted = expansions(call, set);
  if (wanted.length > 0 && isEventual(call) && call.query.get("$count") === "true") {
    throw unsupportedQuery("$expand is not supported with advanced queries.");
  }
  const ordered = inOrder(call, set, source);
  const filter = matcher(call, set, source);
  const counts = countsAll(call, set);
  const size = pageSize(call, set);
  const items: T[] = [];
  let total = filter ? 0 : source.size;
  let more = false;
  for (const item of ordered.after(counts && filter ? undefined : skipToken(call))) {
    if (filter && !filter(item)) continue;
    if (filter) total += 1;
    if (items.length < size) items.push(item);
    else {
      more = true;
      if (!counts || !filter) break;
    }
  }
  const last = items.at(-1);
  return ok({
    "@odata.context": context(call, `${set.name}${names ? `(${names.join(",")})` : ""}`),
    ...(counts && { "@odata.count": total }),
    ...(more && last !== undefined && { "@odata.nextLink": nextLink(call, ordered.token(last)) }),
    value: items.map((item) => ({
      ...pick(source.render(item), names, set),
      ...expand(call, set, wanted, item),
    })),
  });
}

/**
 * GET …/$count: the number alone, as text.
 * Source: https://learn.microsoft.com/graph/aad-advanced-queries#error-handling-for-advanced-queries-on-directory-objects
 */
export function count<T>(call: GraphCall, set: EntitySet<T>, source: Source<T>): GraphResponse {
  refuseUnsupported(call, ["$filter", "$search", "$count"]);
  if (set.directory && !isEventual(call)) throw badRequest("$count is not currently supported.");
  const filter = matcher(call, set, source, true);
  let total = filter ? 0 : source.size;
  if (filter) for (const item of source.after(undefined)) if (filter(item)) total += 1;
  return { status: 200, body: String(total), headers: { "content-type": "text/plain" } };
}

/** The names in `$select`, or undefined when everything is asked for. */
export function selection<T>(call: GraphCall, set: EntitySet<T>): readonly string[] | undefined {
  return selectedNames(call.query.get("$select"), set);
}

/** The set as the version called knows it. */
function inVersion<T>({ version }: GraphCall, set: EntitySet<T>): EntitySet<T> {
  const { v1Only } = set;
  if (version === "v1.0" || !v1Only) return set;
  return {
    ...set,
    properties: new Set([...set.properties].filter((name) => !v1Only.has(name))),
    onlyOnSelect: new Set([...(set.onlyOnSelect ?? []), ...v1Only]),
  };
}

/** Whether the caller accepts answers that lag behind, which advanced queries need. */
function isEventual(call: GraphCall): boolean {
  return call.header("consistencylevel")?.toLowerCase() === "eventual";
}

function isAdvanced(call: GraphCall): boolean {
  return isEventual(call) && call.query.get("$count") === "true";
}

/**
 * For directory objects the number stands on the first page only, and `$count=true` without the header is ignored.
 * Source: https://learn.microsoft.com/graph/paging and https://learn.microsoft.com/graph/aad-advanced-queries
 */
function countsAll<T>(call: GraphCall, set: EntitySet<T>): boolean {
  if (call.query.get("$count") !== "true") return false;
  return !set.directory || (isEventual(call) && skipToken(call) === undefined);
}

function matcher<T>(
  call: GraphCall,
  set: EntitySet<T>,
  source: Source<T>,
  advanced = isAdvanced(call),
): ((item: T) => boolean) | undefined {
  const filter = filterOf(call, set, advanced);
  const search = searchOf(call, set);
  if (!filter && !search) return undefined;
  return (item) => {
    const read = (name: string) => source.read(item, name);
    return (!filter || passes(filter, read)) && (!search || search(read));
  };
}

function filterOf<T>(call: GraphCall, set: EntitySet<T>, advanced: boolean): Filter | undefined {
  const text = call.query.get("$filter");
  if (text === null) return undefined;
  const filter = parseFilter(text);
  checkFilter(filter, set, advanced);
  return filter;
}

function searchOf<T>(
  call: GraphCall,
  set: EntitySet<T>,
): ((read: (name: string) => unknown) => boolean) | undefined {
  const text = call.query.get("$search");
  if (text === null) return undefined;
  if (!set.directory) throw unsupportedQuery("$search is not supported for this resource.");
  if (!isEventual(call)) {
    throw unsupportedQuery(
      "Request with $search query parameter only works through MSGraph with a special request header: " +
        "'ConsistencyLevel: eventual'",
    );
  }
  return parseSearch(text, set.directory.searchBy);
}

/** Text as reported in https://github.com/microsoftgraph/microsoft-graph-docs/issues/9711 */
function inOrder<T>(call: GraphCall, set: EntitySet<T>, source: Source<T>): Source<T> {
  const text = call.query.get("$orderby");
  if (text === null) return source;
  const order = parseOrder(text, set);
  const sortable = set.directory;
  if (sortable && (!isAdvanced(call) || !sortable.orderBy.has(order.property))) {
    throw unsupportedQuery("Sorting not supported for current query.");
  }
  return orderedSource(call.tenant, source, order);
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

function pageSize<T>(call: GraphCall, { page: sizes }: EntitySet<T>): number {
  const { standard, largest } = sizes ?? { standard: DEFAULT_PAGE, largest: LARGEST_PAGE };
  const top = call.query.get("$top");
  if (top === null) return standard;
  const size = /^\d+$/.test(top) ? Number(top) : 0;
  if (size < 1 || size > largest) {
    throw badRequest(`Invalid page size specified: '${top}'. Must be between 1 and ${largest} inclusive.`);
  }
  return size;
}

function skipToken(call: GraphCall): string | undefined {
  const token = call.query.get("$skiptoken");
  return token === null ? undefined : Buffer.from(token, "base64url").toString();
}

function nextLink(call: GraphCall, token: string): string {
  const query = new URLSearchParams(call.query);
  query.set("$skiptoken", Buffer.from(token).toString("base64url"));
  // The dollar sign needs no escape, and Graph writes none.
  const text = query.toString().replace(/(^|&)%24/g, "$1$$");
  return `${call.tenant.graphUrl}/${call.version}/${call.path}?${text}`;
}
