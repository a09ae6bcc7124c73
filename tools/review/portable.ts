/** What a recording may not keep: paths of the machine, and the SDK's debug messages with every property in plain text. */

/** @param text what the engine printed, as JSON lines or as one indented object */
export function portable(
  text: string,
  names: { readonly repository: string; readonly folder: string },
): string {
  // Source positions are relative to the project, which was a temporary folder.
  const position = new RegExp(`project:///(?:\\.\\./)*${escaped(names.repository.replace(/^\//, ""))}/`, "g");
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
