/** What becomes of keys over time: the real engine on a tenant whose clock is moved. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import type { CertificateArgs } from "../../components";
import type { StackSession } from "../../tools/stack/stack";
import { Deployment } from "./deployment";
import { engineFor } from "./engine";

const DAY_MS = 86_400_000;
const START = Date.parse("2026-11-21T02:00:00Z");

describe("the key of an application on the real engine, as days go by", function () {
  this.timeout(120_000);
  let deployment: Deployment;
  let day = 0;
  /** Public keys of every certificate met so far. */
  const met: string[] = [];

  before(async function () {
    const clock = (): Date => new Date(START + day * DAY_MS);
    deployment = await Deployment.start(await engineFor(this), { clock });
  });
  after(async () => {
    await deployment.close();
  });

  // The tests of this suite are one story: each goes on where the last one ended.

  it("is made once, and stays while nothing changes", async () => {
    await deploy({});
    day = 89;
    assert.deepEqual(await changesIn({}), {});
    await meetNewKey(90 * DAY_MS + START);
  });

  const resized = { validityDays: 30, keyBits: 2048 } as const;
  const changes: readonly (readonly [string, CertificateArgs])[] = [
    ["another lifetime", { validityDays: 30 }],
    ["another size", resized],
  ];
  for (const [what, certificate] of changes) {
    it(`is not used for a second certificate when ${what} is asked for`, async () => {
      await deploy(certificate);
      await meetNewKey(START + (day + 30) * DAY_MS);
      assert.deepEqual(await changesIn(certificate), {});
    });
  }

  it("is not used for a second certificate when another generation is asked for", async () => {
    const certificate = { ...resized, generation: 2 };
    await deploy(certificate);
    await meetNewKey(START + (day + 30) * DAY_MS);
    assert.deepEqual(await changesIn(certificate), {});
  });

  function open(certificate: CertificateArgs): Promise<StackSession> {
    return deployment.open({
      program: join(__dirname, "rotation-program.ts"),
      policyPacks: [],
      config: { "certlock-tenant:certificate": certificate },
    });
  }

  async function deploy(certificate: CertificateArgs): Promise<void> {
    const outcome = await (await open(certificate)).up();
    assert.ok(outcome.ok, outcome.output);
  }

  async function changesIn(certificate: CertificateArgs): Promise<unknown> {
    const outcome = await (await open(certificate)).preview();
    assert.ok(outcome.ok, outcome.output);
    return outcome.changes;
  }

  /** The tenant holds one certificate, of a key it never had before. */
  async function meetNewKey(until: number): Promise<void> {
    const objectId = String((await (await open({})).outputs())["objectId"]?.value);
    const path = `/v1.0/applications/${objectId}?$select=keyCredentials`;
    // Asked in process: a sign-in with a real clock would not fit the tenant's.
    const { tenant } = deployment.sandbox;
    const { body } = tenant.graph({ method: "GET", path, caller: tenant.deployer });
    const { keyCredentials } = body as { keyCredentials: readonly { key: string }[] };
    assert.equal(keyCredentials.length, 1);
    const certificate = new X509Certificate(Buffer.from(keyCredentials[0]?.key ?? "", "base64"));
    assert.equal(Date.parse(certificate.validTo), until);
    const publicKey = certificate.publicKey.export({ type: "spki", format: "pem" }).toString();
    assert.ok(!met.includes(publicKey), "a key had a second certificate");
    met.push(publicKey);
  }
});
