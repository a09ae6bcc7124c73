/** Certificates of an authority, and of another one after it: on the real engine, as weeks go by. */
import assert from "node:assert/strict";
import type { CertificateIssuer } from "../../components";
import { certificateBlocks } from "../../components/certificate-pem";
import type { Outcome } from "../../tools/stack/stack";
import { type Authority, authorityNamed } from "../components/certificate-declaration";
import { engineFor } from "./engine";
import { type Declared, RotatingStack } from "./rotating-stack";

const EPOCH = "2026-11-21";

describe("certificates of an authority on the real engine", function () {
  this.timeout(240_000);
  let stack: RotatingStack;
  let first: Authority;
  let firstRoot: Authority;
  let second: Authority;
  let secondRoot: Authority;

  before(async function () {
    stack = await RotatingStack.start(await engineFor(this));
    firstRoot = await authorityNamed("first root");
    first = await authorityNamed("first", { under: firstRoot });
    secondRoot = await authorityNamed("second root");
    second = await authorityNamed("second", { under: secondRoot });
  });
  after(async () => {
    await stack.close();
  });

  // The tests of this suite are one story: each goes on where the last one ended.

  it("are issued by it, with its chain beside the key and nowhere else", async () => {
    assert.deepEqual(await runs(first, firstRoot.certificatePem), { create: 13 });
    assert.deepEqual(subjects(), ["billing-nightly", "first", "first root"]);
    const [leaf, issuing] = certificateBlocks(stack.storedPem());
    assert.ok(leaf?.verify((issuing ?? leaf).publicKey), "not issued by the authority");
    // What Entra holds is one certificate: it reads no more out of what it is given.
    assert.deepEqual(
      (await stack.registered()).map(({ thumbprint }) => thumbprint),
      [leaf?.fingerprint256],
    );
  });

  it("stay, with the chain that is theirs, when another authority is given", async () => {
    const chain = secondRoot.certificatePem + firstRoot.certificatePem;
    assert.deepEqual(await previews(second, chain), {});
    assert.deepEqual(await runs(second, chain), {});
    assert.deepEqual(subjects(), ["billing-nightly", "first", "first root"]);
  });

  it("never get the chain of another authority, also where their own is given no more", async () => {
    const before = await stack.registered();
    // A new version of the secret: key and certificate are the same.
    assert.deepEqual(await runs(second, secondRoot.certificatePem), { update: 1 });
    assert.deepEqual(subjects(), ["billing-nightly", "first"]);
    assert.deepEqual(await stack.registered(), before);
  });

  it("come from the other authority at the next turn, beside the one that clients know", async () => {
    stack.day = 42;
    const chain = secondRoot.certificatePem + firstRoot.certificatePem;
    assert.deepEqual(await runs(second, chain), { create: 4, update: 1 });
    assert.deepEqual(subjects(), ["billing-nightly", "second", "second root"]);
    assert.equal((await stack.registered()).length, 2);
    assert.deepEqual(await previews(second, chain), {});
  });

  it("are left as they are when the authority ends before the next one would", async () => {
    stack.day = 84;
    const before = [await stack.registered(), stack.stored()];
    const ending = await authorityNamed("ending", { days: 100 });
    const refused = await stack.run(declared(ending, undefined));
    assert.equal(refused.ok, false);
    assert.match(refused.output, /certificate\.issuer\.certificatePem \[invalid-certificate\]/);
    assert.doesNotMatch(refused.output, /PRIVATE KEY/);
    assert.deepEqual([await stack.registered(), stack.stored()], before);
  });

  function declared(authority: Authority, chainPem: string | undefined): Declared {
    const issuer: CertificateIssuer = { from: EPOCH, ...authority, ...(chainPem && { chainPem }) };
    const rotation = { epoch: EPOCH, periodDays: 40, validityDays: 85 };
    return { certificate: { keyBits: 2048, rotation, issuer } };
  }

  const runs = async (authority: Authority, chainPem: string) =>
    ok(await stack.run(declared(authority, chainPem))).changes;
  const previews = async (authority: Authority, chainPem: string) =>
    ok(await stack.preview(declared(authority, chainPem))).changes;

  /** Common names of what lies beside the key in the vault. */
  function subjects(): string[] {
    return certificateBlocks(stack.storedPem()).map(({ subject }) => subject.replace("CN=", ""));
  }
});

function ok(outcome: Outcome): Outcome {
  assert.ok(outcome.ok, outcome.output);
  return outcome;
}
