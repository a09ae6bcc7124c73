import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { WorkloadAccessPolicy, type WorkloadAccessPolicyArgs } from "../../components";
import { DEPLOYER, idOf, Recorder, valueOf } from "./recorder";
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
    assert.deepEqual(await valueOf(pulumi.output(policy.locationObjectId)), {
      value: locationObjectId,
      secret: false,
    });
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

  it("blocks applications that are at risk, wherever they sign in from", async () => {
    const recorder = await Recorder.start();
    const policy = new WorkloadAccessPolicy("partner-daemon-risk", {
      servicePrincipalObjectIds: [DAEMON],
      riskLevels: ["high", "medium"],
    });
    const registered = await recorder.all();
    assert.deepEqual(
      registered.map(({ name, inputs }) => ({ name, inputs })),
      [
        {
          name: "partner-daemon-risk-policy",
          inputs: {
            displayName: "partner-daemon-risk",
            state: "enabledForReportingButNotEnforced",
            conditions: {
              applications: { includedApplications: ["All"] },
              clientApplications: { includedServicePrincipals: [DAEMON] },
              clientAppTypes: ["all"],
              servicePrincipalRiskLevels: ["high", "medium"],
              users: { includedUsers: ["None"] },
            },
            grantControls: { operator: "OR", builtInControls: ["block"] },
          },
        },
        { name: "partner-daemon-risk", inputs: {} },
      ],
    );
    assert.equal(policy.locationObjectId, undefined);
  });

  it("does not lock out the principal that deploys, in whatever way it is named", async () => {
    for (const named of [DEPLOYER, DEPLOYER.toUpperCase(), pulumi.output(DEPLOYER)]) {
      const recorder = await Recorder.start();
      // What the policy exports never comes, so there is no waiting for all.
      const refused = firstRejection();
      declare({ servicePrincipalObjectIds: [DAEMON, named] });
      assert.match(
        await refused,
        /CERTLOCK_ARGUMENTS: WorkloadAccessPolicy "partner-daemon" has 1 problem in its arguments[^]*servicePrincipalObjectIds\[1\][^]*own-principal/,
      );
      assert.equal(recorder.count, 2, "the location and the component, and no policy");
    }
  });

  it("refuses targets of other resources once they are known, as it does those in the program", async () => {
    const late = async (...targets: pulumi.Input<string>[]): Promise<string | undefined> => {
      const recorder = await Recorder.start();
      const refused = firstRejection();
      declare({ servicePrincipalObjectIds: targets, mode: "enforced" });
      const found = /(servicePrincipalObjectIds\[\d\]) \[([\w-]+)\]/.exec(await refused);
      assert.equal(recorder.count, 2, "the location and the component, and no policy");
      return found?.slice(1).join(" ");
    };
    const path = (id: string): pulumi.Output<string> => pulumi.output(`/servicePrincipals/${id}`);
    assert.deepEqual(
      [
        await late(DAEMON, path(JOB)),
        await late(path(DEPLOYER)),
        await late(pulumi.output("partner-daemon"), DAEMON),
        await late(pulumi.output(DAEMON), JOB, pulumi.output(DAEMON.toUpperCase())),
        await late(pulumi.output(null as unknown as string)),
      ],
      [
        "servicePrincipalObjectIds[1] invalid-id",
        "servicePrincipalObjectIds[0] invalid-id",
        "servicePrincipalObjectIds[0] invalid-id",
        "servicePrincipalObjectIds[2] duplicate",
        "servicePrincipalObjectIds[0] invalid-id",
      ],
    );
  });

  it("refuses what says nothing, or two things, about when to block", async () => {
    const decide = (condition: object): Promise<string[]> =>
      refusal(() => declare({ networks: undefined, ...condition }));
    assert.deepEqual(
      [
        await decide({}),
        await decide({ networks: base.networks, riskLevels: ["high"] }),
        await decide({ riskLevels: [] }),
        await decide({ riskLevels: ["high", "none", "high"] }),
      ],
      [
        ["networks missing"],
        ["riskLevels choose-one"],
        ["riskLevels missing"],
        ["riskLevels[1] out-of-range", "riskLevels[2] duplicate"],
      ],
    );
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

  it("refuses options that nobody reads, that are null, or of another type", async () => {
    assert.deepEqual(
      [
        await refusal(() => declare({ mdoe: "enforced", network: [] })),
        await refusal(() => declare({ mode: null, displayName: null, servicePrincipalObjectIds: null })),
        await refusal(() => declare({ servicePrincipalObjectIds: DAEMON, networks: "198.51.100.0/24" })),
        await refusal(() => declare({ servicePrincipalObjectIds: [null] })),
        await refusal(() => new WorkloadAccessPolicy("none", undefined as never)),
      ],
      [
        ["mdoe unknown-key", "network unknown-key"],
        ["mode missing", "displayName missing", "servicePrincipalObjectIds missing"],
        ["servicePrincipalObjectIds wrong-type", "networks wrong-type"],
        ["servicePrincipalObjectIds[0] invalid-id"],
        ["arguments wrong-type"],
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

/** What the engine would stop the program with. */
function firstRejection(): Promise<string> {
  // Pulumi's runtime listens for these itself; so does mocha, which would fail the test.
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  return new Promise((resolve) => {
    process.once("unhandledRejection", (reason) => {
      for (const other of others) process.on("unhandledRejection", other);
      resolve(String(reason));
    });
  });
}
