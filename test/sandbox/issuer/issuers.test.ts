import assert from "node:assert/strict";
import { createPublicKey, verify, type JsonWebKey } from "node:crypto";
import { RunningSandbox, verdict } from "../sandbox-client";
import { call, createApplication, createServicePrincipal } from "../tenant-fixture";

/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- JSON of any shape is what is asserted on */

const EXCHANGE = "api://AzureADTokenExchange";

describe("sandbox: issuers outside the tenant", () => {
  let running: RunningSandbox;
  let application: { id: string; appId: string };
  before(async () => {
    running = await RunningSandbox.start();
  });
  after(() => running.close());
  beforeEach(() => {
    application = createApplication(running.sandbox.tenant, "billing");
    createServicePrincipal(running.sandbox.tenant, application.appId);
  });

  const trust = (issuer: string, subject: string): void => {
    const path = `/applications/${application.id}/federatedIdentityCredentials`;
    const body = { name: "caller", issuer, subject, audiences: [EXCHANGE] };
    assert.equal(call(running.sandbox.tenant, "POST", path, body).status, 201);
  };
  const signIn = async (assertion: string): Promise<string> =>
    verdict(
      await running.token({
        client_id: application.appId,
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion: assertion,
      }),
    );
  const parts = (token: string) => token.split(".").map((part) => Buffer.from(part, "base64url"));

  it("publish a discovery document whose keys verify what they issue, at any address below the door", async () => {
    for (const path of ["", "/clusters/one"]) {
      const issuer = `${running.sandbox.issuers.url}${path}`;
      const { body } = await running.request(`${issuer}/.well-known/openid-configuration`);
      assert.equal(body.issuer, issuer);
      const { body: keys } = await running.request(body.jwks_uri as string);
      const token = running.sandbox.issuers.issue({ issuer, subject: "pod" });
      const [header, , signature = Buffer.alloc(0)] = parts(token);
      const { kid, alg } = JSON.parse(String(header)) as { kid: string; alg: string };
      const key = (keys.keys as (JsonWebKey & { kid: string })[]).find((each) => each.kid === kid);
      assert.ok(key && alg === "RS256");
      const input = Buffer.from(token.slice(0, token.lastIndexOf(".")));
      assert.ok(verify("RSA-SHA256", input, createPublicKey({ key, format: "jwk" }), signature));
      trust(issuer, "pod");
      assert.equal(await signIn(token), "200");
      call(
        running.sandbox.tenant,
        "DELETE",
        `/applications/${application.id}/federatedIdentityCredentials/caller`,
      );
    }
  });

  it("issue tokens that end when they say, five minutes of skew allowed", async () => {
    const job = { issuer: "https://oidc.example.com", subject: "job" };
    trust(job.issuer, job.subject);
    const token = running.sandbox.issuers.issue({ ...job, lifetimeSeconds: 60 });
    running.advance(359_000);
    assert.equal(await signIn(token), "200");
    running.advance(1000);
    assert.equal(await signIn(token), "401 invalid_client 700024");
  });

  it("let nobody call himself another issuer by claims of his own", () => {
    const { issuers } = running.sandbox;
    const claims = { iss: "https://evil.example", sub: "root", aud: "x", exp: 9e12, team: "billing" };
    const token = issuers.issue({ issuer: "https://oidc.example.com", subject: "job", claims });
    const { iss, sub, aud, team } = JSON.parse(String(parts(token)[1])) as Record<string, unknown>;
    assert.deepEqual([iss, sub, aud, team], ["https://oidc.example.com", "job", EXCHANGE, "billing"]);
  });

  it("give a job of GitHub Actions the token its repository and environment have, and nobody else", async () => {
    const { issuers } = running.sandbox;
    const job = issuers.gitHubActions({ repository: "contoso/billing", environment: "production" });
    const other = issuers.gitHubActions({ repository: "contoso/billing" });
    const ask = (requestToken: string, more = "") =>
      running.request(`${job.ACTIONS_ID_TOKEN_REQUEST_URL}${more}`, {
        headers: { authorization: `bearer ${requestToken}` },
      });
    const claims = async (requestToken: string, more?: string): Promise<Record<string, unknown>> => {
      const { status, body } = await ask(requestToken, more);
      assert.equal(status, 200);
      return JSON.parse(String(parts(body.value as string)[1])) as Record<string, unknown>;
    };
    const own = await claims(job.ACTIONS_ID_TOKEN_REQUEST_TOKEN, `&audience=${encodeURIComponent(EXCHANGE)}`);
    assert.deepEqual(
      [own["iss"], own["sub"], own["aud"], own["environment"]],
      [
        "https://token.actions.githubusercontent.com",
        "repo:contoso/billing:environment:production",
        EXCHANGE,
        "production",
      ],
    );
    const branch = await claims(other.ACTIONS_ID_TOKEN_REQUEST_TOKEN);
    assert.deepEqual(
      [branch["sub"], branch["aud"]],
      ["repo:contoso/billing:ref:refs/heads/main", "https://github.com/contoso"],
    );
    assert.deepEqual([(await ask("guess")).status, (await ask("")).status], [401, 401]);
  });

  it("give a task of Azure Pipelines the token of its service connection", async () => {
    const { issuers } = running.sandbox;
    const task = issuers.azurePipelines({
      organization: "contoso",
      project: "billing",
      serviceConnection: "azure",
    });
    const { body } = await running.request(
      `${task.SYSTEM_OIDCREQUESTURI}?api-version=7.1&serviceConnectionId=x`,
      {
        method: "POST",
        headers: { authorization: `Bearer ${task.SYSTEM_ACCESSTOKEN}` },
      },
    );
    trust("https://vstoken.dev.azure.com/contoso", "sc://contoso/billing/azure");
    assert.equal(await signIn(body.oidcToken as string), "200");
    assert.equal((await running.request(`${issuers.url}/elsewhere`)).status, 404);
  });
});
