/** Lists a tenant once with the client that is named, in a process of its own, and says what it took. */
import { Client, PageIterator } from "@microsoft/microsoft-graph-client";
import { GraphClient } from "../graph";

/** What one listing took. */
export interface Listing {
  readonly count: number;
  /** Milliseconds until the last object was there. */
  readonly elapsed: number;
  /** Milliseconds computed by all threads of the process. */
  readonly computed: number;
  /** Largest resident memory of the process, in megabytes. */
  readonly megabytes: number;
}

export const CLIENTS = ["certlock", "microsoft"] as const;

const PATH = "/applications?$top=999";
const token = "token-of-the-bench";

const listings: Readonly<Record<(typeof CLIENTS)[number], (root: string) => Promise<number>>> = {
  certlock: async (root) => {
    const client = new GraphClient({
      tokenSource: { getToken: () => Promise.resolve({ token, expiresOnTimestamp: 0 }) },
      cloud: { graphEndpoint: root, scope: "s" },
    });
    let count = 0;
    for await (const { id } of client.list(PATH)) if (typeof id === "string") count++;
    return count;
  },
  microsoft: async (root) => {
    const client = Client.initWithMiddleware({
      baseUrl: root,
      defaultVersion: "v1.0",
      authProvider: { getAccessToken: () => Promise.resolve(token) },
    });
    let count = 0;
    const first = (await client.api(PATH).get()) as ConstructorParameters<typeof PageIterator>[1];
    const iterator = new PageIterator(client, first, (one: { id: unknown }) => {
      if (typeof one.id === "string") count++;
      return true;
    });
    await iterator.iterate();
    return count;
  },
};

async function main([name, root]: readonly string[]): Promise<void> {
  const client = CLIENTS.find((known) => known === name);
  if (client === undefined || root === undefined) throw new TypeError("which client, and where?");
  const [started, before] = [performance.now(), process.cpuUsage()];
  const count = await listings[client](root);
  const [elapsed, { user, system }] = [performance.now() - started, process.cpuUsage(before)];
  const megabytes = process.resourceUsage().maxRSS / 1024;
  const listing: Listing = { count, elapsed, computed: (user + system) / 1_000, megabytes };
  process.stdout.write(JSON.stringify(listing));
}

if (require.main === module) void main(process.argv.slice(2));
