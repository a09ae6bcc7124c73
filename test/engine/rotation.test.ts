/** What becomes of keys over time: the real engine on a tenant whose clock is moved. */
import assert from "node:assert/strict";
import type { CertificateArgs } from "../../components";
import { CHANGEOVER_DAYS } from "../../components/rotation";
import type { Outcome } from "../../tools/stack/stack";
import { engineFor } from "./engine";
import { type Declared, RotatingStack } from "./rotating-stack";

const EPOCH = "2026-11-21";

describe("certificates on the real engine, as weeks go by", function () {
  this.timeout(240_000);
  let stack: RotatingStack;
  const declared: Declared = {
    certificate: { keyBits: 2048, rotation: { epoch: EPOCH, periodDays: 40, validityDays: 85 } },
  };
  /** Public keys in the order they appeared in Graph. */
  const met: string[] = [];

  before(async function () {
    stack = await RotatingStack.start(await engineFor(this));
  });
  after(async () => {
    await stack.close();
  });

  // The tests of this suite are one story: each goes on where the last one ended.

  it("begin with one, and stay as they are until the next turn", async () => {
    await runs({ create: 12 });
    await holds([1]);
    for (const day of [7, 35]) {
      stack.day = day;
      await isQuiet();
    }
  });

  it("become two in the first run of the next turn, the older one staying where clients know it", async () => {
    stack.day = 42;
    assert.deepEqual(ok(await stack.preview(declared)).changes, { create: 3, update: 1 });
    await runs({ create: 3, update: 1 });
    await holds([1, 2]);
    await isQuiet();
  });

  it("stay as they were, vault included, when Entra refuses the new one; nothing is removed", async () => {
    stack.day = 84;
    stack.limitCertificates("P30D");
    const before = [await stack.registered(), stack.stored()];
    const refused = await stack.run(declared);
    assert.equal(refused.ok, false);
    assert.match(refused.output, /CredentialInvalidLifetimeAsPerAppPolicy/);
    assert.deepEqual([await stack.registered(), stack.stored()], before);
    await holds(undefined);
  });

  it("are completed by the next run, with the key that was made already and never used", async () => {
    stack.day = 91;
    stack.limitCertificates(undefined);
    await runs({ create: 1, update: 1, delete: 3 });
    await holds([2, 3]);
    await isQuiet();
  });

  it("bear a month without a run, and then that the oldest one cannot be removed", async () => {
    stack.day = 91 + 28 + 7;
    await holds(undefined);
    stack.refuseRemovals(true);
    for (const day of [stack.day, stack.day + 7]) {
      stack.day = day;
      const refused = await stack.run(declared);
      assert.equal(refused.ok, false);
      assert.match(refused.output, /Removals are out of order/);
      assert.equal((await stack.registered()).length, 3);
      await holds(undefined);
    }
  });

  it("are two again once it can be", async () => {
    stack.refuseRemovals(false);
    await runs({ delete: 3 });
    await holds([3, 4]);
    await isQuiet();
  });

  it("go on week after week with the numbers of a change, which begins with a turn of its own", async () => {
    const { rotation, ...rest } = declared.certificate as { readonly rotation: object };
    const changes = [{ from: "2027-04-20", periodDays: 14, validityDays: 40 }];
    const changed: Declared = { certificate: { ...rest, rotation: { ...rotation, changes } } };
    const seen: string[] = [];
    // The fifth turn begins on day 160 and takes 14 days, as all after it do.
    for (const day of [154, 161, 168, 175]) {
      stack.day = day;
      await runs(undefined, changed);
      await holds(undefined);
      seen.push(`${day}: ${met.length}`);
    }
    assert.deepEqual(seen, ["154: 4", "161: 5", "168: 5", "175: 6"]);
    await holds([5, 6]);
    assert.deepEqual(ok(await stack.preview(changed)).changes, {});
  });

  async function runs(expected: Record<string, number> | undefined, wanted = declared): Promise<void> {
    const { changes } = ok(await stack.run(wanted));
    if (expected !== undefined) assert.deepEqual(changes, expected);
  }

  async function isQuiet(): Promise<void> {
    assert.deepEqual(ok(await stack.preview(declared)).changes, {});
  }

  /** What holds on every day: what the vault hands out is registered and lasts, and every key is new. */
  async function holds(generations: readonly number[] | undefined): Promise<void> {
    if (generations !== undefined) assert.deepEqual(await stack.generations(), generations);
    const registered = await stack.registered();
    const stored = stack.stored();
    assert.ok(
      registered.length <= 3 && (generations === undefined || registered.length === generations.length),
    );
    assert.equal(stored.thumbprint, registered.at(-1)?.thumbprint, "the vault hands out something else");
    assert.ok(stored.daysLeft >= CHANGEOVER_DAYS, `${stored.daysLeft} days left`);
    for (const { publicKey } of registered) if (!met.includes(publicKey)) met.push(publicKey);
    // Those that are there are the last ones met: none has come back.
    assert.deepEqual(
      registered.map(({ publicKey }) => publicKey),
      met.slice(-registered.length),
    );
  }
});

describe("certificates on the real engine, when their declaration is edited", function () {
  this.timeout(240_000);
  let stack: RotatingStack;
  const met: string[] = [];
  const rotation = { epoch: EPOCH };

  before(async function () {
    stack = await RotatingStack.start(await engineFor(this));
    ok(await stack.run({ certificate: { rotation, keyBits: 2048 } }));
    met.push(...(await stack.registered()).map(({ publicKey }) => publicKey));
  });
  after(async () => {
    await stack.close();
  });

  const edits: readonly (readonly [string, CertificateArgs])[] = [
    ["another lifetime", { rotation: { ...rotation, periodDays: 60, validityDays: 130 }, keyBits: 2048 }],
    ["another size", { rotation: { ...rotation, periodDays: 60, validityDays: 130 }, keyBits: 3072 }],
  ];
  for (const [what, certificate] of edits) {
    it(`get a new key with ${what}, which is in the vault before the old one goes`, async () => {
      ok(await stack.run({ certificate }));
      const registered = await stack.registered();
      assert.equal(registered.length, 1);
      assert.ok(!met.includes(registered[0]?.publicKey ?? ""), "a key had a second certificate");
      assert.equal(stack.stored().thumbprint, registered[0]?.thumbprint);
      met.push(...registered.map(({ publicKey }) => publicKey));
      assert.deepEqual(ok(await stack.preview({ certificate })).changes, {});
    });
  }

  it("stay in use when the application gets another name", async () => {
    const certificate = edits.at(-1)?.[1] ?? {};
    const before = await stack.registered();
    const renamed = { certificate, displayName: "billing by night" };
    assert.deepEqual(ok(await stack.preview(renamed)).changes, { update: 1 });
    assert.deepEqual(ok(await stack.run(renamed)).changes, { update: 1 });
    assert.deepEqual(await stack.registered(), before);
  });
});

function ok(outcome: Outcome): Outcome {
  assert.ok(outcome.ok, outcome.output);
  return outcome;
}
