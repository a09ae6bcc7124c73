/**
 * Finds the files that lie beside the stack: the settings of the pack and the exemptions.
 *
 * A pack runs in its own folder, not in that of the stack. The launcher of the executable pack passes on where it was
 * called; a folder pack has the PWD of the command line. From there the project is looked for the way Pulumi does it,
 * upwards. Who does not want to rely on that names the files in the environment, and then they have to exist.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, extname, isAbsolute, join, resolve } from "node:path";
import { DocumentError, parseDocument } from "./document";
import { ExemptionFile, KnownRule, readExemptions } from "./exemptions";
import { PolicyConfigurationError } from "./options";
import { Rule, Surroundings } from "./rule";
import { readSettings, Settings } from "./settings";

type Environment = Surroundings["environment"];

/** Names of variables; each takes an absolute path, or one relative to the folder the command was called in. */
const variables = {
  settings: "CERTLOCK_POLICIES",
  exemptions: "CERTLOCK_EXEMPTIONS",
  /** Set by the launcher. */
  calledIn: "CERTLOCK_CALLED_IN",
} as const;

const endings = [".yaml", ".yml", ".json"];

/** @throws PolicyConfigurationError when the settings cannot be used */
export function findSettings(environment: Environment, rules: readonly Rule[]): Settings {
  const file = fileNamed(environment, variables.settings) ?? fileBeside(environment, "certlock-policies");
  if (file === undefined) return { profile: "default", choices: new Map() };
  try {
    const settings = readSettings(parseDocument(contentOf(file), formatOf(file)), file, rules);
    if (settings.exemptions === undefined) return settings;
    return { ...settings, exemptions: existing(resolve(dirname(file), settings.exemptions), file) };
  } catch (error) {
    if (error instanceof DocumentError) throw new PolicyConfigurationError(`${file} ${error.message}.`);
    throw error;
  }
}

/** @throws PolicyConfigurationError when a file that has been named is not there */
export function findExemptions(
  environment: Environment,
  settings: Settings,
  rules: readonly KnownRule[],
  now: Date,
): ExemptionFile {
  const file =
    fileNamed(environment, variables.exemptions) ??
    settings.exemptions ??
    fileBeside(environment, "exemptions");
  if (file === undefined) return { exemptions: [], problems: [] };
  try {
    return readExemptions(contentOf(file), formatOf(file), rules, now);
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    return { exemptions: [], problems: [{ predicate: `a file of exemptions that ${error.message}.` }] };
  }
}

/** The folder of the project, or the one the command was called in when there is no project. */
function stackFolder(environment: Environment): string | undefined {
  const start = environment[variables.calledIn] ?? environment["PWD"];
  if (start === undefined || !isAbsolute(start)) return undefined;
  for (let folder = start; ; folder = dirname(folder)) {
    const isProject = endings.some((ending) => existsSync(join(folder, `Pulumi${ending}`)));
    if (isProject) return folder;
    if (dirname(folder) === folder) return start;
  }
}

function fileBeside(environment: Environment, name: string): string | undefined {
  const folder = stackFolder(environment);
  if (folder === undefined) return undefined;
  const [file, second] = endings
    .map((ending) => join(folder, name + ending))
    .filter((path) => existsSync(path));
  if (second !== undefined)
    throw new PolicyConfigurationError(`${second} stands beside ${String(file)}; remove one.`);
  return file;
}

function fileNamed(environment: Environment, variable: string): string | undefined {
  const path = environment[variable];
  if (path === undefined || path === "") return undefined;
  return existing(resolve(environment[variables.calledIn] ?? environment["PWD"] ?? "", path), variable);
}

function existing(path: string, namedBy: string): string {
  if (!existsSync(path))
    throw new PolicyConfigurationError(`${path}, which ${namedBy} names, does not exist.`);
  return path;
}

/** @throws PolicyConfigurationError when there is no reading it: a folder, or somebody else's file */
function contentOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "no reason given";
    throw new PolicyConfigurationError(`${file} cannot be read (${code}).`);
  }
}

function formatOf(file: string): "yaml" | "json" {
  return extname(file) === ".json" ? "json" : "yaml";
}
