import assert from "node:assert/strict";
import { LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { engineAddress, EngineLog } from "../../provider/engine-log";
import { ListeningEngine } from "./listening-engine";
import { URN } from "./provider-client";

describe("a warning of the provider", () => {
  let lines: string[];
  let log: EngineLog;

  beforeEach(() => {
    lines = [];
    log = new EngineLog((line) => lines.push(line));
  });

  afterEach(() => {
    log.close();
  });

  it("reaches the engine that was named last, with the resource it belongs to", async () => {
    const [first, second] = [await ListeningEngine.start(), await ListeningEngine.start()];
    log.attach(first.address);
    await log.warn(URN, "one");
    log.attach(second.address);
    log.attach("");
    await log.warn(URN, "two");
    for (const engine of [first, second]) engine.close();
    const common = { severity: LogSeverity.WARNING, urn: URN, streamid: 0, ephemeral: false };
    assert.deepEqual(first.logged, [{ ...common, message: "one" }]);
    assert.deepEqual(second.logged, [{ ...common, message: "two" }]);
    assert.deepEqual(lines, []);
  });

  it("goes elsewhere when there is no engine, it is gone, it refuses or it never answers", async () => {
    await log.warn(URN, "none");
    log.attach("127.0.0.1:1");
    await log.warn(URN, "gone");
    for (const answer of ["refuses", "never answers"] as const) {
      const engine = await ListeningEngine.start(answer);
      log.attach(engine.address);
      await log.warn(URN, answer);
      engine.close();
    }
    assert.deepEqual(lines, ["warning: none", "warning: gone", "warning: refuses", "warning: never answers"]);
  });
});

describe("the engine's address", () => {
  it("is the last argument, whatever flags come before", () => {
    assert.equal(engineAddress(["127.0.0.1:4711"]), "127.0.0.1:4711");
    assert.equal(engineAddress(["-v=9", "--tracing", "http://x:1", "[::1]:4711"]), "[::1]:4711");
    assert.equal(engineAddress([]), undefined);
    assert.equal(engineAddress(["--tracing=x:1"]), undefined);
    assert.equal(engineAddress(["help"]), undefined);
  });
});
