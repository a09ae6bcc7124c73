/** Microsoft's own Key Vault clients, unmodified, against the sandbox's vault door. */
import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { ClientCertificateCredential } from "@azure/identity";
import { CertificateClient, type CertificatePolicy } from "@azure/keyvault-certificates";
import { SecretClient } from "@azure/keyvault-secrets";
import type { Vault } from "../../../sandbox/vault/vault";
import { RunningSandbox } from "../sandbox-client";
import { makeCertificate } from "../tenant-fixture";
import { CERTIFICATES_OFFICER, grantRole, SECRETS_OFFICER, SECRETS_USER } from "./vault-doors";

const SELF: CertificatePolicy = {
  issuerName: "Self",
  subject: "CN=billing",
  keySize: 2048,
  validityInMonths: 5,
  contentType: "application/x-pem-file",
};
interface Inner {
  readonly innerError?: { readonly code: string };
  readonly innererror?: { readonly code: string };
}

const QUICK = { intervalInMs: 5 };

describe("sandbox: real clients of a vault", function () {
  this.timeout(60_000);
  let running: RunningSandbox;
  let vault: Vault;
  let certificates: CertificateClient;
  let secrets: SecretClient;
  let principal: string;

  before(async () => {
    running = await RunningSandbox.start();
    const { tenant } = running.sandbox;
    principal = tenant.servicePrincipalByAppId(tenant.deployer.appId)?.id ?? "";
  });
  after(() => running.close());

  let count = 0;
  beforeEach(() => {
    const { tenant, deployer, loginUrl, vaultUrl, caCertificatePem } = running.sandbox;
    count += 1;
    tenant.vaults.putResourceGroup({ name: "rg", location: "westeurope", tags: {}, managedBy: undefined });
    vault = tenant.vaults.putVault({
      resourceGroup: "rg",
      name: `kv-real-${count}`,
      location: "westeurope",
      settings: { tenantId: tenant.id, sku: { name: "standard" }, enableRbacAuthorization: true },
    });
    const tlsOptions = { ca: caCertificatePem };
    const credential = new ClientCertificateCredential(
      deployer.tenantId,
      deployer.clientId,
      { certificate: deployer.privateKeyPem + deployer.certificatePem },
      { authorityHost: loginUrl, disableInstanceDiscovery: true, tlsOptions },
    );
    // The host is localhost and not the vault's: everything else is as in production.
    const options = {
      disableChallengeResourceVerification: true,
      tlsOptions,
      retryOptions: { maxRetries: 0 },
    };
    certificates = new CertificateClient(`${vaultUrl}/${vault.name}`, credential, options);
    secrets = new SecretClient(`${vaultUrl}/${vault.name}`, credential, options);
  });

  const grant = (...roles: string[]): void => {
    for (const role of roles) grantRole(running.sandbox.tenant, principal, role, vault.id);
  };
  const make = async (name: string, policy: CertificatePolicy = SELF) => {
    const poller = await certificates.beginCreateCertificate(name, policy, QUICK);
    return poller.pollUntilDone();
  };
  const refusal = async (act: Promise<unknown>): Promise<unknown> => {
    const error = await act.then(
      () => assert.fail("expected a refusal"),
      (reason: unknown) => reason as { statusCode: number; code: string; details: { error: Inner } },
    );
    // The clients spell the envelope's inner error their own way.
    const { innerError, innererror } = error.details.error;
    return [error.statusCode, error.code, (innerError ?? innererror)?.code].filter(
      (part) => part !== undefined,
    );
  };

  it("make a certificate whose secret holds its key, and give nobody the key who may only make it", async () => {
    grant(CERTIFICATES_OFFICER);
    const made = await make("billing");
    assert.ok(made.cer !== undefined);
    const certificate = new X509Certificate(Buffer.from(made.cer));
    const now = Math.floor(running.now.getTime() / 1000);
    assert.equal(Date.parse(certificate.validFrom) / 1000, now - 600);
    assert.equal(certificate.publicKey.asymmetricKeyDetails?.modulusLength, 2048);
    assert.equal(made.properties.version?.length, 32);
    assert.equal(
      made.secretId,
      `https://${vault.name}.vault.azure.net/secrets/billing/${made.properties.version ?? ""}`,
    );
    assert.deepEqual(await refusal(secrets.getSecret("billing")), [403, "Forbidden", "ForbiddenByRbac"]);

    grant(SECRETS_USER);
    const { value = "", properties } = await secrets.getSecret("billing");
    assert.equal(properties.contentType, "application/x-pem-file");
    assert.equal(properties.managed, true);
    assert.equal(certificate.checkPrivateKey(createPrivateKey(value)), true);
    assert.equal(
      new X509Certificate(value.slice(value.indexOf("-----BEGIN CERT"))).fingerprint256,
      certificate.fingerprint256,
    );
    assert.equal(properties.expiresOn?.getTime(), Date.parse(certificate.validTo));
  });

  it("are given the policy with the service's defaults, which renew by themselves", async () => {
    grant(CERTIFICATES_OFFICER);
    await make("billing", { issuerName: "Self", subject: "CN=billing" });
    const policy = await certificates.getCertificatePolicy("billing");
    const actions = (found: CertificatePolicy): unknown =>
      found.lifetimeActions?.map((one) => [one.action, one.lifetimePercentage, one.daysBeforeExpiry]);
    assert.deepEqual(actions(policy), [["AutoRenew", 80, undefined]]);
    assert.deepEqual([policy.validityInMonths, policy.keySize, policy.reuseKey], [12, 2048, false]);
    await certificates.updateCertificatePolicy("billing", {
      issuerName: "Self",
      subject: "CN=billing",
      lifetimeActions: [{ action: "EmailContacts", daysBeforeExpiry: 30 }],
    });
    const changed = await certificates.getCertificatePolicy("billing");
    assert.deepEqual(actions(changed), [["EmailContacts", undefined, 30]]);
  });

  it("add versions, disable one, and read the newest", async () => {
    grant(CERTIFICATES_OFFICER, SECRETS_USER);
    const [first, second] = [await make("billing"), await make("billing")];
    const [one = "", two = ""] = [first.properties.version, second.properties.version];
    assert.equal((await secrets.getSecret("billing")).properties.version, two);
    await certificates.updateCertificateProperties("billing", one, { enabled: false, tags: { old: "yes" } });
    assert.deepEqual(await refusal(secrets.getSecret("billing", { version: one })), [
      403,
      "Forbidden",
      "SecretDisabled",
    ]);
    const disabled = await certificates.getCertificateVersion("billing", one);
    assert.deepEqual([disabled.properties.enabled, disabled.properties.tags], [false, { old: "yes" }]);
    const listed: unknown[] = [];
    for await (const { version, enabled } of certificates.listPropertiesOfCertificateVersions("billing")) {
      listed.push([version, enabled]);
    }
    assert.deepEqual(listed, [
      [one, false],
      [two, true],
    ]);
    const none = await certificates.listPropertiesOfCertificateVersions("never").next();
    assert.equal(none.done, true);
  });

  it("get a PKCS#12 file that TLS can use, and one certificate of a named issuer with its chain", async () => {
    grant(CERTIFICATES_OFFICER, SECRETS_USER);
    vault.issuers.add("corp-ca");
    const made = await make("pfx", { ...SELF, contentType: "application/x-pkcs12", issuerName: "Corp-CA" });
    const { value = "" } = await secrets.getSecret("pfx");
    assert.doesNotThrow(() => createSecureContext({ pfx: Buffer.from(value, "base64"), passphrase: "" }));
    assert.match(new X509Certificate(Buffer.from(made.cer ?? [])).issuer, /Sandbox issuer Corp-CA/);
    await make("pem", { ...SELF, issuerName: "corp-ca" });
    const blocks = (await secrets.getSecret("pem")).value?.match(/-----BEGIN [A-Z ]+-----/g);
    assert.deepEqual(blocks, [
      "-----BEGIN PRIVATE KEY-----",
      "-----BEGIN CERTIFICATE-----",
      "-----BEGIN CERTIFICATE-----",
    ]);
    // What was written here is read here as well.
    const imported = await certificates.importCertificate("copy", Buffer.from(value, "base64"));
    assert.deepEqual(imported.cer, made.cer);
  });

  it("delete softly, find the name taken, and recover", async () => {
    grant(CERTIFICATES_OFFICER, SECRETS_USER);
    const made = await make("billing");
    await (await certificates.beginDeleteCertificate("billing", QUICK)).pollUntilDone();
    assert.deepEqual(await refusal(certificates.getCertificate("billing")), [404, "CertificateNotFound"]);
    assert.deepEqual(await refusal(secrets.getSecret("billing")), [404, "SecretNotFound"]);
    assert.deepEqual(await refusal(make("billing")), [409, "Conflict", "ObjectIsDeletedButRecoverable"]);
    const recovered = await (
      await certificates.beginRecoverDeletedCertificate("billing", QUICK)
    ).pollUntilDone();
    assert.deepEqual(recovered.cer, made.cer);
    assert.ok((await secrets.getSecret("billing")).value);
    await (await certificates.beginDeleteCertificate("billing", QUICK)).pollUntilDone();
    await certificates.purgeDeletedCertificate("billing");
    assert.ok((await make("billing")).cer);
  });

  it("see a pending operation, are kept from a second one, cancel it and delete it", async () => {
    grant(CERTIFICATES_OFFICER);
    const policy = { ...SELF, issuerName: "Unknown" };
    const poller = await certificates.beginCreateCertificate("billing", policy, QUICK);
    const pending = await certificates.getCertificateOperation("billing", QUICK);
    assert.equal(pending.getOperationState().certificateOperation?.status, "inProgress");
    assert.equal((await certificates.getCertificate("billing")).properties.enabled, false);
    assert.deepEqual(await refusal(make("billing")), [409, "Forbidden"]);
    await poller.cancelOperation();
    const { certificates: store } = running.sandbox.tenant.vaults;
    assert.equal(store.get(vault, "billing")?.operation?.status, "cancelled");
    await certificates.deleteCertificateOperation("billing");
    assert.equal(store.get(vault, "billing"), undefined);
  });

  it("import PEM of somebody else's making, and are told what cannot be read", async () => {
    grant(CERTIFICATES_OFFICER, SECRETS_USER);
    const own = await makeCertificate();
    const pem = Buffer.from(own.privateKeyPem + own.certificatePem);
    const policy = {
      issuerName: "Unknown",
      subject: "CN=test",
      contentType: "application/x-pem-file" as const,
    };
    const imported = await certificates.importCertificate("own", pem, { policy, tags: { from: "test" } });
    assert.deepEqual(Buffer.from(imported.cer ?? []), own.der);
    assert.equal((await secrets.getSecret("own")).value, own.privateKeyPem + own.certificatePem);
    const stranger = Buffer.from(own.certificatePem);
    assert.deepEqual(await refusal(certificates.importCertificate("bad", stranger, { policy })), [
      400,
      "BadParameter",
    ]);
    assert.deepEqual(await refusal(certificates.importCertificate("bad", Buffer.from("zz"))), [
      400,
      "BadParameter",
    ]);
  });

  it("write, change, list, delete and recover secrets, but not those of certificates", async () => {
    grant(CERTIFICATES_OFFICER, SECRETS_OFFICER);
    const first = await secrets.setSecret("plain", "one", { contentType: "text/plain", tags: { a: "1" } });
    await secrets.setSecret("plain", "two");
    await secrets.updateSecretProperties("plain", first.properties.version ?? "", { enabled: false });
    const versions: unknown[] = [];
    for await (const { enabled } of secrets.listPropertiesOfSecretVersions("plain")) versions.push(enabled);
    assert.deepEqual(versions, [false, true]);
    await (await secrets.beginDeleteSecret("plain", QUICK)).pollUntilDone();
    assert.deepEqual(await refusal(secrets.setSecret("plain", "x")), [
      409,
      "Conflict",
      "ObjectIsDeletedButRecoverable",
    ]);
    await (await secrets.beginRecoverDeletedSecret("plain", QUICK)).pollUntilDone();
    assert.equal((await secrets.getSecret("plain")).value, "two");

    await make("billing");
    const managed = [403, "Forbidden", "SecretManagedByKeyVault"];
    assert.deepEqual(await refusal(secrets.setSecret("billing", "x")), managed);
    assert.deepEqual(await refusal(secrets.beginDeleteSecret("billing", QUICK)), managed);
  });

  it("are kept out by role and by network", async () => {
    assert.deepEqual(await refusal(certificates.getCertificate("billing")), [
      403,
      "Forbidden",
      "ForbiddenByRbac",
    ]);
    grant(SECRETS_OFFICER);
    assert.deepEqual(await refusal(make("billing")), [403, "Forbidden", "ForbiddenByRbac"]);
    const { vaults } = running.sandbox.tenant;
    vaults.putVault({
      resourceGroup: "rg",
      name: vault.name,
      location: "westeurope",
      settings: {
        tenantId: running.sandbox.tenant.id,
        sku: { name: "standard" },
        enableRbacAuthorization: true,
        networkAcls: { defaultAction: "Deny", ipRules: [] },
      },
    });
    assert.deepEqual(await refusal(make("billing")), [403, "Forbidden", "ForbiddenByFirewall"]);
  });
});
