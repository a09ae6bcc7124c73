import assert from "node:assert/strict";
import { inspect } from "node:util";
import { CLOUDS } from "../../graph";
import { ProviderError } from "../../provider/errors";
import {
  type Environment,
  readCloud,
  readIdentity,
  readVaultService,
  refuseClientSecret,
} from "../../provider/settings";

const TENANT = { ARM_TENANT_ID: "tenant", ARM_CLIENT_ID: "client" };

function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    assert.ok(error instanceof ProviderError);
    return `${error.code}: ${error.message}`;
  }
  throw new assert.AssertionError({ message: "expected a refusal" });
}

describe("the identity named by the environment", () => {
  const identities: [string, Environment, unknown][] = [
    [
      "a certificate",
      { ...TENANT, ARM_CLIENT_CERTIFICATE_PATH: "/c.pem" },
      { kind: "certificate", tenantId: "tenant", clientId: "client", certificatePath: "/c.pem" },
    ],
    [
      "a certificate of our own beside the PFX of the azuread provider",
      {
        ...TENANT,
        ARM_CLIENT_CERTIFICATE_PATH: "/c.pfx",
        CERTLOCK_CLIENT_CERTIFICATE_PATH: "/c.pem",
        ARM_CLIENT_CERTIFICATE_PASSWORD: "p",
      },
      {
        kind: "certificate",
        tenantId: "tenant",
        clientId: "client",
        certificatePath: "/c.pem",
        certificatePassword: "p",
      },
    ],
    [
      "a token in a variable",
      { ...TENANT, ARM_USE_OIDC: "true", ARM_OIDC_TOKEN: "t", ARM_OIDC_TOKEN_FILE_PATH: "/t" },
      {
        kind: "federation",
        tenantId: "tenant",
        clientId: "client",
        assertion: { from: "variable", token: "t" },
      },
    ],
    [
      "a token in a file",
      { ...TENANT, ARM_USE_OIDC: "1", ARM_OIDC_TOKEN_FILE_PATH: "/t" },
      { kind: "federation", tenantId: "tenant", clientId: "client", assertion: { from: "file", path: "/t" } },
    ],
    [
      "the token service of GitHub",
      {
        ...TENANT,
        ARM_USE_OIDC: "True",
        ACTIONS_ID_TOKEN_REQUEST_URL: "u",
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: "r",
      },
      {
        kind: "federation",
        tenantId: "tenant",
        clientId: "client",
        assertion: { from: "request", url: "u", token: "r" },
      },
    ],
    ["Azure CLI, when nothing else is configured", {}, { kind: "azure-cli" }],
    [
      "Azure CLI in one tenant, OIDC variables without ARM_USE_OIDC notwithstanding",
      { ...TENANT, ARM_OIDC_TOKEN: "t" },
      { kind: "azure-cli", tenantId: "tenant" },
    ],
  ];
  for (const [situation, env, identity] of identities) {
    it(`is ${situation}`, () => {
      assert.deepEqual(readIdentity(env), identity);
    });
  }

  it("is refused with everything that is missing, not only the first", () => {
    assert.match(
      refusal(() => readIdentity({ ARM_USE_OIDC: "true", ARM_OIDC_REQUEST_URL: "u", ARM_TENANT_ID: " " })),
      /^CERTLOCK_CREDENTIALS_INCOMPLETE: .*ARM_TENANT_ID.*ARM_CLIENT_ID.*ARM_OIDC_TOKEN, or/,
    );
    assert.match(
      refusal(() => readIdentity({ ...TENANT, ARM_USE_OIDC: "true" })),
      /not set: ARM_OIDC_TOKEN, or/,
    );
    assert.match(
      refusal(() => readIdentity({ ARM_CLIENT_CERTIFICATE_PATH: "/c.pem" })),
      /not set: ARM_TENANT_ID \(.*\); ARM_CLIENT_ID \([^;]*\)\.$/,
    );
    assert.match(
      refusal(() => readIdentity({ ...TENANT, ARM_USE_CLI: "false" })),
      /ARM_CLIENT_CERTIFICATE_PATH \(a certificate\), or ARM_USE_OIDC=true/,
    );
  });

  it("is refused when a client secret is offered, even beside a certificate", () => {
    for (const name of ["ARM_CLIENT_SECRET", "ARM_CLIENT_SECRET_FILE_PATH"]) {
      const env = { ...TENANT, ARM_CLIENT_CERTIFICATE_PATH: "/c.pem", [name]: "canary" };
      const text = refusal(() => readIdentity(env));
      assert.match(text, new RegExp(`^CERTLOCK_CLIENT_SECRET_REFUSED: ${name} is set`));
      assert.ok(!text.includes("canary"));
    }
    refuseClientSecret({ ARM_CLIENT_SECRET: "" });
  });
});

describe("the cloud named by the environment", () => {
  const endpoints = (env: Environment): string[] => {
    const { graphEndpoint, loginEndpoint, scope } = readCloud(env);
    return [graphEndpoint, loginEndpoint, scope];
  };

  it("is the global one by default and the named one else", () => {
    assert.deepEqual(endpoints({}), [
      "https://graph.microsoft.com",
      "https://login.microsoftonline.com",
      "https://graph.microsoft.com/.default",
    ]);
    assert.deepEqual(endpoints({ ARM_ENVIRONMENT: "usgovernment" }), [
      "https://graph.microsoft.us",
      "https://login.microsoftonline.us",
      "https://graph.microsoft.us/.default",
    ]);
  });

  it("follows a known Graph endpoint to its sign-in and scope", () => {
    assert.deepEqual(endpoints({ CERTLOCK_GRAPH_ENDPOINT: "https://graph.microsoft.us/" }), [
      "https://graph.microsoft.us",
      "https://login.microsoftonline.us",
      "https://graph.microsoft.us/.default",
    ]);
  });

  it("keeps the scope of Graph for an endpoint that stands in for it", () => {
    const env = {
      CERTLOCK_GRAPH_ENDPOINT: "https://localhost:8443",
      CERTLOCK_LOGIN_ENDPOINT: "https://localhost:8444",
    };
    assert.deepEqual(endpoints(env), [
      "https://localhost:8443",
      "https://localhost:8444",
      "https://graph.microsoft.com/.default",
    ]);
  });

  it("does not send tokens to a host that nobody confirmed", () => {
    const graph = { CERTLOCK_GRAPH_ENDPOINT: "https://graph.contoso.example" };
    const login = { CERTLOCK_LOGIN_ENDPOINT: "https://login.contoso.example:8443" };
    const allow = { CERTLOCK_ALLOW_FOREIGN_ENDPOINTS: "true" };
    for (const env of [
      graph,
      login,
      { ...graph, ...login },
      { ...graph, ...allow },
      { ...login, ...allow },
      { ...graph, ...login, CERTLOCK_ALLOW_FOREIGN_ENDPOINTS: "false" },
      // Not Graph; not the same host; not the same port.
      { CERTLOCK_GRAPH_ENDPOINT: "https://login.microsoftonline.com" },
      { CERTLOCK_LOGIN_ENDPOINT: "https://graph.microsoft.com" },
      { CERTLOCK_GRAPH_ENDPOINT: "https://graph.microsoft.com.contoso.example" },
      { CERTLOCK_GRAPH_ENDPOINT: "https://graph.microsoft.com:8443" },
      { CERTLOCK_GRAPH_ENDPOINT: "https://localhost.contoso.example" },
    ]) {
      assert.match(
        refusal(() => readCloud(env)),
        /^CERTLOCK_ENDPOINT_INVALID: CERTLOCK_\w+ names a host that is neither.*set both .*CERTLOCK_ALLOW_FOREIGN_ENDPOINTS=true/,
      );
    }
    assert.deepEqual(endpoints({ ...graph, ...login, ...allow }), [
      "https://graph.contoso.example",
      "https://login.contoso.example:8443",
      "https://graph.microsoft.com/.default",
    ]);
    for (const cloud of CLOUDS) {
      const { graphEndpoint, loginEndpoint } = cloud;
      const env = { CERTLOCK_GRAPH_ENDPOINT: graphEndpoint, CERTLOCK_LOGIN_ENDPOINT: loginEndpoint };
      assert.deepEqual(endpoints(env), [graphEndpoint, loginEndpoint, cloud.scope]);
    }
  });

  it("is refused with all problems, none of which repeats a URL", () => {
    const text = refusal(() =>
      readCloud({
        ARM_ENVIRONMENT: "mars",
        CERTLOCK_GRAPH_ENDPOINT: "http://graph.example.com",
        CERTLOCK_LOGIN_ENDPOINT: "https://user:canary@login.example.com",
      }),
    );
    assert.match(
      text,
      /^CERTLOCK_ENDPOINT_INVALID: ARM_ENVIRONMENT is "mars"; allowed are public.*CERTLOCK_GRAPH_ENDPOINT must start with https.*CERTLOCK_LOGIN_ENDPOINT is not a plain URL/,
    );
    assert.ok(!inspect(text).includes("canary"));
    assert.match(
      refusal(() => readCloud({ CERTLOCK_GRAPH_ENDPOINT: "https://x/v1.0" })),
      /has a path/,
    );
    assert.equal(endpoints({ CERTLOCK_GRAPH_ENDPOINT: "http://127.0.0.1:1" })[0], "http://127.0.0.1:1");
  });
});

describe("the Key Vault of the cloud", () => {
  it("is that of the cloud named, at the vaults' own hosts", () => {
    for (const { name, vaultDnsSuffix } of CLOUDS) {
      assert.deepEqual(readVaultService({ ARM_ENVIRONMENT: name }), {
        cloud: name,
        dnsSuffix: vaultDnsSuffix,
        scope: `https://${vaultDnsSuffix}/.default`,
      });
    }
  });

  it("may be stood in for by this machine, and by nobody else unless that is allowed", () => {
    const endpoint = "https://localhost:8443";
    assert.equal(readVaultService({ CERTLOCK_VAULT_ENDPOINT: endpoint }).endpoint, endpoint);
    const foreign = { CERTLOCK_VAULT_ENDPOINT: "https://vault.contoso.example" };
    for (const env of [
      foreign,
      { CERTLOCK_VAULT_ENDPOINT: "https://vault.azure.net" },
      { CERTLOCK_VAULT_ENDPOINT: "https://kv.vault.azure.net" },
      { ...foreign, CERTLOCK_ALLOW_FOREIGN_ENDPOINTS: "true" },
    ]) {
      assert.match(
        refusal(() => readVaultService(env)),
        /^CERTLOCK_ENDPOINT_INVALID: CERTLOCK_VAULT_ENDPOINT names a host/,
      );
    }
    const allowed = {
      ...foreign,
      CERTLOCK_GRAPH_ENDPOINT: "https://graph.contoso.example",
      CERTLOCK_LOGIN_ENDPOINT: "https://login.contoso.example",
      CERTLOCK_ALLOW_FOREIGN_ENDPOINTS: "true",
    };
    assert.equal(readVaultService(allowed).endpoint, "https://vault.contoso.example");
  });
});
