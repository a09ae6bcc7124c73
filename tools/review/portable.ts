/** What a recording may not keep: paths of the machine, and the SDK's debug messages with every property in plain text. */
import { relative } from "node:path";

/** @param text what the engine printed, as JSON lines or as one indented object */
export function portable(
  text: string,
  names: { readonly repository: string; readonly folder: string },
): string {
  // Source positions are relative to the project, which was a temporary folder, perhaps beside the repository.
  const fromFolder = relative(names.folder, names.repository).replace(/^(?:\.\.\/)+/, "");
  const position = new RegExp(`project:///(?:\\.\\./)*${escaped(fromFolder)}/`, "g");
  return text
    .split("\n")
    .filter((line) => !isDebugMessage(line))
    .join("\n")
    .replace(position, "project:///")
    .replaceAll(names.repository, "/repository")
    .replaceAll(names.folder, "/tmp/pulumi");
}

function isDebugMessage(line: string): boolean {
  return line.includes('"diagnosticEvent"') && /"severity":\s*"debug"/.test(line);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
