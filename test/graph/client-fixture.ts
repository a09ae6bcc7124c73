/** A client against a local server, with recorded waits and a token that must never show up in an error. */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { GraphClient, type GraphClientOptions, GraphError } from "../../graph";
import { GraphServer, json } from "./graph-server";

export const TOKEN = "eyJhbGciOiJub25lIn0.eyJhdWQiOiJncmFwaCIsImNhbmFyeSI6MX0.c2lnbmF0dXJlLWNhbmFyeQ";
const SIGNATURE = "c2lnbmF0dXJlLWNhbmFyeQ";
const NOW = new Date("2026-11-21T12:00:00Z");

export class ClientFixture {
  readonly waits: number[] = [];
  readonly server: GraphServer;

  private constructor(server: GraphServer) {
    this.server = server;
  }

  static async start(): Promise<ClientFixture> {
    return new ClientFixture(await GraphServer.start(json(200, {})));
  }

  client(options: Partial<GraphClientOptions> = {}): GraphClient {
    return new GraphClient({
      tokenSource: { getToken: () => Promise.resolve({ token: TOKEN, expiresOnTimestamp: 0 }) },
      cloud: { graphEndpoint: this.server.url, scope: "https://graph.microsoft.com/.default" },
      sleep: (milliseconds) => {
        this.waits.push(milliseconds);
        return Promise.resolve();
      },
      random: () => 0,
      clock: () => NOW,
      newRequestId: () => "client-1",
      ...options,
    });
  }
}

/** The error a promise must end in; it holds no part of the token, however one prints it. */
export async function failure(promise: Promise<unknown>): Promise<GraphError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof GraphError, `expected a GraphError, got ${inspect(error)}`);
  const printed = [
    JSON.stringify(error),
    inspect(error, { depth: 10, showHidden: true }),
    String(error.stack),
  ];
  for (const text of printed) {
    assert.ok(!text.includes(TOKEN), "the token is in the error");
    assert.ok(!text.includes(SIGNATURE), "a part of the token is in the error");
  }
  return error;
}
