/**
 * The configuration of a stack as a check can have it: what is encrypted and cannot be decrypted here is replaced by a
 * stand-in.
 */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { UsageError } from "../errors";
import type { Environment } from "./environment";
import type { Markers } from "./markers";
import { type Decrypt, openWith, passphraseIn } from "./passphrase";
import type { Project } from "./project";
import type { ChosenStack } from "./stack-choice";

export interface Configuration {
  /** For the engine's own Pulumi.<stack>.yaml: nothing decrypted stands in it. */
  readonly stackFile: Readonly<Record<string, unknown>>;
  /** Passphrase of what is still encrypted in it. */
  readonly passphrase: string;
  /** What a program is given, by full key; objects as JSON. */
  readonly values: Readonly<Record<string, string>>;
  /** Keys whose value is secret, decrypted or not. */
  readonly secretKeys: readonly string[];
  /** Keys with something in them that could not be decrypted. */
  readonly unknownKeys: readonly string[];
  /** Pulumi ESC environments the stack imports; they are not opened. */
  readonly escEnvironments: readonly string[];
  /** Whether settings may be missing that the stack has: it has no file here, or imports an environment. */
  readonly mayBeIncomplete: boolean;
  /** Keys that a program required, which it was given a stand-in for. */
  readonly madeUpKeys: readonly string[];
}

/** What the engine's reader of YAML knows beyond the core: a text that looks like a time has quotes, or is one. */
export const YAML_TAGS: "timestamp"[] = ["timestamp"];

/** Values given on the command line, by key; without a namespace it is the project's. */
export type Overrides = ReadonlyMap<string, string>;

/** @throws UsageError when the stack's file cannot be read */
export async function readConfiguration(
  project: Project,
  stack: ChosenStack,
  overrides: Overrides,
  environment: Environment,
  markers: Markers,
): Promise<Configuration> {
  const file = readStackFile(stack.file);
  const passphrase = passphraseIn(environment);
  const salt = file["encryptionsalt"];
  const encrypted = JSON.stringify(file["config"] ?? {}).includes('"secure"');
  const decrypt =
    encrypted && passphrase !== undefined && typeof salt === "string"
      ? await openWith(passphrase, salt)
      : undefined;
  const reading = new Reading(project.name, decrypt, markers);
  const config: Record<string, unknown> = {};
  const given = new Map([...overrides].map(([key, value]) => [reading.fullKey(key), value]));
  for (const [key, value] of Object.entries(objectOf(file["config"]))) {
    if (!given.has(reading.fullKey(key))) config[key] = reading.setting(key, value);
  }
  for (const [key, value] of given) config[key] = reading.setting(key, value);
  const esc = escEnvironments(file["environment"]);
  reading.defaults(objectOf(project.config));
  return {
    stackFile: { config, ...(decrypt !== undefined && { encryptionsalt: salt }) },
    passphrase: decrypt === undefined ? "" : (passphrase ?? ""),
    values: Object.fromEntries(reading.values),
    secretKeys: [...reading.secretKeys].sort(),
    unknownKeys: [...reading.unknownKeys].sort(),
    escEnvironments: esc,
    mayBeIncomplete: stack.file === undefined || esc.length > 0,
    madeUpKeys: [],
  };
}

/** @param key the full one, of a setting that is not there */
export function withSetting(configuration: Configuration, key: string, marker: string): Configuration {
  const { stackFile, values, madeUpKeys } = configuration;
  return {
    ...configuration,
    stackFile: { ...stackFile, config: { ...objectOf(stackFile["config"]), [key]: marker } },
    values: { ...values, [key]: marker },
    madeUpKeys: [...madeUpKeys, key],
  };
}

/** Walks through the settings once, and notes on the way what the program is given. */
class Reading {
  readonly values = new Map<string, string>();
  readonly secretKeys = new Set<string>();
  readonly unknownKeys = new Set<string>();
  readonly #project: string;
  readonly #decrypt: Decrypt | undefined;
  readonly #markers: Markers;

  constructor(project: string, decrypt: Decrypt | undefined, markers: Markers) {
    this.#project = project;
    this.#decrypt = decrypt;
    this.#markers = markers;
  }

  /** `key` and `project:config:key` → `project:key`. */
  fullKey(key: string): string {
    const [namespace, ...rest] = key.split(":");
    if (rest.length === 0) return `${this.#project}:${key}`;
    return `${namespace ?? ""}:${(rest[0] === "config" ? rest.slice(1) : rest).join(":")}`;
  }

  /** @returns the setting as the engine is given it */
  setting(key: string, value: unknown): unknown {
    const full = this.fullKey(key);
    const { stored, plain } = this.#walk(full, value);
    this.values.set(full, asText(plain));
    return stored;
  }

  /** The project's own defaults, for keys that the stack says nothing about. */
  defaults(schema: Readonly<Record<string, unknown>>): void {
    for (const [key, entry] of Object.entries(schema)) {
      const full = this.fullKey(key);
      if (this.values.has(full)) continue;
      const described = typeof entry === "object" && entry !== null && !Array.isArray(entry);
      const settings = objectOf(entry);
      const value = described ? (settings["value"] ?? settings["default"]) : entry;
      if (value !== undefined && value !== null) this.setting(key, value);
    }
  }

  #walk(key: string, value: unknown): { stored: unknown; plain: unknown } {
    if (Array.isArray(value)) {
      const walked = value.map((element) => this.#walk(key, element));
      return { stored: walked.map(({ stored }) => stored), plain: walked.map(({ plain }) => plain) };
    }
    if (value instanceof Date) return { stored: value, plain: asGoTime(value) };
    if (typeof value !== "object" || value === null) return { stored: value, plain: value };
    const members = Object.entries(value);
    const [first] = members;
    if (members.length === 1 && first?.[0] === "secure") return this.#secure(key, value, first[1]);
    const walked = members.map(([name, member]) => [name, this.#walk(key, member)] as const);
    return {
      stored: Object.fromEntries(walked.map(([name, { stored }]) => [name, stored])),
      plain: Object.fromEntries(walked.map(([name, { plain }]) => [name, plain])),
    };
  }

  #secure(key: string, whole: object, encrypted: unknown): { stored: unknown; plain: unknown } {
    this.secretKeys.add(key);
    const plain = typeof encrypted === "string" ? this.#decrypt?.(encrypted) : undefined;
    if (plain !== undefined) return { stored: whole, plain };
    this.unknownKeys.add(key);
    const marker = this.#markers.next();
    return { stored: marker, plain: marker };
  }
}

function readStackFile(file: string | undefined): Readonly<Record<string, unknown>> {
  if (file === undefined) return {};
  try {
    return objectOf(parse(readFileSync(file, "utf8"), { maxAliasCount: 100, customTags: YAML_TAGS }));
  } catch (error) {
    const [line] = (error instanceof Error ? error.message : "it cannot be read").split("\n");
    throw new UsageError("STACK_INVALID", `${file} is not valid YAML: ${line ?? ""}`);
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

/**
 * As Pulumi hands a setting to a program: every value is a text. A program that is given another one than the engine
 * has is started a second time, so this writes what Go writes: names in order, and `<`, `>` and `&` escaped.
 *
 * @see https://pkg.go.dev/encoding/json#Marshal
 */
function asText(value: unknown): string {
  if (value === null) return "";
  return typeof value === "string" ? value : asJson(value);
}

function asJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(asJson).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
    return `{${members.map(([name, member]) => `${asJson(name)}:${asJson(member)}`).join(",")}}`;
  }
  return JSON.stringify(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** `2026-01-01` without quotes is a time for the engine, which hands it on in the words of Go. */
function asGoTime(time: Date): string {
  const [date = "", clock = ""] = time.toISOString().split("T");
  return `${date} ${clock.replace(/\.?0*Z$/, "")} +0000 UTC`;
}

function escEnvironments(value: unknown): readonly string[] {
  const listed = Array.isArray(value) ? value : objectOf(value)["imports"];
  if (!Array.isArray(listed)) return value === undefined || value === null ? [] : ["(inline)"];
  return listed.map((entry: unknown) =>
    typeof entry === "string" ? entry : (Object.keys(objectOf(entry))[0] ?? "(inline)"),
  );
}
