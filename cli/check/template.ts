/**
 * What the language host of Pulumi YAML wants to know of a package before it runs a program: its schema. A real one
 * comes with the provider, which nobody has downloaded. So the program itself is read for the types, functions and
 * names it uses, and each of them may be anything.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { BinaryReader, BinaryWriter } from "google-protobuf";
import { isMap, isScalar, LineCounter, parseDocument } from "yaml";
import { type Interceptor, rawMethod } from "./relay";

/** https://github.com/pulumi/pulumi/blob/master/proto/pulumi/codegen/loader.proto */
export const LOADER = { getSchema: rawMethod("/codegen.Loader/GetSchema") };

/** Read in this order: https://github.com/pulumi/pulumi-yaml/blob/main/pkg/pulumiyaml/run.go */
const TEMPLATES = ["Main.json", "Main.yaml", "Pulumi.yaml"];

/** Newer than what any program asks for. */
const VERSION = "999.0.0";

const ANY = { $ref: "pulumi.json#/Any" };

/** Packages whose tokens are `package:module:Name`; those of all bridged ones are `package:module/name:Name`. */
const PLAIN_TOKENS = /(-native(_\w+)?|^(kubernetes|certlock|command|docker-build|pulumiservice|awsx|eks))$/;

type Members = Readonly<Record<string, unknown>>;

interface Names {
  readonly inputs: Set<string>;
  readonly outputs: Set<string>;
}

/** A program in YAML, as far as it has to be known before it runs. */
export class Template {
  readonly #used = new UsedNames();
  /** Where resources are declared, by their name: `file:///…#line,column`. */
  readonly #positions = new Map<string, string>();
  #isAskedFor = false;

  /** A program that cannot be read has nothing to say; the language host tells why. */
  constructor(programFolder: string) {
    const file = TEMPLATES.map((name) => join(programFolder, name)).find((path) => existsSync(path));
    if (file === undefined) return;
    try {
      const lines = new LineCounter();
      const document = parseDocument(readFileSync(file, "utf8"), { lineCounter: lines, logLevel: "silent" });
      const program = membersOf(document.toJS({ maxAliasCount: 100 }));
      this.#used.read(program);
      this.#place(document.get("resources"), membersOf(program["resources"]), (offset) => {
        const { line, col } = lines.linePos(offset);
        return `${pathToFileURL(file).href}#${line},${col}`;
      });
    } catch {
      return;
    }
  }

  /** Whether the host has run the program without asking what it cannot know by itself. */
  get isPassedOver(): boolean {
    return !this.#isAskedFor && this.#used.isAny;
  }

  /** Answers {@link LOADER}. */
  readonly answer: Interceptor = (request) => {
    this.#isAskedFor = true;
    const { name, version } = requested(request);
    const writer = new BinaryWriter();
    writer.writeBytes(1, Buffer.from(JSON.stringify(this.#used.schema(name, version))));
    return Promise.resolve(Buffer.from(writer.getResultBuffer()));
  };

  /** Where a resource is declared, by its URN. */
  positionOf(urn: string): string | undefined {
    return this.#positions.get(urn.split("::").slice(3).join("::"));
  }

  #place(resources: unknown, values: Members, position: (offset: number) => string): void {
    if (!isMap(resources)) return;
    for (const { key } of resources.items) {
      if (!isScalar(key) || typeof key.value !== "string" || !key.range) continue;
      const { name } = membersOf(values[key.value]);
      this.#positions.set(typeof name === "string" ? name : key.value, position(key.range[0]));
    }
  }
}

/** A parameterized package is asked for by the name of the provider that it is made of, and has one of its own. */
function requested(bytes: Uint8Array): { readonly name: string; readonly version: string } {
  const found = { name: "", version: "" };
  const reader = new BinaryReader(bytes);
  while (reader.nextField()) {
    if (reader.getFieldNumber() === 1) found.name ||= reader.readString();
    else if (reader.getFieldNumber() === 2) found.version ||= reader.readString();
    else if (reader.getFieldNumber() === 4) Object.assign(found, requested(reader.readBytes()));
    else reader.skipField();
  }
  return found;
}

/** The types and functions of a program, by the token it has for them. */
class UsedNames {
  readonly #types = new Map<string, Names>();
  readonly #functions = new Map<string, Names>();
  /** What `${name.…}` is of. */
  readonly #named = new Map<string, Names[]>();

  read(program: Members): void {
    for (const [name, each] of Object.entries(membersOf(program["resources"]))) {
      const resource = membersOf(each);
      if (typeof resource["type"] !== "string") continue;
      const names = namesIn(this.#types, resource["type"]);
      for (const input of Object.keys(membersOf(resource["properties"]))) names.inputs.add(input);
      this.#named.set(name, [names]);
    }
    for (const [name, value] of Object.entries(membersOf(program["variables"])))
      this.#named.set(name, this.#functionsIn(value));
    this.#functionsIn(program["resources"]);
    this.#functionsIn(program["outputs"]);
    for (const text of textsIn(program)) {
      for (const [, name = "", property = ""] of text.matchAll(/\$\{\s*([\w-]+)(?:\.|\[")([\w-]+)/g))
        for (const names of this.#named.get(name) ?? []) names.outputs.add(property);
    }
  }

  get isAny(): boolean {
    return this.#types.size + this.#functions.size > 0;
  }

  schema(name: string, version: string): object {
    const isOf = ([token]: readonly [string, Names]) => token.split(":", 1)[0] === name;
    const provider = this.#types.get(`pulumi:providers:${name}`);
    return {
      name,
      version: version === "" ? VERSION : version,
      meta: { moduleFormat: "(.*)(?:/[^/]*)" },
      provider: { inputProperties: properties(provider?.inputs ?? new Set()) },
      resources: Object.fromEntries(
        [...this.#types].filter(isOf).map(([token, { inputs, outputs }]) => [
          canonical(token),
          {
            inputProperties: properties(inputs),
            properties: properties(new Set([...inputs, ...outputs])),
          },
        ]),
      ),
      functions: Object.fromEntries(
        [...this.#functions].filter(isOf).map(([token, { inputs, outputs }]) => [
          canonical(token),
          {
            inputs: { type: "object", properties: properties(inputs) },
            outputs: { type: "object", properties: properties(outputs) },
          },
        ]),
      ),
    };
  }

  /** `fn::invoke: { function: …, arguments: … }` and `fn::azuread:getClientConfig: …`, however deep. */
  #functionsIn(value: unknown): Names[] {
    if (Array.isArray(value)) return value.flatMap((each) => this.#functionsIn(each));
    return Object.entries(membersOf(value)).flatMap(([key, member]) => {
      const inner = this.#functionsIn(member);
      const call = membersOf(member);
      const token = /^fn::invoke$/i.test(key) ? call["function"] : /^fn::([^:]+:.+)$/.exec(key)?.[1];
      if (typeof token !== "string") return inner;
      const names = namesIn(this.#functions, token);
      const given = /^fn::invoke$/i.test(key) ? membersOf(call["arguments"]) : call;
      for (const input of Object.keys(given)) names.inputs.add(input);
      if (typeof call["return"] === "string") names.outputs.add(call["return"]);
      return [names, ...inner];
    });
  }
}

function namesIn(map: Map<string, Names>, token: string): Names {
  const known = map.get(token);
  if (known !== undefined) return known;
  const made: Names = { inputs: new Set(), outputs: new Set() };
  map.set(token, made);
  return made;
}

/** `azuread:Application` → `azuread:index/application:Application`, as the provider has it. */
function canonical(token: string): string {
  const parts = token.split(":");
  const [name = "", second = ""] = parts;
  const [module, last] = parts.length === 2 ? ["index", second] : [second, parts[2] ?? ""];
  if (module.includes("/") || PLAIN_TOKENS.test(name)) return `${name}:${module}:${last}`;
  return `${name}:${module}/${last.charAt(0).toLowerCase()}${last.slice(1)}:${last}`;
}

function properties(names: ReadonlySet<string>): Members {
  return Object.fromEntries([...names].filter((name) => !RESERVED.has(name)).map((name) => [name, ANY]));
}

/** Every resource has them. */
const RESERVED = new Set(["id", "urn", "pulumi"]);

function* textsIn(value: unknown): Generator<string> {
  if (typeof value === "string") yield value;
  else if (typeof value === "object" && value !== null)
    for (const member of Object.values(value)) yield* textsIn(member);
}

function membersOf(value: unknown): Members {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Members) : {};
}
