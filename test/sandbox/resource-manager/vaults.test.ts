import assert from "node:assert/strict";
import type { RunningSandbox } from "../sandbox-client";
import { DAY } from "../tenant-fixture";
import { ArmClient, armVerdict as verdict } from "./arm-client";

/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- JSON of any shape is what is asserted on */

describe("sandbox: vaults at Azure Resource Manager", () => {
  let client: ArmClient;
  let running: RunningSandbox;
  let token: string;
  let subscription: string;
  let count = 0;
  let vault: string;

  before(async () => {
    client = await ArmClient.start();
    ({ running, token, subscription } = client);
  });
  after(() => running.close());
  beforeEach(() => {
    count += 1;
    vault = client.vaultPath(`kv-arm-${count}`);
  });

  const arm: ArmClient["call"] = (...call) => client.call(...call);
  const properties = (more?: object): object => client.properties(more);
  const putVault = (more?: object) => client.putVault(vault, more);

  it("makes a vault as Azure does: its name is being set up first, then it is there", async () => {
    const made = await putVault();
    assert.deepEqual(
      [made.status, made.headers["retry-after"], made.body.properties.provisioningState],
      [200, "1", "RegisteringDns"],
    );
    const found = await arm("GET", vault.toUpperCase().replace("/SUBSCRIPTIONS/", "/subscriptions/"));
    const { id, location, type, properties: shown } = found.body;
    assert.deepEqual([id, location, type], [vault, "westeurope", "Microsoft.KeyVault/vaults"]);
    assert.deepEqual(
      [shown.provisioningState, shown.vaultUri, shown.enableSoftDelete, shown.softDeleteRetentionInDays],
      ["Succeeded", `https://kv-arm-${count}.${running.sandbox.vaultSuffix}/`, true, 90],
    );
    const again = await putVault({ publicNetworkAccess: "Disabled" });
    assert.deepEqual(
      [again.status, again.body.properties.provisioningState, again.body.properties.publicNetworkAccess],
      [200, "Succeeded", "Disabled"],
    );
  });

  it("refuses a vault that is malformed, without a word of what it was sent", async () => {
    const cases: [object | undefined, string][] = [
      [{ location: "westeurope" }, "400 BadRequest"],
      [{ properties: properties() }, "400 LocationRequired"],
      [{ location: "westeurope", properties: "hunter2" }, "400 BadRequest"],
      [
        { location: "westeurope", properties: properties({ networkAcls: { ipRules: ["hunter2"] } }) },
        "400 BadRequest",
      ],
      [{ location: "westeurope", properties: properties(), tags: { a: { b: "hunter2" } } }, "400 BadRequest"],
      [
        { location: "westeurope", properties: properties({ softDeleteRetentionInDays: 5 }) },
        "400 BadRequest",
      ],
    ];
    for (const [body, expected] of cases) {
      const answer = await arm("PUT", vault, body);
      assert.equal(verdict(answer), expected);
      assert.equal(JSON.stringify(answer.body).includes("hunter2"), false);
    }
    const text = await running.request(
      `${running.sandbox.resourceManagerUrl}${vault}?api-version=2023-07-01`,
      {
        method: "PUT",
        headers: { authorization: `Bearer ${token}` },
        body: "hunter2",
      },
    );
    assert.deepEqual(
      [verdict(text), JSON.stringify(text.body).includes("hunter2")],
      ["400 BadRequest", false],
    );
    assert.equal(verdict(await arm("GET", vault)), "404 ResourceNotFound");
    const elsewhere = vault.replace("rg-identities", "rg-nowhere");
    assert.equal(verdict(await arm("GET", elsewhere)), "404 ResourceGroupNotFound");
    assert.equal(
      verdict(await arm("PUT", elsewhere, { location: "westeurope", properties: properties() })),
      "404 ResourceGroupNotFound",
    );
  });

  it("changes only what a PATCH names, and access policies one principal at a time", async () => {
    await putVault({ enableRbacAuthorization: false });
    const patched = await arm("PATCH", vault, {
      tags: { team: "billing" },
      properties: { enabledForDeployment: true },
    });
    assert.deepEqual(
      [
        patched.body.tags,
        patched.body.properties.enabledForDeployment,
        patched.body.properties.enableRbacAuthorization,
      ],
      [{ team: "billing" }, true, false],
    );
    const policy = (objectId: string, ...secrets: string[]) => ({
      properties: {
        accessPolicies: [{ tenantId: running.sandbox.tenant.id, objectId, permissions: { secrets } }],
      },
    });
    const holders = async (): Promise<unknown> => {
      const { body } = await arm("GET", vault);
      const found = body.properties.accessPolicies as {
        objectId: string;
        permissions: { secrets: string[] };
      }[];
      return found.map(({ objectId, permissions }) => [objectId, ...permissions.secrets]);
    };
    await arm("PUT", `${vault}/accessPolicies/add`, policy("a", "get"));
    await arm("PUT", `${vault}/accessPolicies/add`, policy("b", "list"));
    await arm("PUT", `${vault}/accessPolicies/add`, policy("a", "set"));
    assert.deepEqual(await holders(), [
      ["b", "list"],
      ["a", "set"],
    ]);
    await arm("PUT", `${vault}/accessPolicies/remove`, policy("b"));
    assert.deepEqual(await holders(), [["a", "set"]]);
    await arm("PUT", `${vault}/accessPolicies/replace`, policy("c", "get"));
    assert.deepEqual(await holders(), [["c", "get"]]);
    assert.equal(verdict(await arm("PUT", `${vault}/accessPolicies/toggle`, policy("c"))), "400 BadRequest");
  });

  it("deletes a vault softly: its name is taken until it is recovered or purged, which protection forbids", async () => {
    const name = `kv-arm-${count}`;
    const deletedPath = `${subscription}/providers/Microsoft.KeyVault/locations/westeurope/deletedVaults/${name}`;
    await putVault({ softDeleteRetentionInDays: 7 });
    assert.equal(verdict(await arm("DELETE", vault)), "200");
    assert.equal(verdict(await arm("DELETE", vault)), "204");
    const { body: deleted } = await arm("GET", deletedPath);
    assert.deepEqual(
      [
        deleted.properties.vaultId,
        Date.parse(deleted.properties.scheduledPurgeDate as string) - running.now.getTime(),
      ],
      [vault, 7 * DAY],
    );
    assert.equal(verdict(await putVault({ softDeleteRetentionInDays: 7 })), "409 ConflictError");
    const taken = await arm("POST", `${subscription}/providers/Microsoft.KeyVault/checkNameAvailability`, {
      name,
    });
    assert.deepEqual([taken.body.nameAvailable, taken.body.reason], [false, "AlreadyExists"]);
    assert.equal(verdict(await putVault({ softDeleteRetentionInDays: 7, createMode: "recover" })), "200");
    assert.equal(verdict(await arm("GET", deletedPath)), "404 DeletedVaultNotFound");

    await arm("DELETE", vault);
    const purge = await arm("POST", `${deletedPath}/purge`);
    const location = purge.headers["location"] ?? "";
    assert.equal(purge.status, 202);
    const done = await running.request(location, { headers: { authorization: `Bearer ${token}` } });
    assert.equal(done.status, 200);
    assert.equal(verdict(await putVault({ enablePurgeProtection: true })), "200");
    await arm("DELETE", vault);
    assert.equal(verdict(await arm("POST", `${deletedPath}/purge`)), "405 MethodNotAllowed");
  });

  it("writes a secret and never gives its value back; what was there before stays as a version", async () => {
    await putVault();
    const path = `${vault}/secrets/plain`;
    assert.equal(verdict(await arm("GET", path)), "404 SecretNotFound");
    assert.equal(verdict(await arm("PUT", path, { properties: {} })), "400 BadRequest");
    const expires = Math.floor(running.now.getTime() / 1000) + 3600;
    const made = await arm("PUT", path, {
      properties: { value: "hunter2", contentType: "text/plain", attributes: { exp: expires } },
    });
    const replaced = await arm("PUT", path, { properties: { value: "hunter3" } });
    const found = await arm("GET", path);
    const listed = await arm("GET", `${vault}/secrets`);
    assert.deepEqual([made.status, replaced.status, found.status], [201, 200, 200]);
    assert.equal(made.body.properties.attributes.exp, expires);
    assert.equal(/hunter/.test(JSON.stringify([made.body, replaced.body, found.body, listed.body])), false);
    const stored = running.sandbox.tenant.vaults.vault(`kv-arm-${count}`)?.secrets.get("plain");
    assert.ok(stored);
    assert.deepEqual(
      stored.versions.map(({ value }) => value),
      ["hunter2", "hunter3"],
    );
    assert.equal(
      found.body.properties.secretUriWithVersion,
      `https://kv-arm-${count}.${running.sandbox.vaultSuffix}/secrets/plain/${stored.versions[1]?.version ?? ""}`,
    );
    const patched = await arm("PATCH", path, {
      tags: { a: "b" },
      properties: { attributes: { enabled: false } },
    });
    assert.deepEqual([patched.body.tags, patched.body.properties.attributes.enabled], [{ a: "b" }, false]);
    assert.equal(stored.versions.length, 2);
  });
});
