import assert from "node:assert/strict";
import { join } from "node:path";
import { Recorder } from "../components/recorder";

const PROGRAM = join(__dirname, "..", "..", "examples", "with-client-secret", "index.ts");

describe("examples/with-client-secret", () => {
  it("declares both kinds of client secret and a vault that gives one away", async () => {
    const recorder = await Recorder.start("with-client-secret");
    Reflect.deleteProperty(require.cache, PROGRAM);
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load it once only
    require(PROGRAM);
    const registered = await recorder.all();
    assert.deepEqual(
      registered.map(({ type, name }) => `${name}: ${type}`),
      [
        "reports-secret: azure-native:keyvault:Secret",
        "reports: azure-native:keyvault:Vault",
        "reports-legacy: azuread:index/application:Application",
        "reports-secret: azuread:index/applicationPassword:ApplicationPassword",
        "reports: azuread:index/applicationRegistration:ApplicationRegistration",
      ],
    );
    const [secret, vault, legacy] = registered;
    assert.deepEqual(secret?.plain["properties"], { value: "CANARY-client-secret" });
    assert.equal(Object.hasOwn(vault?.inputs["properties"] as object, "enablePurgeProtection"), false);
    assert.equal(Object.hasOwn(legacy?.inputs ?? {}, "password"), true);
  });
});
