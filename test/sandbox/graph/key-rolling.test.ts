import assert from "node:assert/strict";
import { constants, sign } from "node:crypto";
import type { Caller } from "../../../sandbox";
import {
  call,
  createApplication,
  createServicePrincipal,
  makeCertificate,
  MINUTE,
  refusal,
  TestTenant,
  type Answer,
  type TestCertificate,
} from "../tenant-fixture";

/* eslint-disable @typescript-eslint/no-unsafe-member-access -- JSON of any shape is what is asserted on */

const AUDIENCE = "00000002-0000-0000-c000-000000000000";
const MALFORMED = "401 Authentication_MissingOrMalformed";

describe("sandbox: rolling keys with a proof of possession", () => {
  let tenant: TestTenant;
  let held: TestCertificate;
  let next: TestCertificate;
  let id: string;
  let appId: string;
  before(async () => {
    held = await makeCertificate();
    next = await makeCertificate("2026-11-21T00:00:00Z", "2027-03-01T00:00:00Z");
  });
  beforeEach(() => {
    tenant = TestTenant.at();
    ({ id, appId } = createApplication(tenant, "rolling", { keyCredentials: [held.keyCredential] }));
  });

  const now = (): number => Math.floor(tenant.clock().getTime() / 1000);
  const proof = (
    claims: object = {},
    by = held,
    algorithm: "RS256" | "PS256" = "RS256",
    issuer = id,
  ): string => {
    const header = { typ: "JWT", alg: algorithm };
    const body = { aud: AUDIENCE, iss: issuer, nbf: now(), exp: now() + 600, ...claims };
    const input = [header, body]
      .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
      .join(".");
    const key =
      algorithm === "PS256"
        ? { key: by.privateKeyPem, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
        : by.privateKeyPem;
    return `${input}.${sign("RSA-SHA256", Buffer.from(input), key).toString("base64url")}`;
  };
  /** By the application itself, which needs no permission for it. */
  const self = (): Caller => ({ appId, roles: [] });
  const add = (text: unknown, caller = self()): Answer =>
    call(
      tenant,
      "POST",
      `/applications/${id}/addKey`,
      { keyCredential: next.keyCredential, passwordCredential: null, proof: text },
      caller,
    );
  const keys = (): number => tenant.applications.get(id)?.keyCredentials.length ?? 0;

  for (const algorithm of ["RS256", "PS256"] as const) {
    it(`lets an application add a certificate and remove the old one, without a permission (${algorithm})`, () => {
      const [old] = tenant.applications.get(id)?.keyCredentials ?? [];
      const added = add(proof({}, held, algorithm));
      assert.deepEqual([added.status, added.body.key, added.body.type], [200, null, "AsymmetricX509Cert"]);
      const removed = call(
        tenant,
        "POST",
        `/applications/${id}/removeKey`,
        { keyId: old?.keyId, proof: proof({}, next) },
        self(),
      );
      assert.equal(removed.status, 204);
      const left = tenant.applications.get(id)?.keyCredentials.map(({ key }) => key);
      assert.deepEqual(left, [next.keyCredential.key]);
    });
  }

  it("takes a proof to the second of its life and of the tolerated skew, and not one later", () => {
    assert.equal(add(proof({ nbf: now() + 300, exp: now() + 900 })).status, 200);
    assert.equal(refusal(add(proof({ nbf: now() + 301, exp: now() + 901 }))), MALFORMED);
    assert.equal(refusal(add(proof({ nbf: now(), exp: now() + 601 }))), MALFORMED);
    const text = proof();
    tenant.advance(15 * MINUTE - 1000);
    const other = { keyCredential: { ...held.keyCredential }, passwordCredential: null, proof: text };
    assert.equal(call(tenant, "POST", `/applications/${id}/addKey`, other, self()).status, 200);
    tenant.advance(1000);
    assert.equal(refusal(add(text)), MALFORMED);
  });

  const wrong: [string, () => unknown][] = [
    ["nothing", () => undefined],
    ["no token", () => "proof"],
    ["a token with padding", () => proof().replace(/\.([^.]*)$/, "=.$1")],
    ["one for another service", () => proof({ aud: "00000003-0000-0000-c000-000000000000" })],
    ["one by the appId instead of the object id", () => proof({ iss: appId })],
    ["one without a beginning", () => proof({ nbf: undefined })],
    ["one signed by the certificate that is to be added", () => proof({}, next)],
    ["one whose signature was changed", () => proof().slice(0, -8) + "AAAAAAAA"],
    [
      "one that needs no signature",
      () => proof().replace(/^[^.]*/, Buffer.from('{"alg":"none"}').toString("base64url")),
    ],
  ];
  for (const [situation, make] of wrong) {
    it(`refuses ${situation} as a proof`, () => {
      assert.equal(refusal(add(make())), MALFORMED);
      assert.equal(keys(), 1);
    });
  }

  it("does not take a certificate that has expired for a proof", () => {
    tenant.advance(Date.parse("2027-02-18T12:00:00Z") - tenant.clock().getTime());
    assert.equal(refusal(add(proof())), MALFORMED);
  });

  it("needs the permission, or ownership, for an object that is not the caller's own", () => {
    const nobody: Caller = { appId: "somebody else's", roles: [] };
    assert.equal(refusal(add(proof(), nobody)), "403 Authorization_RequestDenied");
    assert.equal(
      refusal(add(proof(), { ...nobody, roles: ["Application.ReadWrite.OwnedBy"] })),
      "403 Authorization_RequestDenied",
    );
    assert.equal(add(proof(), { ...nobody, roles: ["Application.ReadWrite.All"] }).status, 200);
  });

  it("holds the new certificate against the policies in force, whoever calls", () => {
    const keyCredentials = [
      { restrictionType: "asymmetricKeyLifetime", state: "enabled", maxLifetime: "P100D" },
    ];
    const scope = { keyCredentials };
    call(tenant, "PATCH", "/policies/defaultAppManagementPolicy", {
      isEnabled: true,
      applicationRestrictions: scope,
    });
    // 100 days exactly: the lifetime must be less.
    assert.equal(refusal(add(proof())), "400 CredentialInvalidLifetimeAsPerAppPolicy");
    assert.equal(keys(), 1);
  });

  it("refuses to remove a key that is not there, and a key with a password", () => {
    const body = { keyId: "99999999-0000-4000-8000-000000000000", proof: proof() };
    assert.equal(
      refusal(call(tenant, "POST", `/applications/${id}/removeKey`, body, self())),
      "400 Request_BadRequest",
    );
    const withPassword = {
      keyCredential: next.keyCredential,
      passwordCredential: { secretText: "x" },
      proof: proof(),
    };
    assert.equal(
      refusal(call(tenant, "POST", `/applications/${id}/addKey`, withPassword, self())),
      "400 Request_BadRequest",
    );
  });

  it("works for a service principal with its own certificates, not with the application's", () => {
    const principal = createServicePrincipal(tenant, appId);
    const path = `/servicePrincipals/${principal.id}`;
    const addHere = (text: string): Answer =>
      call(tenant, "POST", `${path}/addKey`, { keyCredential: next.keyCredential, proof: text }, self());
    assert.equal(refusal(addHere(proof({}, held, "RS256", principal.id))), MALFORMED);
    call(tenant, "PATCH", path, { keyCredentials: [held.keyCredential] });
    assert.equal(addHere(proof({}, held, "RS256", principal.id)).status, 200);
  });

  it("keeps credentials off a service principal its application has locked", () => {
    const principal = createServicePrincipal(tenant, appId);
    const path = `/servicePrincipals/${principal.id}`;
    const LOCKED = "400 CannotUpdateLockedServicePrincipalProperty";
    const lock = (servicePrincipalLockConfiguration: object): number =>
      call(tenant, "PATCH", `/applications/${id}`, { servicePrincipalLockConfiguration }).status;
    const writes = (): string[] =>
      [
        call(tenant, "POST", `${path}/addPassword`, {}),
        call(tenant, "PATCH", path, { keyCredentials: [next.keyCredential] }),
        call(tenant, "PATCH", path, { tokenEncryptionKeyId: null }),
        call(tenant, "PATCH", path, { tags: ["free"] }),
      ].map((answer) => (answer.status < 300 ? "done" : refusal(answer)));
    assert.equal(lock({ isEnabled: true, allProperties: true }), 204);
    assert.deepEqual(writes(), [LOCKED, LOCKED, LOCKED, "done"]);
    lock({ isEnabled: true, credentialsWithUsageVerify: true });
    assert.deepEqual(writes(), [LOCKED, LOCKED, "done", "done"]);
    lock({ isEnabled: true, credentialsWithUsageSign: true, tokenEncryptionKeyId: true });
    assert.deepEqual(writes(), ["done", "done", LOCKED, "done"]);
    lock({ isEnabled: false, allProperties: true });
    assert.deepEqual(writes(), ["done", "done", "done", "done"]);
  });
});
