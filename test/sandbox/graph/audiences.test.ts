import assert from "node:assert/strict";
import { call, createApplication, refusal, TestTenant, type Answer } from "../tenant-fixture";

/* eslint-disable @typescript-eslint/no-unsafe-member-access -- JSON of any shape is what is asserted on */

const REFUSED = "400 SignInAudienceNotAllowedAsPerAppPolicy";
const DEFAULT_POLICY = "/policies/defaultAppManagementPolicy";

describe("sandbox: restrictions on audiences (beta)", () => {
  let tenant: TestTenant;
  beforeEach(() => {
    tenant = TestTenant.at();
  });

  const beta = (method: "GET" | "PATCH" | "POST", path: string, body?: object): Answer => {
    const answer = tenant.graph({ method, path: `/beta${path}`, body, caller: tenant.deployer });
    return { status: answer.status, body: answer.body };
  };
  const restrict = (audiences: object): void => {
    const body = { isEnabled: true, applicationRestrictions: { audiences } };
    assert.equal(beta("PATCH", DEFAULT_POLICY, body).status, 204);
  };
  const create = (signInAudience: string): string => {
    const answer = call(tenant, "POST", "/applications", { displayName: "a", signInAudience });
    return answer.status === 201 ? "made" : refusal(answer);
  };
  const outcomes = (): string[] =>
    [
      "AzureADMyOrg",
      "AzureADMultipleOrgs",
      "AzureADandPersonalMicrosoftAccount",
      "PersonalMicrosoftAccount",
    ].map(create);

  it("holds each audience against the restrictions on whom it lets in", () => {
    assert.deepEqual(outcomes(), ["made", "made", "made", "made"]);
    restrict({ azureAdMultipleOrgs: { state: "enabled" } });
    assert.deepEqual(outcomes(), ["made", REFUSED, REFUSED, "made"]);
    restrict({ personalMicrosoftAccount: { state: "enabled" } });
    assert.deepEqual(outcomes(), ["made", "made", REFUSED, REFUSED]);
    restrict({ personalMicrosoftAccount: { state: "disabled" } });
    assert.deepEqual(outcomes(), ["made", "made", "made", "made"]);
  });

  it("judges a change of the audience, not an application that has it already", () => {
    const { id } = createApplication(tenant, "old", { signInAudience: "AzureADMultipleOrgs" });
    restrict({ azureAdMultipleOrgs: { state: "enabled" } });
    const patch = (signInAudience: string): Answer =>
      call(tenant, "PATCH", `/applications/${id}`, { signInAudience });
    assert.equal(patch("AzureADMultipleOrgs").status, 204);
    assert.equal(patch("AzureADMyOrg").status, 204);
    const refused = patch("AzureADMultipleOrgs");
    assert.equal(refusal(refused), REFUSED);
    assert.match(
      refused.body.error.message as string,
      /'AzureADMultipleOrgs'.*'00000000-0000-0000-0000-000000000000'/,
    );
  });

  it("binds applications made after a date only, and yields to a custom policy", () => {
    const { id } = createApplication(tenant, "old");
    restrict({
      azureAdMultipleOrgs: { state: "enabled", restrictForAppsCreatedAfterDateTime: "2026-11-21T12:00:00Z" },
    });
    assert.equal(create("AzureADMultipleOrgs"), "made");
    tenant.advance(1000);
    assert.equal(create("AzureADMultipleOrgs"), REFUSED);
    restrict({ azureAdMultipleOrgs: { state: "enabled" } });
    const policy = beta("POST", "/policies/appManagementPolicies", {
      displayName: "p",
      description: "d",
      isEnabled: true,
      restrictions: {
        applicationRestrictions: { audiences: { azureAdMultipleOrgs: { state: "disabled" } } },
      },
    });
    assert.equal(policy.status, 201);
    const reference = {
      "@odata.id": `https://graph.microsoft.com/v1.0/policies/appManagementPolicies/${policy.body.id as string}`,
    };
    call(tenant, "POST", `/applications/${id}/appManagementPolicies/$ref`, reference);
    assert.equal(
      call(tenant, "PATCH", `/applications/${id}`, { signInAudience: "AzureADMultipleOrgs" }).status,
      204,
    );
  });

  it("is beta's alone: v1.0 neither shows nor takes it, and a write through v1.0 leaves it in force", () => {
    restrict({ azureAdMultipleOrgs: { state: "enabled" } });
    assert.equal(
      beta("GET", DEFAULT_POLICY).body.applicationRestrictions.audiences.azureAdMultipleOrgs.state,
      "enabled",
    );
    assert.equal("audiences" in call(tenant, "GET", DEFAULT_POLICY).body.applicationRestrictions, false);
    const body = { applicationRestrictions: { audiences: {} } };
    assert.equal(refusal(call(tenant, "PATCH", DEFAULT_POLICY, body)), "400 Request_BadRequest");
    const other = { applicationRestrictions: { passwordCredentials: [] } };
    assert.equal(call(tenant, "PATCH", DEFAULT_POLICY, other).status, 204);
    assert.equal(create("AzureADMultipleOrgs"), REFUSED);
  });
});
