import assert from "node:assert/strict";
import type { StackSession } from "../../tools/stack/stack";
import { Deployment, POLICY_PATH } from "./deployment";
import { engineFor } from "./engine";

interface PolicyBody {
  readonly applicationRestrictions: { readonly passwordCredentials: readonly RestrictionBody[] };
}
interface RestrictionBody {
  readonly restrictionType: string;
  readonly state: string;
}

describe("this repository's stack on the real engine", function () {
  this.timeout(120_000);
  let deployment: Deployment;
  let stack: StackSession;
  let policyBefore: unknown;

  before(async function () {
    deployment = await Deployment.start(await engineFor(this));
    stack = await deployment.open();
    policyBefore = (await deployment.caller.graph("GET", POLICY_PATH)).body;
  });
  after(async () => {
    await deployment.close();
  });

  // The tests of this suite are one story: each goes on where the last one ended.

  it("is previewed under the pack without a refusal", async () => {
    const outcome = await stack.preview();
    assert.ok(outcome.ok, outcome.output);
    assert.ok(
      outcome.packs.some((pack) => pack.startsWith("certlock-policies")),
      String(outcome.packs),
    );
    assert.deepEqual(
      outcome.findings.filter(({ level }) => level === "mandatory"),
      [],
    );
    const applications = await deployment.caller.graph("GET", "/v1.0/applications?$select=displayName");
    const names = (applications.body as { value: { displayName: string }[] }).value;
    assert.deepEqual(names, [{ displayName: "certlock-deployer" }], "a preview must create nothing");
  });

  it("is deployed", async () => {
    const outcome = await stack.up();
    assert.ok(outcome.ok, outcome.output);
    assert.deepEqual(Object.keys(outcome.changes), ["create"]);
  });

  it("leaves applications with certificates and federation, and not one password", async () => {
    const select = "$select=displayName,passwordCredentials,keyCredentials,signInAudience";
    const { body } = await deployment.caller.graph("GET", `/v1.0/applications?${select}`);
    const applications = (body as { value: ApplicationBody[] }).value.filter(
      ({ displayName }) => displayName !== "certlock-deployer",
    );
    assert.deepEqual(
      applications
        .map(({ displayName, passwordCredentials, keyCredentials, signInAudience }) => ({
          displayName,
          passwords: passwordCredentials.length,
          certificates: keyCredentials.map(({ type }) => type),
          signInAudience,
        }))
        .sort((one, other) => one.displayName.localeCompare(other.displayName)),
      [
        // The current generation and the one before it: the stack counts from the first of January 2026.
        application("billing-nightly", ["AsymmetricX509Cert", "AsymmetricX509Cert"]),
        application("deploy-pipeline", []),
        application("partner-daemon", ["AsymmetricX509Cert", "AsymmetricX509Cert"]),
      ],
    );
  });

  it("shows no change in a second preview, also after a refresh", async () => {
    const again = await stack.preview();
    assert.ok(again.ok, again.output);
    assert.deepEqual(again.changes, {}, again.output);
    const refreshed = await stack.refresh();
    assert.ok(refreshed.ok, refreshed.output);
    assert.deepEqual(refreshed.changes, {}, refreshed.output);
    const quiet = await stack.preview();
    assert.deepEqual(quiet.changes, {}, quiet.output);
  });

  it("sees in a refresh that somebody weakened the policy, and mends it", async () => {
    const { body } = await deployment.caller.graph("GET", POLICY_PATH);
    const policy = body as PolicyBody;
    const weakened = policy.applicationRestrictions.passwordCredentials.map((restriction) =>
      restriction.restrictionType === "passwordAddition"
        ? { ...restriction, state: "disabled" }
        : restriction,
    );
    const patched = await deployment.caller.graph("PATCH", POLICY_PATH, {
      applicationRestrictions: { ...policy.applicationRestrictions, passwordCredentials: weakened },
    });
    assert.equal(patched.status, 204);

    const refreshed = await stack.refresh();
    assert.ok(refreshed.ok, refreshed.output);
    assert.deepEqual(refreshed.changes, { update: 1 });
    assert.match(refreshed.output, /TenantAppManagementPolicy/);

    const preview = await stack.preview();
    assert.deepEqual(preview.changes, { update: 1 });
    const mended = await stack.up();
    assert.ok(mended.ok, mended.output);
    assert.deepEqual((await deployment.caller.graph("GET", POLICY_PATH)).body, policy);
  });

  it("is destroyed, and the tenant's own policy is back", async () => {
    const outcome = await stack.destroy();
    assert.ok(outcome.ok, outcome.output);
    assert.deepEqual((await deployment.caller.graph("GET", POLICY_PATH)).body, policyBefore);
    const { body } = await deployment.caller.graph("GET", "/v1.0/applications?$select=displayName");
    assert.deepEqual((body as { value: unknown[] }).value, [{ displayName: "certlock-deployer" }]);
  });
});

interface ApplicationBody {
  readonly displayName: string;
  readonly signInAudience: string;
  readonly passwordCredentials: readonly unknown[];
  readonly keyCredentials: readonly { readonly type: string }[];
}

function application(displayName: string, certificates: readonly string[]) {
  return { displayName, passwords: 0, certificates, signInAudience: "AzureADMyOrg" };
}
