/** What the runbook does not take, and what it says then: one line, no secret, nothing removed. */
import "reflect-metadata"; // @peculiar/x509 does not load without it
import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { X509CertificateGenerator } from "@peculiar/x509";
import { call, DAY, restrictTenant } from "../../sandbox/tenant-fixture";
import { finding, json, on, runOne } from "./one-turn";
import { RotationStage } from "./rotation-stage";
import { runbookPython } from "./runbook-python";
import type { StagedIdentity } from "./staged-identity";

const SIGNATURE = { hash: "SHA-256" };
const EXPONENT = new Uint8Array([1, 0, 1]);

describe("runbook: refusals", function () {
  this.timeout(240_000);
  let stage: RotationStage;

  before(async function () {
    stage = await RotationStage.open(await runbookPython(this));
    stage.grantGraph(["Application.ReadWrite.OwnedBy"]);
  });
  after(async () => {
    // Undefined where there is no Python.
    await (stage as RotationStage | undefined)?.close();
  });
  beforeEach(() => {
    stage.wire.reset();
  });

  const turn = (identity: StagedIdentity, more: object = {}) => runOne(stage, identity, more);

  it("registers, and removes nothing, where the vault does not sign for it", async () => {
    const { identity } = await stage.history({ signs: false });
    const line = await turn(identity);
    assert.deepEqual(finding(line), ["attention", "done", "SIGN_NOT_ALLOWED", "NO_EVIDENCE"]);
    assert.deepEqual([line.verified, line.registered.length, line.removed.length], ["notChecked", 1, 0]);
    assert.deepEqual(
      line.kept.map(({ why }) => why),
      ["notVerified", "noEvidence", "changeover"],
    );
    assert.deepEqual(identity.registered, [1, 2, 3, 4]);
  });

  it("reads and rejects a certificate that is not for signatures, expired or disabled", async () => {
    const wrapping = stage.identity();
    await wrapping.renew({
      x509_props: { subject: "CN=x", validity_months: 4, key_usage: ["keyEncipherment"] },
    });
    assert.deepEqual(finding(await turn(wrapping)), ["attention", "done", "SIGN_NOT_ALLOWED"]);

    const identity = stage.identity();
    const first = await identity.renew();
    await turn(identity);
    stage.running.advance(110 * DAY);
    assert.deepEqual(finding(await turn(identity)), ["attention", "done", "NO_SUCCESSOR"]);
    stage.running.advance(20 * DAY);
    assert.deepEqual(finding(await turn(identity)), ["failed", "vault", "CERTIFICATE_EXPIRED"]);
    assert.deepEqual(identity.registered, [1]);

    const { certificates } = stage.sandbox.tenant.vaults;
    const second = await identity.renew();
    const held = certificates.find(stage.vault, identity.name);
    certificates.update(stage.vault, held, second, { enabled: false });
    assert.deepEqual(finding(await turn(identity)), [
      "failed",
      "vault",
      "NEWEST_DISABLED",
      "CERTIFICATE_EXPIRED",
    ]);
    certificates.update(stage.vault, certificates.find(stage.vault, identity.name), first, {
      enabled: false,
    });
    assert.deepEqual(finding(await turn(identity)), [
      "failed",
      "vault",
      "NEWEST_DISABLED",
      "NO_USABLE_VERSION",
    ]);
    assert.deepEqual(identity.registered, [1]);
  });

  it("takes the newest enabled version where the newest is disabled or still being made", async () => {
    const identity = stage.identity();
    await identity.renew();
    const second = await identity.renew();
    const { certificates } = stage.sandbox.tenant.vaults;
    certificates.update(stage.vault, certificates.find(stage.vault, identity.name), second, {
      enabled: false,
    });
    assert.deepEqual(finding(await turn(identity)), ["attention", "done", "NEWEST_DISABLED"]);
    assert.deepEqual(identity.registered, [1]);

    const pending = stage.identity();
    await pending.renew();
    await certificates.create(stage.vault, pending.name, { policy: {}, enabled: true, tags: {} });
    assert.deepEqual(finding(await turn(pending)), ["ok", "done"]);
    assert.deepEqual(pending.registered, [1]);
  });

  it("registers a certificate that is not valid yet, and checks it later", async () => {
    const identity = stage.identity();
    await identity.renew();
    await turn(identity);
    stage.running.advance(5 * DAY);
    await identity.renew();
    stage.running.advance(-2 * DAY);
    const line = await turn(identity);
    assert.deepEqual(finding(line), ["attention", "done", "NOT_VALID_YET"]);
    assert.deepEqual([line.verified, identity.registered], ["notChecked", [1, 2]]);
    assert.ok(identity.usable);
    stage.running.advance(2 * DAY);
    assert.equal((await turn(identity)).verified, "token");
  });

  it("says what keeps it out of the vault", async () => {
    const identity = stage.identity();
    assert.deepEqual(finding(await turn(identity)), ["failed", "vault", "CERTIFICATE_NOT_FOUND"]);
    await identity.renew();
    const other = stage.settings([identity]) as { identities: { certificateName: string }[] };
    const ran = await stage.run({
      ...other,
      identities: [{ ...other.identities[0], certificateName: "else" }],
    });
    assert.deepEqual(ran.lines.map(finding), [["failed", "vault", "VAULT_FORBIDDEN"]]);
    for (const [answer, expected] of [
      [
        json(403, { error: { code: "Forbidden", innererror: { code: "ForbiddenByFirewall" } } }),
        "VAULT_CLOSED",
      ],
      [
        json(403, { error: { code: "Forbidden", innererror: { code: "ForbiddenByConnection" } } }),
        "VAULT_CLOSED",
      ],
      [{ status: 302, headers: { location: "https://evil.example/CANARY" }, body: "" }, "ANSWER_UNREADABLE"],
      [
        { status: 307, headers: { location: `${stage.wire.identityUrl}/CANARY` }, body: "" },
        "ANSWER_UNREADABLE",
      ],
      [{ status: 200, body: "<html>CANARY</html>" }, "ANSWER_UNREADABLE"],
      [{ status: 200, body: "[".repeat(100_000) }, "ANSWER_UNREADABLE"],
      [
        { status: 200, body: JSON.stringify({ value: ["CANARY"], more: "x".repeat(2_000_000) }) },
        "ANSWER_UNREADABLE",
      ],
      [json(200, { value: [], nextLink: "https://evil.example/CANARY" }), "ANSWER_UNREADABLE"],
      [json(418, { error: { code: "CANARY <script>", message: "CANARY" } }), "ANSWER_UNREADABLE"],
      ["cut", "UNREACHABLE"],
    ] as const) {
      stage.wire.reset();
      stage.wire.meddler = on("kv-billing", "/versions", answer);
      assert.deepEqual(finding(await turn(identity)), ["failed", "vault", expected]);
      assert.ok(
        stage.wire.exchanges.every(({ host, path }) => host !== "evil.example" && path !== "/CANARY"),
      );
    }
    assert.deepEqual(identity.keys, []);
  });

  // As the vault writes them: https://github.com/Azure/azure-rest-api-specs/tree/main/specification/keyvault
  for (const origin of ["https://kv-billing.vault.azure.net:443", "https://KV-Billing.vault.azure.net:443"]) {
    it(`goes on to the next page of versions at ${origin}`, async () => {
      const identity = stage.identity();
      await identity.renew();
      const path = `/certificates/${identity.name}/versions?api-version=7.4`;
      const first = json(200, { value: [], nextLink: `${origin}${path}&maxresults=24` });
      stage.wire.meddler = on("kv-billing", "maxresults=25", first);
      assert.deepEqual(finding(await turn(identity)), ["ok", "done"]);
      assert.deepEqual(identity.registered, [1]);
    });
  }

  it("gives its token to no link that only looks like the vault", async () => {
    const identity = stage.identity();
    await identity.renew();
    for (const origin of [
      "http://kv-billing.vault.azure.net",
      "https://kv-billing.vault.azure.net:8443",
      "https://kv-billing.vault.azure.net@evil.example",
      "https://kv-billing.vault.azure.net.evil.example",
      "https://evil.example:443",
      "https://kv-other.vault.azure.net:443",
      "//kv-billing.vault.azure.net",
      "https://[",
    ]) {
      stage.wire.reset();
      const link = `${origin}/certificates/${identity.name}/versions?CANARY`;
      stage.wire.meddler = on("kv-billing", "/versions", json(200, { value: [], nextLink: link }));
      assert.deepEqual(finding(await turn(identity)), ["failed", "vault", "ANSWER_UNREADABLE"], origin);
      assert.ok(
        stage.wire.exchanges.every(({ path }) => !path.includes("CANARY")),
        origin,
      );
    }
    assert.deepEqual(identity.keys, []);
  });

  it("talks to nobody whose certificate it cannot verify", async () => {
    const identity = stage.identity();
    await identity.renew();
    const { NODE_EXTRA_CA_CERTS: other = "" } = stage.sandbox.environment();
    const ran = await stage.start(stage.settings([identity]), [], { SSL_CERT_FILE: other }).done;
    assert.deepEqual([ran.code, ...ran.lines.map(finding)], [1, ["failed", "vault", "UNREACHABLE"]]);
    assert.deepEqual([...new Set(stage.wire.exchanges.map(({ host }) => host))], ["identity"]);
  });

  it("reads no certificate that is none", async () => {
    const identity = stage.identity();
    await identity.renew();
    const id = `https://kv-billing.vault.azure.net/certificates/${identity.name}/x`;
    for (const cer of ["", "AAAA", "MIIC", Buffer.alloc(40, 0x30).toString("base64"), "CANARY!"]) {
      const answer = json(200, { id, cer, attributes: { enabled: true } });
      stage.wire.meddler = on("kv-billing", `/${identity.name}/?`, answer);
      assert.deepEqual(finding(await turn(identity)), ["failed", "vault", "ANSWER_UNREADABLE"]);
    }
  });

  for (const [title, algorithm] of [
    [
      "an RSA key of 1024 bits",
      { ...SIGNATURE, name: "RSASSA-PKCS1-v1_5", modulusLength: 1024, publicExponent: EXPONENT },
    ],
    ["an elliptic curve", { ...SIGNATURE, name: "ECDSA", namedCurve: "P-256" }],
  ] as const) {
    it(`takes no certificate with ${title}`, async () => {
      const identity = stage.identity();
      const { version } = await identity.renew();
      const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
      const { rawData } = await X509CertificateGenerator.createSelfSigned(
        { name: "CN=x", keys: keys, signingAlgorithm: algorithm },
        webcrypto,
      );
      const id = `https://kv-billing.vault.azure.net/certificates/${identity.name}/${version}`;
      const answer = json(200, { id, cer: Buffer.from(rawData).toString("base64") });
      stage.wire.meddler = on("kv-billing", `/${identity.name}/?`, answer);
      assert.deepEqual(finding(await turn(identity)), ["failed", "vault", "KEY_UNFIT"]);
    });
  }

  it("says what keeps it from the application", async () => {
    const identity = stage.identity();
    await identity.renew();
    const settings = stage.settings([identity]) as { identities: { clientId: string }[] };
    const [given] = settings.identities;
    const ran = async (change: object) =>
      (await stage.run({ ...settings, identities: [{ ...given, ...change }] })).lines.map(finding);
    const unknown = "11111111-1111-4111-8111-111111111111";
    assert.deepEqual(await ran({ applicationObjectId: unknown }), [
      ["failed", "application", "APPLICATION_NOT_FOUND"],
    ]);
    assert.deepEqual(await ran({ clientId: unknown }), [["failed", "application", "CLIENT_ID_MISMATCH"]]);
    for (const keyCredentials of [
      [{ keyId: "CANARY" }],
      [{ keyId: 1, startDateTime: "x", endDateTime: "y" }],
    ]) {
      const answer = json(200, { appId: identity.application.appId, keyCredentials });
      stage.wire.meddler = on("graph", "/applications/", answer);
      assert.deepEqual(finding(await turn(identity)), ["failed", "application", "ANSWER_UNREADABLE"]);
    }
    assert.deepEqual(identity.keys, []);
  });

  it("names the tenant's policy where that refuses the certificate, and asks once", async () => {
    const identity = stage.identity();
    await identity.renew();
    const restriction = { restrictionType: "asymmetricKeyLifetime", state: "enabled", maxLifetime: "P30D" };
    restrictTenant(stage.sandbox.tenant, [
      { ...restriction, restrictForAppsCreatedAfterDateTime: "0001-01-01T00:00:00Z" },
    ]);
    const line = await turn(identity);
    restrictTenant(stage.sandbox.tenant, [], false);
    assert.deepEqual(finding(line), ["failed", "register", "REGISTRATION_REFUSED"]);
    assert.equal(line.refusal?.code, "CredentialInvalidLifetimeAsPerAppPolicy");
    assert.equal(stage.wire.exchanges.filter(({ method }) => method === "PATCH").length, 1);
  });

  it("gives up what Graph refuses for a reason of its own, after the other way to write was refused too", async () => {
    const { identity } = await stage.history();
    stage.wire.meddler = {
      before: ({ host, method }) =>
        host.startsWith("graph") && method !== "GET"
          ? json(400, { error: { code: "Request_BadRequest", message: "CANARY" } })
          : undefined,
    };
    const line = await turn(identity);
    assert.deepEqual(finding(line), ["failed", "register", "GRAPH_REFUSED"]);
    assert.deepEqual(line.refusal, { status: 400, code: "Request_BadRequest", requestId: null });
    const writes = stage.wire.exchanges.filter(
      ({ host, method }) => host.startsWith("graph") && method !== "GET",
    );
    assert.deepEqual(
      writes.map(({ method }) => method),
      ["POST", "PATCH", "PATCH", "PATCH"],
    );
  });

  it("counts a sign-in that Conditional Access blocks as one whose certificate was accepted", async () => {
    const identity = stage.identity();
    await identity.renew();
    stage.wire.meddler = on("login", "/token", json(400, { error: "invalid_grant", error_codes: [53003] }));
    const line = await turn(identity);
    assert.deepEqual([line.outcome, line.verified], ["ok", "blockedByConditionalAccess"]);
  });

  it("fails where the sign-in is refused for another reason, at once", async () => {
    const { identity } = await stage.history();
    const path = `/servicePrincipals/${identity.principal.id}`;
    assert.equal(call(stage.sandbox.tenant, "PATCH", path, { accountEnabled: false }).status, 204);
    const line = await turn(identity);
    assert.deepEqual(finding(line), ["failed", "verify", "TOKEN_REFUSED"]);
    assert.equal(line.refusal?.code, "AADSTS7000112");
    assert.deepEqual(identity.registered, [1, 2, 3, 4]);
  });

  it("removes nothing when the newest one was taken away meanwhile", async () => {
    const { identity } = await stage.history();
    stage.wire.meddler = {
      before: ({ path }) => {
        if (path.includes("/beta/reports/")) identity.keys = identity.keys.slice(0, 3);
        return undefined;
      },
    };
    assert.deepEqual(finding(await turn(identity)), ["failed", "retire", "LAST_VALID"]);
    assert.deepEqual(identity.registered, [1, 2, 3]);
  });

  it("loses no entry written between its read and its PATCH where Graph gives a condition for it", async () => {
    const identity = stage.identity();
    await identity.renew();
    const elsewhere = stage.identity();
    const foreign = await elsewhere.renew();
    let written = false;
    const etag = (): string => `W/"${identity.keys.map(({ keyId }) => keyId).join()}"`;
    stage.wire.meddler = {
      before: ({ method, headers }) => {
        if (method !== "PATCH") return undefined;
        if (!written) identity.register(foreign);
        written = true;
        return headers["if-match"] === etag()
          ? undefined
          : json(412, { error: { code: "Request_PreconditionFailed" } });
      },
      after: ({ method, path }, { status, body }) =>
        method === "GET" && path.includes("$select=")
          ? { status, body: JSON.stringify({ ...(JSON.parse(body) as object), "@odata.etag": etag() }) }
          : undefined,
    };
    assert.deepEqual(finding(await turn(identity)), ["ok", "done"]);
    assert.deepEqual(identity.registered, [0, 1]);
  });
});
