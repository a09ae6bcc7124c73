import assert from "node:assert/strict";
import type { PropertyMap } from "../../provider/properties";
import { createApplication, createServicePrincipal, DAY, restrictTenant } from "../sandbox/tenant-fixture";
import { CUSTOM_POLICY, DirectoryFixture } from "./directory-fixture";
import { partialState, type ProviderClient, text } from "./provider-client";

const POLICIES = "/v1.0/policies/appManagementPolicies";
const LIFTS = { restrictionType: "passwordAddition", state: "disabled" } as const;
const CERTIFICATES = {
  restrictionType: "asymmetricKeyLifetime",
  state: "enabled",
  maxLifetime: "P180D",
} as const;
const MARK = / \[certlock [0-9a-f]{16}\]$/;

interface Policy {
  readonly id: string;
  readonly displayName: string;
  readonly description: string;
  readonly isEnabled: boolean;
  readonly restrictions: Readonly<
    Record<"passwordCredentials" | "keyCredentials", readonly Record<string, unknown>[]>
  >;
}

describe("AppManagementPolicy", () => {
  let fixture: DirectoryFixture;
  let provider: ProviderClient;
  let application: string;
  let other: string;

  beforeEach(async () => {
    fixture = await DirectoryFixture.start();
    provider = fixture.provider(CUSTOM_POLICY);
    application = createApplication(fixture.tenant, "legacy-ledger").id;
    other = createApplication(fixture.tenant, "legacy-mail").id;
    fixture.requests.length = 0;
  });
  afterEach(async () => {
    await fixture.close();
  });

  const inDays = (days: number): string =>
    new Date(fixture.tenant.clock().getTime() + days * DAY).toISOString();
  const exemption = (more: PropertyMap = {}): PropertyMap => ({
    displayName: "Exemption of legacy-ledger",
    description: "The vendor cannot use certificates before June. Ticket FIN-7.",
    owner: "Finance platform team",
    isEnabled: true,
    restrictions: { passwordCredentials: [LIFTS] },
    appliesTo: [application],
    expires: inDays(60),
    ...more,
  });
  const policies = (): Policy[] => (fixture.graph("GET", POLICIES).body as { value: Policy[] }).value;
  const only = (): Policy => {
    const found = policies();
    assert.equal(found.length, 1);
    return found[0] ?? assert.fail();
  };
  const assigned = (): string[] =>
    [application, other].filter((id) => {
      const { body } = fixture.graph("GET", `/v1.0/applications/${id}/appManagementPolicies`);
      return (body as { value: unknown[] }).value.length > 0;
    });
  const types = (list: readonly Record<string, unknown>[]): unknown[] =>
    list.map(({ restrictionType, state, maxLifetime }) => [restrictionType, state, maxLifetime]);

  describe("create", () => {
    it("writes what it lifts and everything else the tenant enforces, and assigns last", async () => {
      restrictTenant(fixture.tenant, [
        { restrictionType: "passwordAddition", state: "enabled" },
        { restrictionType: "symmetricKeyAddition", state: "enabled" },
        CERTIFICATES,
      ]);
      const { id, values } = await provider.create(exemption());
      const policy = only();
      assert.equal(policy.id, id);
      assert.deepEqual(types(policy.restrictions.passwordCredentials), [
        ["passwordAddition", "disabled", null],
        ["symmetricKeyAddition", "enabled", null],
      ]);
      assert.deepEqual(types(policy.restrictions.keyCredentials), [
        ["asymmetricKeyLifetime", "enabled", "P180D"],
      ]);
      assert.match(
        policy.description.replace(MARK, ""),
        /^The vendor cannot use certificates before June\. Ticket FIN-7\. Owner: Finance platform team\. Ends: .*Z\.$/,
      );
      assert.match(policy.description, MARK);
      assert.deepEqual(fixture.writes, [
        `POST ${POLICIES}`,
        `POST /v1.0/applications/${application}/appManagementPolicies/$ref`,
      ]);
      const { fullDescription, copied, strays, ...inputs } = values;
      assert.deepEqual(inputs, exemption());
      assert.equal(fullDescription, policy.description);
      assert.deepEqual(copied, [
        "passwordCredentials symmetricKeyAddition",
        "keyCredentials asymmetricKeyLifetime",
        "identifierUris uriAdditionWithoutUniqueTenantIdentifier",
      ]);
      assert.deepEqual(strays, []);
    });

    it("assigns to service principals by their own object id, under their own restrictions", async () => {
      const { appId } = createApplication(fixture.tenant, "partner");
      const principal = createServicePrincipal(fixture.tenant, appId).id;
      await provider.create(exemption({ appliesTo: [principal] }));
      const { body } = fixture.graph("GET", `/v1.0/servicePrincipals/${principal}/appManagementPolicies`);
      assert.deepEqual(
        (body as { value: Policy[] }).value.map(({ id }) => id),
        [only().id],
      );
      assert.deepEqual(only().restrictions.keyCredentials, []);
    });

    it("refuses objects that have another policy, with its name and id, before anything is written", async () => {
      const { id } = await provider.create(exemption({ displayName: "First" }));
      const before = fixture.writes.length;
      const second = fixture.provider("certlock:index:AppManagementPolicy");
      fixture.graph("PATCH", `${POLICIES}/${id}`, { description: "not ours" });
      await assert.rejects(
        second.create(exemption({ displayName: "Second", appliesTo: [other, application] })),
        new RegExp(
          `CERTLOCK_POLICY_ASSIGNED_ALREADY: .*application ${application} has "First" \\(${id}\\)\\. Nothing was written`,
        ),
      );
      assert.equal(fixture.writes.length, before);
      assert.equal(policies().length, 1);
    });

    it("says which object id is meant when a client id is given, and refuses an id that nothing has", async () => {
      const { appId, id } = createApplication(fixture.tenant, "third");
      await assert.rejects(
        provider.create(exemption({ appliesTo: [appId] })),
        new RegExp(`client id of an application; its object id is ${id}`),
      );
      const nobody = "00000000-0000-4000-8000-00000000dead";
      await assert.rejects(
        provider.create(exemption({ appliesTo: [nobody] })),
        /CERTLOCK_POLICY_TARGET_UNKNOWN: .*no application and no service principal/,
      );
      assert.deepEqual(fixture.writes, []);
    });

    it("keeps the policy in the state when an assignment fails, and the next update completes it", async () => {
      fixture.before = ({ method, path }) =>
        method === "POST" && path.includes(other) ? new Response("{}", { status: 403 }) : undefined;
      const error: unknown = await provider
        .create(exemption({ appliesTo: [application, other] }))
        .catch((reason: unknown) => reason);
      const state = partialState(error);
      assert.equal(state?.id, only().id);
      assert.deepEqual(state.values["appliesTo"], [application]);
      assert.match(state.reasons.join(), /GRAPH_FORBIDDEN/);

      fixture.before = () => undefined;
      const news = exemption({ appliesTo: [application, other] });
      assert.deepEqual((await provider.diff(state.values, news)).detailed, { "appliesTo[1]": "ADD" });
      await provider.update(state.values, news, false, state.id);
      assert.deepEqual(assigned(), [application, other]);
    });

    it("finds the policy it made when the answer is lost, and makes no second one", async () => {
      fixture.after = ({ method, path }) =>
        method === "POST" && path === POLICIES ? new Response("", { status: 500 }) : undefined;
      const { id } = await provider.create(exemption());
      assert.equal(only().id, id);
      assert.deepEqual(assigned(), [application]);
    });

    it("takes over what a killed run left, and says so", async () => {
      const { id } = await provider.create(exemption());
      const again = await provider.create(exemption({ displayName: "Better name" }));
      assert.equal(again.id, id);
      assert.equal(only().displayName, "Better name");
      assert.match(fixture.warnings.join(), /Takes over the policy "Exemption of legacy-ledger"/);
    });

    it("assigns with beta where v1.0 does not take it", async () => {
      fixture.before = ({ method, path }) =>
        method === "POST" && path.startsWith("/v1.0/applications/")
          ? new Response("{}", { status: 404 })
          : undefined;
      await provider.create(exemption());
      assert.deepEqual(assigned(), [application]);
    });

    it("declares trusted authorities through beta, and exempt callers with their type", async () => {
      const member = "certificateBasedApplicationConfigurationIds";
      const ids = ["d5b0af1c-9376-4b66-86b6-e402965862c1"];
      const trusting = { restrictionType: "trustedCertificateAuthority", state: "enabled", [member]: ids };
      const attribute = { id: "Engineering_Project", operator: "equals", value: "Baker" };
      const bounded = { ...CERTIFICATES, excludeActors: { customSecurityAttributes: [attribute] } };
      const inputs = exemption({ restrictions: { keyCredentials: [trusting, bounded] } });
      const { id, values } = await provider.create(inputs);
      assert.equal(fixture.writes[0], "POST /beta/policies/appManagementPolicies");
      const { restrictions } = fixture.graph("GET", `/beta/policies/appManagementPolicies/${id}`)
        .body as Policy;
      assert.deepEqual(restrictions.keyCredentials[0]?.[member], ids);
      assert.deepEqual(restrictions.keyCredentials[1]?.["excludeActors"], {
        customSecurityAttributes: [
          { "@odata.type": "#microsoft.graph.customSecurityAttributeStringValueExemption", ...attribute },
        ],
      });
      const { outputs } = await provider.read(id, values, inputs);
      assert.equal((await provider.diff(outputs, inputs)).changes, 1);
    });

    it("warns of limits that are looser than the tenant's and have no end", async () => {
      restrictTenant(fixture.tenant, [CERTIFICATES]);
      const looser = { ...CERTIFICATES, maxLifetime: "P730D" };
      await provider.create(exemption({ restrictions: { keyCredentials: [looser] }, expires: undefined }));
      assert.match(
        fixture.warnings.join(),
        /Allows more than the tenant's own policy without an end: keyCredentials asymmetricKeyLifetime/,
      );
    });
  });

  describe("update", () => {
    it("withdraws first, then changes, then assigns", async () => {
      const { id, values } = await provider.create(exemption());
      fixture.requests.length = 0;
      await provider.update(
        values,
        exemption({ appliesTo: [other], displayName: "Exemption of legacy-mail" }),
        false,
        id,
      );
      assert.deepEqual(fixture.writes, [
        `DELETE /v1.0/applications/${application}/appManagementPolicies/${id}/$ref`,
        `PATCH ${POLICIES}/${id}`,
        `POST /v1.0/applications/${other}/appManagementPolicies/$ref`,
      ]);
      assert.deepEqual(assigned(), [other]);
    });

    it("keeps what was there in the state when the policy cannot be changed", async () => {
      const { id, values } = await provider.create(exemption({ appliesTo: [application, other] }));
      fixture.before = ({ method }) => (method === "PATCH" ? new Response("{}", { status: 403 }) : undefined);
      const error: unknown = await provider
        .update(values, exemption(), false, id)
        .catch((reason: unknown) => reason);
      assert.deepEqual(partialState(error)?.values["appliesTo"], [application]);
    });
  });

  describe("read", () => {
    it("shows no difference when nothing changed", async () => {
      restrictTenant(fixture.tenant, [{ restrictionType: "symmetricKeyAddition", state: "enabled" }]);
      const { id, values } = await provider.create(exemption());
      const read = await provider.read(id, values, exemption());
      assert.deepEqual(read, { id, outputs: values, inputs: exemption() });
      assert.equal((await provider.diff(read.outputs, exemption())).changes, 1);
    });

    it("shows a changed restriction, assignments by hand, and another text", async () => {
      const { id, values } = await provider.create(exemption());
      fixture.graph("PATCH", `${POLICIES}/${id}`, {
        description: "changed",
        restrictions: { passwordCredentials: [{ restrictionType: "passwordAddition", state: "enabled" }] },
      });
      const reference = {
        "@odata.id": `https://graph.microsoft.com/v1.0/policies/appManagementPolicies/${id}`,
      };
      fixture.graph("POST", `/v1.0/applications/${other}/appManagementPolicies/$ref`, reference);
      fixture.graph("DELETE", `/v1.0/applications/${application}/appManagementPolicies/${id}/$ref`);
      const { outputs } = await provider.read(id, values, exemption());
      assert.deepEqual((await provider.diff(outputs, exemption())).detailed, {
        description: "UPDATE",
        "restrictions.passwordCredentials[0].state": "UPDATE",
        appliesTo: "UPDATE",
      });
      await provider.update(outputs, exemption(), false, id);
      assert.deepEqual(assigned(), [application]);
      assert.deepEqual((await provider.read(id, values, exemption())).inputs, exemption());
    });

    it("shows when the tenant enforces more than was written, and the update follows", async () => {
      const { id, values } = await provider.create(exemption());
      restrictTenant(fixture.tenant, [{ restrictionType: "symmetricKeyAddition", state: "enabled" }]);
      const { outputs } = await provider.read(id, values, exemption());
      assert.deepEqual(outputs["strays"], ["passwordCredentials symmetricKeyAddition"]);
      assert.deepEqual((await provider.diff(outputs, exemption())).detailed, { restrictions: "UPDATE" });
      const updated = await provider.update(outputs, exemption(), false, id);
      assert.deepEqual((await provider.read(id, updated, exemption())).outputs["strays"], []);
    });

    it("notices that the policy is gone", async () => {
      const { id, values } = await provider.create(exemption());
      fixture.graph("DELETE", `${POLICIES}/${id}`);
      assert.deepEqual(await provider.read(id, values, exemption()), { id: "", outputs: {}, inputs: {} });
    });

    it("imports its own policy whole, and somebody else's without owner and end", async () => {
      const own = await provider.create(exemption());
      const read = await provider.read(own.id);
      assert.deepEqual(
        { ...read.inputs, restrictions: undefined },
        { ...exemption(), restrictions: undefined },
      );
      const { body } = fixture.graph("POST", POLICIES, {
        displayName: "By hand",
        description: "because",
        isEnabled: true,
        restrictions: { passwordCredentials: [LIFTS] },
      });
      const { inputs, outputs } = await provider.read((body as Policy).id);
      assert.deepEqual(inputs, {
        displayName: "By hand",
        description: "because",
        isEnabled: true,
        restrictions: { passwordCredentials: [LIFTS] },
        appliesTo: [],
      });
      const declared = { ...inputs, owner: "Finance", expires: inDays(30) } as PropertyMap;
      assert.deepEqual((await provider.check(declared)).failures, []);
      assert.equal((await provider.diff(outputs, declared)).changes, 1);
    });
  });

  describe("delete", () => {
    it("withdraws the policy from all its objects and deletes it; what is gone already is fine", async () => {
      const { id, values } = await provider.create(exemption({ appliesTo: [application, other] }));
      await provider.delete(values, id);
      assert.deepEqual([policies(), assigned()], [[], []]);
      await provider.delete(values, id);
    });
  });

  it("contacts nobody in a preview", async () => {
    const { id, values } = await provider.create(exemption(), { preview: true });
    assert.equal(id, "");
    assert.equal(text(values["displayName"]), "Exemption of legacy-ledger");
    await provider.update({ ...exemption(), fullDescription: "x" }, exemption(), true);
    assert.deepEqual(fixture.requests, []);
  });
});
