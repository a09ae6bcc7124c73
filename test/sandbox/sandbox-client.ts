import { constants, createHash, randomUUID, sign, X509Certificate } from "node:crypto";
import { Agent, fetch } from "undici";
import { startSandbox, type Sandbox, type SandboxOptions } from "../../sandbox";

/** A running sandbox with a client that trusts it, and a time the test moves. */
export class RunningSandbox {
  readonly sandbox: Sandbox;
  readonly agent: Agent;
  readonly #time: { now: Date };

  private constructor(sandbox: Sandbox, time: { now: Date }) {
    this.sandbox = sandbox;
    this.agent = new Agent({ connect: { ca: sandbox.caCertificatePem } });
    this.#time = time;
  }

  static async start(options: SandboxOptions = {}): Promise<RunningSandbox> {
    // Whole seconds, as tokens count them: the edges of their lifetimes are exact.
    const time = { now: new Date(Math.floor(Date.now() / 1000) * 1000) };
    return new RunningSandbox(await startSandbox({ clock: () => time.now, ...options }), time);
  }

  get now(): Date {
    return this.#time.now;
  }

  advance(milliseconds: number): void {
    this.#time.now = new Date(this.#time.now.getTime() + milliseconds);
  }

  async request(url: string, init: Parameters<typeof fetch>[1] = {}): Promise<HttpAnswer> {
    const response = await fetch(url, { ...init, dispatcher: this.agent });
    const text = await response.text();
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: text === "" ? undefined : parse(text),
    };
  }

  /** POST to the token endpoint. */
  token(form: Record<string, string>, options: TokenCallOptions = {}): Promise<HttpAnswer> {
    const tenant = options.tenant ?? this.sandbox.tenant.id;
    return this.request(`${this.sandbox.loginUrl}/${tenant}/oauth2/v2.0/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        scope: "https://graph.microsoft.com/.default",
        ...form,
      }).toString(),
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        ...(options.address !== undefined && { "x-sandbox-client-address": options.address }),
        ...options.headers,
      },
    });
  }

  /** An access token of the deployer. */
  async deployerToken(scope?: string): Promise<string> {
    const { clientId } = this.sandbox.deployer;
    const answer = await this.token({
      ...this.assertion(clientId, this.sandbox.deployer),
      ...(scope !== undefined && { scope }),
    });
    if (answer.status !== 200) throw new Error(`token endpoint answered ${JSON.stringify(answer.body)}`);
    return (answer.body as { access_token: string }).access_token;
  }

  graph(token: string, path: string, init: Parameters<typeof fetch>[1] = {}): Promise<HttpAnswer> {
    return this.request(`${this.sandbox.graphUrl}/v1.0${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    });
  }

  /** The form fields of a client assertion; every claim and header can be overridden. */
  assertion(
    clientId: string,
    credential: { certificatePem: string; privateKeyPem: string },
    overrides: AssertionOverrides = {},
  ): Record<string, string> {
    const seconds = Math.floor(this.now.getTime() / 1000);
    const algorithm = overrides.algorithm ?? "PS256";
    const claims = {
      iss: clientId,
      sub: clientId,
      aud: `${this.sandbox.loginUrl}/${this.sandbox.tenant.id}/oauth2/v2.0/token`,
      nbf: seconds,
      exp: seconds + 600,
      jti: randomUUID(),
      ...overrides.claims,
    };
    const der = new X509Certificate(credential.certificatePem).raw;
    const header = {
      typ: "JWT",
      alg: algorithm,
      ...(overrides.header ?? { "x5t#S256": createHash("sha256").update(der).digest("base64url") }),
    };
    const input = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"));
    const key = overrides.privateKeyPem ?? credential.privateKeyPem;
    const signature = sign(
      "RSA-SHA256",
      Buffer.from(input.join(".")),
      algorithm === "PS256" ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } : key,
    );
    return {
      client_id: clientId,
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: [...input, signature.toString("base64url")].join("."),
    };
  }

  async close(): Promise<void> {
    await this.agent.destroy();
    await this.sandbox.close();
  }
}

export interface AssertionOverrides {
  readonly algorithm?: "PS256" | "RS256";
  readonly claims?: Record<string, unknown>;
  readonly header?: Record<string, unknown>;
  readonly privateKeyPem?: string;
}

export interface TokenCallOptions {
  readonly tenant?: string;
  readonly address?: string;
  readonly headers?: Record<string, string>;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- JSON of any shape, asserted on right away
  readonly body: any;
}

/** HTTP status, OAuth error and AADSTS number of a token answer: what clients decide on. */
export function verdict({ status, body }: HttpAnswer): string {
  if (status === 200) return "200";
  const { error, error_codes, error_description } = body as {
    error: string;
    error_codes: [number];
    error_description: string;
  };
  const [number] = error_codes;
  if (!error_description.startsWith(`AADSTS${number}: `)) throw new Error(error_description);
  return `${status} ${error} ${number}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
