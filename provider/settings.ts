/** Reads which tenant and which identity the environment names, by the conventions of the azuread provider. */
import { cloudByEndpoint, cloudByName, CLOUDS, type GraphCloud, PUBLIC_CLOUD } from "../graph";
import { ProviderError } from "./errors";
import { quoted } from "./quote";

export type Environment = Readonly<Record<string, string | undefined>>;

/** How the provider signs in. No variant holds a client secret, on purpose. */
export type Identity =
  | {
      readonly kind: "certificate";
      readonly tenantId: string;
      readonly clientId: string;
      readonly certificatePath: string;
      /** Only for a PEM with an encrypted key. */
      readonly certificatePassword?: string;
    }
  | {
      readonly kind: "federation";
      readonly tenantId: string;
      readonly clientId: string;
      readonly assertion: AssertionSource;
    }
  | { readonly kind: "azure-cli"; readonly tenantId?: string };

/** Where the outside token comes from that Entra exchanges. */
export type AssertionSource =
  | { readonly from: "variable"; readonly token: string }
  | { readonly from: "file"; readonly path: string }
  | { readonly from: "request"; readonly url: string; readonly token: string };

/** Variables that would bring in a client secret. Refused even when another credential is present. */
const SECRET_VARIABLES = ["ARM_CLIENT_SECRET", "ARM_CLIENT_SECRET_FILE_PATH"] as const;

/** @throws ProviderError CERTLOCK_CLIENT_SECRET_REFUSED when the environment offers a client secret. */
export function refuseClientSecret(env: Environment): void {
  const present = SECRET_VARIABLES.filter((name) => given(env, name) !== undefined);
  if (present.length === 0) return;
  throw new ProviderError(
    "CERTLOCK_CLIENT_SECRET_REFUSED",
    `${present.join(" and ")} is set, and certlock does not sign in with client secrets. ` +
      "Unset it and use a certificate (ARM_CLIENT_CERTIFICATE_PATH), workload identity federation (ARM_USE_OIDC=true) or Azure CLI (az login); then remove the secret from the application.",
  );
}

/**
 * The endpoints to talk to: `ARM_ENVIRONMENT` chooses the cloud, `CERTLOCK_GRAPH_ENDPOINT` and
 * `CERTLOCK_LOGIN_ENDPOINT` replace its two endpoints (for a sandbox).
 *
 * Tokens and assertions go to these endpoints, so a variable may only name this machine or a cloud of
 * Microsoft. For a private stand-in both variables must be set, with `CERTLOCK_ALLOW_FOREIGN_ENDPOINTS=true`.
 *
 * @throws ProviderError CERTLOCK_ENDPOINT_INVALID, all problems together
 */
export function readCloud(env: Environment): GraphCloud {
  const problems: string[] = [];
  const environment = given(env, "ARM_ENVIRONMENT");
  const named = environment === undefined ? undefined : cloudByName(environment);
  if (environment !== undefined && named === undefined) {
    const names = CLOUDS.map(({ name }) => name).join(", ");
    problems.push(`ARM_ENVIRONMENT is ${quoted(environment)}; allowed are ${names}`);
  }
  const graph = readEndpoint(env, GRAPH_ENDPOINT, problems);
  const login = readEndpoint(env, LOGIN_ENDPOINT, problems);
  if (problems.length > 0) {
    throw new ProviderError("CERTLOCK_ENDPOINT_INVALID", `${problems.join("; ")}.`);
  }
  const known = graph === undefined ? undefined : cloudByEndpoint(graph);
  const cloud = named ?? known ?? PUBLIC_CLOUD;
  return {
    ...cloud,
    graphEndpoint: graph ?? cloud.graphEndpoint,
    loginEndpoint: login ?? cloud.loginEndpoint,
    // A token is asked for the Graph of the cloud; an endpoint that stands in for it accepts the same token.
    scope: (known ?? cloud).scope,
  };
}

/** Where the vaults of a tenant are, and what a token for them is asked with. */
export interface VaultService {
  /** Name of the cloud, for messages. */
  readonly cloud: string;
  /** What every vault's host name ends with, after its own name and a dot. */
  readonly dnsSuffix: string;
  readonly scope: string;
  /** Stands in for every vault (a sandbox): the vault `kv` is asked at `<endpoint>/kv/…`. */
  readonly endpoint?: string;
}

/**
 * The cloud's Key Vault. `CERTLOCK_VAULT_ENDPOINT` names a stand-in for all vaults, under the rules of the other
 * endpoints: vault tokens open keys, so it may only be this machine unless foreign endpoints are allowed.
 *
 * @throws ProviderError CERTLOCK_ENDPOINT_INVALID
 */
export function readVaultService(env: Environment): VaultService {
  const { name, vaultDnsSuffix } = readCloud(env);
  const problems: string[] = [];
  const endpoint = readEndpoint(env, VAULT_ENDPOINT, problems);
  if (problems.length > 0) {
    throw new ProviderError("CERTLOCK_ENDPOINT_INVALID", `${problems.join("; ")}.`);
  }
  return {
    cloud: name,
    dnsSuffix: vaultDnsSuffix,
    scope: `https://${vaultDnsSuffix}/.default`,
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}

const GRAPH_ENDPOINT = "CERTLOCK_GRAPH_ENDPOINT";
const LOGIN_ENDPOINT = "CERTLOCK_LOGIN_ENDPOINT";
const VAULT_ENDPOINT = "CERTLOCK_VAULT_ENDPOINT";
const ALLOW_FOREIGN = "CERTLOCK_ALLOW_FOREIGN_ENDPOINTS";

const LOOPBACK: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Whether the endpoint is Microsoft's, and of the kind the variable names. */
function isKnown(origin: string, name: string): boolean {
  // No host of Microsoft's stands in for all vaults.
  if (name === VAULT_ENDPOINT) return false;
  return CLOUDS.some(
    (cloud) => origin === (name === GRAPH_ENDPOINT ? cloud.graphEndpoint : cloud.loginEndpoint),
  );
}

function foreignAllowed(env: Environment): boolean {
  const both = [GRAPH_ENDPOINT, LOGIN_ENDPOINT].every((name) => given(env, name) !== undefined);
  return both && isTrue(env[ALLOW_FOREIGN]);
}

function readEndpoint(env: Environment, name: string, problems: string[]): string | undefined {
  const text = given(env, name);
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // The text itself is not repeated: a URL may carry a password.
  if (url === undefined || url.username !== "" || url.password !== "" || url.search !== "") {
    problems.push(`${name} is not a plain URL such as https://graph.microsoft.com`);
  } else if (url.pathname !== "/") {
    problems.push(`${name} has a path; give scheme, host and port only`);
  } else if (url.protocol !== "https:" && !(url.protocol === "http:" && LOOPBACK.has(url.hostname))) {
    problems.push(`${name} must start with https:// (http:// is allowed for this machine only)`);
  } else if (!LOOPBACK.has(url.hostname) && !isKnown(url.origin, name) && !foreignAllowed(env)) {
    problems.push(
      `${name} names a host that is neither this machine nor one of Microsoft's clouds, and would be sent access tokens of your tenant; ` +
        `if that is meant, set both ${GRAPH_ENDPOINT} and ${LOGIN_ENDPOINT}, and ${ALLOW_FOREIGN}=true`,
    );
  } else {
    return url.origin;
  }
  return undefined;
}

/**
 * The identity to sign in with: certificate, else federation (`ARM_USE_OIDC=true`), else Azure CLI.
 *
 * @throws ProviderError CERTLOCK_CREDENTIALS_INCOMPLETE naming everything that is missing
 */
export function readIdentity(env: Environment): Identity {
  refuseClientSecret(env);
  const tenantId = given(env, "ARM_TENANT_ID");
  const clientId = given(env, "ARM_CLIENT_ID");
  // The azuread provider reads a PKCS#12 file from the ARM variable; a stack with both needs a second one.
  const certificatePath =
    given(env, "CERTLOCK_CLIENT_CERTIFICATE_PATH") ?? given(env, "ARM_CLIENT_CERTIFICATE_PATH");
  const federated = isTrue(env["ARM_USE_OIDC"]);

  if (certificatePath === undefined && !federated) {
    if (isFalse(env["ARM_USE_CLI"])) {
      throw incomplete([
        "ARM_CLIENT_CERTIFICATE_PATH (a certificate), or ARM_USE_OIDC=true (federation), or ARM_USE_CLI=true (Azure CLI)",
      ]);
    }
    return { kind: "azure-cli", ...(tenantId === undefined ? {} : { tenantId }) };
  }

  const missing: string[] = [];
  if (tenantId === undefined) missing.push("ARM_TENANT_ID (id of the directory)");
  if (clientId === undefined) missing.push("ARM_CLIENT_ID (application id of the pipeline's identity)");
  const assertion = certificatePath === undefined ? readAssertion(env) : undefined;
  if (certificatePath === undefined && assertion === undefined) {
    missing.push(
      "ARM_OIDC_TOKEN, or ARM_OIDC_TOKEN_FILE_PATH, or ARM_OIDC_REQUEST_URL with ARM_OIDC_REQUEST_TOKEN (in GitHub Actions: permission id-token: write)",
    );
  }
  if (tenantId === undefined || clientId === undefined) throw incomplete(missing);
  if (certificatePath !== undefined) {
    const password = given(env, "ARM_CLIENT_CERTIFICATE_PASSWORD");
    const encrypted = password === undefined ? {} : { certificatePassword: password };
    return { kind: "certificate", tenantId, clientId, certificatePath, ...encrypted };
  }
  if (assertion === undefined) throw incomplete(missing);
  return { kind: "federation", tenantId, clientId, assertion };
}

function readAssertion(env: Environment): AssertionSource | undefined {
  const token = given(env, "ARM_OIDC_TOKEN");
  if (token !== undefined) return { from: "variable", token };
  const path = given(env, "ARM_OIDC_TOKEN_FILE_PATH");
  if (path !== undefined) return { from: "file", path };
  const url = given(env, "ARM_OIDC_REQUEST_URL") ?? given(env, "ACTIONS_ID_TOKEN_REQUEST_URL");
  const requestToken = given(env, "ARM_OIDC_REQUEST_TOKEN") ?? given(env, "ACTIONS_ID_TOKEN_REQUEST_TOKEN");
  if (url === undefined || requestToken === undefined) return undefined;
  return { from: "request", url, token: requestToken };
}

function incomplete(missing: readonly string[]): ProviderError {
  return new ProviderError(
    "CERTLOCK_CREDENTIALS_INCOMPLETE",
    `Signing in to Microsoft Graph needs environment variables that are not set: ${missing.join("; ")}.`,
  );
}

function given(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === "" ? undefined : value;
}

function isTrue(value: string | undefined): boolean {
  return /^(?:true|1)$/i.test(value?.trim() ?? "");
}

function isFalse(value: string | undefined): boolean {
  return /^(?:false|0)$/i.test(value?.trim() ?? "");
}
