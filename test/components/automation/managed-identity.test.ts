/** Where the runbook's own token comes from: an Automation job, a virtual machine, a machine with Azure Arc. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RotationStage, type Line } from "./rotation-stage";
import { runbookPython } from "./runbook-python";
import type { StagedIdentity } from "./staged-identity";
import type { Exchange, Reply } from "./wire";

describe("runbook: the managed identity", function () {
  this.timeout(120_000);
  let stage: RotationStage;
  let identity: StagedIdentity;
  let folder: string;

  before(async function () {
    stage = await RotationStage.open(await runbookPython(this));
    stage.grantGraph(["Application.ReadWrite.OwnedBy"]);
    identity = stage.identity();
    await identity.renew();
    folder = mkdtempSync(join(tmpdir(), "certlock-arc-"));
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    // Undefined where there is no Python.
    await (stage as RotationStage | undefined)?.close();
  });
  beforeEach(() => {
    stage.wire.reset();
    identity.keys = [];
  });

  const turn = async (environment: Record<string, string>, more: object = {}): Promise<Line> => {
    const nowhere = { IDENTITY_ENDPOINT: "", IDENTITY_HEADER: "", AZURE_POD_IDENTITY_AUTHORITY_HOST: "" };
    const ran = await stage.run(stage.settings([identity], more), [], { ...nowhere, ...environment });
    const [line] = ran.lines;
    assert.ok(line, ran.stdout + ran.stderr);
    return line;
  };
  const asked = (): readonly [string, string, unknown][] =>
    stage.wire.exchanges
      .filter(({ host }) => host === "identity")
      .map(({ path, headers }) => {
        const url = new URL(path, "http://x");
        return [url.pathname, url.searchParams.toString(), headers["metadata"]];
      });
  /** A machine's endpoint knows who stands there: no secret of the environment is needed. */
  const machine = (answer: (exchange: Exchange) => Reply | undefined) => ({
    before: (exchange: Exchange) => {
      if (exchange.host !== "identity") return undefined;
      const said = answer(exchange);
      if (said) return said;
      Object.assign(exchange.headers, { "x-identity-header": stage.sandbox.tenant.identityHeader });
      return undefined;
    },
  });

  it("asks an Automation job's endpoint with the job's header, once for each service", async () => {
    const job = stage.environment();
    const line = await turn({
      IDENTITY_ENDPOINT: job["IDENTITY_ENDPOINT"] ?? "",
      IDENTITY_HEADER: job["IDENTITY_HEADER"] ?? "",
    });
    assert.equal(line.outcome, "ok");
    assert.deepEqual(asked(), [
      ["/msi/token", "api-version=2019-08-01&resource=https%3A%2F%2Fvault.azure.net", "true"],
      ["/msi/token", "api-version=2019-08-01&resource=https%3A%2F%2Fgraph.microsoft.com", "true"],
    ]);
  });

  it("asks for a user-assigned identity by its client id", async () => {
    const job = stage.environment();
    const environment = {
      IDENTITY_ENDPOINT: `${job["IDENTITY_ENDPOINT"] ?? ""}?x=1`,
      IDENTITY_HEADER: job["IDENTITY_HEADER"] ?? "",
    };
    assert.equal((await turn(environment, { managedIdentityClientId: stage.machine.appId })).outcome, "ok");
    assert.deepEqual(
      asked().map(([, query]) => new URLSearchParams(query).get("client_id")),
      [stage.machine.appId, stage.machine.appId],
    );
  });

  it("asks the metadata service of a virtual machine, which may not be ready at once", async () => {
    let busy = 2;
    stage.wire.meddler = machine(({ headers }) => {
      assert.deepEqual([headers["metadata"], headers["x-identity-header"]], ["true", undefined]);
      return busy-- > 0 ? { status: 404, body: "" } : undefined;
    });
    const line = await turn({ AZURE_POD_IDENTITY_AUTHORITY_HOST: stage.wire.identityUrl });
    assert.equal(line.outcome, "ok");
    const vault = "api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net";
    assert.deepEqual(
      asked().slice(0, 3),
      [1, 2, 3].map(() => ["/metadata/identity/oauth2/token", vault, "true"]),
    );
  });

  describe("on a machine with Azure Arc", () => {
    const key = (): string => join(folder, "tokens", "one.key");
    const arc = (realm: () => string) =>
      machine(({ headers }) => {
        assert.equal(headers["metadata"], "true");
        return headers["authorization"] === "Basic the-secret-of-the-agent"
          ? undefined
          : { status: 401, headers: { "www-authenticate": `Basic realm=${realm()}` }, body: "" };
      });
    const environment = () => ({
      IDENTITY_ENDPOINT: `${stage.wire.identityUrl}/metadata/identity/oauth2/token`,
      IMDS_ENDPOINT: stage.wire.identityUrl,
      RUNBOOK_ARC_TOKENS: join(folder, "tokens"),
    });

    before(() => {
      mkdirSync(join(folder, "tokens"));
      writeFileSync(key(), "the-secret-of-the-agent");
      writeFileSync(join(folder, "tokens", "one.txt"), "the-secret-of-the-agent");
      writeFileSync(join(folder, "outside.key"), "the-secret-of-the-agent");
      writeFileSync(join(folder, "tokens", "large.key"), "x".repeat(4097));
    });

    it("answers the agent's challenge with the file it names", async () => {
      stage.wire.meddler = arc(key);
      assert.equal((await turn(environment())).outcome, "ok");
      assert.deepEqual(
        asked().map(([, query]) => new URLSearchParams(query).get("api-version")),
        Array(4).fill("2020-06-01"),
      );
    });

    for (const [title, path] of [
      ["outside of the agent's folder", () => join(folder, "outside.key")],
      ["outside of it by way of it", () => `${join(folder, "tokens")}/../outside.key`],
      ["without the agent's extension", () => join(folder, "tokens", "one.txt")],
      ["larger than a key", () => join(folder, "tokens", "large.key")],
      ["that is not there", () => join(folder, "tokens", "none.key")],
      ["without a name", () => ""],
    ] as const) {
      it(`sends no file ${title}`, async () => {
        stage.wire.meddler = arc(path);
        const line = await turn(environment());
        assert.deepEqual([line.outcome, line.findings], ["failed", ["MANAGED_IDENTITY_UNAVAILABLE"]]);
        assert.ok(stage.wire.exchanges.every(({ headers }) => headers["authorization"] === undefined));
      });
    }
  });

  for (const [title, answer] of [
    ["refuses", { status: 400, body: JSON.stringify({ error: "invalid_request" }) }],
    ["answers without a token", { status: 200, body: "{}" }],
    ["answers with a page", { status: 200, body: "<html>" }],
    ["leads elsewhere", { status: 302, headers: { location: "https://evil.example/" }, body: "" }],
  ] as const) {
    it(`fails where the endpoint ${title}`, async () => {
      stage.wire.meddler = { before: ({ host }) => (host === "identity" ? answer : undefined) };
      const job = stage.environment();
      const line = await turn({
        IDENTITY_ENDPOINT: job["IDENTITY_ENDPOINT"] ?? "",
        IDENTITY_HEADER: "wrong-and-not-printed-anywhere",
      });
      assert.deepEqual([line.step, line.findings], ["vault", ["MANAGED_IDENTITY_UNAVAILABLE"]]);
      assert.match(line.next, /system-assigned identity/);
    });
  }

  it("asks for a new token when the old one has less than five minutes left", async () => {
    const job = stage.environment();
    const soon = String(Math.floor(stage.running.now.getTime() / 1000) + 299);
    stage.wire.meddler = {
      after: ({ host }, { status, body }) =>
        host === "identity"
          ? { status, body: JSON.stringify({ ...(JSON.parse(body) as object), expires_on: soon }) }
          : undefined,
    };
    const environment = {
      IDENTITY_ENDPOINT: job["IDENTITY_ENDPOINT"] ?? "",
      IDENTITY_HEADER: job["IDENTITY_HEADER"] ?? "",
    };
    assert.equal((await turn(environment)).outcome, "ok");
    const others = stage.wire.exchanges.filter(({ host }) => /vault|graph/.test(host));
    assert.equal(asked().length, others.length);
  });
});
