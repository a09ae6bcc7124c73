import assert from "node:assert/strict";
import { ClientCertificateCredential, ClientSecretCredential } from "@azure/identity";
import {
  ConfidentialClientApplication,
  type Configuration,
  type INetworkModule,
  type NetworkRequestOptions,
  type NetworkResponse,
} from "@azure/msal-node";
import { createHash } from "node:crypto";
import { fetch } from "undici";
import {
  call,
  createApplication,
  createServicePrincipal,
  makeCertificate,
  type TestCertificate,
} from "../tenant-fixture";
import { RunningSandbox } from "../sandbox-client";

/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- JSON of any shape is what is asserted on */

const GRAPH = "https://graph.microsoft.com/.default";

/** MSAL's network module over a client that trusts the sandbox's CA. */
function networkModule(running: RunningSandbox, address?: string): INetworkModule {
  const send = async <T>(
    method: string,
    url: string,
    options?: NetworkRequestOptions,
  ): Promise<NetworkResponse<T>> => {
    const response = await fetch(url, {
      method,
      headers: {
        ...options?.headers,
        ...(address !== undefined && { "x-sandbox-client-address": address }),
      },
      ...(options?.body !== undefined && { body: options.body }),
      dispatcher: running.agent,
    });
    const headers = Object.fromEntries(response.headers);
    return { headers, body: (await response.json()) as T, status: response.status };
  };
  return {
    sendGetRequestAsync: (url, options) => send("GET", url, options),
    sendPostRequestAsync: (url, options) => send("POST", url, options),
  };
}

describe("sandbox: real clients sign in", () => {
  let running: RunningSandbox;
  let certificate: TestCertificate;
  let application: { id: string; appId: string };
  let principal: string;

  before(async () => {
    running = await RunningSandbox.start();
    const day = 24 * 3_600_000;
    certificate = await makeCertificate(
      new Date(running.now.getTime() - day).toISOString(),
      new Date(running.now.getTime() + 90 * day).toISOString(),
    );
    const { tenant } = running.sandbox;
    application = createApplication(tenant, "partner-daemon", {
      keyCredentials: [certificate.keyCredential],
    });
    principal = createServicePrincipal(tenant, application.appId).id;
  });
  after(() => running.close());

  function msal(auth: Partial<Configuration["auth"]>, address?: string): ConfidentialClientApplication {
    const { loginUrl, tenant } = running.sandbox;
    return new ConfidentialClientApplication({
      auth: {
        clientId: application.appId,
        authority: `${loginUrl}/${tenant.id}`,
        knownAuthorities: [new URL(loginUrl).host],
        ...auth,
      },
      system: { networkClient: networkModule(running, address) },
    });
  }

  const thumbprint = (algorithm: string) =>
    createHash(algorithm).update(certificate.der).digest("hex").toUpperCase();
  const byCertificate = () => ({
    clientCertificate: { thumbprintSha256: thumbprint("sha256"), privateKey: certificate.privateKeyPem },
  });

  it("MSAL Node with a certificate named by SHA-256 (PS256)", async () => {
    const result = await msal(byCertificate()).acquireTokenByClientCredential({ scopes: [GRAPH] });
    assert.equal(result?.tokenType, "Bearer");
    const check = await running.graph(result.accessToken, "/applications");
    assert.equal(check.body.error.code, "Authorization_RequestDenied");
    assert.equal(running.sandbox.tenant.signIns.at(-1)?.clientCredentialType, "certificate");
  });

  it("MSAL Node with a certificate named by SHA-1 (RS256)", async () => {
    const clientCertificate = { thumbprint: thumbprint("sha1"), privateKey: certificate.privateKeyPem };
    const result = await msal({ clientCertificate }).acquireTokenByClientCredential({ scopes: [GRAPH] });
    assert.ok(result?.accessToken);
  });

  it("MSAL Node asks for two resources with one and the same assertion", async () => {
    const client = msal(byCertificate());
    const graph = await client.acquireTokenByClientCredential({ scopes: [GRAPH] });
    const vault = await client.acquireTokenByClientCredential({
      scopes: ["https://vault.azure.net/.default"],
    });
    assert.ok(graph?.accessToken && vault?.accessToken);
    assert.notEqual(graph.accessToken, vault.accessToken);
  });

  it("MSAL Node tells a secret that is wrong by Entra's number", async () => {
    const request = msal({ clientSecret: "wrong" }).acquireTokenByClientCredential({ scopes: [GRAPH] });
    await assert.rejects(request, (error: Error & { errorCode?: string }) => {
      assert.equal(error.errorCode, "invalid_client");
      assert.match(error.message, /AADSTS7000215/);
      return true;
    });
  });

  it("@azure/identity with a certificate in PEM, then Graph over HTTPS", async () => {
    const { loginUrl, tenant, deployer } = running.sandbox;
    const credential = new ClientCertificateCredential(
      deployer.tenantId,
      deployer.clientId,
      { certificate: deployer.privateKeyPem + deployer.certificatePem },
      {
        authorityHost: loginUrl,
        disableInstanceDiscovery: true,
        tlsOptions: { ca: running.sandbox.caCertificatePem },
      },
    );
    const { token } = await credential.getToken(GRAPH);
    const { status, body } = await running.graph(token, `/applications(appId='${tenant.deployer.appId}')`);
    assert.deepEqual([status, body.displayName], [200, "certlock-deployer"]);
  });

  it("@azure/identity with a client secret while the tenant allows one", async () => {
    const { loginUrl, tenant } = running.sandbox;
    const secret = call(tenant, "POST", `/applications/${application.id}/addPassword`, {}).body
      .secretText as string;
    const credential = new ClientSecretCredential(tenant.id, application.appId, secret, {
      authorityHost: loginUrl,
      disableInstanceDiscovery: true,
      tlsOptions: { ca: running.sandbox.caCertificatePem },
    });
    assert.ok((await credential.getToken(GRAPH)).token);
  });

  it("MSAL Node is blocked by Conditional Access from outside and let in from inside", async () => {
    const { tenant } = running.sandbox;
    const location = call(tenant, "POST", "/identity/conditionalAccess/namedLocations", {
      "@odata.type": "#microsoft.graph.ipNamedLocation",
      displayName: "partner",
      ipRanges: [{ "@odata.type": "#microsoft.graph.iPv4CidrRange", cidrAddress: "203.0.113.0/24" }],
    }).body as { id: string };
    const policy = call(tenant, "POST", "/identity/conditionalAccess/policies", {
      displayName: "partner only from its network",
      state: "enabledForReportingButNotEnforced",
      conditions: {
        applications: { includeApplications: ["All"] },
        clientApplications: { includeServicePrincipals: [principal] },
        locations: { includeLocations: ["All"], excludeLocations: [location.id] },
      },
      grantControls: { operator: "OR", builtInControls: ["block"] },
    }).body as { id: string };
    const signIn = (address?: string) =>
      msal(byCertificate(), address).acquireTokenByClientCredential({ scopes: [GRAPH] });

    assert.ok((await signIn())?.accessToken);
    const reported = tenant.signIns.at(-1)?.appliedConditionalAccessPolicies;
    assert.deepEqual(
      reported?.map(({ result }) => result),
      ["reportOnlyFailure"],
    );

    call(tenant, "PATCH", `/identity/conditionalAccess/policies/${policy.id}`, { state: "enabled" });
    await assert.rejects(signIn(), /AADSTS53003/);
    assert.equal(tenant.signIns.at(-1)?.conditionalAccessStatus, "failure");
    assert.equal(tenant.signIns.at(-1)?.ipAddress, "198.51.100.10");
    assert.ok((await signIn("203.0.113.200"))?.accessToken);
  });
});
