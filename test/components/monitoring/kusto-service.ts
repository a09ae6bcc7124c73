/** Microsoft's own parser and binder of the Kusto query language, behind the few members that are used of it. */
import { createRequire } from "node:module";
import type { LogTable } from "./log-tables";

interface Service {
  readonly Language: {
    readonly KustoCode: { ParseAndAnalyze(query: string, globals: Globals): Code };
    readonly GlobalState: { readonly Default: Globals };
    readonly Symbols: {
      readonly TableSymbol: { From(schema: string): TableSymbol };
      readonly DatabaseSymbol: {
        readonly ctor: new (name: string, members: readonly TableSymbol[]) => unknown;
      };
    };
  };
}

interface Globals {
  WithDatabase(database: unknown): Globals;
}
interface TableSymbol {
  WithName(name: string): TableSymbol;
}
interface Listed<T> {
  readonly Count: number;
  getItem(index: number): T;
}
interface Code {
  GetDiagnostics(): Listed<{ readonly Code: string; readonly Severity: string; readonly Message: string }>;
  readonly Syntax: SyntaxNode;
  readonly ResultType: { readonly Columns: Listed<{ readonly Name: string }> } | null;
}
export interface SyntaxNode {
  readonly Kind: number;
  readonly NameInParent: string;
  readonly ChildCount: number;
  GetChild(index: number): SyntaxNode | null;
  readonly LiteralValue?: unknown;
}

const require = createRequire(__filename);
// The first file prepares what the second is compiled for; both leave their names with the process.
require("@kusto/language-service-next/bridge.min.js");
require("@kusto/language-service-next/Kusto.Language.Bridge.min.js");
const { Language } = (globalThis as unknown as { readonly Kusto: Service }).Kusto;

/** The parser, knowing these tables. */
export class KustoService {
  readonly #globals: Globals;

  constructor(tables: Readonly<Record<string, LogTable>> = {}) {
    const symbols = Object.entries(tables).map(([name, columns]) => {
      const schema = Object.entries(columns).map(([column, type]) => `${column}: ${type}`);
      return Language.Symbols.TableSymbol.From(`(${schema.join(", ")})`).WithName(name);
    });
    const database = new Language.Symbols.DatabaseSymbol.ctor("logs", symbols);
    this.#globals = Language.GlobalState.Default.WithDatabase(database);
  }

  /** Everything wrong with a query, as `code message`; suggestions are not wrong. */
  problems(query: string): string[] {
    return listOf(this.#analyze(query).GetDiagnostics())
      .filter(({ Severity }) => Severity !== "Suggestion" && Severity !== "Information")
      .map(({ Code, Message }) => `${Code} ${Message}`);
  }

  /** Names of the columns a query answers with. */
  columns(query: string): string[] {
    const { ResultType } = this.#analyze(query);
    return ResultType === null ? [] : listOf(ResultType.Columns).map(({ Name }) => Name);
  }

  syntax(query: string): SyntaxNode {
    return this.#analyze(query).Syntax;
  }

  #analyze(query: string): Code {
    return Language.KustoCode.ParseAndAnalyze(query, this.#globals);
  }
}

function listOf<T>(list: Listed<T>): T[] {
  return Array.from({ length: list.Count }, (_, index) => list.getItem(index));
}
