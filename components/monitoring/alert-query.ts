/** The text of an alert's query: what the stack knows as `let` statements, and the files after them. */
import { readPackageFile } from "../package-file";
import type { AlertDefinition, QueryParameter } from "./alert";
import { type KustoColumns, kustoDate, kustoList, kustoString, kustoTable } from "./kusto-literal";

/** An application of the stack as the queries know it; ids in lower case. */
export interface GuardedRow {
  readonly application: string;
  readonly objectId: string;
  readonly principalId: string;
  readonly networks: readonly string[];
}

/** A certificate the last deployment registered. */
export interface CredentialRow {
  readonly application: string;
  readonly generation: number | undefined;
  readonly validFrom: string;
  readonly validUntil: string;
  /** Day its successor is due; undefined where the stack does not renew it. */
  readonly due: string | undefined;
}

export interface VaultRow {
  readonly vaultId: string;
  /** Object ids that may read; undefined where that is not watched. */
  readonly readers: readonly string[] | undefined;
}

/** All that is put into queries. */
export interface QueryValues {
  readonly homeTenant: string;
  readonly allowedInitiators: readonly string[];
  readonly guarded: readonly GuardedRow[];
  readonly credentials: readonly CredentialRow[];
  readonly vaults: readonly VaultRow[];
  readonly graceDays: number;
}

const COLUMNS = {
  Guarded: { Application: "string", ObjectId: "string", PrincipalId: "string" },
  GuardedNetworks: { Application: "string", PrincipalId: "string", RangesV4: "dynamic", RangesV6: "dynamic" },
  Credentials: {
    Application: "string",
    Generation: "long",
    ValidFrom: "datetime",
    ValidUntil: "datetime",
    Due: "datetime",
  },
  VaultReaders: { VaultId: "string", CallerId: "string" },
} as const satisfies Readonly<Record<string, KustoColumns>>;

/** A query without its comments, ready to be run. */
export function alertQuery(
  { queries, parameters, constants = {} }: Pick<AlertDefinition, "constants" | "parameters" | "queries">,
  values: QueryValues,
): string {
  const told = [
    ...parameters.map((name) => `let ${name} = ${literalOf(name, values)};`),
    ...(parameters.includes("Credentials") ? [`let GraceDays = ${values.graceDays};`] : []),
    ...Object.entries(constants).map(([name, value]) => `let ${name} = ${value};`),
  ];
  return [...told, ...queries.map(queryText)].join("\n");
}

/** A file of `queries/` without its comments: services count its characters. */
export function queryText(name: string): string {
  const lines = readPackageFile(`components/monitoring/queries/${name}.kql`).split("\n");
  return lines.filter((line) => !/^\s*(?:\/\/|$)/.test(line)).join("\n");
}

function literalOf(name: QueryParameter, values: QueryValues): string {
  const { guarded, credentials, vaults } = values;
  switch (name) {
    case "HomeTenant":
      return kustoString(values.homeTenant);
    case "AllowedInitiators":
      return kustoList(values.allowedInitiators);
    case "Vaults":
      return kustoList(vaults.map(({ vaultId }) => vaultId));
    case "VaultReaders":
      return kustoTable(
        COLUMNS.VaultReaders,
        vaults.flatMap(({ vaultId, readers = [] }) =>
          readers.map((reader) => [kustoString(vaultId), kustoString(reader)]),
        ),
      );
    case "Guarded":
      return kustoTable(
        COLUMNS.Guarded,
        guarded.map((one) => [one.application, one.objectId, one.principalId].map(kustoString)),
      );
    case "GuardedNetworks":
      return kustoTable(
        COLUMNS.GuardedNetworks,
        guarded
          .filter(({ networks }) => networks.length > 0)
          .map(({ application, principalId, networks }) => [
            kustoString(application),
            kustoString(principalId),
            kustoList(networks.filter((range) => !range.includes(":"))),
            kustoList(networks.filter((range) => range.includes(":"))),
          ]),
      );
    case "Credentials":
      return kustoTable(
        COLUMNS.Credentials,
        credentials.map(({ application, generation, validFrom, validUntil, due }) => [
          kustoString(application),
          generation === undefined ? "long(null)" : String(generation),
          kustoDate(validFrom),
          kustoDate(validUntil),
          due === undefined ? "datetime(null)" : kustoDate(due),
        ]),
      );
  }
}
