import assert from "node:assert/strict";
import { type ChainLink, issue } from "../certificate-chain";
import { grantToDeployer } from "../providers/azuread/grant-to-deployer";
import { type Answer, createApplication, refusal, TestTenant } from "../tenant-fixture";

/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-assignment -- JSON of any shape is what is asserted on */

const PATH = "/directory/certificateAuthorities/certificateBasedApplicationConfigurations";
const DEFAULT_POLICY = "/policies/defaultAppManagementPolicy";

describe("sandbox: certificate authorities of applications", () => {
  let root: ChainLink;
  let intermediate: ChainLink;
  let tenant: TestTenant;

  before(async () => {
    root = await issue("CN=root");
    intermediate = await issue("CN=intermediate", { issuer: root });
  });
  beforeEach(() => {
    tenant = TestTenant.at();
    grantToDeployer(tenant, "AppCertTrustConfiguration.ReadWrite.All");
  });

  function call(
    method: "GET" | "POST" | "PATCH" | "DELETE",
    path: string,
    body?: unknown,
    version = "beta",
  ): Answer {
    const answer = tenant.graph({ method, path: `/${version}${path}`, body, caller: tenant.deployer });
    return { status: answer.status, body: answer.body };
  }

  const rootEntry = () => ({ isRootAuthority: true, certificate: root.der });
  const intermediateEntry = () => ({ isRootAuthority: false, certificate: intermediate.der });

  function configure(authorities: readonly object[] = [rootEntry()]): Answer {
    return call("POST", PATH, { displayName: "corporate", trustedCertificateAuthorities: authorities });
  }

  it("makes one, shows its authorities when they are expanded, and changes names in place", () => {
    const made = configure([rootEntry(), intermediateEntry()]);
    assert.equal(made.status, 200);
    const path = `${PATH}/${String(made.body.id)}`;
    assert.equal(call("GET", path).body.trustedCertificateAuthorities, undefined);
    const { body } = call("GET", `${path}?$expand=trustedCertificateAuthorities`);
    assert.deepEqual(
      body.trustedCertificateAuthorities.map((one: Record<string, unknown>) => [
        one["isRootAuthority"],
        one["certificate"],
        one["issuer"],
      ]),
      [
        [true, root.der, "CN=root"],
        [false, intermediate.der, "CN=root"],
      ],
    );
    assert.equal(call("PATCH", path, { description: "ours" }).status, 204);
    assert.deepEqual(
      call("GET", PATH).body.value.map((one: Record<string, unknown>) => [
        one["displayName"],
        one["description"],
      ]),
      [["corporate", "ours"]],
    );
  });

  it("adds and removes intermediates one by one, and keeps exactly one root", () => {
    const nested = `${PATH}/${String(configure().body.id)}/trustedCertificateAuthorities`;
    const added = call("POST", nested, intermediateEntry());
    assert.equal(added.status, 201);
    assert.equal(refusal(call("POST", nested, rootEntry())), "400 Request_BadRequest");
    assert.equal(
      refusal(call("PATCH", `${nested}/${String(added.body.id)}`, { isRootAuthority: true })),
      "400 Request_BadRequest",
    );
    assert.equal(call("DELETE", `${nested}/${String(added.body.id)}`).status, 204);
    const [last] = call("GET", nested).body.value;
    assert.equal(refusal(call("DELETE", `${nested}/${String(last.id)}`)), "400 Request_BadRequest");
  });

  it("refuses what is no authority, an empty list and more than the limits", async () => {
    const leaf = await issue("CN=leaf", { issuer: root, isAuthority: false });
    assert.equal(refusal(configure([])), "400 Request_BadRequest");
    assert.equal(refusal(configure([{ ...rootEntry(), certificate: leaf.der }])), "400 Request_BadRequest");
    assert.equal(refusal(configure([{ ...rootEntry(), certificate: "bm8=" }])), "400 Request_BadRequest");
    const many = Array.from({ length: 10 }, intermediateEntry);
    assert.equal(refusal(configure([rootEntry(), ...many])), "400 Request_BadRequest");
    for (let count = 0; count < 100; count++) {
      const { id } = configure().body;
      if (count % 2 === 0) call("DELETE", `${PATH}/${String(id)}`);
    }
    assert.equal(call("GET", PATH).body.value.length, 50);
    assert.equal(refusal(configure()), "400 Request_BadRequest");
  });

  it("exists in beta alone, and for those who may", () => {
    assert.equal(refusal(call("GET", PATH, undefined, "v1.0")), "400 BadRequest");
    const reader = { appId: tenant.deployer.appId, roles: ["Policy.Read.All"] };
    const { status } = tenant.graph({ method: "GET", path: `/beta${PATH}`, caller: reader });
    assert.equal(status, 403);
  });

  it("lets applications have certificates of trusted issuers only, and shows v1.0 a type it does not know", async () => {
    const { id } = configure([rootEntry(), intermediateEntry()]).body;
    const restriction = {
      restrictionType: "trustedCertificateAuthority",
      state: "enabled",
      certificateBasedApplicationConfigurationIds: [id],
    };
    const policy = { isEnabled: true, applicationRestrictions: { keyCredentials: [restriction] } };
    assert.equal(refusal(call("PATCH", DEFAULT_POLICY, policy, "v1.0")), "400 Request_BadRequest");
    assert.equal(call("PATCH", DEFAULT_POLICY, policy).status, 204);
    const shown = (version: string) =>
      call("GET", DEFAULT_POLICY, undefined, version).body.applicationRestrictions.keyCredentials[0];
    assert.equal(shown("beta").restrictionType, "trustedCertificateAuthority");
    assert.deepEqual(shown("beta").certificateBasedApplicationConfigurationIds, [id]);
    assert.equal(shown("v1.0").restrictionType, "unknownFutureValue");
    assert.equal("certificateBasedApplicationConfigurationIds" in shown("v1.0"), false);

    const application = createApplication(tenant, "billing");
    const register = ({ der }: ChainLink): string =>
      refusal(
        call("PATCH", `/applications/${application.id}`, {
          keyCredentials: [{ type: "AsymmetricX509Cert", usage: "Verify", key: der }],
        }),
      );
    assert.equal(register(await issue("CN=own")), "400 CredentialTypeNotAllowedAsPerAppPolicy");
    assert.equal(register(await issue("CN=root")), "400 CredentialTypeNotAllowedAsPerAppPolicy");
    const leaf = await issue("CN=leaf", { issuer: intermediate, isAuthority: false });
    assert.equal(register(leaf), "204 undefined");
    assert.equal(refusal(call("DELETE", `${PATH}/${String(id)}`)), "400 Request_BadRequest");
  });
});
