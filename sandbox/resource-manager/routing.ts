import { invalidRequest } from "../vault/arm-error";
import type { ArmRoute } from "./call";

export interface MatchedRoute {
  readonly route: ArmRoute;
  readonly names: Readonly<Record<string, string>>;
  readonly path: string;
}

/** The decoded segments of a path; doubled slashes, which some clients send, count once. */
export function readSegments(path: string): readonly string[] {
  try {
    const segments = path
      .split("/")
      .filter((segment) => segment !== "")
      .map(decodeURIComponent);
    // A name with a slash in it would change which resource a scope means.
    if (segments.every((segment) => !segment.includes("/"))) return segments;
  } catch {
    // Told below.
  }
  throw invalidRequest("The address of the request is malformed.");
}

/** The first route of a method whose path fits. */
export function matchRoute(
  routes: readonly ArmRoute[],
  method: string,
  segments: readonly string[],
): MatchedRoute | undefined {
  for (const route of routes) {
    if (route.method !== method) continue;
    const names = namesIn(route.path, segments);
    if (names) return { route, names, path: `/${segments.join("/")}` };
  }
  return undefined;
}

function namesIn(pattern: string, segments: readonly string[]): Record<string, string> | undefined {
  const [first = "", ...rest] = pattern.replace(/^\//, "").split("/");
  const scope = /^\{\+(\w+)\}$/.exec(first)?.[1];
  const parts = scope === undefined ? [first, ...rest] : rest;
  const leading = segments.length - parts.length;
  if (leading < 0 || (scope === undefined && leading !== 0)) return undefined;
  const names: Record<string, string> = {};
  if (scope !== undefined) names[scope] = `/${segments.slice(0, leading).join("/")}`;
  for (const [index, part] of parts.entries()) {
    const segment = segments[leading + index] ?? "";
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name !== undefined) names[name] = segment;
    else if (part.toLowerCase() !== segment.toLowerCase()) return undefined;
  }
  return names;
}
