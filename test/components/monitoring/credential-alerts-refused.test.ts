import assert from "node:assert/strict";
import * as fc from "fast-check";
import { lateRefusalOfMany } from "../late-refusal";
import { Recorder } from "../recorder";
import { refusal } from "../refusal";
import { APPLICATION, declareAlerts as declare, ON_CALL, VAULT_ID, WORKSPACE } from "./declaration";

describe("refused arguments of CredentialAlerts", function () {
  this.timeout(60_000);

  it("stops a rule whose query grows beyond what Sentinel takes, and says what to do", async () => {
    const networks = Array.from({ length: 200 }, (_, at) => `203.${at}.0.0/16`);
    const applications = Object.fromEntries(
      ["a", "b", "c"].map((name) => [name, { application: APPLICATION, networks }]),
    );
    const { errors } = await lateRefusalOfMany(() => declare({ sentinel: "only", applications }));
    assert.deepEqual(
      errors.map((error) =>
        error
          .split("\n")
          .filter((line) => /alerts\[|allowed|remedy/.test(line))
          .join(),
      ),
      [
        '  alerts["sign-in-elsewhere"] [too-long],' +
          "    allowed: at most 10000 characters, applications, networks and vaults included," +
          "    remedy:  spread the applications over several CredentialAlerts",
      ],
    );
  });

  it("refuses all bad arguments at once", async () => {
    assert.deepEqual(
      await refusal(() =>
        declare({
          resourceGroupName: "a.",
          workspaceId: ON_CALL,
          actionGroupIds: [WORKSPACE, ...Array.from({ length: 5 }, () => ON_CALL)],
          tenantId: "contoso.com",
          allowedInitiators: ["pipeline"],
          applications: {
            "": { application: APPLICATION },
            ids: { application: { objectId: "/applications/x", servicePrincipalObjectId: undefined } },
            dates: {
              application: {
                ...APPLICATION,
                certificate: { generation: 1.5, rotatesOn: "soon", validFrom: "2026", validUntil: null },
              },
              networks: ["10.0.0.0/8"],
              renewedBy: "hand",
            },
            none: {},
          },
          vaults: { one: { vaultId: WORKSPACE, readers: [] }, two: { vaultId: VAULT_ID, readers: ["me"] } },
          graceDays: 61,
          alerts: {
            "secret-aded": false,
            "secret-added": { severity: 5, every: 7, window: 61, moreThan: 3, sound: "loud" },
            "sign-in-blocked": { moreThan: -1 },
            "policy-changed": { every: 60, window: 30 },
          },
          sentinel: "yes",
          workbook: "no",
        }),
      ),
      [
        "resourceGroupName invalid-name",
        "workspaceId invalid-id",
        "tenantId invalid-id",
        "actionGroupIds[0] invalid-id",
        "actionGroupIds too-many",
        "allowedInitiators[0] invalid-id",
        'applications[""] missing',
        'applications["ids"].application.objectId invalid-id',
        'applications["ids"].application.servicePrincipalObjectId invalid-id',
        'applications["dates"].application.certificate.validFrom invalid-date',
        'applications["dates"].application.certificate.validUntil invalid-date',
        'applications["dates"].application.certificate.rotatesOn invalid-date',
        'applications["dates"].application.certificate.generation wrong-type',
        'applications["dates"].networks[0] network-not-public',
        'applications["dates"].renewedBy out-of-range',
        'applications["none"].application missing',
        'vaults["one"].vaultId invalid-id',
        'vaults["one"].readers missing',
        'vaults["two"].readers[0] invalid-id',
        "graceDays out-of-range",
        "alerts.secret-aded unknown-key",
        'alerts["secret-added"].sound unknown-key',
        'alerts["secret-added"].severity out-of-range',
        'alerts["secret-added"].every out-of-range',
        'alerts["secret-added"].window out-of-range',
        'alerts["secret-added"].moreThan unknown-key',
        'alerts["sign-in-blocked"].moreThan out-of-range',
        'alerts["policy-changed"].window out-of-range',
        "sentinel out-of-range",
        "workbook wrong-type",
      ],
    );
    assert.deepEqual(await refusal(() => declare({ actionGroupIds: [] })), ["actionGroupIds missing"]);
  });

  it("answers anything with a list of problems, or takes it", async () => {
    const anything = fc.anything({ maxDepth: 3, withBigInt: true });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(
          "applications",
          "vaults",
          "alerts",
          "allowedInitiators",
          "actionGroupIds",
          "sentinel",
        ),
        anything,
        async (option, value) => {
          await Recorder.start();
          try {
            declare({ [option]: value, workbook: false });
          } catch (error) {
            assert.equal((error as { code?: string }).code, "CERTLOCK_ARGUMENTS", String(error));
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});
