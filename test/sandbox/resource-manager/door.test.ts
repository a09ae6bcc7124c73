import assert from "node:assert/strict";
import { RunningSandbox } from "../sandbox-client";
import { SECRETS_OFFICER } from "../vault/vault-doors";
import { ARM_SCOPE, ArmClient, armVerdict as verdict } from "./arm-client";

/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- JSON of any shape is what is asserted on */

const READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c";
const KEY_VAULT_CONTRIBUTOR = "f25e0fa2-a7c8-4377-a976-54943a77a395";

describe("sandbox: Azure Resource Manager over HTTPS", () => {
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
      const foreign = await other.deployerToken(ARM_SCOPE);
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

  it("lets a role act at its scope and below, and says who may not do what where", async () => {
    await putVault();
    const nobody = await client.somebody();
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
    const reader = await client.somebody(READER);
    const contributor = await client.somebody(CONTRIBUTOR);
    const atVault = await client.somebody(KEY_VAULT_CONTRIBUTOR, vault);
    const officer = await client.somebody(SECRETS_OFFICER, vault);
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
    const { objectId } = await client.somebody();
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
