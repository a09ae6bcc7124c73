import assert from "node:assert/strict";
import type { PropertyMap, PropertyValue } from "../../provider/properties";
import { createApplication, DAY } from "../sandbox/tenant-fixture";
import { CUSTOM_POLICY, DirectoryFixture } from "./directory-fixture";
import { type ProviderClient } from "./provider-client";

const POLICIES = "/v1.0/policies/appManagementPolicies";
const LIFTS = { restrictionType: "passwordAddition", state: "disabled" } as const;
const CERTIFICATES = {
  restrictionType: "asymmetricKeyLifetime",
  state: "enabled",
  maxLifetime: "P180D",
} as const;

interface Policy {
  readonly id: string;
  readonly displayName: string;
  readonly description: string;
  readonly isEnabled: boolean;
  readonly restrictions: Readonly<
    Record<"passwordCredentials" | "keyCredentials", readonly Record<string, unknown>[]>
  >;
}

describe("the inputs of an AppManagementPolicy", () => {
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
});
