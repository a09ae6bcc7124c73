import assert from "node:assert/strict";
import { output, plain, ProviderSession, unknownNames, type Deployed } from "../provider-session";

const IDENTITY = "azure-native:managedidentity:UserAssignedIdentity";
const CREDENTIAL = "azure-native:managedidentity:FederatedIdentityCredential";
const RG = "rg-identities";

describe("azure-native managed identities", () => {
  let session: ProviderSession;
  beforeEach(async () => {
    session = await ProviderSession.open();
  });
  afterEach(() => session.close());

  const declared = { resourceGroupName: RG, resourceName: "archive", location: "westeurope" };
  const identity = (more: object = {}): Promise<Deployed> =>
    session.create(IDENTITY, { ...declared, ...more });
  const credential = (name: string, more: object = {}) => ({
    resourceGroupName: RG,
    resourceName: "archive",
    federatedIdentityCredentialResourceName: name,
    issuer: "https://token.actions.githubusercontent.com",
    subject: `repo:contoso/${name}:environment:production`,
    audiences: ["api://AzureADTokenExchange"],
    ...more,
  });
  const stored = (resource: Deployed) => session.tenant.managedIdentities.get(resource.id);

  it("creates an identity with a service principal no application stands behind", async () => {
    const created = await identity({ tags: { team: "finance" } });
    const principal = session.tenant.servicePrincipals.get(output(created, "principalId"));
    assert.deepEqual(
      {
        type: principal?.properties["servicePrincipalType"],
        appId: principal?.appId,
        names: principal?.properties["alternativeNames"],
      },
      { type: "ManagedIdentity", appId: output(created, "clientId"), names: ["isExplicit=True", created.id] },
    );
    assert.equal(output(created, "tenantId"), session.tenant.id);
    assert.match(created.id, /\/providers\/Microsoft\.ManagedIdentity\/userAssignedIdentities\/archive$/);
    assert.deepEqual(await session.refresh(created), created);
    assert.equal((await session.diff(created, { ...declared, tags: { team: "finance" } })).changed, false);
    await session.delete(created);
    assert.equal(stored(created), undefined);
    assert.equal(session.tenant.servicePrincipals.has(output(created, "principalId")), false);
  });

  it("changes tags in place and everything else by a new identity", async () => {
    const created = await identity();
    assert.deepEqual((await session.diff(created, { ...declared, tags: { a: "b" } })).replaces, []);
    const tagged = await session.update(created, { ...declared, tags: { a: "b" } });
    assert.deepEqual(stored(tagged)?.tags, { a: "b" });
    assert.equal(output(tagged, "principalId"), output(created, "principalId"));
    assert.deepEqual((await session.diff(created, { ...declared, location: "northeurope" })).replaces, [
      "location",
    ]);
  });

  it("knows no ids in a preview, and refuses a group that is not there and a name twice", async () => {
    assert.deepEqual(unknownNames(await session.preview(IDENTITY, declared)), [
      "azureApiVersion",
      "clientId",
      "principalId",
      "systemData",
      "tenantId",
      "type",
    ]);
    await assert.rejects(identity({ resourceGroupName: "nowhere" }), /ResourceGroupNotFound/);
    await assert.rejects(identity({ resourceName: "a" }), /Invalid identity name/);
    await identity();
    await assert.rejects(identity(), /already existing resource/);
  });

  it("trusts callers, changes what they must say in place, and forgets them", async () => {
    const parent = await identity();
    const created = await session.create(CREDENTIAL, credential("platform"));
    assert.equal(created.id, `${parent.id}/federatedIdentityCredentials/platform`);
    assert.deepEqual(await session.refresh(created), created);
    const change = credential("platform", { subject: "repo:contoso/platform:ref:refs/heads/main" });
    assert.deepEqual((await session.diff(created, change)).replaces, []);
    const updated = await session.update(created, change);
    assert.equal(plain(updated)["subject"], change.subject);
    const renamed = await session.diff(updated, credential("other"));
    assert.deepEqual(renamed.replaces, ["federatedIdentityCredentialResourceName"]);
    await session.delete(updated);
    assert.deepEqual(stored(parent)?.credentials, []);
    await session.delete(updated);
  });

  it("refuses a second credential while the first is being written", async () => {
    const parent = await identity();
    const results = await Promise.allSettled(
      ["one", "two"].map((name) => session.create(CREDENTIAL, credential(name), name)),
    );
    const [refused] = results.filter((result) => result.status === "rejected");
    assert.match(String(refused?.reason), /Status=409 .*Concurrent/);
    assert.equal(stored(parent)?.credentials.length, 1);
  });

  it("takes the twentieth and refuses the twenty-first", async () => {
    await identity();
    for (let index = 1; index <= 20; index++) {
      await session.create(CREDENTIAL, credential(`caller-${index}`), `caller-${index}`);
    }
    await assert.rejects(session.create(CREDENTIAL, credential("one-more")), /at most 20/);
  });

  const refused: [string, object, RegExp][] = [
    [
      "the same caller under another name",
      { subject: "repo:contoso/first:environment:production" },
      /already exists/,
    ],
    ["two audiences", { audiences: ["api://a", "api://b"] }, /exactly one audience/],
    ["an empty subject", { subject: "" }, /empty properties/],
    ["a subject of 601 characters", { subject: "s".repeat(601) }, /at most 600/],
    ["a name with a slash", { federatedIdentityCredentialResourceName: "-main" }, /is invalid/],
    ["an identity that is not there", { resourceName: "nobody" }, /ParentResourceNotFound/],
  ];
  for (const [situation, change, words] of refused) {
    it(`refuses ${situation}`, async () => {
      await identity();
      await session.create(CREDENTIAL, credential("first"));
      await assert.rejects(session.create(CREDENTIAL, credential("second", change), "second"), words);
    });
  }
});
