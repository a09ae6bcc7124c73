/** Where the program declares its resources, in the form of `pulumi preview --json`. */
import { isAbsolute, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { PreviewDigest } from "../review/input";

/**
 * @param positions `file:///…#line,column` by URN, innermost call first
 * @returns a digest with nothing in it but places within the project
 */
export function declarations(positions: ReadonlyMap<string, readonly string[]>, root: string): PreviewDigest {
  const steps = [...positions].flatMap(([urn, frames]) => {
    const stackTrace = frames
      .map((frame) => withinProject(frame, root))
      .filter((sourcePosition) => sourcePosition !== undefined)
      .map((sourcePosition) => ({ sourcePosition }));
    const [first] = stackTrace;
    return first === undefined ? [] : [{ op: "create", urn, newState: { urn, ...first, stackTrace } }];
  });
  return { steps };
}

/** Folders of installed packages that may lie within a project: of Node, of Python. */
const FOREIGN = /(^|\/)(node_modules|site-packages)\//;

/** As the engine has it: `project:///path#line,column`. Files of installed packages are nobody's source. */
function withinProject(frame: string, root: string): string | undefined {
  const [uri = "", position = ""] = frame.split("#");
  if (!uri.startsWith("file://")) return undefined;
  const path = relative(root, fileURLToPath(uri)).replaceAll("\\", "/");
  const isOutside = path.startsWith("../") || isAbsolute(path) || FOREIGN.test(path);
  return isOutside ? undefined : `project:///${path}#${position}`;
}
