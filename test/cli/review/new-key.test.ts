/** Whether a rotation rotates: a new certificate with the key of the old one protects nobody from who has that key. */
import "reflect-metadata";
import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { X509CertificateGenerator } from "@peculiar/x509";
import { exitCodeOf } from "../../../cli/exit-codes";
import { buildReport } from "../../../cli/review/build-report";
import type { EngineEvent, ReviewInput } from "../../../cli/review/input";
import { render } from "../../../cli/review/render";
import type { Report } from "../../../cli/review/report";
import { recordedInput } from "./recorded";

function published({ credentialChanges }: Report): unknown[] {
  return credentialChanges
    .filter(({ change }) => change !== "rotate: retire old")
    .map(({ change, severity, newKey }) => [change, severity, newKey]);
}

describe("the key of a certificate that takes over", () => {
  it("is said to be new where the update makes one", () => {
    const report = buildReport(recordedInput("certificate-rotated"));
    assert.deepEqual(published(report), [["rotate: publish", "low", true]]);
    assert.match(render(report, "markdown"), /\| 85 d; new key ✓ \|/);
    assert.match(render(report, "text"), /overlap 85 d; new key ✓/);
  });

  it("has to be looked at where it is the one before", () => {
    const input = recordedInput("certificate-rotated");
    const digest = structuredClone(input.digest ?? {});
    for (const { newState } of digest.steps ?? []) {
      if (newState === undefined || newState === null || !/-certificate-g6$/.test(newState.urn ?? ""))
        continue;
      const made = newState["propertyDependencies"] as Record<string, string[]>;
      made["privateKeyPem"] = (made["privateKeyPem"] ?? []).map((urn) => urn.replace(/-key-g6$/, "-key-g5"));
    }
    const report = buildReport({ ...input, digest });
    assert.deepEqual(published(report), [["rotate: publish", "medium", false]]);
    assert.equal(report.verdict, "needs-review");
    assert.match(report.sentence, /rotated, 85 d overlap, with the key of the one before/);
    assert.match(render(report, "markdown"), /\| 85 d; same key ⚠ \|/);
    assert.equal(exitCodeOf(report), 0);
  });

  it("is read from the certificates where they come from elsewhere", async () => {
    const keys = await Promise.all([newKeys(), newKeys()]);
    const [first, second] = keys;
    for (const [later, newKey] of [
      [first, false],
      [second, true],
    ] as const) {
      const certificates = [await certificate(first, 0), await certificate(later, 40)] as const;
      const report = buildReport(external(certificates));
      assert.deepEqual(published(report), [["rotate: publish", newKey ? "low" : "medium", newKey]]);
    }
  });
});

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  const rsa = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", publicExponent: new Uint8Array([1, 0, 1]) };
  return webcrypto.subtle.generateKey({ ...rsa, modulusLength: 2048 }, true, ["sign", "verify"]);
}

/** Valid for 90 days from so many after the first of November 2026. */
async function certificate(keys: webcrypto.CryptoKeyPair, start: number): Promise<string> {
  const day = (count: number): Date => new Date(Date.UTC(2026, 10, 1 + count));
  const made = await X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: "01",
      name: "CN=external",
      ...{ notBefore: day(start), notAfter: day(start + 90) },
      signingAlgorithm: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
      keys,
    },
    webcrypto,
  );
  return made.toString("pem");
}

/** One certificate that stays and one that is registered beside it, of an application that stays. */
function external([old, next]: readonly [string, string]): ReviewInput {
  const { events = [], ...input } = recordedInput("clean");
  const application = "0a0e0000-0000-4000-8000-00000000000c";
  const step = (op: string, name: string, value: string): EngineEvent => {
    const inputs = { applicationId: `/applications/${application}`, type: "AsymmetricX509Cert", value };
    const urn = `urn:pulumi:prod::identities::azuread:index/applicationCertificate:ApplicationCertificate::${name}`;
    const state = { urn, inputs, outputs: inputs };
    const type = "azuread:index/applicationCertificate:ApplicationCertificate";
    const metadata = { op, urn, type, old: op === "create" ? null : state, new: state };
    return { resourcePreEvent: { metadata } };
  };
  return {
    ...input,
    digest: {},
    events: [...events, step("same", "old", old), step("create", "next", next)],
  };
}
