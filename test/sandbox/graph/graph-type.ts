/** What Microsoft's own type definitions say of an object, read with the TypeScript compiler. */
import { dirname, join } from "node:path";
import ts from "typescript";

export type GraphTypesVersion = "v1.0" | "beta";

const PACKAGES: Readonly<Record<GraphTypesVersion, string>> = {
  "v1.0": "@microsoft/microsoft-graph-types",
  beta: "@microsoft/microsoft-graph-types-beta",
};

/** One package of types. */
export class GraphTypes {
  readonly #checker: ts.TypeChecker;
  readonly #exports: ReadonlyMap<string, ts.Symbol>;
  readonly #node: ts.Node;

  constructor(version: GraphTypesVersion) {
    const file = join(dirname(require.resolve(`${PACKAGES[version]}/package.json`)), "microsoft-graph.d.ts");
    const program = ts.createProgram([file], { strict: true, lib: ["lib.es5.d.ts"], types: [] });
    const source = program.getSourceFile(file);
    if (!source) throw new Error(`${file} cannot be read`);
    this.#checker = program.getTypeChecker();
    const module = this.#checker.getSymbolAtLocation(source);
    if (!module) throw new Error(`${file} exports nothing`);
    this.#node = source;
    this.#exports = new Map(this.#checker.getExportsOfModule(module).map((symbol) => [symbol.name, symbol]));
  }

  /** What does not fit of a value that claims to be of a type, as `place: reason`. */
  misfits(value: unknown, typeName: string): readonly string[] {
    const symbol = this.#exports.get(typeName);
    if (!symbol) return [`there is no type ${typeName}`];
    const found: string[] = [];
    this.#check(value, [this.#checker.getDeclaredTypeOfSymbol(symbol)], typeName, found);
    return found;
  }

  #check(value: unknown, declared: readonly ts.Type[], place: string, found: string[]): void {
    // Whether null is allowed is not asked: the packages are wrong about it in places.
    if (value === null || value === undefined) return;
    const types = declared.flatMap((type) => (type.isUnion() ? type.types : [type]));
    if (Array.isArray(value)) {
      const elements = types.flatMap((type) => this.#elements(type));
      if (elements.length === 0) found.push(`${place}: is a list`);
      for (const item of value) this.#check(item, elements, `${place}[]`, found);
      return;
    }
    if (typeof value !== "object") {
      if (!types.some((type) => this.#takes(type, value)))
        found.push(`${place}: is ${JSON.stringify(value)}`);
      return;
    }
    const named = this.#named(value);
    const objects = named ? [named] : types.filter((type) => type.flags & ts.TypeFlags.Object);
    if (objects.length === 0) found.push(`${place}: is an object`);
    for (const [name, part] of Object.entries(value)) {
      if (name.includes("@odata.")) continue;
      const properties = objects.flatMap((type) => type.getProperty(name) ?? []);
      if (properties.length === 0) found.push(`${place}.${name}: is not known`);
      else {
        const partTypes = properties.map((property) =>
          this.#checker.getTypeOfSymbolAtLocation(property, this.#node),
        );
        this.#check(part, partTypes, `${place}.${name}`, found);
      }
    }
  }

  /** The type an object says it is of, as one of a mixed list does. */
  #named(value: object): ts.Type | undefined {
    const type = (value as Record<string, unknown>)["@odata.type"];
    if (typeof type !== "string") return undefined;
    const name = type.replace("#microsoft.graph.", "");
    const symbol = this.#exports.get(name.charAt(0).toUpperCase() + name.slice(1));
    return symbol && this.#checker.getDeclaredTypeOfSymbol(symbol);
  }

  /** What a list holds. */
  #elements(type: ts.Type): readonly ts.Type[] {
    if (!this.#checker.isArrayType(type)) return [];
    return this.#checker.getTypeArguments(type as ts.TypeReference);
  }

  #takes(type: ts.Type, value: unknown): boolean {
    if (type.isStringLiteral()) return type.value === value;
    if (type.flags & ts.TypeFlags.String) return typeof value === "string";
    if (type.flags & ts.TypeFlags.Number) return typeof value === "number";
    return Boolean(type.flags & ts.TypeFlags.BooleanLike) && typeof value === "boolean";
  }
}
