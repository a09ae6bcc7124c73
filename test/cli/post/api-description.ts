/** Judges requests and answers by an OpenAPI 3.0 description: GitHub publishes one, for the other two hosts see beside. */
import Ajv, { type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";

type Json = Record<string, unknown>;

export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Json>>;
  readonly components: Json;
}

export interface DescribedOperation {
  readonly name: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly definition: Json;
}

export class ApiDescription {
  readonly #document: OpenApiDocument;
  readonly #ajv = addFormats(new Ajv({ strict: false, allErrors: true }));
  readonly #compiled = new Map<unknown, ValidateFunction>();
  readonly #templates: readonly {
    readonly template: string;
    readonly pattern: RegExp;
    readonly names: string[];
  }[];

  constructor(document: OpenApiDocument) {
    this.#document = document;
    this.#templates = Object.keys(document.paths).map((template) => {
      const names: string[] = [];
      const source = template
        .replace(/[.*+?^$()|[\]\\]/g, "\\$&")
        .replace(/\{([^}]+)\}/g, (_whole, name: string) => {
          names.push(name);
          return "([^/]+)";
        });
      return { template, pattern: new RegExp(`^${source}$`), names };
    });
  }

  /** The operation behind a path without query. Of several fitting templates the one with fewest parameters. */
  find(method: string, path: string): DescribedOperation | undefined {
    const [best] = this.#templates
      .flatMap(({ template, pattern, names }) => {
        const match = pattern.exec(path);
        const definition = this.#document.paths[template]?.[method.toLowerCase()];
        if (match === null || definition === undefined) return [];
        const values = match.slice(1).map((value) => decodeURIComponent(value));
        const parameters = Object.fromEntries(names.map((name, index) => [name, values[index] ?? ""]));
        return [{ name: `${method} ${template}`, parameters, definition: definition as Json }];
      })
      .sort((a, b) => Object.keys(a.parameters).length - Object.keys(b.parameters).length);
    return best;
  }

  /** What is wrong with a request: parameters in path and query, and the body, which may hold nothing undescribed. */
  judgeRequest(operation: DescribedOperation, query: URLSearchParams, body: string): string[] {
    const described = ((operation.definition["parameters"] ?? []) as Json[]).map((entry) =>
      this.#resolve(entry),
    );
    const problems = described.flatMap((parameter) => {
      const name = String(parameter["name"]);
      const inQuery = parameter["in"] === "query";
      if (!inQuery && parameter["in"] !== "path") return [];
      const given = inQuery ? query.get(name) : operation.parameters[name];
      if (given === null || given === undefined) {
        return parameter["required"] === true ? [`${operation.name}: parameter ${name} is missing`] : [];
      }
      const schema = parameter["schema"] as Json;
      const typed = this.#resolve(schema)["type"] === "integer" ? Number(given) : given;
      return this.#judge(schema, typed, `${operation.name}: parameter ${name}`);
    });
    for (const name of query.keys()) {
      if (!described.some((parameter) => parameter["name"] === name)) {
        problems.push(`${operation.name}: parameter ${name} is not described`);
      }
    }
    const requestBody = operation.definition["requestBody"];
    if (requestBody === undefined) {
      return body === "" ? problems : [...problems, `${operation.name}: has no body`];
    }
    const content = this.#resolve(requestBody as Json)["content"] as Json;
    const { schema } = content["application/json"] as { schema: Json };
    let value: unknown;
    try {
      value = JSON.parse(body);
    } catch {
      return [...problems, `${operation.name}: the body is not JSON`];
    }
    const properties = this.#resolve(schema)["properties"] as Json | undefined;
    const undescribed = Object.keys(value as Json).filter(
      (key) => properties !== undefined && !(key in properties),
    );
    return [
      ...problems,
      ...undescribed.map((key) => `${operation.name}: body has ${key}, which is not described`),
      ...this.#judge(schema, value, `${operation.name}: body`),
    ];
  }

  /** What is wrong with an answer of our own test server. */
  judgeAnswer(operation: DescribedOperation, status: number, body: unknown): string[] {
    const response = (operation.definition["responses"] as Json)[String(status)];
    // The descriptions leave out refusals that every operation may answer with, such as 404.
    if (response === undefined && status >= 400) return [];
    if (response === undefined) return [`${operation.name}: status ${status} is not described`];
    const content = this.#resolve(response as Json)["content"] as Json | undefined;
    const json = content?.["application/json"] as { schema: Json } | undefined;
    if (json === undefined) return body === undefined ? [] : [`${operation.name}: ${status} has no body`];
    return this.#judge(json.schema, body, `${operation.name}: answer`);
  }

  /** An example of the description, to be filled in. */
  example(name: string): Json {
    const { value } = (this.#document.components["examples"] as Record<string, { value: Json }>)[name] ?? {};
    if (value === undefined) throw new Error(`The description has no example ${name}.`);
    return structuredClone(value);
  }

  #judge(schema: Json, value: unknown, place: string): string[] {
    let validate = this.#compiled.get(schema);
    if (validate === undefined) {
      const definitions: Json = {};
      const root = this.#convert(schema, definitions) as Json;
      validate = this.#ajv.compile({ ...root, $defs: definitions });
      this.#compiled.set(schema, validate);
    }
    if (validate(value)) return [];
    return (validate.errors ?? []).map((error) => `${place}${error.instancePath}: ${String(error.message)}`);
  }

  #resolve(node: Json): Json {
    const reference = node["$ref"];
    if (typeof reference !== "string") return node;
    let found: unknown = this.#document;
    for (const part of reference.slice(2).split("/")) found = (found as Json)[part.replaceAll("~1", "/")];
    return found as Json;
  }

  /** OpenAPI 3.0 as JSON Schema: `nullable` becomes a choice, references go into `$defs`. */
  #convert(node: unknown, definitions: Json): unknown {
    if (Array.isArray(node)) return node.map((item) => this.#convert(item, definitions));
    if (typeof node !== "object" || node === null) return node;
    const { $ref: reference, nullable, ...rest } = node as Json;
    if (typeof reference === "string") {
      const name = reference.replace(/[^A-Za-z0-9_-]/g, "_");
      if (!(name in definitions)) {
        definitions[name] = {};
        definitions[name] = this.#convert(this.#resolve(node as Json), definitions);
      }
      return { $ref: `#/$defs/${name}` };
    }
    const converted = Object.fromEntries(
      Object.entries(rest).map(([key, value]) => [
        key,
        key === "enum" || key === "example" ? value : this.#convert(value, definitions),
      ]),
    );
    return nullable === true ? { anyOf: [converted, { type: "null" }] } : converted;
  }
}
