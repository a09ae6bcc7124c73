import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { KeyCredential } from "../../../sandbox/tenant/directory-objects";
import { newestVersion, type CertificateVersion } from "../../../sandbox/vault/vault-certificate";
import { call, type TestObjects } from "../../sandbox/tenant-fixture";
import type { RotationStage } from "./rotation-stage";

/** One identity of the settings. */
export class StagedIdentity {
  readonly #stage: RotationStage;
  readonly name: string;
  readonly application: TestObjects;
  readonly principal: TestObjects;

  constructor(stage: RotationStage, name: string, application: TestObjects, principal: TestObjects) {
    this.#stage = stage;
    this.name = name;
    this.application = application;
    this.principal = principal;
  }

  /** A new version in the vault, as its own renewal or a person makes one. */
  async renew(policy: object = {}): Promise<CertificateVersion> {
    const { certificates } = this.#stage.sandbox.tenant.vaults;
    const x509_props = { subject: `CN=${this.name}`, validity_months: 4, key_usage: ["digitalSignature"] };
    const write = {
      policy: {
        issuer: { name: "Self" },
        secret_props: { contentType: "application/x-pem-file" },
        x509_props,
        // The test says when there is a new version; a vault that renews has tests of its own.
        lifetime_actions: [
          { trigger: { lifetime_percentage: 80 }, action: { action_type: "EmailContacts" } },
        ],
        ...policy,
      },
      enabled: true,
      tags: {},
    };
    certificates.decide = () => "wait";
    await certificates.create(this.#stage.vault, this.name, write);
    await certificates.settle(this.#stage.vault, this.name, "issue");
    return newestVersion(certificates.find(this.#stage.vault, this.name));
  }

  get keys(): readonly KeyCredential[] {
    return this.#stage.sandbox.tenant.applications.get(this.application.id)?.keyCredentials ?? [];
  }

  set keys(keys: readonly KeyCredential[]) {
    const record = this.#stage.sandbox.tenant.applications.get(this.application.id);
    if (record) record.keyCredentials = keys;
  }

  /** Registers a version as somebody else than the runbook would: with a key id of its own. */
  register(version: CertificateVersion): string {
    const keyId = this.#stage.sandbox.tenant.newId();
    const key = version.certificateDer?.toString("base64");
    const added = { type: "AsymmetricX509Cert", usage: "Verify", keyId, key };
    const kept = this.keys.map((one) => ({ keyId: one.keyId }));
    const path = `/applications/${this.application.id}`;
    const { status } = call(this.#stage.sandbox.tenant, "PATCH", path, { keyCredentials: [...kept, added] });
    assert.equal(status, 204);
    return keyId;
  }

  /** A client signs in with a version's key, as it would with what it read from the vault. */
  async signIn(version: CertificateVersion): Promise<number> {
    const { tenant } = this.#stage.sandbox;
    const secret = tenant.vaults.secrets.get(this.#stage.vault, this.name);
    const pem = secret?.versions.find((one) => one.version === version.version)?.value ?? "";
    const [privateKeyPem = ""] = /-----BEGIN PRIVATE KEY[\s\S]*?END PRIVATE KEY-----\n/.exec(pem) ?? [];
    const [certificatePem = ""] = /-----BEGIN CERTIFICATE[\s\S]*?END CERTIFICATE-----/.exec(pem) ?? [];
    const form = this.#stage.running.assertion(this.application.appId, { certificatePem, privateKeyPem });
    return (await this.#stage.running.token(form)).status;
  }

  /** Whether somebody who reads the vault now can sign in: a valid entry whose key is an enabled version there. */
  get usable(): boolean {
    const now = this.#stage.running.now;
    const { versions } = this.#stage.sandbox.tenant.vaults.certificates.find(this.#stage.vault, this.name);
    const inVault = new Set(versions.filter(({ enabled }) => enabled).map(thumbprintOf));
    return this.keys.some(
      ({ key, startDateTime, endDateTime }) =>
        new Date(startDateTime) <= now &&
        now < new Date(endDateTime) &&
        inVault.has(sha1(Buffer.from(key, "base64"))),
    );
  }

  /** What is registered, by version: 1 is the oldest; 0 is somebody else's. */
  get registered(): readonly number[] {
    const { versions } = this.#stage.sandbox.tenant.vaults.certificates.find(this.#stage.vault, this.name);
    const order = versions.map(thumbprintOf);
    return this.keys.map(({ key }) => order.indexOf(sha1(Buffer.from(key, "base64"))) + 1).sort();
  }
}

export function thumbprintOf({ certificateDer = Buffer.of() }: CertificateVersion): string {
  return sha1(certificateDer);
}

function sha1(bytes: Buffer): string {
  return createHash("sha1").update(bytes).digest("hex").toUpperCase();
}
