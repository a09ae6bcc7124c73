import type { Directory } from "../tenant/directory";
import type { ObjectStore } from "../tenant/object-store";
import type { Json } from "./call";
import { GraphError } from "./graph-error";
import type { Order } from "./order";

/** Objects a page is taken from. */
export interface Source<T> {
  readonly size: number;
  /** The objects behind the one a token stands for; all without one. @throws GraphError for a token of elsewhere. */
  after(token: string | undefined): Iterable<T>;
  token(item: T): string;
  read(item: T, name: string): unknown;
  render(item: T): Json;
}

/** Objects held as a list; the token is the id. */
export function listSource(objects: readonly Json[]): Source<Json> {
  return {
    size: objects.length,
    after: (token) => {
      if (token === undefined) return objects;
      const index = objects.findIndex((object) => object["id"] === token);
      if (index < 0) throw expired();
      return objects.slice(index + 1);
    },
    token: (object) => String(object["id"]),
    read: (object, name) => object[name],
    render: (object) => object,
  };
}

/** The objects of a store, read on from any place without looking at those before it. */
export function storeSource<T extends { readonly id: string; readonly appId: string }>(
  store: ObjectStore<T>,
  view: Pick<Source<T>, "read" | "render">,
): Source<T> {
  return {
    ...view,
    size: store.size,
    after: (token) => store.after(token === undefined ? 0 : placeIn(token)),
    token: (object) => String(store.placeOf(object.id)),
  };
}

/** A log, newest first; what is written while a client pages does not move the rest. */
export function logSource<T extends { readonly id: string }>(
  log: readonly T[],
  view: Pick<Source<T>, "read" | "render">,
): Source<T> {
  const places = new WeakMap<T, number>();
  return {
    ...view,
    size: log.length,
    *after(token) {
      let place = token === undefined ? log.length : placeIn(token);
      while (--place >= 0) {
        const entry = log[place];
        if (!entry) throw expired();
        places.set(entry, place);
        yield entry;
      }
    },
    token: (entry) => String(places.get(entry)),
  };
}

/** How many sorted lists are kept for clients that page through them. */
const MOST_CURSORS = 32;
const CURSORS = new WeakMap<Directory, { made: number; readonly lists: Map<number, readonly unknown[]> }>();

/** The objects sorted: once, for the first page; later pages read on in the list made then. */
export function orderedSource<T>(tenant: Directory, source: Source<T>, order: Order): Source<T> {
  const cursors = CURSORS.get(tenant) ?? { made: 0, lists: new Map<number, readonly unknown[]>() };
  CURSORS.set(tenant, cursors);
  const places = new Map<T, string>();
  return {
    ...source,
    *after(token) {
      const [cursor = Number.NaN, offset = 0] = token?.split(".").map(Number) ?? [];
      let list = cursors.lists.get(cursor) as readonly T[] | undefined;
      let number = cursor;
      if (token !== undefined && !list) throw expired();
      if (!list) {
        list = order.sorted([...source.after(undefined)], (item, name) => source.read(item, name));
        number = ++cursors.made;
        cursors.lists.set(number, list);
        for (const old of cursors.lists.keys()) {
          if (cursors.lists.size <= MOST_CURSORS) break;
          cursors.lists.delete(old);
        }
      }
      for (let index = token === undefined ? 0 : offset + 1; index < list.length; index++) {
        const item = list[index] as T;
        places.set(item, `${number}.${index}`);
        yield item;
      }
    },
    token: (item) => places.get(item) ?? "",
  };
}

function placeIn(token: string): number {
  if (!/^\d{1,15}$/.test(token)) throw expired();
  return Number(token);
}

function expired(): GraphError {
  return new GraphError(
    400,
    "Directory_ExpiredPageToken",
    "The specified page token value has expired and can no longer be included in your request.",
  );
}
