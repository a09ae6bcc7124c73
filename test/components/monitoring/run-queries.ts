/** Runs alerts over rows of the logs, with an executor of the Kusto query language in a Python process of its own. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Context } from "mocha";
import { alertQuery, type QueryValues } from "../../../components/monitoring/alert-query";
import { tunedAlert } from "../../../components/monitoring/alert-tuning";
import type { AlertId } from "../../../components/monitoring/alerts";
import { CHARTS } from "../../../components/monitoring/workbook";
import { providePython, PythonMissingError } from "../../../tools/python/provide";
import { LOG_TABLES, type LogTable } from "./log-tables";
import { VALUES } from "./query-values";

/** The instant every query runs at. */
export const NOW = "2026-11-30T12:00:00Z";

export type Row = Readonly<Record<string, unknown>>;

export interface QueryCase {
  /** An alert, or a chart of the workbook by the name of its last file. */
  readonly alert: AlertId | `chart-${string}`;
  /** Rows by table. */
  readonly rows?: Readonly<Record<string, readonly Row[]>>;
  /** What the stack tells beside {@link VALUES}. */
  readonly values?: Partial<QueryValues>;
  readonly tables?: Readonly<Record<string, LogTable>>;
  readonly moreThan?: number;
}

/** A Python with the executor; without Python the suite is skipped, loudly. */
export async function kustoOrSkip(context: Context): Promise<string> {
  context.timeout(900_000);
  try {
    const requirements = join(__dirname, "kusto.requirements.txt");
    return await providePython({ environment: process.env, requirements, timeoutMs: 800_000 });
  } catch (error) {
    if (!(error instanceof PythonMissingError) || process.env["CERTLOCK_PYTHON"] === "required") throw error;
    process.stderr.write(`\n*** NO PYTHON: no query is run. ${error.message} ***\n`);
    return context.skip();
  }
}

/** The answers, in the order of the cases. */
export async function runQueries(python: string, cases: readonly QueryCase[]): Promise<Row[][]> {
  const input = cases.map(({ alert, rows = {}, values = {}, tables = LOG_TABLES, moreThan }) => {
    const query = alertQuery(definitionOf(alert, moreThan), { ...VALUES, ...values });
    const read = Object.entries(tables).filter(([table]) => query.includes(table));
    return {
      now: NOW,
      query,
      tables: Object.fromEntries(
        read.map(([table, columns]) => [table, { columns, rows: rows[table] ?? [] }]),
      ),
    };
  });
  const child = spawn(python, [join(__dirname, "run_queries.py")], { stdio: ["pipe", "pipe", "pipe"] });
  const heard = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (heard.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (heard.stderr += text));
  child.stdin.end(JSON.stringify(input));
  const code = await new Promise((resolve) => child.on("close", resolve));
  if (code !== 0) throw new Error(`the queries could not be run: ${heard.stderr.slice(-2000)}`);
  return JSON.parse(heard.stdout) as Row[][];
}

function definitionOf(
  name: QueryCase["alert"],
  moreThan: number | undefined,
): Parameters<typeof alertQuery>[0] {
  const chart = CHARTS.find(({ queries }) => queries.at(-1) === name);
  return chart ?? tunedAlert(name as AlertId, moreThan === undefined ? {} : { moreThan });
}
