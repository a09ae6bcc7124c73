import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  call,
  createApplication,
  createServicePrincipal,
  makeCertificate,
  refusal,
  TestTenant,
  type TestCertificate,
} from "../tenant-fixture";

/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- JSON of any shape is what is asserted on */

describe("sandbox: credentials of applications and service principals", () => {
  let tenant: TestTenant;
  let path: string;
  let certificate: TestCertificate;
  let second: TestCertificate;
  before(async () => {
    certificate = await makeCertificate();
    second = await makeCertificate();
  });
  beforeEach(() => {
    tenant = TestTenant.at();
    path = `/applications/${createApplication(tenant, "billing-api").id}`;
  });

  it("shows a secret in the answer that made it, with Entra's shape, and nowhere else", () => {
    const { status, body } = call(tenant, "POST", `${path}/addPassword`, {
      passwordCredential: { displayName: "ci" },
    });
    assert.equal(status, 200);
    const secret = body.secretText as string;
    assert.match(secret, /^[A-Za-z0-9_~.-]{3}8Q~[A-Za-z0-9_~.-]{34}$/);
    assert.equal(body.hint, secret.slice(0, 3));
    assert.equal(body.endDateTime, "2028-11-21T12:00:00Z");

    const everything = [
      call(tenant, "GET", path).body,
      call(tenant, "GET", `${path}?$select=passwordCredentials`).body,
      call(tenant, "GET", "/applications").body,
      [...tenant.applications.values()],
      tenant.signIns,
    ];
    assert.equal(JSON.stringify(everything).includes(secret), false);
    const [listed] = call(tenant, "GET", path).body.passwordCredentials as object[];
    assert.deepEqual(listed, {
      customKeyIdentifier: null,
      displayName: "ci",
      endDateTime: "2028-11-21T12:00:00Z",
      hint: secret.slice(0, 3),
      keyId: body.keyId as string,
      secretText: null,
      startDateTime: "2026-11-21T12:00:00Z",
    });
  });

  it("makes secrets named in the create body and shows them in that answer only", () => {
    const { body } = call(tenant, "POST", "/applications", {
      displayName: "with-secret",
      passwordCredentials: [{ displayName: "first" }],
    });
    const secret = body.passwordCredentials[0].secretText as string;
    assert.equal(secret.length, 40);
    const read = call(tenant, "GET", `/applications/${body.id as string}`).body;
    assert.equal(read.passwordCredentials[0].secretText, null);
  });

  it("removes a secret by its key id and refuses an unknown one", () => {
    const { keyId } = call(tenant, "POST", `${path}/addPassword`, {}).body as { keyId: string };
    assert.equal(call(tenant, "POST", `${path}/removePassword`, { keyId }).status, 204);
    assert.deepEqual(call(tenant, "GET", path).body.passwordCredentials, []);
    assert.equal(
      refusal(call(tenant, "POST", `${path}/removePassword`, { keyId })),
      "400 Request_BadRequest",
    );
  });

  it("never takes a secret of the client's choosing, and no secrets by PATCH", () => {
    const chosen = { passwordCredential: { secretText: "correct horse battery staple" } };
    const answer = call(tenant, "POST", `${path}/addPassword`, chosen);
    assert.equal(refusal(answer), "400 Request_BadRequest");
    assert.equal(JSON.stringify(answer.body).includes("horse"), false);
    const patch = call(tenant, "PATCH", path, { passwordCredentials: [{ displayName: "x" }] });
    assert.equal(refusal(patch), "400 Request_BadRequest");
  });

  it("lets a PATCH echo the secrets that are there", () => {
    call(tenant, "POST", `${path}/addPassword`, {});
    const { passwordCredentials } = call(tenant, "GET", path).body as { passwordCredentials: object[] };
    assert.equal(call(tenant, "PATCH", path, { passwordCredentials, notes: "n" }).status, 204);
    assert.equal(refusal(call(tenant, "PATCH", path, { passwordCredentials: [] })), "400 Request_BadRequest");
  });

  it("keeps a service principal's credentials apart from its application's", () => {
    const { appId } = call(tenant, "GET", path).body as { appId: string };
    const principal = `/servicePrincipals/${createServicePrincipal(tenant, appId).id}`;
    assert.equal(call(tenant, "POST", `${principal}/addPassword`, {}).status, 200);
    assert.equal(
      call(tenant, "PATCH", principal, { keyCredentials: [certificate.keyCredential] }).status,
      204,
    );
    assert.deepEqual(call(tenant, "GET", path).body.passwordCredentials, []);
    assert.deepEqual(call(tenant, "GET", path).body.keyCredentials, []);
    assert.equal((call(tenant, "GET", principal).body.passwordCredentials as unknown[]).length, 1);
  });

  it("takes dates and thumbprint from the certificate", () => {
    assert.equal(call(tenant, "PATCH", path, { keyCredentials: [certificate.keyCredential] }).status, 204);
    const [key] = call(tenant, "GET", path).body.keyCredentials as Record<string, unknown>[];
    assert.deepEqual(
      { ...key, keyId: undefined },
      {
        customKeyIdentifier: createHash("sha1").update(certificate.der).digest("base64"),
        displayName: null,
        endDateTime: "2027-02-18T12:00:00Z",
        key: null,
        keyId: undefined,
        startDateTime: "2026-11-20T12:00:00Z",
        type: "AsymmetricX509Cert",
        usage: "Verify",
      },
    );
  });

  it("returns key bytes only where one object is read with $select=keyCredentials", () => {
    call(tenant, "PATCH", path, { keyCredentials: [certificate.keyCredential] });
    const keyOf = (answer: { body: unknown }) =>
      (answer.body as { keyCredentials: { key: unknown }[] }).keyCredentials[0]?.key;
    assert.equal(keyOf(call(tenant, "GET", path)), null);
    assert.equal(
      keyOf(call(tenant, "GET", `${path}?$select=id,keyCredentials`)),
      certificate.keyCredential.key,
    );
    const list = call(tenant, "GET", "/applications?$select=keyCredentials").body.value as {
      keyCredentials: { key: unknown }[];
    }[];
    assert.deepEqual(
      list.flatMap(({ keyCredentials }) => keyCredentials.map(({ key }) => key)),
      [null],
    );
  });

  it("stores of a PEM bundle the certificate and never shows the private key that came along", () => {
    const bundle = Buffer.from(certificate.privateKeyPem + certificate.certificatePem).toString("base64");
    const keyCredentials = [{ ...certificate.keyCredential, key: bundle }];
    assert.equal(call(tenant, "PATCH", path, { keyCredentials }).status, 204);
    const read = call(tenant, "GET", `${path}?$select=keyCredentials`).body;
    assert.equal(read.keyCredentials[0].key, certificate.der.toString("base64"));
    const kept = JSON.stringify([...tenant.applications.values()]);
    assert.equal(kept.includes(bundle), false);
  });

  it("replaces the keys by what a PATCH names, keeping echoed ones by key id", () => {
    call(tenant, "PATCH", path, { keyCredentials: [certificate.keyCredential] });
    const [first] = call(tenant, "GET", path).body.keyCredentials as { keyId: string }[];
    assert.equal(call(tenant, "PATCH", path, { keyCredentials: [first, second.keyCredential] }).status, 204);
    const both = call(tenant, "GET", path).body.keyCredentials as { keyId: string }[];
    assert.equal(both.length, 2);
    assert.equal(both[0]?.keyId, first?.keyId);
    assert.equal(call(tenant, "PATCH", path, { keyCredentials: [both[1]] }).status, 204);
    assert.deepEqual(call(tenant, "GET", path).body.keyCredentials, [both[1]]);
  });

  it("refuses other bytes or dates under a known key id", () => {
    call(tenant, "PATCH", path, { keyCredentials: [certificate.keyCredential] });
    const [key] = call(tenant, "GET", path).body.keyCredentials as Record<string, unknown>[];
    const keyId = String(key?.["keyId"]);
    for (const change of [{ key: second.keyCredential.key }, { endDateTime: "2027-01-01T00:00:00Z" }]) {
      const answer = call(tenant, "PATCH", path, { keyCredentials: [{ ...key, ...change }] });
      assert.equal(
        answer.body.error.message,
        `Update to existing credential with KeyId '${keyId}' is not allowed.`,
      );
    }
  });

  it("refuses dates outside the certificate's own, and certificates already over", async () => {
    const over = await makeCertificate("2026-01-01T00:00:00Z", "2026-11-21T12:00:00Z");
    const cases: [object, string][] = [
      [{ endDateTime: "2027-02-18T12:00:01Z" }, "400 KeyCredentialsInvalidEndDate"],
      [{ startDateTime: "2026-11-20T11:59:59Z" }, "400 KeyCredentialsInvalidStartDate"],
      [{ key: over.keyCredential.key }, "400 KeyCredentialsInvalidEndDate"],
      [{ key: "bm90IGEgY2VydGlmaWNhdGU=" }, "400 Request_BadRequest"],
      [{ key: "***" }, "400 Request_BadRequest"],
      [{ type: "" }, "400 Request_BadRequest"],
      [{ usage: "Sign" }, "400 Request_BadRequest"],
    ];
    const outcomes = cases.map(([change]) =>
      refusal(call(tenant, "PATCH", path, { keyCredentials: [{ ...certificate.keyCredential, ...change }] })),
    );
    assert.deepEqual(
      outcomes,
      cases.map(([, expected]) => expected),
    );
    assert.deepEqual(call(tenant, "GET", path).body.keyCredentials, []);
  });

  it("never shows a symmetric key again", () => {
    const key = Buffer.from("canary-symmetric-key-material-01").toString("base64");
    const symmetric = { type: "Symmetric", usage: "Verify", key, endDateTime: "2027-01-01T00:00:00Z" };
    assert.equal(call(tenant, "PATCH", path, { keyCredentials: [symmetric] }).status, 204);
    const read = call(tenant, "GET", `${path}?$select=keyCredentials`).body;
    assert.equal(read.keyCredentials[0].key, null);
  });
});
