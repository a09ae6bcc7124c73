import assert from "node:assert/strict";
import { TenantCredentialPolicy } from "../../components";
import { Recorder, valueOf } from "./recorder";
import { refusal } from "./refusal";

const everywhere = "0001-01-01T00:00:00Z";
const restrictions = (maxLifetime: string) => ({
  passwordCredentials: ["passwordAddition", "customPasswordAddition", "symmetricKeyAddition"].map(
    (restrictionType) => ({
      restrictionType,
      state: "enabled",
      restrictForAppsCreatedAfterDateTime: everywhere,
    }),
  ),
  keyCredentials: [
    {
      restrictionType: "asymmetricKeyLifetime",
      state: "enabled",
      maxLifetime,
      restrictForAppsCreatedAfterDateTime: everywhere,
    },
  ],
});

describe("TenantCredentialPolicy", () => {
  it("forbids every kind of secret and bounds certificates, alike for applications and service principals", async () => {
    const recorder = await Recorder.start();
    const policy = new TenantCredentialPolicy("tenant-credentials");
    const registered = await recorder.all();
    assert.deepEqual(
      registered.map(({ type, name, parent, inputs }) => ({ type, name, parent, inputs })),
      [
        {
          type: "certlock:components:TenantCredentialPolicy",
          name: "tenant-credentials",
          parent: "",
          inputs: {},
        },
        {
          type: "certlock:index:TenantAppManagementPolicy",
          name: "tenant-credentials-policy",
          parent: "tenant-credentials",
          inputs: {
            isEnabled: true,
            applicationRestrictions: restrictions("P180D"),
            servicePrincipalRestrictions: restrictions("P180D"),
            onDelete: "restore",
          },
        },
      ],
    );
    assert.deepEqual(await valueOf(policy.policyId), { value: "defaultAppManagementPolicy", secret: false });
  });

  it("takes another limit in days and stays when the stack goes, if told so", async () => {
    const recorder = await Recorder.start();
    new TenantCredentialPolicy("strict", { certificateMaxLifetimeDays: 91, onDelete: "keep" });
    const inputs = (await recorder.all())[1]?.inputs;
    assert.deepEqual(inputs?.["servicePrincipalRestrictions"], restrictions("P91D"));
    assert.equal(inputs["onDelete"], "keep");
  });

  it("refuses limits outside 2 to 366 days and unknown ends", async () => {
    for (const certificateMaxLifetimeDays of [1, 367, 90.5, Number.NaN]) {
      assert.deepEqual(
        await refusal(() => new TenantCredentialPolicy("x", { certificateMaxLifetimeDays })),
        ["certificateMaxLifetimeDays out-of-range"],
        String(certificateMaxLifetimeDays),
      );
    }
    assert.deepEqual(
      await refusal(
        () => new TenantCredentialPolicy("x", { certificateMaxLifetimeDays: 0, onDelete: "purge" as "keep" }),
      ),
      ["certificateMaxLifetimeDays out-of-range", "onDelete out-of-range"],
    );
    for (const certificateMaxLifetimeDays of [2, 366]) {
      const recorder = await Recorder.start();
      new TenantCredentialPolicy("x", { certificateMaxLifetimeDays });
      assert.equal((await recorder.all()).length, 2);
    }
  });
});
