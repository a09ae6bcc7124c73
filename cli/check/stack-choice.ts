/** Which of a project's stacks is checked. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../errors";
import type { Environment } from "./environment";
import type { Project } from "./project";

export interface ChosenStack {
  readonly name: string;
  /** The stack's configuration; absent when there is none. */
  readonly file?: string;
}

/** What a stack is called when the project has none. */
const NO_STACK = "check";

const FILE = /^Pulumi\.(.+)\.(yaml|yml|json)$/;

/**
 * The stack that is named, else the selected one, else the only one; without any, a stack without configuration.
 *
 * @throws UsageError for a stack without a file, and when there are several to choose from
 */
export function chooseStack(
  project: Project,
  named: string | undefined,
  environment: Environment,
): ChosenStack {
  const stacks = stacksOf(project);
  const chosen = named ?? environment["PULUMI_STACK"] ?? selected(project, environment);
  if (chosen !== undefined && chosen !== "") {
    const name = chosen.split("/").at(-1) ?? chosen;
    if (!/^[\w.-]{1,100}$/.test(name))
      throw new UsageError(
        "STACK_INVALID",
        `"${name}" is no name of a stack; it has letters, digits, "-", "_" and ".".`,
      );
    const file = stacks.get(name);
    if (file !== undefined) return { name, file };
    // A stack may have no configuration; but who names one that others have theirs beside has mistyped it.
    if (named === undefined || stacks.size === 0) return { name };
    throw new UsageError(
      "STACK_MISSING",
      `There is no Pulumi.${name}.yaml in ${project.stackFolder}. Stacks there: ${[...stacks.keys()].join(", ")}.`,
    );
  }
  const [only, second] = stacks;
  if (only === undefined) return { name: NO_STACK };
  if (second === undefined) return { name: only[0], file: only[1] };
  throw new UsageError(
    "STACK_AMBIGUOUS",
    `${project.name} has several stacks: ${[...stacks.keys()].join(", ")}. Say which one to check: --stack ${only[0]}`,
  );
}

function stacksOf(project: Project): ReadonlyMap<string, string> {
  if (!existsSync(project.stackFolder)) return new Map();
  const names = readdirSync(project.stackFolder).sort();
  return new Map(
    names.flatMap((name) => {
      const stack = FILE.exec(name)?.[1];
      return stack === undefined ? [] : [[stack, join(project.stackFolder, name)] as const];
    }),
  );
}

/** What `pulumi stack select` has written down for this project. */
function selected(project: Project, environment: Environment): string | undefined {
  const home = environment["PULUMI_HOME"] ?? join(environment["HOME"] ?? homedir(), ".pulumi");
  const digest = createHash("sha1").update(project.file).digest("hex");
  try {
    const path = join(home, "workspaces", `${project.name}-${digest}-workspace.json`);
    const { stack } = JSON.parse(readFileSync(path, "utf8")) as { stack?: unknown };
    return typeof stack === "string" ? stack : undefined;
  } catch {
    return undefined;
  }
}
