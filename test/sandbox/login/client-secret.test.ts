import assert from "node:assert/strict";
import { call, createApplication, createServicePrincipal, DAY, restrictTenant } from "../tenant-fixture";
import { RunningSandbox, verdict, type HttpAnswer } from "../sandbox-client";

/* eslint-disable @typescript-eslint/no-unsafe-member-access -- JSON of any shape is what is asserted on */

describe("sandbox: client secrets at the token endpoint", () => {
  let running: RunningSandbox;
  let application: { id: string; appId: string };

  before(async () => {
    running = await RunningSandbox.start();
  });
  after(() => running.close());
  beforeEach(() => {
    const { tenant } = running.sandbox;
    restrictTenant(tenant, []);
    application = createApplication(tenant, "billing-job");
    createServicePrincipal(tenant, application.appId);
  });

  const lastSignIn = () => running.sandbox.tenant.signIns.at(-1);
  const addPassword = (passwordCredential: object = {}) =>
    call(running.sandbox.tenant, "POST", `/applications/${application.id}/addPassword`, {
      passwordCredential,
    });

  it("sign in while the tenant allows them, and none can be made once it does not", async () => {
    const secret = addPassword().body.secretText as string;
    const form = { client_id: application.appId, client_secret: secret };
    assert.equal(verdict(await running.token(form)), "200");

    restrictTenant(running.sandbox.tenant, [{ restrictionType: "passwordAddition", state: "enabled" }]);
    const blocked = addPassword();
    assert.equal(blocked.status, 400);
    assert.equal(blocked.body.error.code, "CredentialTypeNotAllowedAsPerAppPolicy");
    // A policy judges additions: secrets that exist go on working until they are removed.
    assert.equal(verdict(await running.token(form)), "200");
  });

  it("are taken from a Basic header, form-encoded", async () => {
    const secret = addPassword().body.secretText as string;
    const pair = [application.appId, secret].map(encodeURIComponent).join(":");
    const headers = { authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
    assert.equal(verdict(await running.token({}, { headers })), "200");
  });

  it("stop when removed, expired or wrong, and never appear in an answer or the log", async () => {
    const end = new Date(running.now.getTime() + DAY).toISOString();
    const { secretText: secret, keyId } = addPassword({ endDateTime: end }).body as Record<string, string>;
    assert.ok(secret !== undefined && keyId !== undefined);
    const form = { client_id: application.appId, client_secret: secret };
    const answers: HttpAnswer[] = [await running.token({ ...form, client_secret: `${secret}x` })];
    assert.equal(lastSignIn()?.clientCredentialType, "clientSecret");
    answers.push(await running.token(form));
    assert.equal(lastSignIn()?.servicePrincipalCredentialKeyId, keyId);
    running.advance(DAY);
    answers.push(await running.token(form));
    call(running.sandbox.tenant, "POST", `/applications/${application.id}/removePassword`, { keyId });
    answers.push(await running.token(form));
    assert.deepEqual(answers.map(verdict), [
      "401 invalid_client 7000215",
      "200",
      "401 invalid_client 7000222",
      "401 invalid_client 7000215",
    ]);
    const written = JSON.stringify([
      answers.map(({ body }) => body as unknown),
      running.sandbox.tenant.signIns,
    ]);
    assert.equal(written.includes(secret), false);
  });

  it("are good for nothing but the application they were made on", async () => {
    const other = createApplication(running.sandbox.tenant, "other");
    createServicePrincipal(running.sandbox.tenant, other.appId);
    const secret = addPassword().body.secretText as string;
    const answer = await running.token({ client_id: other.appId, client_secret: secret });
    assert.equal(verdict(answer), "401 invalid_client 7000215");
  });

  it("work from the service principal as well", async () => {
    const { tenant } = running.sandbox;
    const { id } = tenant.servicePrincipalByAppId(application.appId) ?? { id: "" };
    const secret = call(tenant, "POST", `/servicePrincipals/${id}/addPassword`, {}).body.secretText as string;
    const answer = await running.token({ client_id: application.appId, client_secret: secret });
    assert.equal(verdict(answer), "200");
  });
});
