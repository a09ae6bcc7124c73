import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { MockResourceArgs } from "@pulumi/pulumi/runtime";
import fc from "fast-check";
import {
  commonNameSubject,
  daysOfMonths,
  VaultCertificate,
} from "../../../components/resources/vault-certificate";
import { checkVaultCertificate, DEFAULTS } from "../../../provider/vault-certificate-check";
import { COMPUTED } from "../../../provider/vault-certificate-values";

const ID = `https://kv-billing.vault.azure.net/certificates/billing/${"0".repeat(32)}`;
const PUBLIC = { cloud: "public", dnsSuffix: "vault.azure.net", scope: "https://vault.azure.net/.default" };
const LEAST = {
  vaultUri: "https://kv-billing.vault.azure.net/",
  certificateName: "billing",
  generation: 1,
  subject: "CN=billing",
};

describe("VaultCertificate in a program", () => {
  const registered: MockResourceArgs[] = [];

  beforeEach(async () => {
    registered.length = 0;
    await pulumi.runtime.setMocks({
      newResource: (args) => {
        registered.push(args);
        const state = {
          ...(args.inputs as Record<string, unknown>),
          version: "0".repeat(32),
          autoRenew: false,
        };
        return { id: ID, state };
      },
      call: () => ({}),
    });
  });

  const settled = async <T>(output: pulumi.Output<T>): Promise<T> =>
    new Promise((resolve) => {
      output.apply(resolve);
    });

  it("registers what was given under its token, with no default of its own", async () => {
    const certificate = new VaultCertificate("billing-g1", LEAST);
    assert.equal(await settled(certificate.id), ID);
    assert.equal(await settled(certificate.version), "0".repeat(32));
    const [args] = registered;
    assert.equal(args?.type, "certlock:index:VaultCertificate");
    assert.deepEqual(args.inputs, LEAST);
    assert.ok(VaultCertificate.isInstance(certificate));
    assert.ok(!VaultCertificate.isInstance({}));
    const { version } = JSON.parse(
      readFileSync(join(__dirname, "..", "..", "..", "package.json"), "utf8"),
    ) as { version: string };
    assert.equal((certificate as unknown as { __version?: string }).__version, version);
  });

  it("reads a version without managing it", async () => {
    const certificate = VaultCertificate.get("billing", ID);
    assert.equal(await settled(certificate.id), ID);
    assert.deepEqual(registered[0]?.inputs, {});
  });

  it("has an output for all that the provider gives", () => {
    const certificate = new VaultCertificate("billing-g1", LEAST) as unknown as Record<string, unknown>;
    const expected = [...COMPUTED, ...Object.keys(LEAST), ...Object.keys(DEFAULTS), "tags"];
    assert.deepEqual(
      expected.filter((name) => !pulumi.Output.isInstance(certificate[name])),
      [],
    );
  });
});

describe("the subject of a vault's certificate", () => {
  it("is quoted where Key Vault would misread it, and only there", () => {
    assert.deepEqual(
      ["billing", "Billing nightly", "Billing, nightly", 'the "old" one', "a=b", " edge ", "#1", "Zoë"].map(
        commonNameSubject,
      ),
      [
        "CN=billing",
        "CN=Billing nightly",
        'CN="Billing, nightly"',
        'CN="the ""old"" one"',
        'CN="a=b"',
        'CN=" edge "',
        'CN="#1"',
        "CN=Zoë",
      ],
    );
  });

  it("is taken by the provider for every name that can be printed", () => {
    const name = fc.string({ minLength: 1, maxLength: 64, unit: "grapheme-ascii" });
    fc.assert(
      fc.property(name, (commonName) => {
        const subject = commonNameSubject(commonName);
        assert.deepEqual(checkVaultCertificate({ ...LEAST, subject }, new Set(), PUBLIC).problems, []);
      }),
    );
  });
});

describe("months in days", () => {
  it("are what the calendar says", () => {
    assert.deepEqual(
      [1, 2, 3, 4, 5, 6, 12].map((months) => Object.values(daysOfMonths(months))),
      [
        [28, 31],
        [59, 62],
        [89, 92],
        [120, 123],
        [150, 153],
        [181, 184],
        [365, 366],
      ],
    );
  });

  it("hold for every day a certificate can begin on", () => {
    const day = fc.date({ min: new Date("2026-01-01"), max: new Date("2096-01-01"), noInvalidDate: true });
    fc.assert(
      fc.property(day, fc.integer({ min: 1, max: 12 }), (start, months) => {
        const end = new Date(start);
        end.setUTCMonth(end.getUTCMonth() + months);
        // The last day of a shorter month, as .NET and so Key Vault count.
        if (end.getUTCDate() !== start.getUTCDate()) end.setUTCDate(0);
        const days = (end.getTime() - start.getTime()) / 86_400_000;
        const { least, most } = daysOfMonths(months);
        assert.ok(days >= least && days <= most, `${days} days of ${months} months`);
      }),
      { numRuns: 1_000 },
    );
  });

  it("let the default outlast two periods of 60 days and stay below 180", () => {
    const { least, most } = daysOfMonths(DEFAULTS.validityMonths);
    assert.ok(least > 2 * 60 && most < 180);
  });
});
