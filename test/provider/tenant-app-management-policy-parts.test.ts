/** Parts of the tenant's policy beside the two lists of v1.0: exempt callers, identifier URIs, trusted authorities. */
import assert from "node:assert/strict";
import type { TenantAppManagementPolicy } from "../../graph";
import { type PropertyMap, type PropertyValue, UNKNOWN } from "../../provider/properties";
import { issue } from "../sandbox/certificate-chain";
import { AUTHORITIES, DirectoryFixture } from "./directory-fixture";
import { type ProviderClient, TYPE } from "./provider-client";
import { ID } from "./provider-fixture";

const PATH = "policies/defaultAppManagementPolicy";
const BLOCKED = { restrictionType: "passwordAddition", state: "enabled" } as const;
const ATTRIBUTE = { id: "Engineering_Project", operator: "equals", value: "Baker" } as const;
const ON_THE_WIRE = {
  "@odata.type": "#microsoft.graph.customSecurityAttributeStringValueExemption",
  ...ATTRIBUTE,
};

describe("TenantAppManagementPolicy in all its parts", function () {
  this.timeout(20_000);
  let fixture: DirectoryFixture;
  let provider: ProviderClient;

  beforeEach(async () => {
    fixture = await DirectoryFixture.start();
    provider = fixture.provider(TYPE);
  });
  afterEach(async () => {
    await fixture.close();
  });

  const policy = (version = "v1.0"): TenantAppManagementPolicy =>
    fixture.graph("GET", `/${version}/${PATH}`).body as TenantAppManagementPolicy;
  const passwords = () => policy().applicationRestrictions?.passwordCredentials ?? [];
  const declare = (applicationRestrictions: PropertyValue): PropertyMap => ({
    isEnabled: true,
    applicationRestrictions,
    onDelete: "restore",
  });
  const blocking = (more: object): PropertyMap => declare({ passwordCredentials: [{ ...BLOCKED, ...more }] });
  /** What the engine stores and compares: nothing changes after a write. */
  const isSettled = async (id: string, values: PropertyMap, inputs: PropertyMap): Promise<void> => {
    const read = await provider.read(id, values, inputs);
    assert.deepEqual(read.inputs, inputs);
    assert.equal((await provider.diff(read.outputs, inputs)).changes, 1);
  };

  describe("exempt callers", () => {
    it("are written with their type, shown, and taken back when they are no longer declared", async () => {
      const inputs = blocking({ excludeActors: { customSecurityAttributes: [ATTRIBUTE] } });
      const { id, values } = await provider.create(inputs);
      assert.deepEqual(passwords()[0]?.["excludeActors"], { customSecurityAttributes: [ON_THE_WIRE] });
      // Of one's own declaration nobody need be told.
      assert.deepEqual(fixture.warnings, []);
      await isSettled(id, values, inputs);

      const without = blocking({});
      assert.deepEqual((await provider.diff(values, without)).detailed, {
        "applicationRestrictions.passwordCredentials[0].excludeActors": "DELETE",
      });
      const updated = await provider.update(values, without);
      assert.equal(passwords()[0]?.["excludeActors"], null);
      await isSettled(id, updated, without);
    });

    it("stay as others set them unless they are declared, and nobody is exempt where nobody is declared to be", async () => {
      fixture.graph("PATCH", `/v1.0/${PATH}`, {
        applicationRestrictions: {
          passwordCredentials: [{ ...BLOCKED, excludeActors: { customSecurityAttributes: [ON_THE_WIRE] } }],
        },
      });
      const { values } = await provider.create(blocking({}));
      assert.deepEqual(passwords()[0]?.["excludeActors"], { customSecurityAttributes: [ON_THE_WIRE] });
      const nobody = blocking({ excludeActors: { customSecurityAttributes: [] } });
      const updated = await provider.update(values, nobody);
      assert.equal(passwords()[0]?.["excludeActors"], null);
      await isSettled(ID, updated, nobody);
    });

    it("return with the rest of what was there when the resource goes", async () => {
      const theirs = { ...ON_THE_WIRE, value: "Able" };
      fixture.graph("PATCH", `/v1.0/${PATH}`, {
        applicationRestrictions: {
          passwordCredentials: [{ ...BLOCKED, excludeActors: { customSecurityAttributes: [theirs] } }],
        },
      });
      const before = policy();
      const { values } = await provider.create(
        blocking({ excludeActors: { customSecurityAttributes: [ATTRIBUTE] } }),
      );
      await provider.delete(values);
      assert.deepEqual(policy(), before);
    });

    it("show as a difference when somebody adds one to those declared", async () => {
      const inputs = blocking({ excludeActors: { customSecurityAttributes: [ATTRIBUTE] } });
      const { values } = await provider.create(inputs);
      const both = [ON_THE_WIRE, { ...ON_THE_WIRE, value: "Able" }];
      fixture.graph("PATCH", `/v1.0/${PATH}`, {
        applicationRestrictions: {
          passwordCredentials: [{ ...BLOCKED, excludeActors: { customSecurityAttributes: both } }],
        },
      });
      const { outputs } = await provider.read(ID, values, inputs);
      assert.deepEqual((await provider.diff(outputs, inputs)).detailed, {
        "applicationRestrictions.passwordCredentials[0].excludeActors": "UPDATE",
      });
    });

    it("are checked in every member, and at most five", async () => {
      const { failures } = await provider.check(
        blocking({
          excludeActors: {
            customSecurityAttributes: [
              { id: "NoSet", value: "x" },
              { ...ATTRIBUTE, operator: "equal" },
              { ...ATTRIBUTE, value: "" },
              { ...ATTRIBUTE, valu: "x" },
              ATTRIBUTE,
              UNKNOWN,
            ],
          },
        }),
      );
      const at = "applicationRestrictions.passwordCredentials[0].excludeActors.customSecurityAttributes";
      assert.deepEqual(
        failures.map(([path]) => path),
        [at, `${at}[0].id`, `${at}[1].operator`, `${at}[2].value`, `${at}[3].valu`],
      );
      assert.match(failures[0]?.[1] ?? "", /at most 5/);
      assert.match(failures[2]?.[1] ?? "", /did you mean "equals"/);
    });
  });

  describe("identifier URIs", () => {
    const uris = (): Record<string, Record<string, unknown> | null> =>
      policy().applicationRestrictions?.["identifierUris"] as Record<string, Record<string, unknown> | null>;
    const restricting = (more: object = {}): PropertyMap =>
      declare({ identifierUris: { nonDefaultUriAddition: { state: "enabled", ...more } } });

    it("are restricted beside what Microsoft set, whose mark stays", async () => {
      const microsoft = uris()["uriAdditionWithoutUniqueTenantIdentifier"];
      assert.equal(microsoft?.["isStateSetByMicrosoft"], true);
      const inputs = restricting({ excludeSaml: true });
      const { id, values } = await provider.create(inputs);
      assert.deepEqual(uris()["uriAdditionWithoutUniqueTenantIdentifier"], microsoft);
      assert.deepEqual(
        [uris()["nonDefaultUriAddition"]?.["state"], uris()["nonDefaultUriAddition"]?.["excludeSaml"]],
        ["enabled", true],
      );
      await isSettled(id, values, inputs);
      await provider.delete(values);
      assert.deepEqual(uris(), {
        nonDefaultUriAddition: null,
        uriAdditionWithoutUniqueTenantIdentifier: microsoft,
      });
    });

    it("show drift, and a declaration of what Microsoft set writes nothing", async () => {
      const inputs = restricting();
      const { values } = await provider.create(inputs);
      fixture.graph("PATCH", `/v1.0/${PATH}`, {
        applicationRestrictions: {
          identifierUris: { ...uris(), nonDefaultUriAddition: { state: "disabled" } },
        },
      });
      const { outputs } = await provider.read(ID, values, inputs);
      assert.deepEqual((await provider.diff(outputs, inputs)).detailed, {
        "applicationRestrictions.identifierUris.nonDefaultUriAddition.state": "UPDATE",
      });
      const writes = fixture.writes.length;
      await provider.create(
        declare({ identifierUris: { uriAdditionWithoutUniqueTenantIdentifier: { state: "enabled" } } }),
      );
      assert.equal(fixture.writes.length, writes);
    });

    it("are refused where they cannot be, and Microsoft's mark is nobody's to set", async () => {
      const { failures } = await provider.check({
        servicePrincipalRestrictions: { identifierUris: {} },
        applicationRestrictions: {
          identifierUris: {
            nonDefaultUriAddition: { state: "enabled", isStateSetByMicrosoft: true, excludeSaml: "yes" },
            nonDefaultUri: {},
          },
        },
      });
      assert.deepEqual(
        failures.map(([path]) => path),
        [
          "applicationRestrictions.identifierUris.nonDefaultUri",
          "applicationRestrictions.identifierUris.nonDefaultUriAddition.isStateSetByMicrosoft",
          "applicationRestrictions.identifierUris.nonDefaultUriAddition.excludeSaml",
          "servicePrincipalRestrictions.identifierUris",
        ],
      );
    });
  });

  describe("trusted certificate authorities", () => {
    async function configuration(): Promise<string> {
      const root = await issue("CN=root");
      const authorities = fixture.provider(AUTHORITIES);
      const { id } = await authorities.create({
        displayName: "PKI",
        trustedCertificateAuthorities: [{ certificate: root.certificatePem, isRootAuthority: true }],
      });
      return id;
    }
    const trusting = (id: string): PropertyMap =>
      declare({
        keyCredentials: [
          {
            restrictionType: "trustedCertificateAuthority",
            state: "enabled",
            certificateBasedApplicationConfigurationIds: [id],
          },
        ],
      });

    it("are declared, shown and taken back through beta", async () => {
      const before = policy("beta");
      const inputs = trusting(await configuration());
      fixture.requests.length = 0;
      const { id, values } = await provider.create(inputs);
      assert.deepEqual([...new Set(fixture.requests)], [`GET /beta/${PATH}`, `PATCH /beta/${PATH}`]);
      await isSettled(id, values, inputs);
      await provider.delete(values);
      assert.deepEqual(policy("beta"), before);
    });

    it("of others stay when another restriction of the same list is declared", async () => {
      const theirs = trusting(await configuration());
      const first = await provider.create(theirs);
      const inputs = declare({
        keyCredentials: [
          { restrictionType: "asymmetricKeyLifetime", state: "enabled", maxLifetime: "P180D" },
        ],
      });
      await provider.create(inputs);
      const entries = policy("beta").applicationRestrictions?.keyCredentials ?? [];
      assert.deepEqual(
        entries.map(({ restrictionType }) => restrictionType),
        ["trustedCertificateAuthority", "asymmetricKeyLifetime"],
      );
      await isSettled(first.id, first.values, theirs);
    });

    it("of others are not written over where beta cannot be had", async () => {
      await provider.create(trusting(await configuration()));
      fixture.before = ({ path }) =>
        path.startsWith("/beta/") ? new Response("{}", { status: 404 }) : undefined;
      await assert.rejects(
        provider.create(
          declare({
            keyCredentials: [
              { restrictionType: "asymmetricKeyLifetime", state: "enabled", maxLifetime: "P180D" },
            ],
          }),
        ),
        /GRAPH_POLICY_NOT_MERGEABLE/,
      );
    });

    it("are checked: ids are required, and a lifetime is another restriction's", async () => {
      const at = "applicationRestrictions.keyCredentials[0]";
      const problems = async (more: object): Promise<string[]> => {
        const entry = { restrictionType: "trustedCertificateAuthority", state: "enabled", ...more };
        const { failures } = await provider.check(declare({ keyCredentials: [entry] }));
        return failures.map(([path]) => path);
      };
      const member = "certificateBasedApplicationConfigurationIds";
      assert.deepEqual(await problems({}), [`${at}.${member}`]);
      assert.deepEqual(await problems({ [member]: ["corporate"], maxLifetime: "P1D" }), [
        `${at}.maxLifetime`,
        `${at}.${member}[0]`,
      ]);
      assert.deepEqual(await problems({ [member]: [UNKNOWN] }), []);
    });
  });

  it("tells what keeps the admin centre from editing a one-sided policy, and nothing of a symmetrical one", async () => {
    const additions = [BLOCKED, { ...BLOCKED, restrictionType: "symmetricKeyAddition" }];
    await provider.check(declare({ passwordCredentials: additions }));
    assert.equal(fixture.warnings.length, 1);
    assert.match(
      fixture.warnings[0] ?? "",
      /: servicePrincipalRestrictions\.passwordCredentials passwordAddition; servicePrincipalRestrictions\.passwordCredentials symmetricKeyAddition\. /,
    );
    await provider.check({
      applicationRestrictions: { passwordCredentials: additions },
      servicePrincipalRestrictions: { passwordCredentials: additions },
    });
    assert.equal(fixture.warnings.length, 1);
  });
});
