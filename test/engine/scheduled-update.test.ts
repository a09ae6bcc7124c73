/** A schedule of Pulumi Deployments on the real engine: made, left alone, changed, taken away. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Outcome, StackSession } from "../../tools/stack/stack";
import { Deployment } from "./deployment";
import { engineFor } from "./engine";

describe("a schedule of Pulumi Deployments on the real engine", function () {
  this.timeout(180_000);
  let deployment: Deployment;
  before(async function () {
    deployment = await Deployment.start(await engineFor(this));
  });
  after(() => deployment.close());

  it("is made under the guard, left alone, changed in place and taken away", async () => {
    const made = ok(await (await open("17 5 * * 1")).up());
    assert.deepEqual(
      made.findings.filter(({ level }) => level === "mandatory"),
      [],
    );
    const { scheduleId, slackDays } = await (await open("17 5 * * 1")).outputs();
    assert.match(String(scheduleId?.value), /^contoso\/identities\/prod\/[0-9a-f-]{36}$/);
    assert.equal(slackDays?.value, 53);
    assert.deepEqual(ok(await (await open("17 5 * * 1")).preview()).changes, {});
    assert.deepEqual(ok(await (await open("17 5 * * *")).up()).changes, { update: 1 });
    assert.equal((await (await open("17 5 * * *")).outputs())["slackDays"]?.value, 59);
    ok(await (await open("17 5 * * *")).destroy());
  });

  function open(cron: string): Promise<StackSession> {
    return deployment.open({
      program: join(__dirname, "scheduled-update-program.ts"),
      config: { "certlock-tenant:cron": cron },
    });
  }
});

function ok(outcome: Outcome): Outcome {
  assert.ok(outcome.ok, outcome.output);
  return outcome;
}
