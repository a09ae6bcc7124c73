import assert from "node:assert/strict";
import { join } from "node:path";
import { Deployment, ROOT } from "./deployment";
import { engineFor } from "./engine";

describe("the guard on the real engine", function () {
  this.timeout(120_000);
  let deployment: Deployment;

  before(async function () {
    deployment = await Deployment.start(await engineFor(this));
  });
  after(async () => {
    await deployment.close();
  });

  it("stops examples/with-client-secret in preview, naming every rule and resource", async () => {
    const stack = await deployment.open({
      project: join(ROOT, "examples", "with-client-secret"),
      folder: join(deployment.folder, "with-client-secret"),
    });
    const outcome = await stack.preview();
    assert.equal(outcome.ok, false);
    const mandatory = outcome.findings.filter(({ level }) => level === "mandatory");
    const named = mandatory.map(({ rule, resource }) => `${rule} ${resource.split("::").slice(2).join(" ")}`);
    assert.deepEqual(named.sort(), EXPECTED);
    for (const { message } of mandatory) assert.ok(message.length > 40, message);
  });

  it("stops a stack whose pipeline holds ARM_CLIENT_SECRET, without printing it", async () => {
    const stack = await deployment.open({
      folder: join(deployment.folder, "environment"),
      environment: { ...deployment.sandbox.environment(), ARM_CLIENT_SECRET: "canary-arm-client-secret" },
    });
    const outcome = await stack.preview();
    assert.equal(outcome.ok, false);
    const rules = outcome.findings.filter(({ level }) => level === "mandatory").map(({ rule }) => rule);
    assert.deepEqual(rules, ["no-provider-client-secret"]);
    assert.ok(!JSON.stringify(outcome).includes("canary-arm-client-secret"));
  });

  it("refuses a wrong configuration before anything is registered, with every problem", async () => {
    const stack = await deployment.open({
      folder: join(deployment.folder, "wrong"),
      config: {
        "certlock-tenant:locatoin": "westeurope",
        "certlock-tenant:location": undefined,
        "certlock-tenant:applications": [
          {
            name: "one",
            description: "first",
            certificate: { vault: "kv-one-vault", rotation: { validityDays: 180 } },
          },
          {
            name: "One",
            description: "second",
            certificate: { vault: "kv-two-vault" },
            networks: ["10.0.0.0/8"],
          },
          {
            name: "three",
            description: "third",
            signInAudience: "AzureADMultipleOrgs",
            certificate: { vault: "kv-three-vault" },
            networks: ["0.0.0.0/0"],
          },
        ],
      },
    });
    const outcome = await stack.up();
    assert.equal(outcome.ok, false);
    for (const part of [
      "locatoin",
      "location",
      "applications[0].certificate.rotation.validityDays",
      "applications[1].name",
      "applications[1].networks[0]",
      "applications[2].networks[0]",
      "applications[2].networks [audience-not-lockable]",
    ]) {
      assert.ok(outcome.output.includes(part), `${part} is missing in:\n${outcome.output}`);
    }
    const { body } = await deployment.caller.graph("GET", "/v1.0/applications?$select=displayName");
    assert.deepEqual((body as { value: unknown[] }).value, [{ displayName: "certlock-deployer" }]);
    const stored = (await stack.exportState()).deployment.resources ?? [];
    assert.deepEqual(
      stored.map(({ type }) => type).filter((type) => type !== "pulumi:pulumi:Stack"),
      [],
    );
  });
});

const EXPECTED: readonly string[] = [
  "no-client-secret-flow azuread:index/applicationPassword:ApplicationPassword reports-secret",
  "no-client-secret-in-settings azure-native:keyvault:Secret reports-secret",
  "no-client-secret-resource azuread:index/applicationPassword:ApplicationPassword reports-secret",
  "no-inline-application-password azuread:index/application:Application reports-legacy",
  "vault-network-deny azure-native:keyvault:Vault reports",
  "vault-purge-protection azure-native:keyvault:Vault reports",
];
