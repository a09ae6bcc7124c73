/**
 * How long certlock's Graph client lists a tenant of 100,000 applications, against Microsoft's client for JavaScript
 * and its PageIterator: the same pages from the same server, in the same run, in turns, each in a new process.
 *
 *   npx tsx bench/graph.ts
 *
 * At most a tenth longer, for the noise of a busy machine, and no more memory than Microsoft's, which checks neither
 * links nor objects. Exit code 1 when that is exceeded. The median of the ratios decides; times beside it are only
 * there to be read.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { application } from "../test/graph/large-tenant";
import { run } from "../cli/engine/process";
import type { CLIENTS, Listing } from "./graph-listing";

const APPLICATIONS = 100_000;
const ROUNDS = 5;
const LIMITS = { computed: 1.1, elapsed: 1.1, megabytes: 1 } as const;

async function main(): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // Made before, so that only the clients work while they are measured.
  const pages = pagesOf(root);
  server.on("request", (request, response) => {
    const from = Number(new URL(request.url ?? "/", root).searchParams.get("$skiptoken") ?? 0);
    response.writeHead(200, { "content-type": "application/json" }).end(pages.get(from));
  });
  const rounds: Record<(typeof CLIENTS)[number], Listing>[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    // In turns one of them is first.
    if (round % 2 === 0) {
      const certlock = await listing("certlock", root);
      rounds.push({ certlock, microsoft: await listing("microsoft", root) });
    } else {
      const microsoft = await listing("microsoft", root);
      rounds.push({ microsoft, certlock: await listing("certlock", root) });
    }
  }
  server.close();
  for (const [measure, limit] of Object.entries(LIMITS) as [keyof typeof LIMITS, number][]) {
    const ratio = median(rounds.map(({ certlock, microsoft }) => certlock[measure] / microsoft[measure]));
    const [ours, theirs] = (["certlock", "microsoft"] as const).map((name) =>
      median(rounds.map((round) => round[name][measure])).toFixed(0),
    );
    const verdict = ratio <= limit ? "ok" : "EXCEEDED";
    const what = `listing 100,000 applications, ${measure}`.padEnd(56);
    console.log(
      `${what} ${ratio.toFixed(2).padStart(6)}  (limit ${limit})  ${verdict}  ${ours} against ${theirs}`,
    );
    if (ratio > limit) process.exitCode = 1;
  }
}

function pagesOf(root: string): ReadonlyMap<number, Buffer> {
  const pages = new Map<number, Buffer>();
  for (let from = 0; from < APPLICATIONS; from += 999) {
    const next = from + 999;
    const link = `${root}/v1.0/applications?$top=999&$skiptoken=${next}`;
    const value = Array.from({ length: Math.min(999, APPLICATIONS - from) }, (_, index) =>
      application(from + index),
    );
    const body = { ...(next < APPLICATIONS ? { "@odata.nextLink": link } : {}), value };
    pages.set(from, Buffer.from(JSON.stringify(body)));
  }
  return pages;
}

async function listing(client: (typeof CLIENTS)[number], root: string): Promise<Listing> {
  const script = join(__dirname, "graph-listing.ts");
  const args = ["--import", require.resolve("tsx"), script, client, root];
  const { code, stdout, stderr } = await run(process.execPath, args, { environment: process.env });
  if (code !== 0) throw new Error(`${client} ended with ${code}: ${stderr}`);
  const result = JSON.parse(stdout) as Listing;
  if (result.count !== APPLICATIONS) throw new Error(`${client} listed ${result.count}`);
  return result;
}

function median(values: readonly number[]): number {
  const inOrder = values.toSorted((one, other) => one - other);
  return inOrder[Math.floor(inOrder.length / 2)] ?? NaN;
}

if (require.main === module) void main();
