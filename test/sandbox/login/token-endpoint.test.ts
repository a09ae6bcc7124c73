import assert from "node:assert/strict";
import { createHash, X509Certificate } from "node:crypto";
import {
  call,
  createApplication,
  createServicePrincipal,
  DAY,
  makeCertificate,
  MINUTE,
  strayPrivateKeyPem,
  type TestCertificate,
} from "../tenant-fixture";
import { RunningSandbox, verdict } from "../sandbox-client";

/* eslint-disable @typescript-eslint/no-unsafe-member-access -- JSON of any shape is what is asserted on */

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Record<
    string,
    unknown
  >;
}

describe("sandbox: the token endpoint", () => {
  let running: RunningSandbox;
  let certificate: TestCertificate;
  let application: { id: string; appId: string };
  let principal: { id: string };

  before(async () => {
    running = await RunningSandbox.start();
    const from = new Date(running.now.getTime() - DAY).toISOString();
    const until = new Date(running.now.getTime() + 90 * DAY).toISOString();
    certificate = await makeCertificate(from, until);
  });
  after(() => running.close());
  beforeEach(() => {
    const { tenant } = running.sandbox;
    application = createApplication(tenant, "billing-job", { keyCredentials: [certificate.keyCredential] });
    principal = createServicePrincipal(tenant, application.appId);
  });

  const signIn = (overrides: Parameters<RunningSandbox["assertion"]>[2] = {}) =>
    running.token(running.assertion(application.appId, certificate, overrides));
  const lastSignIn = () => running.sandbox.tenant.signIns.at(-1);

  const sha256 = () => createHash("sha256").update(certificate.der).digest("base64url");
  const sha1 = () => createHash("sha1").update(certificate.der).digest("base64url");
  const hex = (text: string) => Buffer.from(text, "base64url").toString("hex").toUpperCase();
  const accepted: [string, () => Parameters<RunningSandbox["assertion"]>[2]][] = [
    ["PS256 with x5t#S256", () => ({ algorithm: "PS256", header: { "x5t#S256": sha256() } })],
    ["RS256 with x5t#S256", () => ({ algorithm: "RS256", header: { "x5t#S256": sha256() } })],
    ["PS256 with x5t", () => ({ algorithm: "PS256", header: { x5t: sha1() } })],
    ["RS256 with x5t", () => ({ algorithm: "RS256", header: { x5t: sha1() } })],
    ["RS256 with kid in hex", () => ({ algorithm: "RS256", header: { kid: hex(sha1()) } })],
    ["RS256 with kid in padded base64", () => ({ algorithm: "RS256", header: { kid: `${sha1()}=` } })],
  ];
  for (const [situation, overrides] of accepted) {
    it(`accepts an assertion signed ${situation}`, async () => {
      const answer = await signIn(overrides());
      assert.equal(verdict(answer), "200");
      assert.equal(answer.body.token_type, "Bearer");
      assert.equal(answer.body.expires_in, 3599);
      assert.equal("refresh_token" in answer.body, false);
    });
  }

  it("issues a token that says who, for what and how long", async () => {
    const { tenant } = running.sandbox;
    const claims = claimsOf((await signIn()).body.access_token as string);
    const now = Math.floor(running.now.getTime() / 1000);
    assert.deepEqual(
      { ...claims, uti: undefined },
      {
        aud: "https://graph.microsoft.com",
        iss: `https://sts.windows.net/${tenant.id}/`,
        iat: now - 300,
        nbf: now - 300,
        exp: now + 3599,
        appid: application.appId,
        appidacr: "2",
        idp: `https://sts.windows.net/${tenant.id}/`,
        idtyp: "app",
        oid: principal.id,
        sub: principal.id,
        tid: tenant.id,
        uti: undefined,
        ver: "1.0",
      },
    );
  });

  it("puts the permissions granted on Graph into the token", async () => {
    const claims = claimsOf(await running.deployerToken());
    assert.deepEqual(claims["roles"], running.sandbox.tenant.deployer.roles);
    const vault = claimsOf(await running.deployerToken("https://vault.azure.net/.default"));
    assert.deepEqual([vault["aud"], vault["roles"]], ["https://vault.azure.net", undefined]);
  });

  it("accepts a certificate registered on the service principal only", async () => {
    const { tenant } = running.sandbox;
    call(tenant, "PATCH", `/applications/${application.id}`, { keyCredentials: [] });
    assert.equal(verdict(await signIn()), "401 invalid_client 700027");
    const keyCredentials = [certificate.keyCredential];
    call(tenant, "PATCH", `/servicePrincipals/${principal.id}`, { keyCredentials });
    assert.equal(verdict(await signIn()), "200");
  });

  it("takes the tenant by its domain and an audience that names it so", async () => {
    const { loginUrl, tenant } = running.sandbox;
    const aud = `${loginUrl}/${tenant.domain}/oauth2/v2.0/token`;
    const form = running.assertion(application.appId, certificate, { claims: { aud } });
    assert.equal(verdict(await running.token(form, { tenant: tenant.domain })), "200");
  });

  const seconds = () => Math.floor(running.now.getTime() / 1000);
  const refused: [string, () => Parameters<RunningSandbox["assertion"]>[2], string][] = [
    [
      "a signature by another key",
      () => ({ privateKeyPem: strayPrivateKeyPem() }),
      "401 invalid_client 700027",
    ],
    [
      "a thumbprint nobody registered",
      () => ({ header: { "x5t#S256": createHash("sha256").digest("base64url") } }),
      "401 invalid_client 700027",
    ],
    ["no thumbprint", () => ({ header: {} }), "401 invalid_client 700027"],
    [
      "another algorithm in the header than the signature's",
      () => ({ algorithm: "RS256", header: { alg: "PS256", "x5t#S256": sha256() } }),
      "401 invalid_client 700027",
    ],
    [
      "an unsigned algorithm",
      () => ({ header: { alg: "none", "x5t#S256": sha256() } }),
      "401 invalid_client 700027",
    ],
    [
      "an audience that is another tenant",
      () => ({ claims: { aud: `${running.sandbox.loginUrl}/other/oauth2/v2.0/token` } }),
      "401 invalid_client 700023",
    ],
    [
      "Graph as audience",
      () => ({ claims: { aud: "https://graph.microsoft.com" } }),
      "401 invalid_client 700023",
    ],
    [
      "an end long past",
      () => ({ claims: { nbf: seconds() - 1200, exp: seconds() - 600 } }),
      "401 invalid_client 700024",
    ],
    ["no end", () => ({ claims: { exp: undefined } }), "401 invalid_client 700024"],
    [
      "a beginning far ahead",
      () => ({ claims: { nbf: seconds() + 900, exp: seconds() + 1500 } }),
      "401 invalid_client 700024",
    ],
    ["a date beyond all dates", () => ({ claims: { nbf: 1e300 } }), "401 invalid_client 700024"],
    ["another issuer", () => ({ claims: { iss: "somebody" } }), "401 invalid_client 700021"],
    ["another subject", () => ({ claims: { sub: "somebody" } }), "401 invalid_client 700021"],
  ];
  for (const [situation, overrides, expected] of refused) {
    it(`refuses an assertion with ${situation}`, async () => {
      const answer = await signIn(overrides());
      assert.equal(verdict(answer), expected);
      assert.equal(lastSignIn()?.status.errorCode, (answer.body.error_codes as number[])[0]);
    });
  }

  it("refuses what is no JWT at all", async () => {
    const form = running.assertion(application.appId, certificate);
    for (const client_assertion of ["", "a.b", "a.b.c", "....", "bm90anNvbg.bm90anNvbg.c2ln"]) {
      assert.equal(verdict(await running.token({ ...form, client_assertion })), "400 invalid_request 50027");
    }
  });

  it("refuses an expired assertion that was good before, five minutes of skew allowed", async () => {
    const form = running.assertion(application.appId, certificate);
    assert.equal(verdict(await running.token(form)), "200");
    running.advance(15 * MINUTE - 1000);
    assert.equal(verdict(await running.token(form)), "200");
    running.advance(1000);
    assert.equal(verdict(await running.token(form)), "401 invalid_client 700024");
  });

  it("refuses a certificate that is over, and one not valid yet", async () => {
    const { tenant } = running.sandbox;
    const early = new Date(running.now.getTime() + DAY).toISOString();
    const keyCredentials = [{ ...certificate.keyCredential, startDateTime: early }];
    const { appId } = createApplication(tenant, "tomorrow", { keyCredentials });
    createServicePrincipal(tenant, appId);
    const answer = await running.token(running.assertion(appId, certificate));
    assert.match(answer.body.error_description as string, /AADSTS700027: .*not valid yet/);

    const soon = new Date(running.now.getTime() + 1000).toISOString();
    const short = [{ ...certificate.keyCredential, endDateTime: soon }];
    const over = createApplication(tenant, "over", { keyCredentials: short });
    createServicePrincipal(tenant, over.appId);
    running.advance(1000);
    const late = await running.token(running.assertion(over.appId, certificate));
    assert.match(late.body.error_description as string, /AADSTS700027: .*The key used is expired/);
  });

  it("says what a missing or wrong parameter is", async () => {
    const form = running.assertion(application.appId, certificate);
    const anonymous = { ...form };
    delete anonymous["client_id"];
    const cases: [Record<string, string>, string][] = [
      [{ ...form, grant_type: "" }, "400 invalid_request 900144"],
      [{ ...form, grant_type: "password" }, "400 unsupported_grant_type 70003"],
      [{ ...form, scope: "" }, "400 invalid_request 900144"],
      [anonymous, "400 invalid_request 900144"],
      [{ client_id: application.appId }, "401 invalid_client 7000216"],
      [{ ...form, client_assertion_type: "saml" }, "400 invalid_request 900144"],
      [{ ...form, client_id: "99999999-0000-4000-8000-000000000000" }, "400 unauthorized_client 700016"],
      [{ ...form, scope: "User.Read" }, "400 invalid_scope 1002012"],
      [{ ...form, scope: "https://graph.microsoft.com/User.Read.All" }, "400 invalid_scope 1002012"],
      [
        { ...form, scope: "https://graph.microsoft.com/.default https://vault.azure.net/.default" },
        "400 invalid_request 28000",
      ],
      [{ ...form, scope: "openid profile" }, "400 invalid_scope 1002012"],
      [{ ...form, scope: "openid offline_access profile https://graph.microsoft.com/.default" }, "200"],
      [{ ...form, resource: "https://graph.microsoft.com" }, "400 invalid_request 901002"],
      [{ ...form, scope: "https://nobody.example/.default" }, "400 invalid_resource 500011"],
    ];
    const outcomes: string[] = [];
    for (const [fields] of cases) outcomes.push(verdict(await running.token(fields)));
    assert.deepEqual(
      outcomes,
      cases.map(([, expected]) => expected),
    );
    const elsewhere = await running.token(form, { tenant: "99999999-0000-4000-8000-000000000000" });
    assert.equal(verdict(elsewhere), "400 invalid_request 90002");
  });

  it("wants a service principal, and one that is enabled", async () => {
    const { tenant } = running.sandbox;
    const path = `/servicePrincipals/${principal.id}`;
    call(tenant, "PATCH", path, { accountEnabled: false });
    assert.equal(verdict(await signIn()), "400 unauthorized_client 7000112");
    call(tenant, "DELETE", path);
    assert.equal(verdict(await signIn()), "401 invalid_client 7000229");
  });

  it("issues tokens for an application's own API, in the version it asks for", async () => {
    const { tenant } = running.sandbox;
    const uri = `api://${tenant.id}/orders`;
    const api = createApplication(tenant, "orders", { identifierUris: [uri] });
    createServicePrincipal(tenant, api.appId);
    const form = running.assertion(application.appId, certificate);
    const ask = async () => {
      const answer = await running.token({ ...form, scope: `${uri}/.default` });
      const { aud, ver, appid, azp } = claimsOf(answer.body.access_token as string);
      return { aud, ver, client: appid ?? azp };
    };
    assert.deepEqual(await ask(), { aud: uri, ver: "1.0", client: application.appId });
    call(tenant, "PATCH", `/applications/${api.id}`, { api: { requestedAccessTokenVersion: 2 } });
    assert.deepEqual(await ask(), { aud: api.appId, ver: "2.0", client: application.appId });
    call(tenant, "DELETE", `/applications/${api.id}`);
  });

  it("tells a federated assertion that matches nothing from one whose issuer it cannot reach", async () => {
    const { tenant } = running.sandbox;
    const issuer = "https://token.actions.githubusercontent.com";
    const subject = "repo:contoso/billing:environment:production";
    const claims = { iss: issuer, sub: subject, aud: "api://AzureADTokenExchange" };
    assert.equal(verdict(await signIn({ claims })), "401 invalid_client 700211");
    const path = `/applications/${application.id}/federatedIdentityCredentials`;
    call(tenant, "POST", path, { name: "main", issuer, subject, audiences: [claims.aud] });
    assert.equal(verdict(await signIn({ claims })), "400 invalid_request 90061");
  });

  it("writes one line a sign-in, with credential, key, address and resource", async () => {
    const before = running.sandbox.tenant.signIns.length;
    await running.token(running.assertion(application.appId, certificate), { address: "203.0.113.7" });
    assert.equal(running.sandbox.tenant.signIns.length, before + 1);
    const [key] = running.sandbox.tenant.applications.get(application.id)?.keyCredentials ?? [];
    const entry = lastSignIn();
    assert.deepEqual(
      {
        ...entry,
        id: undefined,
        createdDateTime: undefined,
        correlationId: undefined,
        appliedConditionalAccessPolicies: undefined,
      },
      {
        id: undefined,
        createdDateTime: undefined,
        correlationId: undefined,
        appId: application.appId,
        servicePrincipalId: principal.id,
        servicePrincipalName: "billing-job",
        clientCredentialType: "certificate",
        servicePrincipalCredentialKeyId: key?.keyId,
        servicePrincipalCredentialThumbprint: new X509Certificate(certificate.der).fingerprint.replaceAll(
          ":",
          "",
        ),
        ipAddress: "203.0.113.7",
        resourceDisplayName: "Microsoft Graph",
        status: { errorCode: 0, failureReason: null },
        conditionalAccessStatus: "notApplied",
        appliedConditionalAccessPolicies: undefined,
      },
    );
  });

  it("echoes the caller's correlation id in the error and the log", async () => {
    const id = "11111111-2222-4333-8444-555555555555";
    const answer = await running.token({ client_id: "x" }, { headers: { "client-request-id": id } });
    assert.equal(answer.body.correlation_id, id);
    assert.equal(lastSignIn()?.correlationId, id);
  });

  it("serves discovery and keys, and 404 elsewhere", async () => {
    const { loginUrl, tenant } = running.sandbox;
    const configuration = await running.request(
      `${loginUrl}/${tenant.domain}/v2.0/.well-known/openid-configuration`,
    );
    assert.equal(configuration.body.issuer, `${loginUrl}/${tenant.id}/v2.0`);
    assert.equal(configuration.body.token_endpoint, `${loginUrl}/${tenant.id}/oauth2/v2.0/token`);
    const keys = await running.request(configuration.body.jwks_uri as string);
    assert.equal((keys.body.keys as unknown[]).length, 1);
    const unknown = await running.request(`${loginUrl}/elsewhere/v2.0/.well-known/openid-configuration`);
    assert.equal(verdict(unknown), "400 invalid_request 900023");
    assert.equal((await running.request(`${loginUrl}/${tenant.id}/oauth2/v2.0/authorize`)).status, 404);
  });
});

describe("sandbox: the token endpoint with single-use assertions", () => {
  it("refuses an assertion presented twice, or without an id, and takes fresh ones", async () => {
    const running = await RunningSandbox.start({ singleUseAssertions: true });
    try {
      const { clientId } = running.sandbox.deployer;
      const form = running.assertion(clientId, running.sandbox.deployer);
      const anonymous = running.assertion(clientId, running.sandbox.deployer, { claims: { jti: undefined } });
      const fresh = running.assertion(clientId, running.sandbox.deployer);
      const outcomes: string[] = [];
      for (const each of [form, form, anonymous, fresh]) outcomes.push(verdict(await running.token(each)));
      assert.deepEqual(outcomes, ["200", "401 invalid_client 50013", "401 invalid_client 50013", "200"]);
    } finally {
      await running.close();
    }
  });
});
