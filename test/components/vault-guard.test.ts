/** What the component registers, before the pack it is written for: both must have the same idea of a hard vault. */
import assert from "node:assert/strict";
import type { CredentialVaultArgs } from "../../components";
import { compiledPack, stackResource } from "../policies/harness/compiled-pack";
import type { Finding, ResourceInput } from "../policies/harness/wire";
import { Recorder } from "./recorder";
import { declareVault as declare, fullArguments, HOST, MINIMAL, PFX, STORED } from "./vault-declaration";

const DAY_MS = 86_400_000;
const ONE_BY_ONE = [
  "vault-network-deny",
  "vault-purge-protection",
  "vault-rbac-authorization",
  "vault-role-scope",
  "vault-secret-metadata",
];
const TOGETHER = ["vault-audit-logging", "vault-expiry-alert"];

/** A credential as it is on the day it is issued. */
const issued = (days: number) => {
  const now = Date.now();
  const [validFrom, validUntil] = [now, now + days * DAY_MS].map((time) => new Date(time).toISOString());
  return { ...STORED, validFrom: validFrom ?? "", validUntil: validUntil ?? "" };
};

interface Verdict {
  readonly findings: readonly Finding[];
  readonly passed: readonly string[];
}

/** Everything the pack says of a vault with these arguments, its secrets and readers. */
async function judge(args: object, more: (vault: ReturnType<typeof declare>) => void = () => undefined) {
  const recorder = await Recorder.start();
  more(declare(args));
  const registered: ResourceInput[] = (await recorder.all()).map(({ type, name, plain }) => ({
    type,
    name,
    props: plain,
  }));
  const pack = await compiledPack();
  await pack.configure({});
  const findings: Finding[] = [];
  const passed = new Set<string>();
  // A rule that is asked for something else than it judges counts as passed, too: that is no verdict.
  const hear = (verdict: Verdict, judging: readonly string[]): void => {
    findings.push(...verdict.findings);
    for (const rule of verdict.passed) if (judging.includes(rule)) passed.add(rule);
  };
  for (const resource of registered) hear(await pack.analyze(resource), ONE_BY_ONE);
  hear(await pack.analyzeStack([stackResource, ...registered]), TOGETHER);
  return { findings, passed: [...passed].sort() };
}

describe("the guard on what CredentialVault registers", () => {
  before(async function () {
    this.timeout(120_000);
    await compiledPack();
  });

  const full: CredentialVaultArgs = {
    ...fullArguments(),
    credentials: { "billing-nightly": issued(125) },
  };

  it("finds nothing with every option, and has judged every rule about vaults", async () => {
    assert.deepEqual(await judge(full), { findings: [], passed: [...TOGETHER, ...ONE_BY_ONE].sort() });
  });

  it("finds nothing with named networks, subnets and a PFX", async () => {
    const pfx = { ...issued(125), contentType: "application/x-pkcs12", pfxBase64: PFX };
    const args = {
      ...full,
      privateEndpoint: undefined,
      allowedNetworks: ["198.51.100.0/24"],
      credentials: { "billing-nightly": pfx },
      expiryAlert: { to: "webhook", url: "https://hooks.contoso.com/expiry?code=abc" },
    };
    assert.deepEqual(await judge(args), { findings: [], passed: [...TOGETHER, ...ONE_BY_ONE].sort() });
  });

  it("finds nothing with a key that is born in the vault, its issuer and its readers", async () => {
    const verdict = await judge({ ...full, credentials: {} }, (vault) => {
      vault.grantIssue("billing-nightly", { pipeline: { principalId: HOST } });
      vault.grantRead("billing-nightly");
    });
    const unjudged = ["vault-secret-metadata"];
    assert.deepEqual(verdict, {
      findings: [],
      passed: [...TOGETHER, ...ONE_BY_ONE].filter((rule) => !unjudged.includes(rule)).sort(),
    });
  });

  it("misses the log and the alert where neither is asked for, and nothing else", async () => {
    const { findings } = await judge({ ...MINIMAL, credentials: { "billing-nightly": issued(125) } });
    assert.deepEqual(
      findings.map(({ rule, level }) => `${rule} ${level}`),
      TOGETHER.map((rule) => `${rule} advisory`),
    );
  });

  it("objects to a credential that lives longer than it allows", async () => {
    const { findings } = await judge({ ...full, credentials: { "billing-nightly": issued(181) } });
    assert.deepEqual(
      findings.map(({ rule }) => rule),
      ["vault-secret-metadata"],
    );
  });
});
