/** The tenant's policy and an exemption from it, on the real engine: made, looked at, ended, imported and restored. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Outcome, StackSession, StoredState } from "../../tools/stack/stack";
import { Deployment, POLICY_PATH } from "./deployment";
import { engineFor } from "./engine";

const POLICIES = "/v1.0/policies/appManagementPolicies";
const DAY = 86_400_000;

interface Policy {
  readonly id: string;
  readonly description: string;
  readonly isEnabled: boolean;
}

describe("app management policies on the real engine", function () {
  this.timeout(240_000);
  let deployment: Deployment;
  let initial: unknown;
  const inDays = (days: number): string => new Date(Date.now() + days * DAY).toISOString();
  const end = inDays(30);

  before(async function () {
    deployment = await Deployment.start(await engineFor(this));
    initial = await read(POLICY_PATH);
  });
  after(async () => {
    await deployment.close();
  });

  // The tests of this suite are one story: each goes on where the last one ended.

  it("block secrets in the tenant and exempt one application, under the guard", async () => {
    ok(await (await open({ expires: end })).preview());
    assert.deepEqual(await policies(), []);
    ok(await (await open({ expires: end })).up());
    const [policy] = await policies();
    assert.match(
      policy?.description ?? "",
      /^The vendor cannot use certificates .* Owner: Finance platform team\. Ends: /,
    );
    assert.equal(await addPassword(), 200);
  });

  it("stay while nothing changes, and after a refresh", async () => {
    assert.deepEqual(ok(await (await open({ expires: end })).preview()).changes, {});
    ok(await (await open({ expires: end })).refresh());
    assert.deepEqual(ok(await (await open({ expires: end })).preview()).changes, {});
  });

  it("show what somebody changed by hand, and are mended", async () => {
    const [policy] = await policies();
    await write("PATCH", `${POLICIES}/${String(policy?.id)}`, { isEnabled: false });
    await write("PATCH", POLICY_PATH, { applicationRestrictions: { passwordCredentials: [] } });
    ok(await (await open({ expires: end })).refresh());
    assert.deepEqual(ok(await (await open({ expires: end })).preview()).changes, { update: 2 });
    ok(await (await open({ expires: end })).up());
    assert.equal((await policies())[0]?.isEnabled, true);
    assert.equal(await addPassword(), 200);
  });

  it("refuse a second policy for the same application, with the name of the first", async () => {
    const other = await deployment.open({
      folder: join(deployment.folder, "other"),
      program: join(__dirname, "second-exemption-program.ts"),
      policyPacks: [],
      config: { "certlock-tenant:target": await applicationId(), "certlock-tenant:expires": end },
    });
    const outcome = await other.up();
    assert.equal(outcome.ok, false);
    assert.match(
      outcome.output.replaceAll(/\s+/g, " "),
      /CERTLOCK_POLICY_ASSIGNED_ALREADY: .* has "Exemption of legacy-ledger" \(/,
    );
    assert.equal((await policies()).length, 1);
  });

  it("end when their time has come: the next deployment withdraws them and goes on, under the guard", async () => {
    // Time cannot be moved, so the end that was accepted is: in the state, as if it had been declared long ago.
    const past = inDays(-1);
    await replaceInState(await open({ expires: end }), end, past);
    const preview = ok(await (await open({ expires: past })).preview());
    assert.deepEqual(preview.changes, { update: 1 });
    assert.match(preview.output, /Ended at /);
    ok(await (await open({ expires: past })).up());
    assert.equal((await policies())[0]?.isEnabled, false);
    assert.deepEqual(await assigned(), []);
    assert.equal(await addPassword(), 400);
    assert.deepEqual(ok(await (await open({ expires: past })).preview()).changes, {});
  });

  it("come back when they are approved again, and are imported where the state was lost", async () => {
    const renewed = inDays(60);
    ok(await (await open({ expires: renewed })).up());
    assert.equal(await addPassword(), 200);
    const [policy] = await policies();
    await forget(await open({ expires: renewed }), "AppManagementPolicy::ledger");
    const imported = ok(await (await open({ expires: renewed, import: String(policy?.id) })).up());
    assert.equal(imported.changes["import"], 1);
    assert.deepEqual(ok(await (await open({ expires: renewed })).preview()).changes, {});
    assert.deepEqual(
      (await policies()).map(({ id }) => id),
      [policy?.id],
    );
  });

  it("leave the tenant as it was", async () => {
    ok(await (await open(undefined)).up());
    assert.deepEqual(await policies(), []);
    assert.equal(await addPassword(), 400);
    ok(await (await open(undefined)).destroy());
    assert.deepEqual(await read(POLICY_PATH), initial);
  });

  function open(exemption: { expires: string; import?: string } | undefined): Promise<StackSession> {
    const settings = { blocked: ["passwordAddition", "symmetricKeyAddition"], exemption };
    return deployment.open({
      program: join(__dirname, "app-management-program.ts"),
      config: { "certlock-tenant:appManagement": settings },
    });
  }

  async function read(path: string): Promise<unknown> {
    const { status, body } = await deployment.caller.graph("GET", path);
    assert.equal(status, 200);
    return body;
  }
  async function write(method: "PATCH" | "POST", path: string, body: unknown): Promise<number> {
    return (await deployment.caller.graph(method, path, body)).status;
  }
  async function policies(): Promise<readonly Policy[]> {
    return ((await read(POLICIES)) as { value: Policy[] }).value;
  }
  async function applicationId(): Promise<string> {
    const { value } = (await read(
      "/v1.0/applications?$filter=displayName eq 'legacy-ledger'&$select=id",
    )) as {
      value: { id: string }[];
    };
    return String(value[0]?.id);
  }
  async function assigned(): Promise<readonly unknown[]> {
    const path = `/v1.0/applications/${await applicationId()}/appManagementPolicies`;
    return ((await read(path)) as { value: unknown[] }).value;
  }
  /** Whether the tenant lets the application have a client secret. */
  async function addPassword(): Promise<number> {
    return write("POST", `/v1.0/applications/${await applicationId()}/addPassword`, {
      passwordCredential: {},
    });
  }
  async function replaceInState(stack: StackSession, from: string, to: string): Promise<void> {
    const state = JSON.stringify(await stack.exportState());
    assert.ok(state.includes(from));
    await stack.importState(JSON.parse(state.replaceAll(from, to)) as StoredState);
  }
  async function forget(stack: StackSession, urnEnd: string): Promise<void> {
    const state = await stack.exportState();
    const resources = (state.deployment.resources ?? []).filter(({ urn }) => !urn.endsWith(urnEnd));
    await stack.importState({ ...state, deployment: { ...state.deployment, resources } });
  }
});

function ok(outcome: Outcome): Outcome {
  assert.ok(outcome.ok, outcome.output);
  return outcome;
}
