/** Every query, parsed and bound by Microsoft's language service against the tables it reads. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  ALERT_FREQUENCIES,
  ALERT_WINDOWS,
  ENTITY_IDENTIFIERS,
  LOG_SOURCES,
} from "../../../components/monitoring/alert";
import { alertQuery } from "../../../components/monitoring/alert-query";
import { ALERT_IDS, alertOf } from "../../../components/monitoring/alerts";
import { CHARTS } from "../../../components/monitoring/workbook";
import { KustoService } from "./kusto-service";
import { LOG_TABLES, NEWER_LOG_TABLES } from "./log-tables";
import { VALUES } from "./query-values";

const QUERIES = resolve(__dirname, "../../../components/monitoring/queries");
/** A stack that has nothing to tell yet. */
const NOTHING = { ...VALUES, allowedInitiators: [], guarded: [], credentials: [], vaults: [] };

describe("the queries of the alerts", function () {
  this.timeout(60_000);
  const older = new KustoService(LOG_TABLES);
  const newer = new KustoService(NEWER_LOG_TABLES);

  for (const id of ALERT_IDS) {
    const alert = alertOf(id);
    const query = alertQuery(alert, VALUES);

    describe(id, () => {
      it("binds against the tables as they are, as they were, and with nothing told", () => {
        assert.deepEqual(older.problems(query), []);
        assert.deepEqual(newer.problems(query), []);
        assert.deepEqual(newer.problems(alertQuery(alert, NOTHING)), []);
      });

      it("answers with every column the alert and its entities name, and with a time", () => {
        const columns = newer.columns(query);
        const named = [
          ...alert.dimensions,
          ...alert.entities.flatMap(({ fields }) => Object.values(fields)),
          "TimeGenerated",
        ];
        assert.deepEqual(
          named.filter((column) => !columns.includes(column)),
          [],
        );
      });

      it("reads the tables it says, and no other", () => {
        const read = Object.keys(LOG_SOURCES).filter((table) => new RegExp(`\\b${table}\\b`).test(query));
        assert.deepEqual(read, [...alert.tables]);
      });

      it("fails as soon as a column it uses has another name", () => {
        const used = alert.tables.flatMap((table) =>
          Object.keys(LOG_TABLES[table] ?? {}).filter((column) => uses(query, column)),
        );
        assert.equal(used.length >= 3, alert.tables.length > 0, `${used.length} columns`);
        for (const column of used) {
          const renamed = Object.fromEntries(
            Object.entries(LOG_TABLES).map(([table, columns]) => {
              const { [column]: type, ...others } = columns;
              return [table, type === undefined ? columns : { ...others, [`${column}2`]: type }];
            }),
          );
          assert.notDeepEqual(new KustoService(renamed).problems(query), [], column);
        }
      });

      it("keeps what Azure Monitor and Sentinel allow", () => {
        assert.ok(alert.dimensions.length >= 1 && alert.dimensions.length <= 6);
        assert.ok((ALERT_FREQUENCIES as readonly number[]).includes(alert.every));
        assert.ok((ALERT_WINDOWS as readonly number[]).includes(alert.window) && alert.window >= alert.every);
        assert.ok(query.length < 5000, `${query.length} characters`);
        assert.doesNotMatch(query, /\b(?:search|union) \*|bag_unpack|\bpivot\(|^\s*\/\//m);
        // They compare simple values only; what the logs hold are objects.
        assert.doesNotMatch(query, /\b(?:set_has_element|array_index_of)\(/);
        assert.ok(alert.entities.length <= 10);
        for (const { type, fields } of alert.entities) {
          const identifiers: readonly string[] = ENTITY_IDENTIFIERS[type];
          assert.ok(Object.keys(fields).length >= 1 && Object.keys(fields).length <= 3);
          assert.ok(Object.keys(fields).every((identifier) => identifiers.includes(identifier)));
        }
        assert.ok(alert.techniques.every((technique) => /^T\d{4}(\.\d{3})?$/.test(technique)));
        assert.ok(alert.title.length <= 100 && alert.firstSteps.length > 0);
      });
    });
  }

  for (const chart of CHARTS) {
    it(`bind in the workbook too: ${chart.title}`, () => {
      const query = alertQuery(chart, VALUES);
      assert.deepEqual(older.problems(query), []);
      assert.deepEqual(newer.problems(query), []);
    });
  }

  it("leave no file of the folder unused", () => {
    const queries = [...ALERT_IDS.map(alertOf), ...CHARTS].flatMap((one) => one.queries);
    const used = new Set(queries.map((name) => `${name}.kql`));
    assert.deepEqual(
      readdirSync(join(QUERIES)).filter((file) => !used.has(file)),
      [],
    );
  });
});

/** Whether a query reads a column: a name it gives itself, or asks about with column_ifexists, does not count. */
function uses(query: string, column: string): boolean {
  return new RegExp(`(?<![\\w."])${column}(?!\\w|"| =[^=~])`).test(query);
}
