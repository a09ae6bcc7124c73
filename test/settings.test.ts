import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { RunError } from "@pulumi/pulumi";
import { parse } from "yaml";
import { readSettings, type Settings } from "../settings";
import {
  ALICE,
  billing,
  BOB,
  configOf,
  HOST,
  type Json,
  pipeline,
  refused,
  TENANT,
  valid,
} from "./settings/configuration";

/** Places and codes of all problems after changing some keys of a valid configuration. */
function problems(change: Json): string[] {
  return refused(configOf({ ...valid, ...change })).problems.map(({ at, code }) => `${at} ${code}`);
}

/** The same after changing one application. */
const application = (change: Json): string[] => problems({ applications: [billing(change)] });
const certificate = (change: Json): string[] =>
  application({ certificate: { vault: "kv-billing-nightly", ...change } });

describe("settings", () => {
  it("read the repository's own stack", () => {
    const file = parse(readFileSync(join(__dirname, "..", "Pulumi.dev.yaml"), "utf8")) as { config: Json };
    const config = Object.fromEntries(
      Object.entries(file.config).map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    );
    const settings = readSettings(config);
    assert.deepEqual(
      settings.applications.map(({ name, credential, networks }) => ({
        name,
        kind: credential.kind,
        networks,
      })),
      [
        { name: "billing-nightly", kind: "certificate", networks: [] },
        { name: "deploy-pipeline", kind: "federation", networks: [] },
        { name: "partner-daemon", kind: "certificate", networks: ["198.51.100.0/24", "203.0.113.0/24"] },
      ],
    );
    assert.equal(settings.certificateMaxLifetimeDays, 180);
    assert.deepEqual(settings.conditionalAccess, {
      mode: "reportOnly",
      policies: [
        {
          name: "partner-daemon",
          mode: "reportOnly",
          applications: ["partner-daemon"],
          condition: { networks: ["198.51.100.0/24", "203.0.113.0/24"] },
        },
      ],
    });
    assert.deepEqual(
      settings.identities.map(({ name }) => name),
      ["invoice-archive"],
    );
  });

  it("fill in every default", () => {
    const expected: Settings = {
      tenantId: TENANT,
      cloud: "public",
      owners: [ALICE, BOB],
      ownership: "shared",
      location: "westeurope",
      resourceGroup: "rg-identities",
      certificateMaxLifetimeDays: 180,
      vaults: {},
      conditionalAccess: { mode: "reportOnly", policies: [] },
      identities: [],
      applications: [
        {
          name: "billing-nightly",
          description: "Nightly billing run",
          ownership: "shared",
          owners: [ALICE, BOB],
          graphRoles: [],
          signInAudience: "AzureADMyOrg",
          networks: [],
          credential: {
            kind: "certificate",
            key: "tls",
            rotation: { periodDays: 60, validityDays: 125, changes: [] },
            keyBits: 3072,
            pfx: false,
            vault: "kv-billing-nightly",
            vaultNetworks: [],
            readers: [],
          },
        },
      ],
    };
    assert.deepEqual(readSettings(configOf(valid)), expected);
  });

  it("take every key that can be given", () => {
    const settings = readSettings(
      configOf({
        ...valid,
        certificateMaxLifetimeDays: 92,
        conditionalAccess: { mode: "enforced" },
        applications: [
          billing({
            networks: ["198.51.100.0/24", "2001:db8::/32"],
            certificate: {
              vault: "kv-billing-nightly",
              rotation: {
                epoch: "2026-11-21",
                periodDays: 40,
                validityDays: 91,
                generation: 7,
                changes: [
                  { from: "2027-09-01", periodDays: 20, validityDays: 60, keyBits: 2048, withdraw: true },
                ],
              },
              keyBits: 4096,
              pfx: true,
              readers: [HOST],
            },
          }),
          pipeline({ signInAudience: "AzureADMultipleOrgs" }),
        ],
      }),
      new Date("2027-07-25T00:00:00Z"),
    );
    assert.equal(settings.conditionalAccess.mode, "enforced");
    assert.deepEqual(
      settings.applications.map(({ credential }) => credential),
      [
        {
          kind: "certificate",
          key: "tls",
          rotation: {
            epoch: "2026-11-21",
            periodDays: 40,
            validityDays: 91,
            generation: 7,
            changes: [
              { from: "2027-09-01", periodDays: 20, validityDays: 60, keyBits: 2048, withdraw: true },
            ],
          },
          keyBits: 4096,
          pfx: true,
          vault: "kv-billing-nightly",
          // Key Vault's firewall knows IPv4 only.
          vaultNetworks: ["198.51.100.0/24"],
          readers: [HOST],
        },
        {
          kind: "federation",
          callers: {
            "deploy-pipeline": { github: { repository: "contoso/platform", environment: "production" } },
          },
        },
      ],
    );
  });

  it("ignore the configuration of providers and other projects", () => {
    const config = { ...configOf(valid), "azuread:tenantId": "x", "certlock-tenant2:owners": "y" };
    assert.equal(readSettings(config).tenantId, TENANT);
  });

  it("name every missing key when nothing is configured", () => {
    const error = refused({});
    assert.deepEqual(
      error.problems.map(({ at, code }) => `${at} ${code}`),
      ["tenantId", "owners", "location", "resourceGroup", "applications"].map((key) => `${key} missing`),
    );
    assert.equal(error.code, "CERTLOCK_SETTINGS");
    assert.ok(RunError.isInstance(error));
    assert.match(error.message, /`pulumi config set certlock-tenant:tenantId <value>`/);
  });

  it("report all problems of all levels together", () => {
    assert.deepEqual(
      problems({
        tenantId: "contoso",
        owners: [],
        ownerz: ["x"],
        location: "West Europe",
        resourceGroup: "rg.",
        certificateMaxLifetimeDays: 367,
        conditionalAccess: { mode: "on", Mode: "enforced" },
        applications: [
          billing({
            certificate: { vault: "kv", rotation: { validityDays: 180 }, vaults: "x" },
            network: [],
          }),
          pipeline({
            networks: ["10.0.0.0/8", "0.0.0.0/0", "198.51.100.1/24"],
            signInAudience: "AzureADMultipleOrgs",
          }),
          {},
          "billing",
        ],
      }),
      [
        "ownerz unknown-key",
        "certificateMaxLifetimeDays out-of-range",
        "tenantId invalid-id",
        "owners missing",
        "location invalid-name",
        "resourceGroup invalid-name",
        "conditionalAccess.Mode unknown-key",
        "conditionalAccess.mode out-of-range",
        "applications[0].network unknown-key",
        "applications[0].certificate.vaults unknown-key",
        "applications[0].certificate.vault invalid-name",
        "applications[1].networks[0] network-not-public",
        "applications[1].networks[1] network-too-wide",
        "applications[1].networks[2] network-host-bits",
        "applications[1].networks audience-not-lockable",
        "applications[2].name missing",
        "applications[2].description missing",
        "applications[2] choose-one",
        "applications[3] wrong-type",
      ],
    );
  });

  it("suggest the nearest key for a misspelt one, at every level", () => {
    const error = refused(
      configOf({
        ...valid,
        tenentId: TENANT,
        conditionalAccess: { mod: "enforced" },
        applications: [
          billing({
            desciption: "x",
            certificate: { vault: "kv-billing-nightly", rotation: { validityDay: 9 } },
          }),
          pipeline({
            federation: { gitHub: {}, github: { repository: "a/b", branch: "main", enviroment: "x" } },
          }),
        ],
      }),
    );
    assert.deepEqual(
      error.problems.map(({ at, remedy }) => `${at}: ${remedy}`),
      [
        'tenentId: did you mean "tenantId"?',
        'conditionalAccess.mod: did you mean "mode"?',
        'applications[0].desciption: did you mean "description"?',
        'applications[0].certificate.rotation.validityDay: did you mean "validityDays"?',
        'applications[1].federation.gitHub: did you mean "github"?',
        'applications[1].federation.github.enviroment: did you mean "environment"?',
      ],
    );
  });

  it("refuse a name or a vault twice, whatever the case", () => {
    assert.deepEqual(problems({ applications: [billing(), billing({ name: "Billing-Nightly" })] }), [
      "applications[1].name duplicate",
      "applications[1].certificate.vault duplicate",
    ]);
  });

  it("refuse names that Azure or Entra would refuse later", () => {
    for (const name of [
      "ab",
      "a".repeat(65),
      "1billing",
      "billing-",
      "billing nightly",
      "billing_nightly",
      "../x",
    ]) {
      assert.deepEqual(application({ name }), ["applications[0].name invalid-name"], name);
    }
    for (const vault of ["kv", "k".repeat(25), "kv--billing", "kv-"]) {
      assert.deepEqual(certificate({ vault }), ["applications[0].certificate.vault invalid-name"], vault);
    }
    assert.deepEqual(application({ description: "" }), ["applications[0].description missing"]);
    assert.deepEqual(application({ description: "x".repeat(1025) }), [
      "applications[0].description too-long",
    ]);
  });

  it("refuse a lock to networks on a multi-tenant application, and an empty lock", () => {
    assert.deepEqual(application({ networks: ["198.51.100.0/24"], signInAudience: "AzureADMultipleOrgs" }), [
      "applications[0].networks audience-not-lockable",
    ]);
    assert.deepEqual(application({ networks: [] }), ["applications[0].networks missing"]);
    assert.deepEqual(application({ signInAudience: "AzureAdMyOrg" }), [
      "applications[0].signInAudience out-of-range",
    ]);
  });

  it("refuse a key without a value: a lock whose networks are commented out is not no lock", () => {
    const empty = billing({ networks: null, certificate: { vault: "kv-billing-nightly", readers: null } });
    const error = refused(configOf({ ...valid, conditionalAccess: null, applications: [empty] }));
    assert.deepEqual(
      error.problems.map(({ at, code }) => `${at} ${code}`),
      [
        "conditionalAccess missing",
        "applications[0].networks missing",
        "applications[0].certificate.readers missing",
      ],
    );
  });

  it("refuse text that shows reviewers something else than it is", () => {
    for (const hidden of ["\u202e", "\u2066", "\u200b", "\u2028", "\ufeff", "\u0007"]) {
      assert.deepEqual(application({ description: `pays${hidden}bills` }), [
        "applications[0].description invalid-text",
      ]);
    }
  });

  it("refuse both kinds of credential, and read both to the end", () => {
    assert.deepEqual(
      application({ certificate: { vault: "x" }, federation: { github: { repository: "x", branch: "y" } } }),
      [
        "applications[0] choose-one",
        "applications[0].federation.github.repository invalid-name",
        "applications[0].certificate.vault invalid-name",
      ],
    );
    assert.deepEqual(application({ certificate: undefined }), ["applications[0] choose-one"]);
    assert.deepEqual(problems({ applications: [pipeline({ federation: {} })] }), [
      "applications[0].federation.issuer choose-one",
    ]);
  });

  it("say once, and without the text, that a structured value is not JSON", () => {
    const config = {
      ...configOf(valid),
      "certlock-tenant:owners": "[CANARY",
      "certlock-tenant:applications": "{",
    };
    const error = refused(config);
    assert.deepEqual(
      error.problems.map(({ at, code }) => `${at} ${code}`),
      ["applications not-structured", "owners not-structured"],
    );
    assert.deepEqual(problems({ owners: "null" }), ["owners missing"]);
    assert.deepEqual(problems({ owners: "{}", applications: "3", certificateMaxLifetimeDays: "true" }), [
      "certificateMaxLifetimeDays wrong-type",
      "owners wrong-type",
      "applications wrong-type",
    ]);
    assert.deepEqual(problems({ applications: [] }), ["applications missing"]);
  });

  it("name an unknown key but never its value, and hide secrets given for known keys", () => {
    const secret = "abc8Q~dEfGhIjKlMnOpQrStUvWxYz0123456789ab";
    const error = refused(
      configOf({
        ...valid,
        tenantId: secret,
        clientSecret: "CANARY-1",
        owners: [secret],
        applications: [billing({ name: secret, clientSecret: "CANARY-2", [secret]: 1, networks: [secret] })],
      }),
    );
    assert.doesNotMatch(error.message, /CANARY|8Q~/);
    assert.match(error.message, /clientSecret \[unknown-key\]/);
    assert.match(error.message, /applications\[0\]\.clientSecret \[unknown-key\]/);
  });

  it("survive keys that mean something to JavaScript", () => {
    const hostile = '[{"__proto__":{"name":"x"},"constructor":1,"toString":2}]';
    assert.deepEqual(problems({ applications: hostile }), [
      "applications[0].name missing",
      "applications[0].description missing",
      "applications[0].__proto__ unknown-key",
      "applications[0].constructor unknown-key",
      "applications[0].toString unknown-key",
      "applications[0] choose-one",
    ]);
    assert.deepEqual(
      refused({ ...configOf(valid), "certlock-tenant:__proto__": "{}" }).problems.map(({ at }) => at),
      ["__proto__"],
    );
  });
});
