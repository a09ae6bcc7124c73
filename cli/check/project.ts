/** The Pulumi project that is to be checked: where it is and what it says of itself. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { UsageError } from "../errors";

const options = z.looseObject({
  typescript: z.boolean().optional(),
  tsconfig: z.string().optional(),
  nodeargs: z.string().optional(),
});

const plugin = z.looseObject({ name: z.string() });

const projectSchema = z.looseObject({
  // https://www.pulumi.com/docs/iac/concepts/projects/project-file/
  name: z
    .string()
    .regex(/^[\w.-]{1,100}$/, "must have letters, digits, hyphens, underscores and periods only"),
  runtime: z.union([z.string(), z.looseObject({ name: z.string(), options: options.nullish() })]),
  main: z.string().optional(),
  stackConfigDir: z.string().optional(),
  config: z.unknown().optional(),
  packages: z.record(z.string(), z.unknown()).nullish(),
  plugins: z.looseObject({ providers: z.array(plugin).nullish() }).nullish(),
});

type ProjectFile = z.infer<typeof projectSchema>;

/** Options of the Node runtime; others are read by nobody here. */
export type RuntimeOptions = z.infer<typeof options>;

export interface Project {
  readonly name: string;
  /** Folder of Pulumi.yaml. */
  readonly root: string;
  readonly file: string;
  readonly runtime: { readonly name: string; readonly options: RuntimeOptions };
  /** Working directory of the program. */
  readonly programFolder: string;
  /** What is run there: `.` or the name of a file. */
  readonly entryPoint: string;
  /** Folder of the stacks' configuration. */
  readonly stackFolder: string;
  /** The project's own schema and defaults of the configuration, as written. */
  readonly config: unknown;
  /** Providers that Pulumi.yaml names. */
  readonly declaredPackages: readonly string[];
}

const NAMES = ["Pulumi.yaml", "Pulumi.yml", "Pulumi.json"];

/**
 * Reads the project of a folder, which is looked for upwards as Pulumi does it.
 *
 * @throws UsageError
 */
export function readProject(folder: string): Project {
  const start = resolve(folder);
  if (!existsSync(start) || !statSync(start).isDirectory())
    throw new UsageError(
      "FOLDER_MISSING",
      `There is no folder ${start}. Give the folder of a Pulumi project, or run the command in one.`,
    );
  const file = projectFile(start);
  if (file === undefined)
    throw new UsageError(
      "PROJECT_MISSING",
      `There is no Pulumi.yaml in ${start} or above it. Give the folder of a Pulumi project: certlock check path/to/project.`,
    );
  const content = readFile(file);
  const root = dirname(file);
  const { programFolder, entryPoint } = programOf(root, content.main);
  return {
    name: content.name,
    root,
    file,
    runtime:
      typeof content.runtime === "string"
        ? { name: content.runtime, options: {} }
        : { name: content.runtime.name, options: content.runtime.options ?? {} },
    programFolder,
    entryPoint,
    stackFolder: resolve(root, content.stackConfigDir ?? "."),
    config: content.config,
    declaredPackages: [
      ...Object.keys(content.packages ?? {}),
      ...(content.plugins?.providers ?? []).map(({ name }) => name),
    ],
  };
}

function projectFile(start: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    const found = NAMES.map((name) => join(folder, name)).find((path) => existsSync(path));
    if (found !== undefined) return found;
    if (dirname(folder) === folder) return undefined;
  }
}

function readFile(file: string): ProjectFile {
  let content: unknown;
  try {
    // JSON is YAML.
    content = parse(readFileSync(file, "utf8"), { maxAliasCount: 100 });
  } catch (error) {
    const [line] = (error instanceof Error ? error.message : "it cannot be read").split("\n");
    throw new UsageError("PROJECT_INVALID", `${file} is not valid YAML: ${line ?? ""}`);
  }
  const read = projectSchema.safeParse(content);
  if (read.success) return read.data;
  const problems = read.error.issues.map(({ path, message }) => `  ${path.join(".") || "it"}: ${message}`);
  throw new UsageError("PROJECT_INVALID", `${file} is no Pulumi project:\n${problems.join("\n")}`);
}

/** As Pulumi's own `GetPwdMain` has it: `main` is a folder, or a file whose folder becomes the working directory. */
function programOf(root: string, main: string | undefined): Pick<Project, "programFolder" | "entryPoint"> {
  if (main === undefined || main === "") return { programFolder: root, entryPoint: "." };
  const path = isAbsolute(main) ? main : join(root, main);
  if (existsSync(path) && statSync(path).isDirectory()) return { programFolder: path, entryPoint: "." };
  return { programFolder: dirname(path), entryPoint: path.slice(dirname(path).length + 1) };
}
