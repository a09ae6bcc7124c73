import assert from "node:assert/strict";
import type { PropertyMap, PropertyValue } from "../../provider/properties";
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

  describe("the end", () => {
    it("refuses a new exemption with a past, a far or no end", async () => {
      for (const [expires, reason] of [
        [inDays(-1), /lies in the past/],
        [inDays(366), /at most 365 days ahead/],
        [undefined, /is required where a restriction is lifted/],
        ["2027-02-30T00:00:00Z", /must be a moment/],
        ["2027-01-28 20:37:19 +0000 UTC", /In a YAML file a moment needs quotes/],
      ] as const) {
        const { failures } = await provider.check(exemption({ expires }));
        assert.deepEqual(
          failures.map(([path]) => path),
          ["expires"],
        );
        assert.match(failures[0]?.[1] ?? "", reason);
      }
      assert.deepEqual((await provider.check(exemption({ expires: inDays(365) }))).failures, []);
    });

    it("is announced in its last days", async () => {
      await provider.check(exemption({ expires: inDays(15) }));
      assert.deepEqual(fixture.warnings, []);
      await provider.check(exemption({ expires: inDays(13.5) }));
      assert.match(fixture.warnings.join(), /Ends in 14 days/);
    });

    it("switches the policy off and withdraws it, once it has come, and lets the deployment go on", async () => {
      const inputs = exemption();
      const { id, values } = await provider.create(inputs);
      fixture.tenant.advance(61 * DAY);
      const checked = await provider.check(inputs, new Set(), CUSTOM_POLICY, inputs);
      assert.deepEqual(checked.failures, []);
      assert.deepEqual([checked.values["isEnabled"], checked.values["appliesTo"]], [false, []]);
      assert.match(fixture.warnings.join(), /Ended at .*withdrawn from its objects/);
      assert.deepEqual((await provider.diff(values, checked.values)).detailed, {
        isEnabled: "UPDATE",
        "appliesTo[0]": "DELETE",
      });
      const ended = await provider.update(values, checked.values, false, id);
      assert.deepEqual(assigned(), []);
      assert.equal(only().isEnabled, false);

      // From then on nothing changes any more, and an approval with a new end brings it back.
      const later = await provider.check(inputs, new Set(), CUSTOM_POLICY, checked.values);
      assert.equal((await provider.diff(ended, later.values)).changes, 1);
      const renewed = await provider.check(
        exemption({ expires: inDays(30) }),
        new Set(),
        CUSTOM_POLICY,
        checked.values,
      );
      assert.deepEqual(renewed.failures, []);
      await provider.update(ended, renewed.values, false, id);
      assert.deepEqual(assigned(), [application]);
      assert.equal(only().isEnabled, true);
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

  describe("check", () => {
    const situations: [string, (inputs: PropertyMap) => PropertyMap, string, RegExp][] = [
      ["a misspelt property", (inputs) => ({ ...inputs, expire: "x" }), "expire", /did you mean "expires"/],
      ["no reason", (inputs) => ({ ...inputs, description: " " }), "description", /1 to 700 characters/],
      [
        "nobody who answers for it",
        (inputs) => ({ ...inputs, owner: undefined }),
        "owner",
        /is required: who answers/,
      ],
      ["an owner of two lines", (inputs) => ({ ...inputs, owner: "a\nb" }), "owner", /one line/],
      [
        "no restrictions",
        (inputs) => ({ ...inputs, restrictions: {} }),
        "restrictions",
        /declares no restriction/,
      ],
      [
        "lists where the tenant's policy has them",
        (inputs) => ({
          ...inputs,
          restrictions: {
            keyCredentials: [CERTIFICATES],
            applicationRestrictions: { passwordCredentials: [] },
          },
        }),
        "restrictions.applicationRestrictions.passwordCredentials",
        /stands one level up/,
      ],
      [
        "identifier URIs where the tenant's policy has them",
        (inputs) => ({ ...inputs, restrictions: { keyCredentials: [CERTIFICATES], identifierUris: {} } }),
        "restrictions.identifierUris",
        /one level down/,
      ],
      [
        "something else than an id",
        (inputs) => ({ ...inputs, appliesTo: ["legacy"] }),
        "appliesTo[0]",
        /object id/,
      ],
      [
        "the same object twice",
        (inputs) => ({ ...inputs, appliesTo: [application, application.toUpperCase()] }),
        "appliesTo[1]",
        /stands in \[0\] already/,
      ],
    ];
    for (const [situation, make, property, reason] of situations) {
      it(`refuses ${situation}`, async () => {
        const { failures } = await provider.check(make(exemption()));
        assert.deepEqual(
          failures.map(([path]) => path),
          [property],
        );
        assert.match(failures[0]?.[1] ?? "", reason);
        assert.deepEqual(fixture.requests, []);
      });
    }

    it("lets a policy that only adds restrictions go without owner and end", async () => {
      const adding = { ...exemption({ restrictions: { keyCredentials: [CERTIFICATES] } }) } as Record<
        string,
        PropertyValue
      >;
      delete adding["owner"];
      delete adding["expires"];
      assert.deepEqual((await provider.check(adding)).failures, []);
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
