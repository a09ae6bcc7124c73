import assert from "node:assert/strict";
import { RunningSandbox, verdict } from "../sandbox-client";

/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- JSON of any shape is what is asserted on */

describe("sandbox: how clients find the login service", () => {
  let running: RunningSandbox;
  before(async () => {
    running = await RunningSandbox.start();
  });
  after(() => running.close());

  const instance = (query: Record<string, string>) =>
    running.request(
      `${running.sandbox.loginUrl}/common/discovery/instance?${new URLSearchParams(query).toString()}`,
    );

  it("describes itself in version 1 and version 2, each with its own endpoints and issuer", async () => {
    const { loginUrl, tenant } = running.sandbox;
    const base = `${loginUrl}/${tenant.id}`;
    const found: unknown[] = [];
    for (const path of ["/.well-known/openid-configuration", "/v2.0/.well-known/openid-configuration"]) {
      const { body } = await running.request(`${base}${path}`);
      found.push([body.issuer, body.token_endpoint, body.jwks_uri]);
      assert.equal((await running.request(body.jwks_uri as string)).body.keys.length, 1);
    }
    assert.deepEqual(found, [
      [`https://sts.windows.net/${tenant.id}/`, `${base}/oauth2/token`, `${base}/discovery/keys`],
      [`${base}/v2.0`, `${base}/oauth2/v2.0/token`, `${base}/discovery/v2.0/keys`],
    ]);
  });

  it("is an instance clients may trust, also when they leave its port out, and no other host is", async () => {
    const { loginUrl, tenant } = running.sandbox;
    const { host, hostname } = new URL(loginUrl);
    const own = `${loginUrl}/${tenant.id}/v2.0/.well-known/openid-configuration`;
    const publicCloud = `https://login.microsoftonline.com/${tenant.id}/v2.0/.well-known/openid-configuration`;
    const cases: [string, string][] = [
      [host, own],
      [hostname, own],
      ["login.microsoftonline.com", publicCloud],
    ];
    for (const [name, endpoint] of cases) {
      const { body } = await instance({
        authorization_endpoint: `https://${name}/${tenant.id}/oauth2/v2.0/authorize`,
      });
      assert.equal(body.tenant_discovery_endpoint, endpoint);
      const aliases = (body.metadata as { aliases: string[] }[]).map((each) => each.aliases);
      assert.ok(aliases.some((each) => each.includes(name)) || name === hostname, name);
    }
    for (const endpoint of ["https://evil.example/x/oauth2/v2.0/authorize", "nonsense", ""]) {
      const answer = await instance({ authorization_endpoint: endpoint });
      assert.equal(verdict(answer), "400 invalid_instance 50049");
    }
  });

  it("tells a tenant that is not there from a name no tenant has, and wants one tenant named", async () => {
    const form = running.assertion(running.sandbox.deployer.clientId, running.sandbox.deployer);
    const cases: [string, string][] = [
      ["99999999-0000-4000-8000-000000000000", "400 invalid_request 90002"],
      ["fabrikam.onmicrosoft.com", "400 invalid_request 90002"],
      ["authorize", "400 invalid_request 900023"],
      ["common", "400 invalid_request 9001023"],
      ["consumers", "400 invalid_request 9001023"],
      ["organizations", "400 invalid_request 50059"],
    ];
    const outcomes: unknown[] = [];
    for (const [tenant] of cases) outcomes.push([tenant, verdict(await running.token(form, { tenant }))]);
    assert.deepEqual(outcomes, cases);
  });

  it("issues tokens at the version 1 endpoint for a resource, with its numbers as texts", async () => {
    const { deployer, loginUrl, tenant } = running.sandbox;
    const aud = `${loginUrl}/${tenant.id}/oauth2/token`;
    const assertion = running.assertion(deployer.clientId, deployer, { claims: { aud } });
    const ask = (form: Record<string, string>) =>
      running.request(aud, {
        method: "POST",
        body: new URLSearchParams({ grant_type: "client_credentials", ...assertion, ...form }).toString(),
        headers: { "content-type": "application/x-www-form-urlencoded" },
      });
    const { status, body } = await ask({ resource: "https://graph.microsoft.com/" });
    const now = Math.floor(running.now.getTime() / 1000);
    const { access_token, ...rest } = body as { access_token: string };
    assert.deepEqual(
      [status, rest],
      [
        200,
        {
          token_type: "Bearer",
          expires_in: "3599",
          ext_expires_in: "3599",
          expires_on: String(now + 3599),
          not_before: String(now - 300),
          resource: "https://graph.microsoft.com",
        },
      ],
    );
    assert.equal((await running.graph(access_token, "/applications")).status, 200);
    assert.equal(
      verdict(await ask({ scope: "https://graph.microsoft.com/.default" })),
      "400 invalid_request 900144",
    );
    assert.equal(verdict(await ask({ resource: "https://nobody.example" })), "400 invalid_resource 500011");
  });

  it("takes the audiences clients write: both endpoints, the issuers, here and by the public name", async () => {
    const { deployer, loginUrl, tenant } = running.sandbox;
    const outcomes: string[] = [];
    const audiences = [loginUrl, "https://login.microsoftonline.com", "https://login.windows.net"].flatMap(
      (host) => [
        `${host}/${tenant.id}/oauth2/v2.0/token`,
        `${host}/${tenant.id}/oauth2/token`,
        `${host}/${tenant.id}/v2.0`,
      ],
    );
    for (const aud of [...audiences, `https://sts.windows.net/${tenant.id}/`]) {
      const form = running.assertion(deployer.clientId, deployer, { claims: { aud } });
      outcomes.push(verdict(await running.token(form)));
    }
    assert.deepEqual(outcomes, Array<string>(10).fill("200"));
    const foreign = { claims: { aud: `https://login.microsoftonline.com/${tenant.newId()}/v2.0` } };
    const form = running.assertion(deployer.clientId, deployer, foreign);
    assert.equal(verdict(await running.token(form)), "401 invalid_client 700023");
  });
});
