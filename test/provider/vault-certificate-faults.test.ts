import assert from "node:assert/strict";
import { requestFrom } from "../../provider/vault-certificate-request";
import { tagsToWrite } from "../../provider/vault-certificate-tags";
import { failure, type Fault, GENERATION_1, VaultFixture } from "./vault-fixture";

/** Answers the first requests that begin like this with these statuses, then lets all through. */
function refusing(
  start: string,
  answers: readonly { status: number; body?: object; headers?: Record<string, string> }[],
): Fault {
  const left = [...answers];
  return (request, response) => {
    if (!`${request.method ?? ""} ${request.url ?? ""}`.replace("/kv-billing", "").startsWith(start))
      return false;
    const answer = left.shift();
    if (answer === undefined) return false;
    response.writeHead(answer.status, { "x-ms-request-id": "r-1", ...answer.headers });
    response.end(JSON.stringify(answer.body ?? {}));
    return true;
  };
}

function forbidden(inner: string, message = "Caller is not authorized."): { status: number; body: object } {
  return { status: 403, body: { error: { code: "Forbidden", message, innererror: { code: inner } } } };
}

describe("making a VaultCertificate when something goes wrong", function () {
  this.timeout(20_000);
  let fixture: VaultFixture;
  afterEach(() => fixture.close());
  beforeEach(async () => {
    fixture = await VaultFixture.start();
  });

  const creates = (): number => fixture.requests.filter((request) => request.startsWith("POST")).length;
  const total = (): number => fixture.waits.reduce((sum, wait) => sum + wait, 0);

  it("finds the version again that a run made which was killed before it could say so", async () => {
    const first = await fixture.make();
    const second = await fixture.make();
    assert.equal(creates(), 1);
    assert.equal(second.id, first.id);
    assert.match(
      fixture.warnings.join(),
      /takes it over instead of making a second key\. For a new key raise generation\./,
    );
    // The state of the killed run, were it ever to appear, may not retire what the second one holds.
    await fixture.provider.delete(first.outputs, first.id);
    assert.match(
      fixture.warnings.join(),
      /has been taken over by another resource since, so it stays enabled/,
    );
    assert.deepEqual(
      fixture.versions.map(({ enabled }) => enabled),
      [true],
    );
    await fixture.provider.delete(second.outputs, second.id);
    assert.equal(fixture.versions.length, 0);
  });

  it("does not take over a version made with other settings", async () => {
    await fixture.make();
    await fixture.make({ ...GENERATION_1, subject: "CN=other" });
    assert.equal(fixture.versions.length, 2);
  });

  it("waits for an operation that a killed run began, and takes its version", async () => {
    const { certificates } = fixture.tenant.vaults;
    const issue = certificates.decide;
    certificates.decide = () => "wait";
    let polls = 0;
    fixture.before = async (request) => {
      if (!request.url?.includes("/pending")) return false;
      polls += 1;
      if (polls === 2) await fixture.provider.cancel();
      return false;
    };
    assert.match(await failure(fixture.make()), /^VAULT_ABORTED: /);
    await fixture.close();

    const tenant = fixture.tenant;
    fixture = await VaultFixture.start();
    // The same vault, seen by the next run.
    fixture.tenant.vaults
      .vault("kv-billing")
      ?.certificates.set(
        "billing",
        tenant.vaults.vault("kv-billing")?.certificates.get("billing") ?? assert.fail(),
      );
    assert.equal(
      fixture.tenant.vaults.certificates.get(fixture.vault, "billing")?.operation?.status,
      "inProgress",
    );
    polls = 0;
    fixture.before = async (request) => {
      if (request.url?.includes("/pending") === true && ++polls === 3) {
        await fixture.tenant.vaults.certificates.settle(fixture.vault, "billing", "issue");
      }
      return false;
    };
    certificates.decide = issue;
    await fixture.make();
    assert.equal(creates(), 0);
    assert.equal(fixture.versions.length, 1);
    assert.match(fixture.warnings[0] ?? "", /is being made already, perhaps by a run that was cut off/);
  });

  it("takes the version of an operation that ends just when it is looked at", async () => {
    const { certificates } = fixture.tenant.vaults;
    certificates.decide = () => "wait";
    const { values } = await fixture.provider.check(GENERATION_1);
    const policy = { x509_props: { subject: "CN=billing" }, issuer: { name: "Self" } };
    const tags = tagsToWrite(requestFrom(values), "killed");
    await certificates.create(fixture.vault, "billing", { policy, enabled: true, tags });
    fixture.before = async (request) => {
      if (request.url?.includes("/pending") === true)
        await certificates.settle(fixture.vault, "billing", "issue");
      return false;
    };
    await fixture.make();
    assert.equal(creates(), 0);
    assert.equal(fixture.versions.length, 1);
  });

  it("goes on when the answer to the creation was lost, without a second key", async () => {
    let cut = false;
    fixture.before = async (request, response) => {
      if (request.method !== "POST" || cut) return false;
      cut = true;
      const { tenant, vault } = fixture;
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { policy, tags } = JSON.parse(Buffer.concat(chunks).toString()) as {
        policy: unknown;
        tags: Record<string, string>;
      };
      await tenant.vaults.certificates.create(vault, "billing", { policy, enabled: true, tags });
      response.socket?.destroy();
      return true;
    };
    await fixture.make();
    assert.equal(creates(), 1);
    assert.equal(fixture.versions.length, 1);
  });

  it("sends the creation once more when it never arrived, and gives up after that", async () => {
    let cuts = 0;
    fixture.before = (request, response) => {
      if (request.method !== "POST") return false;
      cuts += 1;
      response.socket?.destroy();
      return true;
    };
    assert.match(
      await failure(fixture.make()),
      /^VAULT_UNREACHABLE: POST \/certificates\/billing\/create got no answer .*is unknown/,
    );
    assert.equal(cuts, 2);
    fixture.before = () => false;
    await fixture.make();
    assert.equal(fixture.versions.length, 1);
  });

  it("goes on when the connection is cut while it looks at the operation", async () => {
    let cuts = 3;
    fixture.before = (request, response) => {
      if (!request.url?.includes("request_id") || cuts-- <= 0) return false;
      response.socket?.destroy();
      return true;
    };
    await fixture.make();
    assert.equal(creates(), 1);
  });

  it("waits as long as a throttling vault asks for", async () => {
    const throttled = { status: 429, headers: { "retry-after": "7" } };
    fixture.before = refusing("POST /certificates/billing/create", [throttled, throttled]);
    await fixture.make();
    assert.deepEqual(fixture.waits.slice(0, 2), [7_000, 7_000]);
    assert.equal(fixture.versions.length, 1);
  });

  it("waits three minutes for a role that was assigned just now", async () => {
    fixture.before = refusing("GET /certificates/billing/pending", [
      forbidden("ForbiddenByRbac"),
      forbidden("ForbiddenByRbac"),
    ]);
    await fixture.make();
    assert.deepEqual(fixture.waits.slice(0, 2), [5_000, 10_000]);
    assert.match(fixture.warnings.join(), /does not let this identity manage certificates yet/);

    const patience = Array.from({ length: 20 }, () =>
      forbidden(
        "ForbiddenByRbac",
        "Caller is not authorized.\r\nCaller: appid=a;oid=0a0e0000-0000-4000-8000-0000000000a2;iss=x",
      ),
    );
    fixture.before = refusing("GET /certificates/billing/pending", patience);
    fixture.waits.length = 0;
    assert.match(
      await failure(fixture.make()),
      /^VAULT_FORBIDDEN: GET \/certificates\/billing\/pending was answered by kv-billing\.vault\.azure\.net with 403 ForbiddenByRbac: .*\(object id 0a0e0000-0000-4000-8000-0000000000a2\) the Azure role "Key Vault Certificates Officer" \(a4417e6f-fecd-4de8-b567-7b0420556985\).*Request id r-1\.$/,
    );
    assert.equal(total(), 180_000);
  });

  for (const [situation, inner, message, expected] of [
    [
      "by the firewall",
      "ForbiddenByFirewall",
      "Client address is not authorized.\r\nClient address: 203.0.113.9\r\n",
      /^VAULT_FIREWALL: .*the address 203\.0\.113\.9 this run comes from.*key "tls"/,
    ],
    [
      "by the missing public access",
      "ForbiddenByConnection",
      "Public network access is disabled",
      /^VAULT_FIREWALL: .*private endpoint/,
    ],
    [
      "by an access policy",
      "AccessDenied",
      "does not have certificates create permission",
      /^VAULT_FORBIDDEN: .*still uses access policies/,
    ],
    [
      "by Azure Policy",
      "RequestDisallowedByPolicy",
      "Certificate 'billing' was disallowed by policy.",
      /^VAULT_DISALLOWED: .*issuerName/,
    ],
  ] as const) {
    it(`says what to do when it is kept out ${situation}`, async () => {
      fixture.before = refusing("GET", [forbidden(inner, message)]);
      assert.match(await failure(fixture.make()), expected);
      assert.deepEqual(fixture.waits, []);
    });
  }

  it("says that the vault may belong to another tenant", async () => {
    fixture.before = refusing("GET", [
      { status: 401, body: { error: { code: "Unauthorized", message: "AKV10032: Invalid issuer." } } },
    ]);
    assert.match(await failure(fixture.make()), /^VAULT_UNAUTHORIZED: .*AKV10032.*ARM_TENANT_ID/);
  });

  it("tells what the issuer said when it fails, and tries again in the next run", async () => {
    const { certificates } = fixture.tenant.vaults;
    certificates.decide = () => ({ code: "Request rejected", message: "The organization is not known" });
    assert.match(
      await failure(fixture.make({ ...GENERATION_1, issuerName: "corp-ca" })),
      /^CERTLOCK_CERTIFICATE_FAILED: .*issuer "corp-ca", which says: Request rejected: The organization is not known\. Check the issuer/,
    );
    certificates.decide = () => "issue";
    await fixture.make({ ...GENERATION_1, issuerName: "corp-ca" });
    assert.deepEqual(
      fixture.versions.map(({ enabled }) => enabled),
      [true],
    );
  });

  for (const [how, act] of [
    ["cancelled", "cancel"],
    ["removed", "remove"],
  ] as const) {
    it(`says that its operation was ${how} by somebody`, async () => {
      const { certificates } = fixture.tenant.vaults;
      certificates.decide = () => "wait";
      fixture.before = (request) => {
        const certificate = certificates.get(fixture.vault, "billing");
        if (!request.url?.includes("request_id") || certificate?.operation === undefined) return false;
        if (act === "cancel") certificates.cancel(fixture.vault, certificate, certificate.operation);
        else certificates.deleteOperation(fixture.vault, certificate);
        return false;
      };
      assert.match(
        await failure(fixture.make()),
        /^CERTLOCK_CERTIFICATE_CANCELLED: .*Run the update again\.$/,
      );
    });
  }

  it("gives up after ten minutes on a certificate of its own, and names the way out", async () => {
    fixture.tenant.vaults.certificates.decide = () => "wait";
    fixture.tenant.vaults.certificates.retryAfterSeconds = 60;
    assert.match(
      await failure(fixture.make()),
      /^CERTLOCK_CERTIFICATE_PENDING: .*az keyvault certificate pending delete --vault-name kv-billing --name billing$/,
    );
    assert.equal(total(), 600_000);
  });

  it("does not wait for a request that only a person can complete", async () => {
    const policy = { x509_props: { subject: "CN=x" }, issuer: { name: "Unknown" } };
    await fixture.tenant.vaults.certificates.create(fixture.vault, "billing", {
      policy,
      enabled: true,
      tags: {},
    });
    assert.match(
      await failure(fixture.make()),
      /^CERTLOCK_CERTIFICATE_PENDING: .*merge a certificate by hand/,
    );
    assert.deepEqual(fixture.waits, []);
  });

  it("leaves a deleted certificate of somebody else alone", async () => {
    const { certificates } = fixture.tenant.vaults;
    await certificates.create(fixture.vault, "billing", {
      policy: { x509_props: { subject: "CN=x" }, issuer: { name: "Self" } },
      enabled: true,
      tags: {},
    });
    await certificates.settle(fixture.vault, "billing", "issue");
    certificates.delete(fixture.vault, certificates.find(fixture.vault, "billing"));
    assert.match(
      await failure(fixture.make()),
      /^CERTLOCK_CERTIFICATE_DELETED: .*az keyvault certificate recover --vault-name kv-billing --name billing$/,
    );
  });

  it("waits for a deleted certificate to show before it decides whose it was", async () => {
    const { id, outputs } = await fixture.make();
    await fixture.provider.delete(outputs, id);
    fixture.waits.length = 0;
    const notYet = {
      status: 404,
      body: { error: { code: "CertificateNotFound", message: "Deleted Certificate not found" } },
    };
    fixture.before = refusing("GET /deletedcertificates/billing", [notYet, notYet]);
    await fixture.make();
    assert.deepEqual(fixture.waits.slice(0, 2), [2_000, 5_000]);
    assert.equal(fixture.versions.length, 2);
  });

  it("waits while the name is still being deleted", async () => {
    const busy = {
      status: 409,
      body: {
        error: {
          code: "Conflict",
          message: "Certificate billing is currently being deleted and cannot be re-created; retry later.",
          innererror: { code: "ObjectIsBeingDeleted" },
        },
      },
    };
    fixture.before = refusing("POST", [busy, busy]);
    await fixture.make();
    assert.deepEqual(fixture.waits.slice(0, 2), [2_000, 5_000]);
  });

  it("does not keep the error of a vault's answer that is no JSON, nor the token", async () => {
    fixture.before = (_request, response) => {
      response.writeHead(200).end("<html>Bearer vault-token</html>");
      return true;
    };
    const said = await failure(fixture.make());
    assert.match(said, /^VAULT_INVALID_ANSWER: .*A proxy may have answered/);
    assert.doesNotMatch(said, /vault-token|html/);
  });
});
