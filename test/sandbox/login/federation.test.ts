import assert from "node:assert/strict";
import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { ClientAssertionCredential } from "@azure/identity";
import { claimsOf, type FederationSource } from "../../../components/federation/sources";
import { signJwt } from "../../../sandbox/login/json-web-token";
import type { ManagedIdentity } from "../../../sandbox/tenant/managed-identities";
import { RunningSandbox, verdict } from "../sandbox-client";
import { call, createApplication, createServicePrincipal, strayPrivateKeyPem } from "../tenant-fixture";

/* eslint-disable @typescript-eslint/no-unsafe-member-access -- JSON of any shape is what is asserted on */

const EXCHANGE = "api://AzureADTokenExchange";
const CLUSTER = "https://oidc.example.com/cluster/";
const kubernetes: FederationSource = {
  kubernetes: { issuer: CLUSTER, namespace: "billing", serviceAccount: "nightly" },
};

describe("sandbox: sign-in without a key", () => {
  let running: RunningSandbox;
  let clusterKey: KeyObject;
  let application: { id: string; appId: string };
  let identity: ManagedIdentity;

  before(async () => {
    running = await RunningSandbox.start();
    const { tenant } = running.sandbox;
    const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
    clusterKey = pair.privateKey;
    tenant.openIdIssuers.set(CLUSTER, [{ ...pair.publicKey.export({ format: "jwk" }), kid: "one" }]);
  });
  after(() => running.close());
  beforeEach(() => {
    const { tenant } = running.sandbox;
    application = createApplication(tenant, "billing");
    createServicePrincipal(tenant, application.appId);
    const name = `archive-${application.appId}`;
    const group = tenant.vaults.resourceGroupId("rg-identities");
    const id = `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`;
    identity = tenant.managedIdentities.put({ id, name, location: "westeurope", tags: {} });
  });

  /** Registers trust as the component would declare it. */
  const trust = (source: FederationSource): void => {
    const { issuer, subject } = claimsOf(source, "public");
    const path = `/applications/${application.id}/federatedIdentityCredentials`;
    const body = { name: "caller", issuer, subject, audiences: [EXCHANGE] };
    assert.equal(call(running.sandbox.tenant, "POST", path, body).status, 201);
  };
  const seconds = (): number => Math.floor(running.now.getTime() / 1000);
  const clusterToken = (claims: object = {}, key = clusterKey, header: object = { kid: "one" }): string =>
    signJwt(
      { alg: "RS256", ...header },
      {
        iss: CLUSTER,
        sub: "system:serviceaccount:billing:nightly",
        aud: EXCHANGE,
        nbf: seconds(),
        exp: seconds() + 3600,
        ...claims,
      },
      key,
    );
  const exchange = async (assertion: string, clientId = application.appId): Promise<string> =>
    verdict(
      await running.token({
        client_id: clientId,
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion: assertion,
      }),
    );
  const identityToken = async (resource = EXCHANGE, header?: string): Promise<unknown> => {
    const query = new URLSearchParams({
      resource,
      client_id: identity.clientId,
      "api-version": "2019-08-01",
    });
    const answer = await running.request(`${running.sandbox.loginUrl}/msi/token?${query.toString()}`, {
      headers: { "x-identity-header": header ?? running.sandbox.tenant.identityHeader },
    });
    return answer.status === 200 ? (answer.body.access_token as string) : answer.status;
  };
  const managedIdentity = (): FederationSource => ({
    managedIdentity: { tenantId: running.sandbox.tenant.id, principalId: identity.principalId },
  });

  it("lets @azure/identity sign in as the application with the token of a managed identity", async () => {
    trust(managedIdentity());
    const { loginUrl, tenant } = running.sandbox;
    const credential = new ClientAssertionCredential(
      tenant.id,
      application.appId,
      async () => String(await identityToken()),
      {
        authorityHost: loginUrl,
        disableInstanceDiscovery: true,
        tlsOptions: { ca: running.sandbox.caCertificatePem },
      },
    );
    const { token } = await credential.getToken("https://graph.microsoft.com/.default");
    const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as object;
    assert.equal((claims as { appid: string }).appid, application.appId);
    const signIn = tenant.signIns.at(-1);
    assert.deepEqual(
      [signIn?.appId, signIn?.clientCredentialType, signIn?.status.errorCode],
      [application.appId, "federatedIdentityCredential", 0],
    );
  });

  it("lets a pod sign in with the token of its cluster", async () => {
    trust(kubernetes);
    assert.equal(await exchange(clusterToken()), "200");
  });

  it("lets a pod sign in as a managed identity, which needs no application", async () => {
    const { issuer, subject } = claimsOf(kubernetes, "public");
    await running.sandbox.tenant.managedIdentities.putCredential(identity.id, {
      name: "pods",
      issuer: issuer as string,
      subject: subject as string,
      audiences: [EXCHANGE],
    });
    assert.equal(await exchange(clusterToken(), identity.clientId), "200");
    assert.equal(
      await exchange(clusterToken({ sub: "other" }), identity.clientId),
      "401 invalid_client 700213",
    );
  });

  const refused: [string, () => string, string][] = [
    [
      "another service account",
      () => clusterToken({ sub: "system:serviceaccount:billing:other" }),
      "401 invalid_client 700213",
    ],
    [
      "a token for somebody else",
      () => clusterToken({ aud: "https://vault.azure.net" }),
      "401 invalid_client 700212",
    ],
    [
      "the issuer without its slash",
      () => clusterToken({ iss: CLUSTER.slice(0, -1) }),
      "401 invalid_client 700211",
    ],
    [
      "a subject that differs in case only",
      () => clusterToken({ sub: "system:serviceaccount:Billing:nightly" }),
      "401 invalid_client 7002138",
    ],
    ["a token that has ended", () => clusterToken({ exp: seconds() - 301 }), "401 invalid_client 700024"],
    ["a token without an end", () => clusterToken({ exp: undefined }), "401 invalid_client 700024"],
    [
      "a key the issuer does not have",
      () => clusterToken({}, createPrivateKey(strayPrivateKeyPem())),
      "401 invalid_client 700027",
    ],
    [
      "a key of another name",
      () => clusterToken({}, clusterKey, { kid: "two" }),
      "401 invalid_client 7000272",
    ],
    [
      "an algorithm Entra does not take",
      () => clusterToken({}, clusterKey, { kid: "one", alg: "none" }),
      "401 invalid_client 700027",
    ],
  ];
  for (const [situation, token, answer] of refused) {
    it(`refuses ${situation}`, async () => {
      trust(kubernetes);
      assert.equal(await exchange(token()), answer);
    });
  }

  it("refuses tokens of another tenant, though it takes the credential", async () => {
    const issuer = "https://login.microsoftonline.com/0a0e0000-0000-4000-8000-00000000dead/v2.0";
    trust({ issuer, subject: identity.principalId });
    assert.equal(
      await exchange(clusterToken({ iss: issuer, sub: identity.principalId })),
      "401 invalid_client 700236",
    );
  });

  it("refuses what says it comes from a managed identity and was signed by somebody else", async () => {
    trust(managedIdentity());
    const { issuer, subject } = claimsOf(managedIdentity(), "public");
    assert.equal(
      await exchange(clusterToken({ iss: issuer, sub: subject, oid: subject })),
      "401 invalid_client 700226",
    );
  });

  it("gives no token of an identity to whoever is not on its machine", async () => {
    assert.deepEqual([await identityToken(EXCHANGE, "guess"), await identityToken(EXCHANGE, "")], [401, 401]);
    assert.equal(await identityToken("https://nothing.example.com"), 400);
  });

  it("refuses an application that was not assigned to one that wants assignment", async () => {
    const { tenant } = running.sandbox;
    const api = createApplication(tenant, "archive-api", {
      appRoles: [
        {
          id: "0a0e0000-0000-4000-8000-0000000000f1",
          value: "Invoices.Write",
          displayName: "Write",
          description: "Write",
          allowedMemberTypes: ["Application"],
          isEnabled: true,
        },
      ],
    });
    const principal = createServicePrincipal(tenant, api.appId);
    call(tenant, "PATCH", `/servicePrincipals/${principal.id}`, { appRoleAssignmentRequired: true });
    trust(kubernetes);
    const signIn = async () =>
      verdict(
        await running.token({
          client_id: application.appId,
          client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
          client_assertion: clusterToken(),
          scope: `${api.appId}/.default`,
        }),
      );
    assert.equal(await signIn(), "400 invalid_grant 501051");
    const own = tenant.servicePrincipalByAppId(application.appId);
    const granted = tenant.graph({
      method: "POST",
      path: `/v1.0/servicePrincipals/${principal.id}/appRoleAssignedTo`,
      body: {
        principalId: own?.id,
        resourceId: principal.id,
        appRoleId: "0a0e0000-0000-4000-8000-0000000000f1",
      },
      caller: { appId: "admin", roles: ["AppRoleAssignment.ReadWrite.All"] },
    });
    assert.equal(granted.status, 201);
    assert.equal(await signIn(), "200");
  });
});
