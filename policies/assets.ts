/**
 * What stands in assets and archives, made readable for rules.
 *
 * A text asset crosses the protocol with its text, but the SDK hands it to a rule as an object with a promise of it,
 * into which no rule can look. So before rules are asked, the text is put in the asset's place, and in place of an
 * archive its assets by their names. Of a file or an address there is only where it is: `{ path }` or `{ uri }`.
 */
import { ownValue } from "./property";

interface Found {
  readonly owner: object;
  readonly key: string;
  readonly asset: object;
}

/**
 * @param tops properties as the SDK has decoded them for one request; changed in place
 * @returns what to wait for; undefined where there are no assets, as in nearly every resource
 */
export function readAssets(tops: readonly object[]): Promise<void> | undefined {
  const found = tops.flatMap(assetsIn);
  return found.length === 0 ? undefined : replaceAll(found);
}

function assetsIn(top: object): Found[] {
  const found: Found[] = [];
  const pending = [top];
  for (let owner = pending.pop(); owner !== undefined; owner = pending.pop()) {
    for (const key of Object.keys(owner)) {
      const value = ownValue(owner, key);
      if (typeof value !== "object" || value === null) continue;
      if (contentOf(value) === undefined) pending.push(value);
      else found.push({ owner, key, asset: value });
    }
  }
  return found;
}

const contents = ["text", "path", "uri", "assets"] as const;

/** The promise in an asset. Nothing else that has been decoded has one, so that a resource cannot pretend. */
function contentOf(
  value: object,
): { kind: (typeof contents)[number]; content: Promise<unknown> } | undefined {
  for (const kind of contents) {
    const content = ownValue(value, kind);
    if (content instanceof Promise) return { kind, content };
  }
  return undefined;
}

async function replaceAll(found: readonly Found[]): Promise<void> {
  for (const { owner, key, asset } of found) define(owner, key, await read(asset));
}

async function read(asset: unknown): Promise<unknown> {
  const { kind, content } = (typeof asset === "object" && asset !== null && contentOf(asset)) || {};
  const value = await content;
  if (kind === "text") return value;
  if (kind !== "assets" || typeof value !== "object" || value === null) return { [kind ?? "text"]: value };
  const members = {};
  for (const name of Object.keys(value)) define(members, name, await read(ownValue(value, name)));
  return members;
}

/** Also for names such as `__proto__`, which an assignment would take for something else. */
function define(owner: object, key: string, value: unknown): void {
  Object.defineProperty(owner, key, { value, writable: true, enumerable: true, configurable: true });
}
