/** Where the evidence comes from: Graph, or a file; and the exemptions that let a credential go all the same. */
import { extname } from "node:path";
import { GraphClient, GraphError } from "../../graph";
import type { CommandIo } from "../command-io";
import { IncompleteError } from "../errors";
import { exemptionFile } from "../exemption-file";
import { readInputText } from "../input-file";
import { parseSignIns, type Retired, type SignIns, signInsOf } from "./evidence";

/** @throws UsageError when there is no such file; IncompleteError when it holds no sign-ins */
export async function readEvidence(given: string, io: CommandIo): Promise<SignIns> {
  if (given === "graph") return fromGraph(io);
  const text = await readInputText(given, "--evidence", io);
  const read = parseSignIns(text);
  if (read !== undefined) return read;
  throw new IncompleteError(
    "EVIDENCE_UNREADABLE",
    `${given} holds no sign-ins: give the answer of Graph's reports/appCredentialSignInActivities, or the rows of a query with ServicePrincipalCredentialKeyId and LastSignIn, as JSON.`,
  );
}

/**
 * The report of credential activity; needs the application permission `AuditLog.Read.All`.
 *
 * @see https://learn.microsoft.com/graph/api/reportroot-list-appcredentialsigninactivities?view=graph-rest-beta
 */
async function fromGraph(io: CommandIo): Promise<SignIns> {
  const [{ tokenSourceFromEnvironment }, { readCloud, refuseClientSecret }] = await Promise.all([
    import("../../provider/credential.js"),
    import("../../provider/settings.js"),
  ]);
  try {
    refuseClientSecret(io.environment);
    const cloud = readCloud(io.environment);
    const client = new GraphClient({
      cloud,
      tokenSource: await tokenSourceFromEnvironment(io.environment, cloud),
    });
    const rows: unknown[] = [];
    const list = client.list("/reports/appCredentialSignInActivities", {
      version: "beta",
      permission: "AuditLog.Read.All",
      signal: io.signal,
    });
    for await (const row of list) rows.push(row);
    return signInsOf(rows);
  } catch (error) {
    if (io.signal.aborted) throw error;
    const isOurs = error instanceof GraphError || (error instanceof Error && "code" in error);
    if (!isOurs) throw error;
    throw new IncompleteError("EVIDENCE_UNREADABLE", `Graph gave no sign-ins: ${error.message}`);
  }
}

export interface Exemptions {
  readonly exempted: (retired: Retired) => string | undefined;
  readonly problems: readonly string[];
}

/**
 * The reviewed exemptions, read and judged by the guard's own code: one that is incomplete, approved by its owner or
 * expired exempts nothing.
 *
 * @param root folder of Pulumi.yaml
 * @throws UsageError when a file that was named is not there
 */
export async function readExemptions(
  root: string,
  given: string | undefined,
  now: Date,
  io: CommandIo,
): Promise<Exemptions> {
  const path = given ?? exemptionFile(root, io.environment);
  if (path === undefined) return { exempted: () => undefined, problems: [] };
  const text = await readInputText(path, "--exemptions", io);
  const { exemptionOfCredentialInUse, exemptionsFrom } = await import("../../policies/catalogue.js");
  try {
    const ledger = exemptionsFrom({
      text,
      format: extname(path) === ".json" ? "json" : "yaml",
      now: () => now,
    });
    return {
      exempted: ({ identity, urn, objectId }) =>
        exemptionOfCredentialInUse(ledger, { urn, clientId: identity.clientId, objectId }),
      problems: ledger.problems.map(({ predicate }) => predicate),
    };
  } catch (error) {
    // A text that is no document at all: its message holds nothing of it.
    const said = error instanceof Error ? error.message : "cannot be read";
    return { exempted: () => undefined, problems: [`a file of exemptions that ${said}.`] };
  }
}
