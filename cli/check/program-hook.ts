/**
 * Loaded into the program's process before its SDK (`node -r`), so that stand-ins behave: maps of unknown names answer
 * every name, and settings that cannot be decrypted have the type that is asked for. It needs nothing but Node, and
 * where the SDK is not as expected it leaves everything as it is.
 */
import Module from "node:module";
import { fileURLToPath } from "node:url";
import util from "node:util";

/** The same as in function-answers.ts and markers.ts (a test compares them): this file stands alone. */
const PREFIX = "7cc710cb";
const ANY_NAME = `${PREFIX}:any`;

/** Set when settings may be missing because nobody could read them; such a required one gets a stand-in. */
const MISSING_SETTINGS = "CERTLOCK_CHECK_MISSING_SETTINGS";

/** The SDK's file under any package manager, and what is to be changed in what it exports. */
const patches: readonly (readonly [RegExp, (exported: Exports, load: NodeJS.Require) => void])[] = [
  [/[\\/]@pulumi[\\/]pulumi[\\/]runtime[\\/]rpc\.js$/, patchProperties],
  [/[\\/]@pulumi[\\/]pulumi[\\/]config\.js$/, patchConfig],
  [/[\\/]@pulumi[\\/]pulumi[\\/]resource\.js$/, patchPositions],
  [/[\\/]@pulumi[\\/]pulumi[\\/]runtime[\\/]debuggable\.js$/, patchPromises],
];

type Exports = Record<string, unknown>;
type Load = (module: NodeJS.Module, path: string) => void;

function install(): void {
  // Node's own table of loaders: public for longer than any other way to see a module being loaded.
  const loaders = (Module as unknown as { _extensions: Record<string, Load> })._extensions;
  const load = loaders[".js"];
  if (load === undefined) return;
  loaders[".js"] = (module, path) => {
    load(module, path);
    for (const [file, patch] of patches) {
      if (file.test(path)) patch(module.exports as Exports, Module.createRequire(path));
    }
  };
}

/**
 * The SDK prints errors in colour, which nobody wants here, and with which some releases of Node (20.20.2, 22.23.5) never
 * come to an end: their `inspect` looks for the end of a package's name behind `node_modules/@pulumi/resource.ts`,
 * as the SDK's source maps have it, and finds none.
 */
function withoutColours(): void {
  const inspect = util.inspect;
  const plain = (value: unknown, ...options: unknown[]): string => {
    const [first] = options;
    const isObject = typeof first === "object" && first !== null;
    return inspect(value, isObject ? { ...first, colors: false } : {});
  };
  util.inspect = Object.defineProperties(plain, Object.getOwnPropertyDescriptors(inspect)) as typeof inspect;
}

/** Every object with any names in what the engine answers becomes one that has all of them. */
function patchProperties(exported: Exports): void {
  const original = exported["deserializeProperties"];
  if (typeof original !== "function") return;
  exported["deserializeProperties"] = (...given: unknown[]): unknown =>
    withAnyNames((original as (...args: unknown[]) => unknown)(...given));
}

function withAnyNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withAnyNames);
  if (typeof value !== "object" || value === null) return value;
  if (Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null)
    return value;
  const members = value as Record<string, unknown>;
  const any = members[ANY_NAME];
  for (const [name, member] of Object.entries(members)) members[name] = withAnyNames(member);
  return typeof any === "string" ? anyNames(any, members) : value;
}

/** `at made (/app/index.ts:1:2)`, and as ES modules have it: `at file:///app/index.js:1:2`, with or without a name. */
const FRAME =
  /^\s*at (?:.*? \(|(?:async )?(?=\/|file:|[A-Za-z]:\\))(?<file>.+?):(?<line>[0-9]+):(?<column>[0-9]+)\)?$/;

/** The SDK finds no place for what an ES module declares: it takes the address of a file for its path. */
function patchPositions(exported: Exports): void {
  const Resource = exported["Resource"] as Record<string, unknown> | undefined;
  const callsites = Resource?.["callsites"];
  if (Resource === undefined || typeof callsites !== "function") return;
  if (!(Resource["framePositionRegExp"] instanceof RegExp)) return;
  Resource["framePositionRegExp"] = FRAME;
  Resource["callsites"] = (): unknown => {
    const frames = (callsites as () => unknown).call(Resource);
    if (!Array.isArray(frames)) return frames;
    return frames.map((frame: { readonly file?: unknown }) =>
      typeof frame.file === "string" && frame.file.startsWith("file://")
        ? { ...frame, file: fileURLToPath(frame.file) }
        : frame,
    );
  };
}

/**
 * The SDK writes down the stack of every promise it makes, and shows it to who looks for a promise that never ends.
 * Mapped to lines of TypeScript, that is most of the time a program takes; nobody else needs it.
 */
function patchPromises(exported: Exports): void {
  const original = exported["debuggablePromise"];
  if (typeof original !== "function" || exported["debugPromiseLeaks"] === true) return;
  exported["debuggablePromise"] = (...given: unknown[]): unknown => {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    try {
      return (original as (...args: unknown[]) => unknown)(...given);
    } finally {
      Error.stackTraceLimit = limit;
    }
  };
}

/** Names that the language or the SDK asks every object for. */
const ASKED_OF_ALL = new Set([
  "then",
  "toJSON",
  "constructor",
  "toString",
  "valueOf",
  "doNotCapture",
  "length",
]);

function anyNames(marker: string, members: Record<string, unknown> = {}): object {
  const answers = (name: string | symbol): name is string =>
    typeof name === "string" && !name.startsWith("__") && !ASKED_OF_ALL.has(name);
  const valueOf = (name: string): unknown => (Object.hasOwn(members, name) ? members[name] : marker);
  return new Proxy(members, {
    get: (target, name): unknown => (answers(name) ? valueOf(name) : Reflect.get(target, name)),
    has: (target, name) => answers(name) || Reflect.has(target, name),
    getOwnPropertyDescriptor: (_target, name) =>
      answers(name)
        ? { value: valueOf(name), writable: true, enumerable: true, configurable: true }
        : undefined,
    // Whoever hands it on as a whole hands on what the other side knows for unknown.
    ownKeys: () => [...new Set([...Object.keys(members), ANY_NAME])],
  });
}

interface ConfigInstance {
  readonly name: string;
  get(key: string): unknown;
}
type ConfigMethod = (this: ConfigInstance, key: string, ...options: unknown[]) => unknown;

function patchConfig(exported: Exports, load: NodeJS.Require): void {
  const Config = exported["Config"] as { readonly prototype: Record<string, ConfigMethod> } | undefined;
  const get = Config?.prototype["get"];
  if (Config === undefined || get === undefined) return;
  let made = 0;
  /** The stand-in that a setting is, or that it gets because it is missing; undefined for every other setting. */
  const markerOf = (config: ConfigInstance, key: string, isRequired: boolean): string | undefined => {
    const value = get.call(config, key);
    if (typeof value === "string") return value.startsWith(`${PREFIX}-`) ? value : undefined;
    if (!isRequired || process.env[MISSING_SETTINGS] !== "1") return undefined;
    made += 1;
    // The way to the engine passes certlock, which keeps account of it.
    (load("./log") as { debug(text: string): void }).debug(`${PREFIX}:missing:${config.name}:${key}`);
    return `${PREFIX}-0000-4000-8000-f${made.toString(16).padStart(11, "0")}`;
  };
  for (const [start, isRequired] of [
    ["get", false],
    ["require", true],
  ] as const) {
    for (const [end, valueOf] of Object.entries(VALUES)) {
      const original = Config.prototype[start + end];
      if (original === undefined) continue;
      Config.prototype[start + end] = function (key, ...options) {
        const marker = markerOf(this, key, isRequired);
        return marker === undefined ? original.call(this, key, ...options) : valueOf(marker, load);
      };
    }
  }
}

/** What a method of the SDK's Config answers for a stand-in, by the end of its name. */
const VALUES: Readonly<Record<string, (marker: string, load: NodeJS.Require) => unknown>> = {
  "": (marker) => marker,
  Boolean: () => false,
  Number: () => 1,
  Object: (marker) => anyNames(marker),
  // A text that is known lets the program go on with it, as in a preview with the real one.
  Secret: (marker, load) => outputs(load).secret(marker),
  SecretBoolean: (_marker, load) => outputs(load).secret(outputs(load).unknown),
  SecretNumber: (_marker, load) => outputs(load).secret(outputs(load).unknown),
  SecretObject: (_marker, load) => outputs(load).secret(outputs(load).unknown),
};

interface Outputs {
  secret(value: unknown): unknown;
  readonly unknown: unknown;
}

function outputs(load: NodeJS.Require): Outputs {
  return load("./output") as Outputs;
}

install();
withoutColours();
