"""Runs Kusto queries over rows: what comes in on standard input as JSON goes out on standard output as JSON.

in   [{"now": "2026-11-30T12:00:00Z", "tables": {name: {"columns": {name: type}, "rows": [{…}]}}, "query": "…"}, …]
out  [[{column: value}, …], …]

The queries are executed by duckdb-kql. It lacks three functions, which are added here: two about addresses by Python's
own ipaddress module, and column_ifexists, which by its definition is one of its two arguments.
"""

import ipaddress
import json
import re
import sys

import duckdb_kql
from duckdb_kql.translate.functions import SCALAR_FUNCTIONS, FunctionSpec

SQL_TYPES = {
    "bool": "BOOLEAN",
    "datetime": "TIMESTAMP",
    "dynamic": "JSON",
    "int": "INTEGER",
    "long": "BIGINT",
    "real": "DOUBLE",
    "string": "VARCHAR",
}


def in_any_range(version: int):
    """Kusto answers null for what is no address; both functions take the addresses of their own version."""

    def check(address: str, ranges: str) -> bool | None:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return None
        if parsed.version != version:
            return None
        return any(parsed in ipaddress.ip_network(each) for each in json.loads(ranges))

    return check


for version in (4, 6):
    name = f"ipv{version}_is_in_any_range"
    SCALAR_FUNCTIONS[name] = FunctionSpec(name, "template", f"{name}({{0}}, CAST({{1}} AS VARCHAR))", (2,))


def resolve_columns(query: str, columns: set[str]) -> str:
    return re.sub(
        r'column_ifexists\("(\w+)", ([^()]*)\)',
        lambda found: found[1] if found[1] in columns else found[2],
        query,
    )


def run(case: dict) -> list[dict]:
    connection = duckdb_kql.connect()
    for version in (4, 6):
        connection.create_function(
            f"ipv{version}_is_in_any_range",
            in_any_range(version),
            ["VARCHAR", "VARCHAR"],
            "BOOLEAN",
            null_handling="special",
        )
    known: set[str] = set()
    for table, content in case["tables"].items():
        columns = content["columns"]
        known |= columns.keys()
        described = ", ".join(f'"{name}" {SQL_TYPES[kind]}' for name, kind in columns.items())
        connection.execute(f'CREATE TABLE "{table}" ({described})')
        for row in content["rows"]:
            names = [name for name in columns if name in row]
            values = [json.dumps(row[name]) if columns[name] == "dynamic" else row[name] for name in names]
            listed, marks = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
            connection.execute(f'INSERT INTO "{table}" ({listed}) VALUES ({marks})', values)
    query = re.sub(r"\bnow\(\)", f"datetime({case['now']})", resolve_columns(case["query"], known))
    result = duckdb_kql.query(connection, query)
    return [dict(zip(result.columns, row)) for row in result.fetchall()]


json.dump([run(case) for case in json.load(sys.stdin)], sys.stdout, default=str)
