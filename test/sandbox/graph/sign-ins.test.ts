import assert from "node:assert/strict";
import { refusal, type Answer } from "../tenant-fixture";
import { RunningSandbox } from "../sandbox-client";

/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- JSON of any shape is what is asserted on */

describe("sandbox: sign-ins and the use of credentials", () => {
  it("tells in beta who signed in with which credential, and what it was used for last", async () => {
    const running = await RunningSandbox.start();
    try {
      const { tenant, deployer } = running.sandbox;
      await running.deployerToken();
      running.advance(60_000);
      await running.token(running.assertion(deployer.clientId, deployer), { address: "203.0.113.7" });
      const read = (path: string): Answer => {
        const caller = { appId: deployer.clientId, roles: ["AuditLog.Read.All"] };
        const { status, body } = tenant.graph({ method: "GET", path, caller });
        return { status, body };
      };
      const filter = encodeURIComponent("signInEventTypes/any(t: t eq 'servicePrincipal')");
      const { value } = read(`/beta/auditLogs/signIns?$filter=${filter}`).body;
      const keyId = tenant.applicationByAppId(deployer.clientId)?.keyCredentials[0]?.keyId;
      assert.deepEqual(
        (value as Record<string, unknown>[]).map((entry) => [
          entry["clientCredentialType"],
          entry["servicePrincipalCredentialKeyId"],
          entry["ipAddress"],
          entry["conditionalAccessStatus"],
          entry["signInEventTypes"],
        ]),
        ["203.0.113.7", "198.51.100.10"].map((address) => [
          "certificate",
          keyId,
          address,
          "notApplied",
          ["servicePrincipal"],
        ]),
      );
      assert.match(String(value[0].servicePrincipalCredentialThumbprint), /^[0-9A-F]{40}$/i);
      // People at screens there are none, and v1.0 lists nobody else.
      assert.deepEqual(read("/beta/auditLogs/signIns").body.value, []);
      assert.deepEqual(read("/v1.0/auditLogs/signIns").body.value, []);
      assert.equal(refusal(read("/v1.0/auditLogs/signIns?$select=clientCredentialType")), "400 BadRequest");

      const [activity, ...more] = read("/beta/reports/appCredentialSignInActivities").body.value as Record<
        string,
        unknown
      >[];
      assert.equal(more.length, 0);
      assert.deepEqual(
        [activity?.["keyId"], activity?.["keyType"], activity?.["keyUsage"], activity?.["credentialOrigin"]],
        [keyId, "certificate", "verify", "application"],
      );
      const seconds = running.now.toISOString().replace(".000Z", "Z");
      assert.equal((activity?.["signInActivity"] as Record<string, unknown>)["lastSignInDateTime"], seconds);
      const byId = read(
        `/beta/reports/appCredentialSignInActivities/${encodeURIComponent(String(activity?.["id"]))}`,
      );
      assert.equal(byId.body.keyId, keyId);
      assert.equal(refusal(read("/v1.0/reports/appCredentialSignInActivities")), "400 BadRequest");
    } finally {
      await running.close();
    }
  });
});
