/** What a program is given of configuration and environment, seen in what it makes of it. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check, type CheckOutcome } from "../../../cli/check/check";
import { UNKNOWN } from "../../../cli/check/unknown-values";
import type { Engine } from "../../../cli/engine/find";
import { engineFor } from "../../engine/engine";
import { bareEnvironment, PROGRAMS } from "./certlock-process";

type Inputs = Readonly<Record<string, unknown>>;

describe("a checked program", function () {
  this.timeout(180_000);
  let engine: Engine;
  before(async function () {
    engine = await engineFor(this);
  });

  const run = (
    program: string,
    environment: Readonly<Record<string, string>>,
    config: Readonly<Record<string, string>> = {},
  ): Promise<CheckOutcome> =>
    check({
      folder: join(PROGRAMS, program),
      policyPacks: [],
      config: new Map(Object.entries(config)),
      variables: ["WANTED_TOKEN"],
      typeCheck: false,
      timeoutMs: 120_000,
      environment: { ...bareEnvironment(), ...environment },
      engine,
      now: () => new Date("2026-12-01T00:00:00Z"),
      report: () => undefined,
      signal: new AbortController().signal,
    });

  it("gets unknown values of every type for what it cannot decrypt, and what it builds of them is unknown", async () => {
    const outcome = await run("encrypted", {});
    assert.deepEqual(outcome.preview, { ok: true }, outcome.events);
    const { reader, typed } = inputs(outcome);
    assert.deepEqual(
      { description: reader?.["description"], notes: reader?.["notes"], tags: reader?.["tags"] },
      { description: UNKNOWN, notes: UNKNOWN, tags: [UNKNOWN, "db.example.org"] },
    );
    assert.deepEqual(
      { ...picked(typed, "description", "notes", "fallbackPublicClientEnabled", "tags") },
      { description: UNKNOWN, notes: UNKNOWN, fallbackPublicClientEnabled: false, tags: ["true", UNKNOWN] },
    );
    assert.deepEqual(
      outcome.notEvaluated.map(({ resource, property }) => [resource, property]),
      ["database", "isOpen", "port", "token", "whole"].map((key) => [
        "stack configuration",
        `encrypted:${key}`,
      ]),
    );
  });

  it("gets the values where the passphrase is there, and the report's inputs have them masked", async () => {
    const outcome = await run("encrypted", { PULUMI_CONFIG_PASSPHRASE: "correct horse" });
    assert.deepEqual(outcome.preview, { ok: true }, outcome.events);
    const { reader, typed } = inputs(outcome);
    assert.deepEqual(picked(reader, "description", "notes", "tags"), {
      description: "plain [secret]",
      notes: "Server=db.example.org;Password=[secret]",
      tags: ["[secret]", "db.example.org"],
    });
    assert.deepEqual(picked(typed, "fallbackPublicClientEnabled"), { fallbackPublicClientEnabled: true });
    assert.deepEqual(outcome.notEvaluated, []);
    assert.doesNotMatch(JSON.stringify(outcome), /t0ken-of-tests|pass-of-tests/);
  });

  it("gets unknown values with a passphrase of somebody else", async () => {
    const outcome = await run("encrypted", { PULUMI_CONFIG_PASSPHRASE: "wrong" });
    assert.deepEqual(outcome.preview, { ok: true }, outcome.events);
    assert.equal(outcome.notEvaluated.length, 5);
  });

  it("gets what the command line sets instead", async () => {
    const outcome = await run("encrypted", {}, { "encrypted:token": "given", port: "443" });
    assert.deepEqual(picked(inputs(outcome)["reader"], "description", "tags"), {
      description: "plain given",
      tags: ["given", "db.example.org"],
    });
    assert.deepEqual(
      outcome.notEvaluated.map(({ property }) => property),
      ["encrypted:database", "encrypted:isOpen", "encrypted:whole"],
    );
  });

  it("gets unknown values for what it requires from an environment of Pulumi ESC, and for nothing else", async () => {
    const outcome = await run("requiring", {});
    assert.deepEqual(outcome.preview, { ok: true }, outcome.events);
    assert.deepEqual(picked(inputs(outcome)["required"], "displayName", "description"), {
      displayName: UNKNOWN,
      description: "Of the platform team.",
    });
    assert.deepEqual(
      outcome.notEvaluated.map(({ resource, property }) => [resource, property]),
      [
        ["Pulumi ESC environment", "contoso/identities"],
        ["stack configuration", "requiring:region"],
      ],
    );
  });

  it("sees no credential of the environment but those it is to have, and the rules see the names", async () => {
    const temporary = mkdtempSync(join(tmpdir(), "certlock-environment-"));
    const canaries = {
      ARM_CLIENT_SECRET: "canary-arm-4711",
      AZURE_TENANT_ID: "canary-tenant-4711",
      DEPLOY_TOKEN: "canary-deploy-4711",
      HIDDEN: "https://user:canary-address-4711@example.org",
    };
    try {
      const outcome = await run("environment", {
        ...canaries,
        HARMLESS: "1",
        WANTED_TOKEN: "2",
        TMPDIR: temporary,
      });
      assert.deepEqual(Object.keys(inputs(outcome)).sort(), ["sees-HARMLESS", "sees-WANTED_TOKEN"]);
      const said = outcome.events.split("\n").filter((line) => line.includes('"no-provider-client-secret"'));
      assert.match(said.join("\n"), /ARM_CLIENT_SECRET/);
      assert.doesNotMatch(JSON.stringify(outcome), /canary/);
    } finally {
      rmSync(temporary, { recursive: true, force: true });
    }
  });
});

/** Inputs of the applications, by name, as the engine has them. */
function inputs({ events }: CheckOutcome): Record<string, Inputs | undefined> {
  const found: Record<string, Inputs | undefined> = {};
  for (const line of events.split("\n").filter((text) => text.startsWith("{"))) {
    const { resourcePreEvent } = JSON.parse(line) as {
      resourcePreEvent?: { metadata: { type: string; urn: string; new: { inputs: Inputs } } };
    };
    const metadata = resourcePreEvent?.metadata;
    if (metadata?.type === "azuread:index/application:Application")
      found[metadata.urn.split("::").at(-1) ?? ""] = metadata.new.inputs;
  }
  return found;
}

function picked(from: Inputs | undefined, ...names: readonly string[]): Inputs {
  return Object.fromEntries(names.map((name) => [name, from?.[name]]));
}
