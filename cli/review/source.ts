/** Where the program declares a resource: the line a reviewer has to look at. */
import { posix } from "node:path";
import { clean } from "./clean-text";
import type { Host, ReviewContext } from "./input";
import type { Source } from "./report";
import type { PlannedResource } from "./resources";

const FILE_CHARACTERS = 200;

interface Frame {
  readonly file: string;
  readonly line: number;
}

/**
 * The first frame of the stack trace in code of one's own, for a resource within components the one that makes the
 * outermost of them as far as it is told. Code of packages is passed over, and the folder `components` beside the
 * project: a line in there is nothing somebody could change to change one resource.
 */
export function sourceOf(resource: PlannedResource, context: ReviewContext): Source | undefined {
  const frames = resource.frames.map(frameOf).filter((frame) => frame !== undefined);
  const own = frames.filter(({ file }) => !file.includes("node_modules/") && !file.startsWith("node:"));
  const frame = own.find(({ file }) => !file.startsWith("components/")) ?? own[0];
  if (frame === undefined) return undefined;
  const path = posix.join(rootOf(context), frame.file);
  // A file outside the repository has no place in a report.
  if (path.startsWith("../") || posix.isAbsolute(path)) return undefined;
  const file = clean(path, FILE_CHARACTERS);
  const url = file === path ? lineUrl(context, path, frame.line) : undefined;
  return { file, line: frame.line, ...(url !== undefined && { url }) };
}

/** Folder of the project within the repository, without slashes at its ends. */
export function rootOf({ sourceRoot = "" }: ReviewContext): string {
  return sourceRoot.replace(/^(\.?\/)+|\/+$/g, "");
}

/** `project:///index.ts#41,7` */
function frameOf(position: string): Frame | undefined {
  const match = /^project:\/\/\/(.+)#(\d{1,9})(?:,\d+)?$/.exec(position);
  if (match === null) return undefined;
  const [, path = "", line = ""] = match;
  return { file: decoded(path), line: Math.max(1, Number(line)) };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function lineUrl(context: ReviewContext, file: string, line: number): string | undefined {
  const { repositoryUrl, headSha, host } = context;
  if (repositoryUrl === undefined || headSha === undefined || !/^[0-9a-f]{7,64}$/i.test(headSha))
    return undefined;
  const path = file.split("/").map(encodeURIComponent).join("/");
  const base = webAddress(repositoryUrl);
  return base === undefined ? undefined : LINE_URLS[host ?? "github"](base, headSha, path, line);
}

/** An address that may become a link: of the web, without a user in it; `undefined` for any other. */
export function webAddress(given: string | undefined): string | undefined {
  if (given === undefined || !URL.canParse(given) || given.length > 2000) return undefined;
  const url = new URL(given);
  if (!["https:", "http:"].includes(url.protocol) || url.username !== "" || url.password !== "")
    return undefined;
  return url.href.replace(/[()'<>"\\`|\s]/g, encodeURIComponent).replace(/\/$/, "");
}

/** Addresses of a line, as the hosts document or use them. */
const LINE_URLS: Readonly<Record<Host, (base: string, sha: string, path: string, line: number) => string>> = {
  github: (base, sha, path, line) => `${base}/blob/${sha}/${path}#L${line}`,
  gitlab: (base, sha, path, line) => `${base}/-/blob/${sha}/${path}#L${line}`,
  "azure-devops": (base, sha, path, line) =>
    `${base}?path=${encodeURIComponent(`/${decodeURIComponent(path)}`)}&version=GC${sha}&line=${line}&lineEnd=${line + 1}&lineStartColumn=1&lineEndColumn=1`,
  bitbucket: (base, sha, path, line) => `${base}/browse/${path}?at=${sha}#${line}`,
};
