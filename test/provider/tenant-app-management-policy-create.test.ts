import assert from "node:assert/strict";
import type { PropertyMap } from "../../provider/properties";
import { UNKNOWN } from "../../provider/properties";
import { FakeTenant, INITIAL, PATH } from "./fake-tenant";
import { partialState, ProviderClient, text } from "./provider-client";
import { ID, NO_SECRETS, ProviderFixture } from "./provider-fixture";

/** Read, read again right before the write, seen, and seen again a second later. */
const ONE_WRITE = [`GET ${PATH}`, `GET ${PATH}`, `PATCH ${PATH}`, `GET ${PATH}`, `GET ${PATH}`];
const SETTLED_MS = 1_000;

describe("creating a TenantAppManagementPolicy", () => {
  let fixture: ProviderFixture;
  let provider: ProviderClient;
  let tenant: FakeTenant;

  beforeEach(async () => {
    fixture = await ProviderFixture.start();
    ({ provider, tenant } = fixture);
  });

  afterEach(async () => {
    await fixture.close();
  });

  const passwords = (): unknown => tenant.policy.applicationRestrictions?.passwordCredentials;

  it("reads, merges, writes once, sees the result and remembers what was there", async () => {
    const { id, values } = await provider.create(NO_SECRETS);
    assert.equal(id, ID);
    assert.deepEqual(tenant.requests, ONE_WRITE);
    assert.equal(tenant.policy.isEnabled, true);
    assert.deepEqual(
      tenant.policy.applicationRestrictions?.["identifierUris"],
      INITIAL.applicationRestrictions?.["identifierUris"],
    );
    assert.deepEqual(passwords(), [
      INITIAL.applicationRestrictions?.passwordCredentials?.[0],
      {
        restrictionType: "passwordAddition",
        state: "enabled",
        maxLifetime: null,
        restrictForAppsCreatedAfterDateTime: null,
      },
    ]);
    const { previous, applied, exemptActors, ...inputs } = values;
    assert.deepEqual(inputs, NO_SECRETS);
    assert.deepEqual(exemptActors, []);
    assert.deepEqual(JSON.parse(text(previous)), INITIAL);
    const { isEnabled, applicationRestrictions } = NO_SECRETS;
    assert.deepEqual(JSON.parse(text(applied)), { isEnabled, applicationRestrictions });
  });

  it("contacts nobody in a preview and says what it cannot know", async () => {
    const unknown = { ...NO_SECRETS, applicationRestrictions: UNKNOWN } as const;
    const { id, values } = await provider.create(unknown, { preview: true });
    assert.equal(id, "");
    assert.deepEqual(values, { ...unknown, previous: UNKNOWN, applied: UNKNOWN, exemptActors: UNKNOWN });
    assert.deepEqual(tenant.requests, []);
  });

  it("writes nothing when the tenant has it all already", async () => {
    await provider.create(NO_SECRETS);
    const { values } = await provider.create(NO_SECRETS);
    assert.equal(tenant.requests.filter((request) => request.startsWith("PATCH")).length, 1);
    assert.match(text(values["previous"]), /passwordAddition/);
  });

  it("waits until the change shows", async () => {
    let stale = 3;
    tenant.before = (request, response) => {
      if (request.method !== "GET" || tenant.requests.length < 4 || stale-- <= 0) return false;
      response.end(JSON.stringify(INITIAL));
      return true;
    };
    await provider.create(NO_SECRETS);
    assert.deepEqual(fixture.waits, [500, 1_000, 2_000, SETTLED_MS]);
  });

  it("fails with the memory in the state when the change never shows", async () => {
    tenant.before = (request, response) => {
      if (request.method === "PATCH") response.writeHead(204).end();
      return request.method === "PATCH";
    };
    const error: unknown = await provider.create(NO_SECRETS).catch((reason: unknown) => reason);
    const state = partialState(error);
    assert.equal(state?.id, ID);
    assert.match(state.reasons.join(), /^CERTLOCK_WRITE_NOT_VISIBLE: /);
    assert.equal((JSON.parse(text(state.values["previous"])) as { isEnabled: boolean }).isEnabled, false);
    assert.equal(
      fixture.waits.reduce((sum, wait) => sum + wait, 0),
      55_500,
    );
  });

  it("goes on when the connection was cut after the write arrived, without sending it again", async () => {
    tenant.before = (request, response) => {
      if (request.method !== "PATCH") return false;
      tenant.patch(JSON.parse(request.body) as object);
      response.socket?.destroy();
      return true;
    };
    await provider.create(NO_SECRETS);
    assert.deepEqual(tenant.requests, ONE_WRITE);
  });

  it("keeps the memory in the state when the connection was cut and the write never arrives", async () => {
    tenant.before = (request, response) => {
      if (request.method === "PATCH") response.socket?.destroy();
      return request.method === "PATCH";
    };
    const error: unknown = await provider.create(NO_SECRETS).catch((reason: unknown) => reason);
    assert.match(partialState(error)?.reasons.join() ?? "", /^GRAPH_UNREACHABLE: .*outcome|unknown/);
    assert.equal(tenant.requests.filter((request) => request.startsWith("PATCH")).length, 1);
    assert.deepEqual(tenant.policy, INITIAL);
  });

  for (const [situation, statuses] of [
    ["times out", [408]],
    ["was unavailable and then refuses", [503, 403]],
    ["fails", [500]],
  ] as const) {
    it(`keeps the memory in the state when Graph ${situation} after it may have written`, async () => {
      const answers: number[] = [...statuses];
      tenant.before = (request, response) => {
        if (request.method !== "PATCH") return false;
        response.writeHead(answers.shift() ?? 403).end();
        return true;
      };
      const error: unknown = await provider.create(NO_SECRETS).catch((reason: unknown) => reason);
      const state = partialState(error);
      assert.deepEqual(JSON.parse(text(state?.values["previous"])), INITIAL);
      assert.match(state?.reasons.join() ?? "", /Whether the change was carried out is unknown/);
      assert.deepEqual(answers, []);
    });
  }

  it("leaves no state when Graph refuses the write, and names the permission", async () => {
    tenant.before = (request, response) => {
      if (request.method !== "PATCH") return false;
      response.writeHead(403, { "request-id": "r" });
      response.end('{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges"}}');
      return true;
    };
    const error: unknown = await provider.create(NO_SECRETS).catch((reason: unknown) => reason);
    assert.equal(partialState(error), undefined);
    assert.match(
      (error as { details: string }).details,
      /^GRAPH_FORBIDDEN: PATCH .* Policy\.ReadWrite\.ApplicationConfiguration .*Request id r\.$/,
    );
  });

  it("keeps a restriction that somebody adds while another resource is being written", async () => {
    const others: PropertyMap = {
      isEnabled: true,
      servicePrincipalRestrictions: {
        passwordCredentials: [{ restrictionType: "passwordAddition", state: "enabled" }],
      },
      applicationRestrictions: {
        passwordCredentials: [{ restrictionType: "symmetricKeyAddition", state: "enabled" }],
      },
    };
    await Promise.all([provider.create(NO_SECRETS), provider.create(others)]);
    const types = tenant.policy.applicationRestrictions?.passwordCredentials?.map(
      (one) => one.restrictionType,
    );
    assert.deepEqual(types?.toSorted(), ["passwordAddition", "passwordLifetime", "symmetricKeyAddition"]);
    assert.equal(tenant.policy.servicePrincipalRestrictions?.passwordCredentials?.length, 1);
  });

  it("wraps what it remembers of a secret input as secret", async () => {
    const secretKeys = new Set(["applicationRestrictions"]);
    const created = await provider.create(NO_SECRETS, { secretKeys });
    assert.deepEqual([...created.secretKeys].toSorted(), [
      "applicationRestrictions",
      "applied",
      "exemptActors",
      "previous",
    ]);
  });

  it("stops waiting when the engine cancels, and keeps the memory", async () => {
    tenant.before = (request) => {
      if (request.method !== "PATCH") return false;
      void provider.cancel();
      return true;
    };
    const error: unknown = await provider.create(NO_SECRETS).catch((reason: unknown) => reason);
    assert.match(partialState(error)?.reasons.join() ?? "", /^GRAPH_ABORTED: /);
  });
});
