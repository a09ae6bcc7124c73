/** A vault with everything around it on the real engine: closed, watched, read from inside, rotated, given up. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { dayOf, dateOf } from "../../components/calendar";
import { loggedCategories } from "../../sandbox/vault/diagnostic-settings";
import type { Outcome, StackSession } from "../../tools/stack/stack";
import { fetchTrusting } from "../../tools/tenant/fetch";
import { callerOf } from "../../tools/tenant/graph";
import { Deployment, PACK } from "./deployment";
import { engineFor } from "./engine";

const DAY_MS = 86_400_000;
const WEBHOOK = "https://hooks.contoso.com/expiry?code=canary-webhook-71d4";

describe("a vault of credentials, on the real engine", function () {
  this.timeout(180_000);
  let deployment: Deployment;
  /** Days the tenant's clock runs ahead. */
  let day = 0;
  const clock = (): Date => new Date(Date.now() + day * DAY_MS);
  const epoch = dateOf(dayOf(new Date()));
  const said: string[] = [];

  before(async function () {
    deployment = await Deployment.start(await engineFor(this), { clock });
  });
  after(async () => {
    await deployment.close();
  });

  // The tests of this suite are one story: each goes on where the last one ended.

  it("is made closed and watched, in the eyes of the guard, with one secret that one reader may read", async () => {
    const preview = heard(await (await open()).preview());
    // The end of a certificate that is not issued yet; the update decides.
    assert.deepEqual(vaultFindings(preview), [
      "vault-secret-metadata billing-nightly-secret-billing-nightly",
    ]);
    const made = heard(await (await open()).up());
    assert.deepEqual(vaultFindings(made), []);
    const { vaults } = deployment.sandbox.tenant;
    const { properties, id } = vault();
    assert.deepEqual(
      {
        rbac: properties.enableRbacAuthorization,
        purgeProtection: properties.enablePurgeProtection,
        days: properties.softDeleteRetentionInDays,
        public: properties.publicNetworkAccess,
        acls: properties.networkAcls,
        policies: properties.accessPolicies,
        tags: vault().tags,
        endpoints: vaults.privateEndpoints.leadingTo(id).map(({ name }) => name),
        logs: vaults.diagnosticSettings.of(id).map(loggedCategories),
        secrets: [...vault().secrets.keys()],
        versions: versions(),
      },
      {
        rbac: true,
        purgeProtection: true,
        days: 90,
        public: "Disabled",
        acls: { bypass: "None", defaultAction: "Deny", ipRules: [], virtualNetworkRules: [] },
        policies: [],
        tags: { owner: "finance-platform@contoso.com", rotation: "by deployment" },
        endpoints: ["kv-billing-nightly-endpoint"],
        logs: [["AuditEvent"]],
        secrets: ["billing-nightly"],
        versions: [{ generation: "1", contentType: "application/x-pem-file", enabled: true, endsIn: 125 }],
      },
    );
  });

  it("hands the key out inside the network, and to nobody outside", async () => {
    const uri = String((await (await open()).outputs())["secretUri"]?.value);
    assert.match(
      await from("10.1.2.3").secret(uri),
      /^-----BEGIN PRIVATE KEY-----[^]+-----END CERTIFICATE-----\n$/,
    );
    await assert.rejects(from("198.51.100.10").secret(uri), /answered 403/);
  });

  it("stays as it is while nothing changes, also after a look at the tenant", async () => {
    assert.deepEqual(heard(await (await open()).preview()).changes, {});
    heard(await (await open()).refresh());
    assert.deepEqual(heard(await (await open()).preview()).changes, {});
  });

  it("takes another owner in place", async () => {
    // The vault, its endpoint, its topic and the secret carry the tag.
    assert.deepEqual(heard(await (await open({ owner: "treasury@contoso.com" })).up()).changes, {
      update: 4,
    });
  });

  it("tells of no end while rotation goes on, and of the end of what was not renewed", async () => {
    day = 60;
    heard(await (await open()).up());
    assert.deepEqual(versions().at(-1)?.generation, "2");
    // The first certificate would be announced from day 95 on, had the second not taken its place.
    day = 154;
    assert.deepEqual(announced(), []);
    day = 155;
    assert.deepEqual(announced(), ["Microsoft.KeyVault.SecretNearExpiry billing-nightly"]);
    day = 185;
    assert.deepEqual(announced(), [
      "Microsoft.KeyVault.SecretNearExpiry billing-nightly",
      "Microsoft.KeyVault.SecretExpired billing-nightly",
    ]);
    day = 60;
  });

  it("keeps every version, each with the end of its own certificate", () => {
    const ends = versions().map(({ generation, enabled, endsIn }) => [generation, enabled, endsIn]);
    assert.deepEqual(
      ends.filter(([generation]) => generation === "2"),
      [["2", true, 125]],
    );
    assert.ok(
      ends.every(
        ([generation, enabled, endsIn]) => generation === "2" || (enabled === true && endsIn === 65),
      ),
    );
  });

  it("keeps the secret when it leaves the stack, and takes the reader's role away", async () => {
    assert.deepEqual(heard(await (await open({ stored: false })).up()).changes, { delete: 2 });
    assert.deepEqual([...vault().secrets.keys()], ["billing-nightly"]);
    const { roleAssignments } = deployment.sandbox.tenant.vaults;
    const scope = `${vault().id}/secrets/billing-nightly`;
    assert.equal(roleAssignments.allows(deployer(), "secrets/getSecret/action", scope), false);
  });

  it("can be given up with all that watched it, and brought back for ninety days", async () => {
    const { vaults } = deployment.sandbox.tenant;
    const { id } = vault();
    assert.ok(heard(await (await open({ stored: false })).destroy()).ok);
    assert.equal(vaults.vault("kv-billing-nightly"), undefined);
    assert.deepEqual(
      [
        vaults.privateEndpoints.leadingTo(id),
        vaults.diagnosticSettings.of(id),
        vaults.events.announcedBy(id, clock()),
      ],
      [[], [], []],
    );
    const again = await (await open()).up();
    assert.equal(again.ok, false);
    assert.match(again.output, /already exists in deleted state/);
  });

  it("never shows the password of the webhook", async () => {
    said.push(JSON.stringify(await (await open()).exportState()));
    assert.ok(said.join("").length > 1000);
    assert.ok(!said.join("\n").includes("canary-webhook-71d4"));
  });

  function open(config: Readonly<Record<string, unknown>> = {}): Promise<StackSession> {
    const named = { now: clock().toISOString(), epoch, webhook: WEBHOOK, ...config };
    return deployment.open({
      program: join(__dirname, "vault-program.ts"),
      policyPacks: [PACK],
      config: Object.fromEntries(
        Object.entries(named).map(([key, value]) => [`certlock-tenant:${key}`, value]),
      ),
    });
  }

  function heard(outcome: Outcome): Outcome {
    said.push(JSON.stringify(outcome));
    assert.ok(outcome.ok, outcome.output);
    return outcome;
  }

  function vaultFindings({ findings, packs }: Outcome): string[] {
    assert.deepEqual(
      packs.map((pack) => pack.split("|")[0]),
      ["certlock-policies"],
    );
    return findings
      .map(({ rule, resource }) => `${rule} ${resource.split("::").at(-1) ?? ""}`)
      .filter((each) => each.startsWith("vault-"));
  }

  function vault() {
    return deployment.sandbox.tenant.vaults.vault("kv-billing-nightly") ?? assert.fail("there is no vault");
  }

  function versions() {
    const now = clock().getTime();
    return (vault().secrets.get("billing-nightly")?.versions ?? []).map(
      ({ tags, contentType, attributes }) => ({
        generation: tags["generation"],
        contentType,
        enabled: attributes.enabled,
        endsIn: Math.round(((attributes.expires ?? 0) * 1000 - now) / DAY_MS),
      }),
    );
  }

  function announced(): string[] {
    const { events } = deployment.sandbox.tenant.vaults;
    return events.announcedBy(vault().id, clock()).map(({ type, subject }) => `${type} ${subject}`);
  }

  function deployer(): string {
    const { tenant } = deployment.sandbox;
    return tenant.servicePrincipalByAppId(tenant.deployer.appId)?.id ?? "";
  }

  /** The reader, calling from an address. */
  function from(address: string) {
    const send = fetchTrusting(deployment.sandbox.caCertificatePem);
    return callerOf(deployment.sandbox, (url, init) =>
      send(url, {
        ...init,
        headers: { ...(init?.headers as Record<string, string>), "x-sandbox-client-address": address },
      }),
    );
  }
});
