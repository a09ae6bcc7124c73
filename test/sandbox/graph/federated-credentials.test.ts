import assert from "node:assert/strict";
import { call, createApplication, refusal, TestTenant } from "../tenant-fixture";

/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- JSON of any shape is what is asserted on */

const GITHUB = {
  name: "github-main",
  issuer: "https://token.actions.githubusercontent.com",
  subject: "repo:contoso/billing:environment:production",
  audiences: ["api://AzureADTokenExchange"],
};

describe("sandbox: federated identity credentials", () => {
  let tenant: TestTenant;
  let path: string;
  beforeEach(() => {
    tenant = TestTenant.at();
    path = `/applications/${createApplication(tenant, "pipeline").id}/federatedIdentityCredentials`;
  });

  it("creates one and reads it by id and by name", () => {
    const { status, body } = call(tenant, "POST", path, { ...GITHUB, description: "main" });
    assert.equal(status, 201);
    const id = body.id as string;
    const expected = { id, ...GITHUB, description: "main" };
    for (const key of [`/${id}`, "/github-main", "(name='github-main')"]) {
      const read = { ...(call(tenant, "GET", `${path}${key}`).body as Record<string, unknown>) };
      delete read["@odata.context"];
      assert.deepEqual(read, expected, key);
    }
  });

  it("takes the twentieth and refuses the twenty-first", () => {
    for (let index = 1; index <= 20; index++) {
      const credential = { ...GITHUB, name: `number-${index}`, subject: `subject-${index}` };
      assert.equal(call(tenant, "POST", path, credential).status, 201, String(index));
    }
    assert.equal(refusal(call(tenant, "POST", path, GITHUB)), "400 Request_BadRequest");
  });

  it("refuses a name twice, and the same issuer and subject under another name", () => {
    call(tenant, "POST", path, GITHUB);
    const sameName = call(tenant, "POST", path, { ...GITHUB, subject: "other" });
    assert.equal(
      sameName.body.error.message,
      "FederatedIdentityCredential with name github-main already exists.",
    );
    const sameIdentity = call(tenant, "POST", path, { ...GITHUB, name: "second" });
    assert.deepEqual(
      [refusal(sameName), refusal(sameIdentity)],
      ["409 Request_MultipleObjectsWithSameKeyValue", "409 Request_MultipleObjectsWithSameKeyValue"],
    );
    assert.equal(call(tenant, "POST", path, { ...GITHUB, name: "third", subject: "other" }).status, 201);
  });

  const malformed: [string, object][] = [
    ["no audience", { audiences: [] }],
    ["two audiences", { audiences: ["api://a", "api://b"] }],
    ["a name that starts with a dash", { name: "-main" }],
    ["a name of two characters", { name: "ab" }],
    ["a name with a slash", { name: "a/b/c" }],
    ["an issuer of 601 characters", { issuer: `https://${"i".repeat(593)}` }],
    ["a subject of 601 characters", { subject: "s".repeat(601) }],
    ["an audience of 601 characters", { audiences: ["a".repeat(601)] }],
    ["a description of 601 characters", { description: "d".repeat(601) }],
    ["no subject", { subject: undefined }],
  ];
  for (const [situation, change] of malformed) {
    it(`refuses ${situation}`, () => {
      assert.equal(refusal(call(tenant, "POST", path, { ...GITHUB, ...change })), "400 Request_BadRequest");
    });
  }

  it("takes 600 characters everywhere", () => {
    const longest = {
      ...GITHUB,
      issuer: `https://${"i".repeat(592)}`,
      subject: "s".repeat(600),
      audiences: ["a".repeat(600)],
      description: "d".repeat(600),
    };
    assert.equal(call(tenant, "POST", path, longest).status, 201);
  });

  it("changes everything but the name, and deletes", () => {
    const { id } = call(tenant, "POST", path, GITHUB).body as { id: string };
    assert.equal(call(tenant, "PATCH", `${path}/${id}`, { subject: "repo:contoso/other" }).status, 204);
    assert.equal(call(tenant, "GET", `${path}/${id}`).body.subject, "repo:contoso/other");
    const renamed = call(tenant, "PATCH", `${path}/${id}`, { name: "other" });
    assert.match(renamed.body.error.message as string, /immutable/);
    assert.equal(call(tenant, "DELETE", `${path}/${id}`).status, 204);
    assert.deepEqual(call(tenant, "GET", path).body.value, []);
  });
});
