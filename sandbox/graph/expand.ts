import { badQuery } from "./graph-error";
import type { GraphCall, Json } from "./call";
import { pick, selectedNames } from "./select";

/** A relationship `$expand` may bring along. */
export interface Expandable<T> {
  readonly type: string;
  readonly properties: ReadonlySet<string>;
  read(call: GraphCall, item: T): readonly Json[];
}

/** One relationship asked for, with the properties wanted of what it holds. */
export interface Expansion {
  readonly name: string;
  readonly names: readonly string[] | undefined;
}

interface ExpandingSet<T> {
  readonly type: string;
  readonly expandable?: Readonly<Record<string, Expandable<T>>>;
}

/** Of directory objects at most so many come along. Source: https://learn.microsoft.com/graph/query-parameters#expand */
const MOST_EXPANDED = 20;

const ITEM = /([\w]+)(?:\(([^()]*)\))?\s*(,|$)/y;

/** Reads `$expand=owners($select=id),federatedIdentityCredentials`. */
export function expansions<T>(call: GraphCall, set: ExpandingSet<T>): readonly Expansion[] {
  const text = call.query.get("$expand")?.trim();
  if (text === undefined) return [];
  const found: Expansion[] = [];
  ITEM.lastIndex = 0;
  while (ITEM.lastIndex < text.length) {
    const start = ITEM.lastIndex;
    const [, name = "", options] = ITEM.exec(text) ?? [];
    if (name === "") throw failed(`Syntax error at position ${start} in '${text}'.`);
    const relationship =
      set.expandable && Object.hasOwn(set.expandable, name) ? set.expandable[name] : undefined;
    if (!relationship) throw failed(`Could not find a property named '${name}' on type '${set.type}'.`);
    found.push({ name, names: options === undefined ? undefined : selected(options, relationship) });
  }
  return found;
}

function selected<T>(options: string, relationship: Expandable<T>): readonly string[] | undefined {
  const [, select] = /^\s*\$select=([^;]*)$/.exec(options) ?? [];
  if (select === undefined) throw failed(`The sandbox answers $select within $expand, not '${options}'.`);
  return selectedNames(select, relationship);
}

/** The relationships of one object, as they stand in its answer. */
export function expand<T>(
  call: GraphCall,
  set: ExpandingSet<T>,
  wanted: readonly Expansion[],
  item: T,
): Json {
  return Object.fromEntries(
    wanted.map(({ name, names }) => [
      name,
      (set.expandable?.[name]?.read(call, item) ?? [])
        .slice(0, MOST_EXPANDED)
        .map((object) => pick(object, names, {})),
    ]),
  );
}

function failed(reason: string): Error {
  return badQuery(`Parsing OData Select and Expand failed: ${reason}`);
}
