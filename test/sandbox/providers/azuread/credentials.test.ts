import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { UNKNOWN, type PropertyMap } from "../../../../sandbox/providers/property-values";
import {
  output,
  plain,
  ProviderSession,
  secretNames,
  unknownNames,
  type Deployed,
} from "../provider-session";

const REGISTRATION = "azuread:index/applicationRegistration:ApplicationRegistration";
const PRINCIPAL = "azuread:index/servicePrincipal:ServicePrincipal";
const CERTIFICATE = "azuread:index/applicationCertificate:ApplicationCertificate";
const PRINCIPAL_CERTIFICATE = "azuread:index/servicePrincipalCertificate:ServicePrincipalCertificate";
const PASSWORD = "azuread:index/applicationPassword:ApplicationPassword";
const PRINCIPAL_PASSWORD = "azuread:index/servicePrincipalPassword:ServicePrincipalPassword";
const FEDERATED =
  "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential";

const NOW = new Date("2026-03-01T12:00:00.500Z");

describe("azuread credentials", () => {
  let session: ProviderSession;
  let application: Deployed;
  let pem: string;
  beforeEach(async () => {
    session = await ProviderSession.open({ clock: () => NOW });
    application = await session.create(REGISTRATION, { displayName: "billing" });
    const key = await session.create("tls:index/privateKey:PrivateKey", {
      algorithm: "ECDSA",
      ecdsaCurve: "P256",
    });
    const certificate = await session.create("tls:index/selfSignedCert:SelfSignedCert", {
      privateKeyPem: plain(key)["privateKeyPem"],
      validityPeriodHours: 2400,
      allowedUses: ["digital_signature"],
      subject: { commonName: "billing" },
    });
    pem = output(certificate, "certPem");
  });
  afterEach(() => session.close());

  const record = () => session.tenant.applications.get(output(application, "objectId"));
  const declared = (more: PropertyMap = {}): PropertyMap => ({
    applicationId: application.id,
    type: "AsymmetricX509Cert",
    value: pem,
    ...more,
  });
  const forbidPasswords = () =>
    session.tenant.graph({
      method: "PATCH",
      path: "/v1.0/policies/defaultAppManagementPolicy",
      caller: session.tenant.deployer,
      body: {
        isEnabled: true,
        applicationRestrictions: {
          passwordCredentials: [{ restrictionType: "passwordAddition", state: "enabled", maxLifetime: null }],
          keyCredentials: [
            { restrictionType: "asymmetricKeyLifetime", state: "enabled", maxLifetime: "P90D" },
          ],
        },
      },
    });

  it("adds a certificate beside those there are, with Graph's dates", async () => {
    const first = await session.create(CERTIFICATE, declared());
    const second = await session.create(CERTIFICATE, declared({ endDate: "2026-04-01T00:00:00Z" }));
    const keys = record()?.keyCredentials ?? [];
    assert.deepEqual(
      [first, second].map(({ id }) => id),
      keys.map(({ keyId }) => `${record()?.id ?? ""}/certificate/${keyId}`),
    );
    assert.deepEqual(plain(first), {
      applicationId: application.id,
      encoding: "pem",
      endDate: "2026-06-09T12:00:00Z",
      keyId: keys[0]?.keyId,
      startDate: "2026-03-01T12:00:00Z",
      type: "AsymmetricX509Cert",
      value: pem,
    });
    assert.equal(plain(second)["endDate"], "2026-04-01T00:00:00Z");
    assert.equal(keys[0]?.key, new X509Certificate(pem).raw.toString("base64"));
    assert.deepEqual(secretNames(first.outputs), ["value"]);
  });

  it("takes the certificate in hexadecimal and base64 as well", async () => {
    const der = new X509Certificate(pem).raw;
    await session.create(CERTIFICATE, declared({ encoding: "hex", value: der.toString("hex") }));
    await session.create(CERTIFICATE, declared({ encoding: "base64", value: der.toString("base64") }));
    assert.deepEqual(
      record()?.keyCredentials.map(({ key }) => key),
      [der.toString("base64"), der.toString("base64")],
    );
    await assert.rejects(
      session.create(CERTIFICATE, declared({ encoding: "hex", value: "no hex" })),
      /failed to decode hexadecimal certificate data/,
    );
  });

  it("knows neither key id nor dates in a preview", async () => {
    const outputs = await session.preview(CERTIFICATE, declared({ value: UNKNOWN }));
    assert.deepEqual(unknownNames(outputs), ["endDate", "keyId", "startDate", "value"]);
    assert.deepEqual(record()?.keyCredentials, []);
  });

  it("replaces on any change, and sees none where the tenant decided", async () => {
    const certificate = await session.create(CERTIFICATE, declared());
    assert.equal((await session.diff(certificate, declared())).changed, false);
    const difference = await session.diff(
      certificate,
      declared({ value: "other", endDate: "2026-05-01T00:00:00Z" }),
    );
    assert.deepEqual(difference, {
      changed: true,
      replaces: ["value", "endDate"],
      deleteBeforeReplace: false,
      details: { value: "update-replace", endDate: "update-replace" },
    });
  });

  it("wants a replacement forever when a date carries the fraction the tls provider gives it", async () => {
    const inputs = declared({ startDate: "2026-03-01T12:00:00.5Z" });
    const certificate = await session.create(CERTIFICATE, inputs);
    assert.deepEqual((await session.diff(certificate, inputs)).replaces, ["startDate"]);
  });

  it("refuses at check what the provider refuses at check", async () => {
    const { failures } = await session.check(CERTIFICATE, {
      applicationId: "billing",
      encoding: "der",
      keyId: "1",
      startDate: "tomorrow",
      endDate: "2026-05-01T00:00:00Z",
      endDateRelative: "240h",
    });
    assert.deepEqual(failures.map(({ property }) => property).sort(), [
      "applicationId",
      "encoding",
      "endDate",
      "endDateRelative",
      "keyId",
      "startDate",
      "value",
    ]);
  });

  it("counts a relative end from now, and fails beside a start as the provider does", async () => {
    const certificate = await session.create(CERTIFICATE, declared({ endDateRelative: "240h30m" }));
    assert.equal(plain(certificate)["endDate"], "2026-03-11T12:30:00Z");
    await assert.rejects(
      session.create(CERTIFICATE, declared({ endDateRelative: "240h", startDate: "2026-03-01T12:00:00Z" })),
      /Unable to parse the provided start date "240h"/,
    );
    await assert.rejects(
      session.create(CERTIFICATE, declared({ endDateRelative: "10 days" })),
      /Unable to parse `end_date_relative`/,
    );
    assert.equal(record()?.keyCredentials.length, 1);
  });

  it("tells Graph's code and message when the certificate lives too long, and adds nothing", async () => {
    forbidPasswords();
    await assert.rejects(
      session.create(CERTIFICATE, declared()),
      /Adding certificate for Application .*: unexpected status \d{3} .* with error: CredentialInvalidLifetimeAsPerAppPolicy: /,
    );
    assert.deepEqual(record()?.keyCredentials, []);
  });

  it("refuses a key id that is taken", async () => {
    const keyId = "0a0e0000-0000-4000-8000-00000000c001";
    await session.create(CERTIFICATE, declared({ keyId }));
    await assert.rejects(session.create(CERTIFICATE, declared({ keyId })), /already exists/);
  });

  it("finds a certificate by its id without its bytes, so an import asks for replacement", async () => {
    const certificate = await session.create(CERTIFICATE, declared());
    const imported = await session.import(CERTIFICATE, certificate.id);
    assert.ok(imported);
    assert.deepEqual(Object.keys(imported.inputs).sort(), [
      "applicationId",
      "endDate",
      "keyId",
      "startDate",
      "type",
    ]);
    assert.deepEqual((await session.diff(imported, declared())).replaces, ["encoding", "value"]);
    await assert.rejects(session.import(CERTIFICATE, "a/password/b"), /should be in the form/);
  });

  it("removes only its own certificate, twice without complaint, and reads nothing once it or its application is gone", async () => {
    const first = await session.create(CERTIFICATE, declared());
    const second = await session.create(CERTIFICATE, declared());
    await session.delete(first);
    await session.delete(first);
    assert.equal(await session.refresh(first), undefined);
    assert.deepEqual(await session.refresh(second), second);
    await session.delete(application);
    assert.equal(await session.refresh(second), undefined);
    await session.delete(second);
  });

  it("keeps a service principal's certificate apart from the application's", async () => {
    const principal = await session.create(PRINCIPAL, { clientId: plain(application)["clientId"] });
    const certificate = await session.create(PRINCIPAL_CERTIFICATE, {
      servicePrincipalId: principal.id,
      type: "AsymmetricX509Cert",
      value: pem,
    });
    const stored = session.tenant.servicePrincipals.get(output(principal, "objectId"));
    assert.deepEqual(
      stored?.keyCredentials.map(({ keyId }) => `${stored.id}/certificate/${keyId}`),
      [certificate.id],
    );
    assert.deepEqual(record()?.keyCredentials, []);
  });

  for (const [title, type, owner] of [
    ["application", PASSWORD, "applicationId"],
    ["service principal", PRINCIPAL_PASSWORD, "servicePrincipalId"],
  ] as const) {
    it(`adds a password to the ${title}, shows it once as a secret, and removes it`, async () => {
      const principal = await session.create(PRINCIPAL, { clientId: plain(application)["clientId"] });
      const holder = owner === "applicationId" ? application : principal;
      const inputs = { [owner]: holder.id, displayName: "old ways", rotateWhenChanged: { week: "9" } };
      const password = await session.create(type, inputs);
      assert.deepEqual(secretNames(password.outputs), ["value"]);
      assert.match(output(password, "value"), /^.{3}8Q~/);
      assert.equal(plain(password)["endDate"], "2028-03-01T12:00:00Z");
      assert.deepEqual(await session.refresh(password), password);
      const rotation = await session.diff(password, { ...inputs, rotateWhenChanged: { week: "10" } });
      assert.deepEqual(rotation.replaces, ["rotateWhenChanged"]);

      await session.delete(password);
      await session.delete(password);
      assert.equal(await session.refresh(password), undefined);
    });
  }

  it("fails to add a password with the code of the policy in force", async () => {
    forbidPasswords();
    await assert.rejects(
      session.create(PASSWORD, { applicationId: application.id }),
      /Adding password for Application .*CredentialTypeNotAllowedAsPerAppPolicy: Credential type not allowed as per assigned policy/,
    );
    assert.deepEqual(record()?.passwordCredentials, []);
  });

  it("adds, changes and removes a federated credential; its name is fixed", async () => {
    const inputs = {
      applicationId: application.id,
      displayName: "github",
      audiences: ["api://AzureADTokenExchange"],
      issuer: "https://token.actions.githubusercontent.com",
      subject: "repo:certlock/certlock:ref:refs/heads/main",
    };
    const credential = await session.create(FEDERATED, inputs);
    const [stored] = record()?.federatedIdentityCredentials ?? [];
    assert.equal(credential.id, `${record()?.id ?? ""}/federatedIdentityCredential/${stored?.id ?? ""}`);
    assert.deepEqual(plain(credential), { ...inputs, credentialId: stored?.id });

    const change = {
      ...inputs,
      subject: "repo:certlock/certlock:pull_request",
      description: "pull requests",
    };
    assert.deepEqual((await session.diff(credential, change)).details, {
      description: "add",
      subject: "update",
    });
    const updated = await session.update(credential, change);
    assert.deepEqual(plain(updated), { ...change, credentialId: stored?.id });
    assert.deepEqual((await session.diff(updated, { ...change, displayName: "gitlab" })).replaces, [
      "displayName",
    ]);

    await session.delete(updated);
    await session.delete(updated);
    assert.deepEqual(record()?.federatedIdentityCredentials, []);
  });
});
