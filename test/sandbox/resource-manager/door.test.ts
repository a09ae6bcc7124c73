import assert from "node:assert/strict";
import { RunningSandbox, type HttpAnswer } from "../sandbox-client";
import {
  createApplication,
  createServicePrincipal,
  DAY,
  makeCertificate,
  type TestCertificate,
} from "../tenant-fixture";
import { grantRole, SECRETS_OFFICER } from "../vault/vault-doors";

/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- JSON of any shape is what is asserted on */

const SCOPE = "https://management.azure.com/.default";
const READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c";
const KEY_VAULT_CONTRIBUTOR = "f25e0fa2-a7c8-4377-a976-54943a77a395";

describe("sandbox: Azure Resource Manager over HTTPS", () => {
  let running: RunningSandbox;
  let token: string;
  let certificate: TestCertificate;
  let subscription: string;
  let count = 0;
  let vault: string;

  before(async () => {
    running = await RunningSandbox.start();
    const { tenant } = running.sandbox;
    subscription = `/subscriptions/${tenant.vaults.subscriptionId}`;
    const dates = [-1, 90].map((days) => new Date(running.now.getTime() + days * DAY).toISOString());
    certificate = await makeCertificate(...dates);
    token = await running.deployerToken(SCOPE);
  });
  after(() => running.close());
  beforeEach(() => {
    count += 1;
    vault = `${subscription}/resourceGroups/rg-identities/providers/Microsoft.KeyVault/vaults/kv-arm-${count}`;
  });

  const arm = (method: string, path: string, body?: object, bearer = token): Promise<HttpAnswer> =>
    running.request(
      `${running.sandbox.resourceManagerUrl}${path}${path.includes("?") ? "&" : "?"}api-version=2023-07-01`,
      {
        method,
        headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      },
    );
  const verdict = ({ status, body }: HttpAnswer): string =>
    body?.error === undefined ? String(status) : `${status} ${String(body.error.code)}`;
  const properties = (more: object = {}): object => ({
    tenantId: running.sandbox.tenant.id,
    sku: { family: "A", name: "standard" },
    enableRbacAuthorization: true,
    ...more,
  });
  const putVault = (more: object = {}): Promise<HttpAnswer> =>
    arm("PUT", vault, { location: "West Europe", properties: properties(more) });

  /** Somebody else, with a role at a scope or none. */
  async function somebody(
    role?: string,
    scope = subscription,
  ): Promise<{ bearer: string; objectId: string }> {
    const { tenant } = running.sandbox;
    const { appId } = createApplication(tenant, "somebody", { keyCredentials: [certificate.keyCredential] });
    const { id } = createServicePrincipal(tenant, appId);
    if (role !== undefined) grantRole(tenant, id, role, scope);
    const { body } = await running.token({ ...running.assertion(appId, certificate), scope: SCOPE });
    return { bearer: body.access_token as string, objectId: id };
  }

  it("asks for a token, for its own audience, that is not over", async () => {
    const url = `${running.sandbox.resourceManagerUrl}/subscriptions?api-version=2022-12-01`;
    const missing = await running.request(url);
    assert.equal(verdict(missing), "401 AuthenticationFailed");
    assert.match(
      missing.headers["www-authenticate"] ?? "",
      new RegExp(`^Bearer authorization_uri="${running.sandbox.loginUrl}/${running.sandbox.tenant.id}"`),
    );
    const graphToken = await running.deployerToken();
    assert.deepEqual(
      [
        verdict(await arm("GET", "/subscriptions", undefined, "no-token")),
        verdict(await arm("GET", "/subscriptions", undefined, graphToken)),
      ],
      ["401 InvalidAuthenticationToken", "401 InvalidAuthenticationTokenAudience"],
    );
    const other = await RunningSandbox.start();
    try {
      const foreign = await other.deployerToken(SCOPE);
      assert.equal(
        verdict(await arm("GET", "/subscriptions", undefined, foreign)),
        "401 InvalidAuthenticationToken",
      );
      other.advance(3_600_000);
      const late = await other.request(
        `${other.sandbox.resourceManagerUrl}/subscriptions?api-version=2022-12-01`,
        {
          headers: { authorization: `Bearer ${foreign}` },
        },
      );
      assert.equal(verdict(late), "401 ExpiredAuthenticationToken");
    } finally {
      await other.close();
    }
  });

  it("takes the names its tokens are asked for by: its address here and the public ones", async () => {
    const outcomes: string[] = [];
    for (const name of [
      running.sandbox.resourceManagerUrl,
      "https://management.azure.com",
      "https://management.azure.com/",
      "https://management.core.windows.net/",
    ]) {
      const bearer = await running.deployerToken(`${name}/.default`);
      outcomes.push(verdict(await arm("GET", "/subscriptions", undefined, bearer)));
    }
    assert.deepEqual(outcomes, ["200", "200", "200", "200"]);
  });

  it("wants an api-version, and says what it does not serve", async () => {
    const url = `${running.sandbox.resourceManagerUrl}${subscription}`;
    const headers = { authorization: `Bearer ${token}` };
    assert.deepEqual(
      [
        verdict(await running.request(url, { headers })),
        verdict(await running.request(`${url}?api-version=latest`, { headers })),
        verdict(await arm("GET", `${subscription}/providers/Microsoft.Compute/virtualMachines`)),
        verdict(await arm("GET", "/subscriptions/99999999-0000-4000-8000-000000000000")),
        verdict(await arm("GET", `${subscription}/resourceGroups/rg%2Fx`)),
        verdict(await arm("GET", `${subscription}/resourceGroups/%zz`)),
      ],
      [
        "400 MissingApiVersionParameter",
        "400 InvalidApiVersionParameter",
        "404 InvalidResourceType",
        "404 SubscriptionNotFound",
        "400 BadRequest",
        "400 BadRequest",
      ],
    );
  });

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
    assert.deepEqual(
      stored?.versions.map(({ value }) => value),
      ["hunter2", "hunter3"],
    );
    assert.equal(
      found.body.properties.secretUriWithVersion,
      `https://kv-arm-${count}.${running.sandbox.vaultSuffix}/secrets/plain/${stored?.versions[1]?.version ?? ""}`,
    );
    const patched = await arm("PATCH", path, {
      tags: { a: "b" },
      properties: { attributes: { enabled: false } },
    });
    assert.deepEqual([patched.body.tags, patched.body.properties.attributes.enabled], [{ a: "b" }, false]);
    assert.equal(stored?.versions.length, 2);
  });

  it("lets a role act at its scope and below, and says who may not do what where", async () => {
    await putVault();
    const nobody = await somebody();
    const refused = await arm("GET", vault, undefined, nobody.bearer);
    assert.equal(verdict(refused), "403 AuthorizationFailed");
    assert.match(
      refused.body.error.message as string,
      new RegExp(
        `with object id '${nobody.objectId}' .* action 'Microsoft.KeyVault/vaults/read' over scope '${vault}'`,
      ),
    );
    assert.deepEqual((await arm("GET", "/subscriptions", undefined, nobody.bearer)).body.value, []);
    const assignment = `/providers/Microsoft.Authorization/roleAssignments/${running.sandbox.tenant.newId()}`;
    const attempts = async (bearer: string): Promise<string[]> => [
      verdict(await arm("GET", vault, undefined, bearer)),
      verdict(await arm("PATCH", vault, { tags: {} }, bearer)),
      verdict(await arm("PUT", `${vault}/secrets/x`, { properties: { value: "v" } }, bearer)),
      verdict(await arm("PUT", `${vault}${assignment}`, { properties: {} }, bearer)),
      verdict(await arm("DELETE", `${subscription}/resourceGroups/rg-nowhere`, undefined, bearer)),
    ];
    const no = "403 AuthorizationFailed";
    const reader = await somebody(READER);
    const contributor = await somebody(CONTRIBUTOR);
    const atVault = await somebody(KEY_VAULT_CONTRIBUTOR, vault);
    const officer = await somebody(SECRETS_OFFICER, vault);
    assert.deepEqual(await attempts(reader.bearer), ["200", no, no, no, no]);
    assert.deepEqual(await attempts(contributor.bearer), [
      "200",
      "200",
      "201",
      no,
      "404 ResourceGroupNotFound",
    ]);
    assert.deepEqual(await attempts(atVault.bearer), ["200", "200", "200", no, no]);
    assert.deepEqual(await attempts(officer.bearer), [no, no, no, no, no]);
  });

  it("assigns a role that counts in the vault at once, once, and takes it away", async () => {
    await putVault();
    const { tenant } = running.sandbox;
    const { objectId } = await somebody();
    const definition = `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${SECRETS_OFFICER}`;
    const body = { properties: { principalId: objectId, roleDefinitionId: definition } };
    const path = (): string => `${vault}/providers/Microsoft.Authorization/roleAssignments/${tenant.newId()}`;
    const first = path();
    const made = await arm("PUT", first, body);
    assert.deepEqual(
      [made.status, made.body.properties.principalType, made.body.properties.scope],
      [201, "ServicePrincipal", vault],
    );
    assert.equal(tenant.vaults.roleAssignments.allows(objectId, "secrets/setSecret/action", vault), true);
    const unknown = { principalId: tenant.newId(), roleDefinitionId: definition };
    assert.deepEqual(
      [
        verdict(await arm("PUT", first, body)),
        verdict(await arm("PUT", path(), body)),
        verdict(await arm("PUT", path(), { properties: unknown })),
        verdict(await arm("PUT", path(), { properties: { ...unknown, roleDefinitionId: tenant.newId() } })),
        verdict(await arm("PUT", `${vault}/providers/Microsoft.Authorization/roleAssignments/one`, body)),
      ],
      [
        "200",
        "409 RoleAssignmentExists",
        "400 PrincipalNotFound",
        "400 RoleDefinitionDoesNotExist",
        "400 InvalidRoleAssignmentId",
      ],
    );
    const list = async (filter: string): Promise<unknown> => {
      const scope = `${vault}/providers/Microsoft.Authorization/roleAssignments`;
      const { body: found } = await arm("GET", `${scope}?$filter=${encodeURIComponent(filter)}`);
      return (found.value as { id: string }[]).map(({ id }) => id);
    };
    assert.deepEqual(await list(`principalId eq '${objectId}'`), [first]);
    assert.deepEqual(await list(`assignedTo('${objectId}')`), [first]);
    assert.equal(verdict(await arm("DELETE", first)), "200");
    assert.equal(verdict(await arm("DELETE", first)), "204");
    assert.equal(tenant.vaults.roleAssignments.allows(objectId, "secrets/setSecret/action", vault), false);
  });

  it("makes, shows and deletes a resource group with what is in it", async () => {
    const group = `${subscription}/resourceGroups/rg-made-${count}`;
    assert.equal(verdict(await arm("PUT", group, {})), "400 LocationRequired");
    assert.equal((await arm("HEAD", group)).status, 404);
    assert.equal(verdict(await arm("PUT", group, { location: "westeurope", tags: { a: "b" } })), "201");
    assert.equal((await arm("HEAD", group)).status, 204);
    const inside = `${group}/providers/Microsoft.KeyVault/vaults/kv-in-${count}`;
    await arm("PUT", inside, { location: "westeurope", properties: properties() });
    const deleting = await arm("DELETE", group);
    assert.equal(deleting.status, 202);
    const headers = { authorization: `Bearer ${token}` };
    assert.equal((await running.request(deleting.headers["location"] ?? "", { headers })).status, 200);
    assert.equal(verdict(await arm("GET", inside)), "404 ResourceGroupNotFound");
    assert.ok(running.sandbox.tenant.vaults.deletedVault(`kv-in-${count}`));
  });

  it("describes the cloud to whoever asks, in the form of each api-version", async () => {
    const { resourceManagerUrl, loginUrl, graphUrl, vaultSuffix } = running.sandbox;
    const ask = async (version: string) =>
      running.request(`${resourceManagerUrl}/metadata/endpoints${version && `?api-version=${version}`}`);
    const { body } = await ask("2022-09-01");
    assert.deepEqual(
      [
        body.resourceManager,
        body.authentication.loginEndpoint,
        body.microsoftGraphResourceId,
        body.suffixes.keyVaultDns,
      ],
      [`${resourceManagerUrl}/`, loginUrl, `${graphUrl}/`, vaultSuffix],
    );
    assert.deepEqual((await ask("2019-05-01")).body, [body]);
    assert.equal((await ask("2015-01-01")).body.authentication.loginEndpoint, loginUrl);
    assert.deepEqual(
      [verdict(await ask("")), verdict(await ask("latest"))],
      ["400 MissingApiVersionParameter", "400 InvalidApiVersionParameter"],
    );
  });
});
