import assert from "node:assert/strict";
import type { PropertyMap } from "../../provider/properties";
import { UNKNOWN } from "../../provider/properties";
import { type ChainLink, issue } from "../sandbox/certificate-chain";
import { strayPrivateKeyPem } from "../sandbox/tenant-fixture";
import { AUTHORITIES, DirectoryFixture } from "./directory-fixture";
import { partialState, type ProviderClient } from "./provider-client";

const PATH = "/beta/directory/certificateAuthorities/certificateBasedApplicationConfigurations";
const LIST = "trustedCertificateAuthorities";

describe("CertificateAuthorityConfiguration", function () {
  this.timeout(20_000);
  let fixture: DirectoryFixture;
  let provider: ProviderClient;
  let root: ChainLink;
  let otherRoot: ChainLink;
  let issuing: ChainLink;
  let spare: ChainLink;

  before(async () => {
    [root, otherRoot] = [await issue("CN=root"), await issue("CN=other root")];
    [issuing, spare] = [
      await issue("CN=issuing", { issuer: root }),
      await issue("CN=spare", { issuer: root }),
    ];
  });
  beforeEach(async () => {
    fixture = await DirectoryFixture.start();
    provider = fixture.provider(AUTHORITIES);
  });
  afterEach(async () => {
    await fixture.close();
  });

  /** Inputs as a program gives them, then as the check fills them in. */
  const given = (links: readonly ChainLink[], more: PropertyMap = {}): PropertyMap => ({
    displayName: "Corporate PKI",
    [LIST]: links.map(({ certificatePem }) => ({ certificate: certificatePem })),
    ...more,
  });
  const filled = async (links: readonly ChainLink[], more: PropertyMap = {}): Promise<PropertyMap> => {
    const { values, failures } = await provider.check(given(links, more));
    assert.deepEqual(failures, []);
    return values;
  };
  const stored = (id: string): [boolean, string][] => {
    const { body } = fixture.graph("GET", `${PATH}/${id}/${LIST}`);
    return (body as { value: { isRootAuthority: boolean; certificate: string }[] }).value.map((one) => [
      one.isRootAuthority,
      one.certificate,
    ]);
  };

  it("takes PEM, finds the root by itself, and gives Graph the DER form", async () => {
    const inputs = await filled([issuing, root]);
    const { id, values } = await provider.create(inputs);
    assert.deepEqual(values, inputs);
    assert.deepEqual(stored(id), [
      [false, issuing.der],
      [true, root.der],
    ]);
    const read = await provider.read(id, values, inputs);
    assert.deepEqual(read, { id, outputs: values, inputs });
    assert.equal((await provider.diff(read.outputs, inputs)).changes, 1);
  });

  it("adds and removes intermediates and changes names in place", async () => {
    const { id, values } = await provider.create(await filled([root, issuing]));
    const news = await filled([root, spare], { displayName: "PKI", description: "ours" });
    assert.deepEqual((await provider.diff(values, news)).detailed, {
      displayName: "UPDATE",
      description: "ADD",
      [LIST]: "UPDATE",
    });
    assert.deepEqual(await provider.update(values, news, false, id), news);
    assert.deepEqual(stored(id), [
      [true, root.der],
      [false, spare.der],
    ]);
    assert.deepEqual((await provider.read(id, news, news)).inputs, news);
  });

  it("is made anew for another root", async () => {
    const { values } = await provider.create(await filled([root]));
    const { detailed, replaces } = await provider.diff(values, await filled([otherRoot]));
    assert.deepEqual([detailed, replaces], [{ [LIST]: "UPDATE_REPLACE" }, [LIST]]);
  });

  it("keeps in the state what is there when an addition fails half way", async () => {
    const { id, values } = await provider.create(await filled([root]));
    let additions = 0;
    fixture.before = ({ method }) =>
      method === "POST" && ++additions > 1 ? new Response("{}", { status: 403 }) : undefined;
    const news = await filled([root, issuing, spare]);
    const error: unknown = await provider.update(values, news, false, id).catch((reason: unknown) => reason);
    const state = partialState(error);
    assert.deepEqual(state?.values, await filled([root, issuing]));
    fixture.before = () => undefined;
    await provider.update(state.values, news, false, id);
    assert.equal(stored(id).length, 3);
  });

  it("shows what others added or removed, and that it is gone", async () => {
    const inputs = await filled([root, issuing]);
    const { id, values } = await provider.create(inputs);
    const [, second] = (fixture.graph("GET", `${PATH}/${id}/${LIST}`).body as { value: { id: string }[] })
      .value;
    fixture.graph("DELETE", `${PATH}/${id}/${LIST}/${String(second?.id)}`);
    fixture.graph("POST", `${PATH}/${id}/${LIST}`, { isRootAuthority: false, certificate: spare.der });
    const { outputs } = await provider.read(id, values, inputs);
    assert.deepEqual((await provider.diff(outputs, inputs)).detailed, { [LIST]: "UPDATE" });
    await provider.update(outputs, inputs, false, id);
    assert.deepEqual(
      stored(id).map(([, der]) => der),
      [root.der, issuing.der],
    );
    fixture.graph("DELETE", `${PATH}/${id}`);
    assert.equal((await provider.read(id, values, inputs)).id, "");
  });

  it("is imported with certificates in PEM that the check takes", async () => {
    const { id } = await provider.create(await filled([root, issuing]));
    const { inputs } = await provider.read(id);
    assert.deepEqual(inputs, await filled([root, issuing]));
    assert.deepEqual((await provider.check(inputs)).failures, []);
  });

  it("is not deleted while a policy names it, and says which", async () => {
    const { id, values } = await provider.create(await filled([root]));
    const keyCredentials = [
      {
        restrictionType: "trustedCertificateAuthority",
        state: "enabled",
        certificateBasedApplicationConfigurationIds: [id],
      },
    ];
    const policy = "/beta/policies/defaultAppManagementPolicy";
    fixture.graph("PATCH", policy, { applicationRestrictions: { keyCredentials } });
    fixture.graph("POST", "/beta/policies/appManagementPolicies", {
      displayName: "Partner",
      description: "x",
      restrictions: { keyCredentials },
    });
    await assert.rejects(
      provider.delete(values, id),
      /CERTLOCK_AUTHORITIES_IN_USE: .*names it: the tenant's default policy; "Partner" \(.*Take its id out of the policy first/,
    );
    fixture.graph("PATCH", policy, { applicationRestrictions: { keyCredentials: [] } });
    const [custom] = (
      fixture.graph("GET", "/v1.0/policies/appManagementPolicies").body as { value: { id: string }[] }
    ).value;
    fixture.graph("DELETE", `/v1.0/policies/appManagementPolicies/${String(custom?.id)}`);
    await provider.delete(values, id);
    await provider.delete(values, id);
  });

  it("explains the tenant's limit, and a permission that applications may not get", async () => {
    for (let count = 0; count < 100; count++) {
      const body = { displayName: `${count}`, [LIST]: [{ isRootAuthority: true, certificate: root.der }] };
      assert.equal(fixture.graph("POST", PATH, body).status, 200);
    }
    const inputs = await filled([root]);
    await assert.rejects(provider.create(inputs), /CERTLOCK_AUTHORITIES_FULL: A tenant holds at most 100 /);
    fixture.before = ({ method }) => (method === "POST" ? new Response("{}", { status: 403 }) : undefined);
    await assert.rejects(provider.create(inputs), /CERTLOCK_AUTHORITIES_FORBIDDEN: .*signed-in people only/);
  });

  it("takes over what it made when the answer is lost", async () => {
    fixture.after = ({ method }) => (method === "POST" ? new Response("", { status: 500 }) : undefined);
    const { id } = await provider.create(await filled([root]));
    assert.equal(stored(id).length, 1);
    assert.match(fixture.warnings.join(), /no clear answer/);
  });

  describe("check", () => {
    it("refuses a private key without repeating a line of it", async () => {
      const key = strayPrivateKeyPem();
      const { failures } = await provider.check(
        given([root], { [LIST]: [{ certificate: root.certificatePem + key }] }),
      );
      assert.deepEqual(
        failures.map(([path]) => path),
        [`${LIST}[0].certificate`],
      );
      assert.match(failures[0]?.[1] ?? "", /^holds a private key/);
      for (const line of key.split("\n").filter((one) => one.length > 40)) {
        assert.ok(!JSON.stringify(failures).includes(line));
      }
    });

    it("lists all problems at once", async () => {
      const leaf = await issue("CN=leaf", { issuer: root, isAuthority: false });
      const { failures } = await provider.check({
        displayNam: "x",
        [LIST]: [
          { certificate: leaf.certificatePem },
          { certificate: root.certificatePem + issuing.certificatePem },
          { certificate: "-----BEGIN CERTIFICATE-----\nbm8=\n-----END CERTIFICATE-----" },
          { certificate: issuing.certificatePem, isRootAuthority: true },
          { certificate: issuing.certificatePem },
          {},
        ],
      });
      assert.deepEqual(
        failures.map(([path]) => path),
        [
          "displayNam",
          "displayName",
          ...[0, 1, 2].map((index) => `${LIST}[${index}].certificate`),
          `${LIST}[3].isRootAuthority`,
          `${LIST}[4].certificate`,
          `${LIST}[5].certificate`,
        ],
      );
    });

    it("wants exactly one root, at least one authority and at most ten", async () => {
      const problem = async (links: readonly ChainLink[]): Promise<string> =>
        (await provider.check(given(links))).failures.map(([, reason]) => reason).join();
      assert.match(await problem([issuing]), /has no root/);
      assert.match(await problem([root, otherRoot]), /has 2 roots/);
      assert.match(await problem([]), /it is empty/);
      const many = [];
      for (let count = 0; count < 10; count++) many.push(await issue(`CN=i${count}`, { issuer: root }));
      assert.match(await problem([root, ...many]), /has 11 authorities/);
    });

    it("takes certificates that a preview cannot know", async () => {
      const { failures, values } = await provider.check({
        displayName: "x",
        [LIST]: [{ certificate: UNKNOWN }],
      });
      assert.deepEqual(failures, []);
      assert.deepEqual(values[LIST], [{ certificate: UNKNOWN, isRootAuthority: UNKNOWN }]);
      const { values: state } = await provider.create(await filled([root]));
      assert.equal((await provider.diff(state, values)).changes, 2);
    });
  });
});
