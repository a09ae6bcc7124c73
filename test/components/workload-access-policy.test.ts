import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { WorkloadAccessPolicy, type WorkloadAccessPolicyArgs } from "../../components";
import { idOf, Recorder, valueOf } from "./recorder";
import { refusal } from "./refusal";

const DAEMON = "0a0e0000-0000-4000-8000-0000000000d1";
const JOB = "0a0e0000-0000-4000-8000-0000000000d2";
const base = {
  servicePrincipalObjectIds: [DAEMON],
  networks: ["198.51.100.0/24", "2001:DB8:0::/32"],
} satisfies WorkloadAccessPolicyArgs;
const declare = (args: object = {}): WorkloadAccessPolicy =>
  new WorkloadAccessPolicy("partner-daemon", { ...base, ...args });

const locationObjectId = idOf("azuread:index/namedLocation:NamedLocation", "partner-daemon-location");

describe("WorkloadAccessPolicy", () => {
  it("blocks the applications outside their networks, in report-only mode first", async () => {
    const recorder = await Recorder.start();
    const policy = declare({ servicePrincipalObjectIds: [DAEMON, pulumi.output(JOB)] });
    const registered = await recorder.all();
    assert.deepEqual(
      registered.map(({ type, name, parent, inputs }) => ({ type, name, parent, inputs })),
      [
        {
          type: "azuread:index/conditionalAccessPolicy:ConditionalAccessPolicy",
          name: "partner-daemon-policy",
          parent: "partner-daemon",
          inputs: {
            displayName: "partner-daemon",
            state: "enabledForReportingButNotEnforced",
            conditions: {
              applications: { includedApplications: ["All"] },
              clientApplications: { includedServicePrincipals: [DAEMON, JOB] },
              clientAppTypes: ["all"],
              locations: { includedLocations: ["All"], excludedLocations: [locationObjectId] },
              users: { includedUsers: ["None"] },
            },
            grantControls: { operator: "OR", builtInControls: ["block"] },
          },
        },
        {
          type: "azuread:index/namedLocation:NamedLocation",
          name: "partner-daemon-location",
          parent: "partner-daemon",
          inputs: {
            displayName: "partner-daemon",
            ip: { ipRanges: ["198.51.100.0/24", "2001:db8::/32"], trusted: false },
          },
        },
        { type: "certlock:components:WorkloadAccessPolicy", name: "partner-daemon", parent: "", inputs: {} },
      ],
    );
    assert.deepEqual(await valueOf(policy.locationObjectId), { value: locationObjectId, secret: false });
    assert.deepEqual(await valueOf(policy.policyObjectId), {
      value: idOf("azuread:index/conditionalAccessPolicy:ConditionalAccessPolicy", "partner-daemon-policy"),
      secret: false,
    });
  });

  it("enforces when told so, and changes nothing else", async () => {
    const policyOf = async (args: object) => {
      const recorder = await Recorder.start();
      declare(args);
      return (await recorder.all())[0]?.inputs ?? {};
    };
    const [watching, enforcing] = [await policyOf({}), await policyOf({ mode: "enforced" })];
    assert.deepEqual(enforcing, { ...watching, state: "enabled" });
  });

  it("refuses every bad argument at once", async () => {
    assert.deepEqual(
      await refusal(() =>
        declare({
          servicePrincipalObjectIds: [`/servicePrincipals/${DAEMON}`, JOB, JOB, "partner-daemon"],
          networks: ["198.51.100.0/24", "198.51.100.0/24", "192.168.0.0/16", "0.0.0.0/0", "198.51.100.7"],
          mode: "off",
          displayName: "",
        }),
      ),
      [
        "servicePrincipalObjectIds[0] invalid-id",
        "servicePrincipalObjectIds[2] duplicate",
        "servicePrincipalObjectIds[3] invalid-id",
        "networks[1] duplicate",
        "networks[2] network-not-public",
        "networks[3] network-too-wide",
        "networks[4] network-malformed",
        "mode out-of-range",
        "displayName missing",
      ],
    );
  });

  it("refuses no applications, no networks, and more networks than a location holds", async () => {
    const many = Array.from({ length: 2001 }, (_, index) => `8.8.${index >> 8}.${index & 255}/32`);
    assert.deepEqual(
      [
        await refusal(() => declare({ servicePrincipalObjectIds: [], networks: [] })),
        await refusal(() => declare({ networks: many })),
      ],
      [["servicePrincipalObjectIds missing", "networks missing"], ["networks too-many"]],
    );
    const recorder = await Recorder.start();
    declare({ networks: many.slice(0, 2000) });
    assert.equal((await recorder.all()).length, 3);
  });
});
