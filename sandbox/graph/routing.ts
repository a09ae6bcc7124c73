import type { GraphRequest, GraphResponse } from "../tenant/graph-request";
import type { GraphCall } from "./call";
import { badQuery } from "./graph-error";
import type { Permission } from "./permissions";

export type Handler = (call: GraphCall) => GraphResponse;

export interface Route {
  readonly method: GraphRequest["method"];
  readonly pattern: readonly string[];
  readonly permission: Permission;
  readonly handle: Handler;
  /** Not there in v1.0. */
  readonly betaOnly?: boolean;
}

export type RouteMatch =
  | { readonly kind: "found"; readonly route: Route; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: "unknownSegment"; readonly segment: string }
  | { readonly kind: "methodNotAllowed" };

/** `route("GET", "/applications/{id}", permission, handler)`; `{name}` stands for a key. */
export function route(
  method: GraphRequest["method"],
  path: string,
  permission: Permission,
  handle: Handler,
): Route {
  return { method, pattern: path.split("/").slice(1), permission, handle };
}

/** A route v1.0 does not have. */
export function betaRoute(...given: Parameters<typeof route>): Route {
  return { ...route(...given), betaOnly: true };
}

/**
 * The parts of a path. OData keys in parentheses become parts of their own, so that `applications('1')` equals
 * `applications/1`; an alternate key keeps its parentheses: `applications(appId='1')` gives `(appId='1')`.
 */
export function pathSegments(path: string): readonly string[] {
  return path
    .split("/")
    .filter((part) => part !== "")
    .map(decode)
    .flatMap((part) => {
      const key = /^([\w.]+)\((.*)\)$/.exec(part);
      if (!key) return [part];
      const quoted = /^'((?:[^']|'')*)'$/.exec(key[2] ?? "");
      return [key[1] ?? "", quoted ? (quoted[1] ?? "").replaceAll("''", "'") : `(${key[2] ?? ""})`];
    });
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw badQuery("Bad request. The URL is malformed.");
  }
}

/** The value of an alternate key: `alternateKey("(appId='1')", "appId")` is "1". */
export function alternateKey(segment: string, name: string): string | undefined {
  const match = /^\((\w+)='((?:[^']|'')*)'\)$/.exec(segment);
  return match?.[1] === name ? match[2]?.replaceAll("''", "'") : undefined;
}

export function matchRoute(
  routes: readonly Route[],
  method: GraphRequest["method"],
  segments: readonly string[],
): RouteMatch {
  let known = 0;
  let pathExists = false;
  for (const candidate of routes) {
    const depth = matchingDepth(candidate.pattern, segments);
    known = Math.max(known, depth);
    if (depth < candidate.pattern.length || depth < segments.length) continue;
    pathExists = true;
    if (candidate.method === method)
      return { kind: "found", route: candidate, params: params(candidate, segments) };
  }
  if (pathExists) return { kind: "methodNotAllowed" };
  return { kind: "unknownSegment", segment: segments[known] ?? segments.at(-1) ?? "" };
}

function matchingDepth(pattern: readonly string[], segments: readonly string[]): number {
  const length = Math.min(pattern.length, segments.length);
  for (let index = 0; index < length; index++) {
    const part = pattern[index] ?? "";
    const segment = segments[index] ?? "";
    // A key never begins with "$": `$count` and `$ref` are segments of their own.
    if (part.startsWith("{") ? segment.startsWith("$") : part !== segment) return index;
  }
  return length;
}

function params(matched: Route, segments: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  matched.pattern.forEach((part, index) => {
    if (part.startsWith("{")) found[part.slice(1, -1)] = segments[index] ?? "";
  });
  return found;
}
