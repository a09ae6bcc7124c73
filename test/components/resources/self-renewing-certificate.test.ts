import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { MockResourceArgs } from "@pulumi/pulumi/runtime";
import { SelfRenewingCertificate } from "../../../components/resources/self-renewing-certificate";
import { COMPUTED, INPUTS } from "../../../provider/self-renewing-certificate-values";

const ID = "https://kv-ledger.vault.azure.net/certificates/ledger";
const LEAST = {
  vaultUri: "https://kv-ledger.vault.azure.net/",
  certificateName: "ledger",
  subject: "CN=ledger",
};

describe("SelfRenewingCertificate in a program", () => {
  const registered: MockResourceArgs[] = [];

  beforeEach(async () => {
    registered.length = 0;
    await pulumi.runtime.setMocks({
      newResource: (args) => {
        registered.push(args);
        return { id: ID, state: { ...(args.inputs as Record<string, unknown>), autoRenew: true } };
      },
      call: () => ({}),
    });
  });

  const settled = async <T>(output: pulumi.Output<T>): Promise<T> =>
    new Promise((resolve) => {
      output.apply(resolve);
    });

  it("registers what was given under its token, with no default of its own", async () => {
    const given = { ...LEAST, renewal: { daysBeforeExpiry: 65 } };
    const certificate = new SelfRenewingCertificate("ledger", given);
    assert.equal(await settled(certificate.id), ID);
    assert.equal(await settled(certificate.autoRenew), true);
    const [args] = registered;
    assert.equal(args?.type, "certlock:index:SelfRenewingCertificate");
    assert.deepEqual(args.inputs, given);
    assert.ok(SelfRenewingCertificate.isInstance(certificate));
    assert.ok(!SelfRenewingCertificate.isInstance({}));
    const { version } = JSON.parse(
      readFileSync(join(__dirname, "..", "..", "..", "package.json"), "utf8"),
    ) as { version: string };
    assert.equal((certificate as unknown as { __version?: string }).__version, version);
  });

  it("reads a certificate without managing it", async () => {
    assert.equal(await settled(SelfRenewingCertificate.get("ledger", ID).id), ID);
    assert.deepEqual(registered[0]?.inputs, {});
  });

  it("has an output for all that the provider gives", () => {
    const certificate = new SelfRenewingCertificate("ledger", LEAST) as unknown as Record<string, unknown>;
    const expected = [...INPUTS, ...COMPUTED];
    assert.deepEqual(
      expected.filter((name) => !pulumi.Output.isInstance(certificate[name])),
      [],
    );
  });
});
