/** The command line of `certlock sandbox`. */
import { parseArgs } from "node:util";
import { editDistance } from "./edit-distance";
import { FORMATS, isFormat, type Format } from "./environment-text";
import type { SandboxOptions, SandboxPorts } from "./sandbox";
import { SandboxError } from "./sandbox-error";

const DOORS = [
  "login",
  "graph",
  "vault",
  "arm",
  "issuer",
  "tunnel",
  "providers",
] as const satisfies readonly (keyof SandboxPorts)[];

/** Every option there is, by its name without hyphens. */
export const OPTIONS: Readonly<Record<string, { readonly type: "string" | "boolean" }>> = {
  ...Object.fromEntries(DOORS.map((door) => [`${door}-port`, { type: "string" }])),
  "tenant-id": { type: "string" },
  "client-address": { type: "string" },
  seed: { type: "string" },
  format: { type: "string" },
  "stop-on-stdin-end": { type: "boolean" },
  help: { type: "boolean" },
};

export interface SandboxArguments {
  readonly seedFile: string | undefined;
  readonly options: SandboxOptions;
  readonly format: Format;
  readonly stopOnStdinEnd: boolean;
}

/**
 * Reads the command line; undefined asks for the usage text.
 * @throws SandboxError with every problem
 */
export function readArguments(args: readonly string[]): SandboxArguments | undefined {
  const { values, tokens } = parseArgs({ args: [...args], options: OPTIONS, strict: false, tokens: true });
  if (values["help"] !== undefined) return undefined;
  const problems = tokens.flatMap((token, index) => {
    if (token.kind === "option") return problemOf(token);
    const before = tokens[index - 1];
    // The value of an option that there is not has been told with it.
    const isValue = before?.kind === "option" && OPTIONS[before.name] === undefined;
    return token.kind === "positional" && !isValue
      ? [`"${shown(token.value)}" is too much: every value follows its option.`]
      : [];
  });
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === "string" ? value : undefined;
  };
  const ports = DOORS.flatMap((door) => {
    const given = text(`${door}-port`);
    if (given === undefined) return [];
    if (/^\d+$/.test(given)) return [[door, Number(given)] as const];
    problems.push(
      `"--${door}-port" is "${shown(given)}"; give a whole number from 0 (any free port) to 65535.`,
    );
    return [];
  });
  const format = text("format") ?? "sh";
  if (!isFormat(format))
    problems.push(`"--format" is "${shown(format)}"; give one of ${FORMATS.join(", ")}.`);
  if (problems.length > 0 || !isFormat(format))
    throw new SandboxError("SANDBOX_OPTION_INVALID", problems.join("\n"));
  const tenantId = text("tenant-id");
  const clientAddress = text("client-address");
  return {
    seedFile: text("seed"),
    format,
    stopOnStdinEnd: values["stop-on-stdin-end"] === true,
    options: {
      ports: Object.fromEntries(ports),
      ...(tenantId !== undefined && { tenantId }),
      ...(clientAddress !== undefined && { clientAddress }),
    },
  };
}

interface GivenOption {
  readonly name: string;
  /** As it was written, with hyphens. */
  readonly rawName: string;
  readonly value?: string | undefined;
  /** Whether the value was written behind `=`. */
  readonly inlineValue?: boolean | undefined;
}

function problemOf({ name, rawName, value, inlineValue }: GivenOption): string[] {
  const option = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
  if (option === undefined) {
    const meant = nearest(name, Object.keys(OPTIONS));
    const next = meant === undefined ? "certlock sandbox --help lists them." : `Did you mean --${meant}?`;
    return [`There is no option "${shown(rawName)}". ${next}`];
  }
  if (option.type === "boolean") return value === undefined ? [] : [`"--${name}" has no value.`];
  // What looks like an option is one: the value was forgotten.
  const isMissing = value === undefined || (inlineValue !== true && value.startsWith("-"));
  return isMissing ? [`"--${name}" needs a value.`] : [];
}

/** The name closest to a mistyped one; undefined when none is close. */
function nearest(given: string, names: readonly string[]): string | undefined {
  const limit = Math.max(2, Math.floor(given.length / 3));
  const ranked = names
    .map((name) => ({ name, distance: editDistance(given.slice(0, 80), name) }))
    .filter((each) => each.distance <= limit || each.name.startsWith(given))
    .sort((one, other) => one.distance - other.distance);
  return ranked[0]?.name;
}

/** Given text on a terminal: short, and without what steers one. */
function shown(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, "?").slice(0, 80);
}
