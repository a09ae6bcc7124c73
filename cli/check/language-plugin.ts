/** Where the language host of a program is, which runs it when it is no Node program. */
import { readdirSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import type { Engine } from "../engine/find";
import { isExecutable } from "../engine/places";
import { IncompleteError } from "../errors";
import type { Environment } from "./environment";
import type { Project } from "./project";

const SUFFIX = process.platform === "win32" ? ".exe" : "";

/**
 * `pulumi-language-<runtime>` where the engine itself looks for it: on PATH, beside the engine (a release has the hosts
 * in one folder with it), in `PULUMI_HOME/bin`, and among the plugins that were installed on their own.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/sdk/go/common/workspace/plugins.go
 * @throws IncompleteError when there is none
 */
export function languagePlugin(project: Project, engine: Engine, environment: Environment): string {
  const runtime = project.runtime.name;
  // It becomes part of the name of a file, and comes from the project.
  const isName = /^[a-z][\w-]{0,63}$/i.test(runtime);
  const name = `pulumi-language-${runtime}${SUFFIX}`;
  const found = isName
    ? folders(runtime, engine, environment)
        .map((folder) => join(folder, name))
        .find(isExecutable)
    : undefined;
  if (found !== undefined) return found;
  const next = isName
    ? `Install the whole release of Pulumi (https://www.pulumi.com/docs/install/), or put ${name} on PATH; or let the pipeline preview it with the policy pack and read the result with certlock review.`
    : 'Runtimes are "nodejs", "python", "go", "dotnet", "java", "yaml" and those of other language hosts.';
  throw new IncompleteError(
    "LANGUAGE_MISSING",
    `${project.name} is written for the runtime ${JSON.stringify(runtime.slice(0, 64))}, whose language host is not on this machine. ${next}`,
  );
}

function folders(runtime: string, engine: Engine, environment: Environment): string[] {
  const home = environment["PULUMI_HOME"] ?? join(environment["HOME"] ?? homedir(), ".pulumi");
  return [
    ...(environment["PATH"] ?? "").split(delimiter).filter((folder) => folder !== ""),
    dirname(engine.command),
    dirname(realpathSync(engine.command)),
    join(home, "bin"),
    ...installed(join(home, "plugins"), `language-${runtime}-v`),
  ];
}

/** Folders of a plugin's versions, the newest first. */
function installed(plugins: string, start: string): string[] {
  try {
    return readdirSync(plugins)
      .filter((name) => name.startsWith(start) && !name.endsWith(".lock") && !name.endsWith(".partial"))
      .sort((one, other) => other.localeCompare(one, "en", { numeric: true }))
      .map((name) => join(plugins, name));
  } catch {
    return [];
  }
}
