import assert from "node:assert/strict";
import { request } from "node:http";
import { refusal, SECRETS_USER, VaultDoor } from "./vault-doors";

const NOW = new Date("2026-03-01T12:00:00Z");
const EPOCH = NOW.getTime() / 1000;
const API = "api-version=7.5";

describe("key vault door", () => {
  let door: VaultDoor;
  beforeEach(async () => {
    door = await VaultDoor.open(() => NOW);
  });
  afterEach(() => door.close());

  const put = (name: string, value: string, attributes = {}, contentType?: string) =>
    door.tenant.vaults.secrets.put(door.vault, { name, value, attributes, contentType, tags: { app: name } });
  const version = (name: string, index: number) =>
    door.tenant.vaults.secrets.get(door.vault, name)?.versions[index]?.version ?? "";
  const path = (rest: string) => `/kv-billing/secrets${rest}${rest.includes("?") ? "&" : "?"}${API}`;

  it("challenges a caller without a valid token, as Key Vault does", async () => {
    for (const authorization of ["", "Bearer bad"]) {
      const answer = await door.get(path("/billing"), { authorization });
      assert.deepEqual(refusal(answer), [401, "Unauthorized", undefined]);
      assert.equal(
        answer.headers.get("www-authenticate"),
        `Bearer authorization="https://login.microsoftonline.com/${door.tenant.id}", resource="https://vault.azure.net"`,
      );
    }
    assert.deepEqual([...new Set(door.audiences)], ["https://vault.azure.net"]);
  });

  it("gives the latest version of a secret as a bundle", async () => {
    door.grant(SECRETS_USER);
    put("billing", "old");
    put("billing", "new", { expires: EPOCH + 60, notBefore: EPOCH }, "application/x-pem-file");
    const { status, body } = await door.get(path("/billing"));
    assert.equal(status, 200);
    assert.deepEqual(body, {
      value: "new",
      contentType: "application/x-pem-file",
      id: `https://kv-billing.vault.azure.net/secrets/billing/${version("billing", 1)}`,
      attributes: {
        enabled: true,
        nbf: EPOCH,
        exp: EPOCH + 60,
        created: EPOCH,
        updated: EPOCH,
        recoveryLevel: "Recoverable+Purgeable",
        recoverableDays: 90,
      },
      tags: { app: "billing" },
    });
  });

  it("gives a version by its id, and a name whatever its case", async () => {
    door.grant(SECRETS_USER);
    put("billing", "old");
    put("billing", "new");
    const old = await door.get(path(`/Billing/${version("billing", 0)}`));
    assert.equal(old.body["value"], "old");
    const none = await door.get(path(`/billing/${"0".repeat(32)}`));
    assert.deepEqual(refusal(none), [404, "SecretNotFound", undefined]);
  });

  it("finds the vault by its real host name and by a local one", async () => {
    door.grant(SECRETS_USER);
    put("billing", "value");
    for (const host of ["kv-billing.vault.azure.net", "kv-billing.localhost:8443"]) {
      assert.equal(await valueByHost(door.url, `/secrets/billing?${API}`, host), "value");
    }
    assert.deepEqual(refusal(await door.get(`/other/secrets/billing?${API}`)), [
      404,
      "VaultNotFound",
      undefined,
    ]);
    assert.deepEqual(refusal(await door.get(`/?${API}`)), [400, "BadParameter", undefined]);
  });

  it("wants an api-version it knows", async () => {
    door.grant(SECRETS_USER);
    put("billing", "value");
    const statuses = await Promise.all(
      ["", "?api-version=7.x", "?api-version=2016-10-01", "?api-version=7.6-preview.2"].map(
        async (query) => (await door.get(`/kv-billing/secrets/billing${query}`)).status,
      ),
    );
    assert.deepEqual(statuses, [400, 400, 200, 200]);
  });

  it("refuses a disabled secret and gives an expired one", async () => {
    door.grant(SECRETS_USER);
    put("disabled", "value", { enabled: false });
    put("expired", "value", { expires: EPOCH - 1 });
    assert.deepEqual(refusal(await door.get(path("/disabled"))), [403, "Forbidden", "SecretDisabled"]);
    assert.equal((await door.get(path("/expired"))).body["value"], "value");
  });

  it("knows no secret that was never written or is deleted", async () => {
    door.grant(SECRETS_USER);
    put("billing", "value");
    door.tenant.vaults.secrets.delete(door.vault, "billing");
    const answers = await Promise.all(
      ["/billing", "/never", "/never/versions"].map((each) => door.get(path(each))),
    );
    assert.deepEqual(
      answers.map((each) => refusal(each)),
      answers.map(() => [404, "SecretNotFound", undefined]),
    );
  });

  it("lists secrets and versions without a value, page by page", async () => {
    door.grant(SECRETS_USER);
    for (let index = 0; index < 30; index++) put(`secret-${index}`, `value-${index}`);
    const first = await door.get(path("?maxresults=20"));
    const next = String(first.body["nextLink"]);
    assert.ok(next.startsWith("https://127.0.0.1:"), next);
    const second = await door.get(next.slice(next.indexOf("/kv-billing")));
    const items = [first, second].flatMap(({ body }) => body["value"] as { id: string }[]);
    assert.deepEqual(
      items.map(({ id }) => id),
      Array.from({ length: 30 }, (_, index) => `https://kv-billing.vault.azure.net/secrets/secret-${index}`),
    );
    assert.equal(second.body["nextLink"], null);
    assert.equal(JSON.stringify([first.body, second.body]).includes("value-"), false);

    put("secret-0", "value-b");
    const versions = await door.get(path("/secret-0/versions"));
    assert.deepEqual(
      (versions.body["value"] as { id: string }[]).map(({ id }) => id),
      [0, 1].map(
        (each) => `https://kv-billing.vault.azure.net/secrets/secret-0/${version("secret-0", each)}`,
      ),
    );
    assert.deepEqual(refusal(await door.get(path("?maxresults=26"))), [400, "BadParameter", undefined]);
  });

  it("refuses what it does not emulate with a hint", async () => {
    const backup = await door.get(path("/billing/backup"), {}, "POST");
    assert.deepEqual(refusal(backup), [405, "MethodNotAllowed", undefined]);
    const list = await door.get(`/kv-billing/keys?${API}`);
    assert.deepEqual(refusal(list), [405, "MethodNotAllowed", undefined]);
    const storage = await door.get(`/kv-billing/storage?${API}`);
    assert.deepEqual(refusal(storage), [400, "BadParameter", undefined]);
    assert.deepEqual(refusal(await door.get(`/%E0%A4%A?${API}`)), [400, "BadParameter", undefined]);
  });
});

async function valueByHost(url: string, path: string, host: string): Promise<unknown> {
  const text = await new Promise<string>((resolve, reject) => {
    const call = request(url + path, { headers: { host, authorization: "Bearer good" } }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (body += chunk));
      response.on("end", () => {
        resolve(body);
      });
    });
    call.on("error", reject);
    call.end();
  });
  return (JSON.parse(text) as Record<string, unknown>)["value"];
}
