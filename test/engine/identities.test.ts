/** An identity and an application without a key: the real engine, the guard and sign-ins in the sandbox tenant. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Outcome } from "../../tools/stack/stack";
import { fetchTrusting } from "../../tools/tenant/fetch";
import { grantToDeployer } from "../sandbox/providers/azuread/grant-to-deployer";
import { Deployment } from "./deployment";
import { engineFor } from "./engine";

const EXCHANGE = "api://AzureADTokenExchange";
const VAULT_API = "cfa8b339-82a2-471a-a3c9-0fc0be7a4093";

describe("identities without keys on the real engine", function () {
  this.timeout(240_000);
  let deployment: Deployment;
  before(async function () {
    deployment = await Deployment.start(await engineFor(this));
  });
  after(() => deployment.close());

  // The tests of this suite are one story: each goes on where the last one ended.

  it("stop where the deployment may not grant permissions, in Graph's words", async () => {
    const refused = await up(["run", "report", "sum"]);
    assert.equal(refused.ok, false);
    assert.match(refused.output, /Could not create app role assignment: .*Authorization_RequestDenied/);
  });

  it("come up whole, with nothing the guard would object to", async () => {
    grantToDeployer(deployment.sandbox.tenant, "AppRoleAssignment.ReadWrite.All");
    const { findings, packs } = ok(await up(["run", "report", "sum"]));
    assert.deepEqual(
      packs.map((pack) => pack.split("|", 1)[0]),
      ["certlock-policies"],
    );
    assert.deepEqual(
      findings.filter(({ rule }) => /^(?:application|federated|no)-/.test(rule)),
      [],
    );
    assert.deepEqual(await callers(), ["run", "report", "sum"]);
  });

  it("are left alone by the next run", async () => {
    const stack = await open(["run", "report", "sum"]);
    assert.deepEqual(ok(await stack.preview()).changes, {});
  });

  it("sign in as the application through the managed identity, with the permission it was given", async () => {
    const { clientId, identityClientId } = await outputs();
    const { tenant } = deployment.sandbox;
    const query = new URLSearchParams({ resource: EXCHANGE, client_id: identityClientId });
    const identity = (await json(`/msi/token?${query.toString()}`, {
      headers: { "x-identity-header": tenant.identityHeader },
    })) as { access_token: string };
    const answer = (await json(`/${tenant.id}/oauth2/v2.0/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        scope: "https://graph.microsoft.com/.default",
        client_id: clientId,
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion: identity.access_token,
      }),
    })) as { access_token: string };
    const claims: unknown = JSON.parse(
      Buffer.from(answer.access_token.split(".")[1] ?? "", "base64url").toString(),
    );
    assert.deepEqual((claims as { roles: unknown }).roles, ["User.Read.All"]);
  });

  it("keep what others wrote on the application when a description changes", async () => {
    const { objectId } = await outputs();
    const { tenant } = deployment.sandbox;
    const path = `/v1.0/applications/${objectId}`;
    const graph = (method: "GET" | "PATCH", body?: object) =>
      tenant.graph({ method, path, caller: tenant.deployer, ...(body && { body }) });
    const before = graph("GET").body as { requiredResourceAccess: object[]; notes: string };
    const others = {
      requiredResourceAccess: [
        ...before.requiredResourceAccess,
        {
          resourceAppId: VAULT_API,
          resourceAccess: [{ id: "f53da476-18e3-4152-8e01-aec403e6edc0", type: "Scope" }],
        },
      ],
      identifierUris: [`api://${(await outputs()).clientId}`],
      tags: ["somebody-else"],
    };
    assert.equal(graph("PATCH", others).status, 204);
    const principal = tenant.servicePrincipalByAppId((await outputs()).clientId);
    const mail = {
      notificationEmailAddresses: ["expiry@contoso.example"],
      loginUrl: "https://contoso.example",
    };
    const ofPrincipal = `/v1.0/servicePrincipals/${principal?.id ?? ""}`;
    assert.equal(
      tenant.graph({ method: "PATCH", path: ofPrincipal, caller: tenant.deployer, body: mail }).status,
      204,
    );
    const { changes } = ok(await up(["run", "report", "sum"], "Writes invoices and receipts to the archive"));
    assert.deepEqual(changes, { update: 1 });
    assert.deepEqual(
      [principal?.properties["notificationEmailAddresses"], principal?.properties["loginUrl"]],
      [mail.notificationEmailAddresses, mail.loginUrl],
    );
    const after = graph("GET").body as typeof others & { description: string; notes: string };
    assert.equal(after.description, "Writes invoices and receipts to the archive");
    assert.deepEqual(
      [after.requiredResourceAccess, after.identifierUris, after.tags, after.notes],
      [others.requiredResourceAccess, others.identifierUris, others.tags, before.notes],
    );
  });

  it("change callers one after the other, and none twice at the same time", async () => {
    const { changes } = ok(
      await up(["report", "audit", "ledger"], "Writes invoices and receipts to the archive"),
    );
    assert.deepEqual(changes, { create: 2, delete: 2 });
    assert.deepEqual((await callers()).sort(), ["audit", "ledger", "report"]);
  });

  it("go without a trace", async () => {
    const stack = await open(["report", "audit", "ledger"]);
    const { identityId } = await outputs();
    ok(await stack.destroy());
    const { tenant } = deployment.sandbox;
    assert.equal(tenant.managedIdentities.get(identityId), undefined);
    assert.deepEqual(
      [...tenant.applications.values()].map(({ properties }) => properties["displayName"]),
      ["certlock-deployer"],
    );
  });

  function open(serviceAccounts: readonly string[], description?: string) {
    return deployment.open({
      program: join(__dirname, "identities-program.ts"),
      config: {
        "certlock-tenant:subscription": deployment.sandbox.tenant.vaults.subscriptionId,
        "certlock-tenant:serviceAccounts": serviceAccounts,
        ...(description !== undefined && { "certlock-tenant:description": description }),
      },
    });
  }

  async function up(serviceAccounts: readonly string[], description?: string): Promise<Outcome> {
    return (await open(serviceAccounts, description)).up();
  }

  async function outputs() {
    const values = await (await open([])).outputs();
    const text = (name: string): string => String(values[name]?.value);
    return {
      objectId: text("objectId"),
      clientId: text("clientId"),
      identityClientId: text("identityClientId"),
      identityId: text("identityId"),
    };
  }

  async function callers(): Promise<string[]> {
    const identity = deployment.sandbox.tenant.managedIdentities.get((await outputs()).identityId);
    return (identity?.credentials ?? []).map(({ name }) => name);
  }

  async function json(path: string, init: RequestInit): Promise<unknown> {
    const { loginUrl, caCertificatePem } = deployment.sandbox;
    const response = await fetchTrusting(caCertificatePem)(loginUrl + path, init);
    assert.equal(response.status, 200);
    return response.json();
  }
});

function ok(outcome: Outcome): Outcome {
  assert.ok(outcome.ok, outcome.output);
  return outcome;
}
