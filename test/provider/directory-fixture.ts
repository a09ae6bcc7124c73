/** A provider served over gRPC against the directory of the sandbox; Graph is a function call away, with its own answers. */
import { GraphClient } from "../../graph";
import { AppManagementPolicyHandler } from "../../provider/app-management-policy";
import { CertificateAuthorityHandler } from "../../provider/certificate-authority";
import type { ResourceHandler } from "../../provider/resource-handler";
import { type ProviderServer, startProviderServer } from "../../provider/server";
import { TenantAppManagementPolicyHandler } from "../../provider/tenant-app-management-policy";
import type { Caller, GraphRequest, GraphResponse } from "../../sandbox/tenant/graph-request";
import { grantToDeployer } from "../sandbox/providers/azuread/grant-to-deployer";
import { TestTenant } from "../sandbox/tenant-fixture";
import { ProviderClient, TYPE } from "./provider-client";

export const CUSTOM_POLICY = "certlock:index:AppManagementPolicy";
export const AUTHORITIES = "certlock:index:CertificateAuthorityConfiguration";

export class DirectoryFixture {
  readonly tenant = TestTenant.at();
  /** Method and path of every request, in order. */
  readonly requests: string[] = [];
  /** The warnings given, in order. */
  readonly warnings: string[] = [];
  /** Runs before each request is answered; a response given takes the place of the tenant's. */
  before: (request: GraphRequest) => Response | undefined = () => undefined;
  /** Runs after each request was carried out; a response given takes the place of the tenant's. */
  after: (request: GraphRequest) => Response | undefined = () => undefined;
  /** The ETag of what is read, where the test wants there to be one. */
  tagOf: () => string | undefined = () => undefined;
  /** The If-Match header of the request at hand. */
  ifMatch: string | undefined;
  readonly #clients: ProviderClient[] = [];
  #server: ProviderServer | undefined;

  /** The provider's client of Graph. */
  readonly client = new GraphClient({
    tokenSource: { getToken: () => Promise.resolve({ token: "fake-token", expiresOnTimestamp: 0 }) },
    fetch: (input, init) => Promise.resolve(this.#answer(input, init)),
    sleep: () => Promise.resolve(),
    retry: { maxAttempts: 2 },
  });

  static async start(): Promise<DirectoryFixture> {
    const fixture = new DirectoryFixture();
    grantToDeployer(fixture.tenant, "AppCertTrustConfiguration.ReadWrite.All");
    const options = {
      client: () => Promise.resolve(fixture.client),
      sleep: () => Promise.resolve(),
      random: () => 0,
      clock: () => fixture.tenant.clock(),
    };
    fixture.#server = await startProviderServer({
      version: "1.2.3",
      handlers: new Map<string, ResourceHandler>([
        [TYPE, new TenantAppManagementPolicyHandler(options)],
        [CUSTOM_POLICY, new AppManagementPolicyHandler(options)],
        [AUTHORITIES, new CertificateAuthorityHandler(options)],
      ]),
      configure: () => undefined,
      log: {
        attach: () => undefined,
        close: () => undefined,
        warn: (_urn, message) => {
          fixture.warnings.push(message);
          return Promise.resolve();
        },
      },
    });
    return fixture;
  }

  provider(type: string): ProviderClient {
    const client = new ProviderClient(this.#server?.port ?? 0, type);
    this.#clients.push(client);
    return client;
  }

  /** What an administrator asks or does beside the provider. */
  graph(
    method: GraphRequest["method"],
    path: string,
    body?: unknown,
    caller: Caller = this.tenant.deployer,
  ): GraphResponse {
    return this.tenant.graph({ method, path, body, caller });
  }

  /** The requests that change something. */
  get writes(): string[] {
    return this.requests.filter((request) => !request.startsWith("GET"));
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.#server?.close(0);
  }

  #answer(input: Parameters<typeof fetch>[0], init: RequestInit = {}): Response {
    const url = new URL(input instanceof Request ? input.url : input);
    const request: GraphRequest = {
      method: (init.method ?? "GET") as GraphRequest["method"],
      path: url.pathname + url.search,
      body: typeof init.body === "string" ? (JSON.parse(init.body) as unknown) : undefined,
      caller: this.tenant.deployer,
    };
    this.ifMatch = new Headers(init.headers).get("if-match") ?? undefined;
    this.requests.push(`${request.method} ${url.pathname}`);
    const instead = this.before(request);
    if (instead !== undefined) return instead;
    const etag = request.method === "GET" ? this.tagOf() : undefined;
    const { status, body, headers } = this.tenant.graph(request);
    const later = this.after(request);
    const text = body === undefined ? null : JSON.stringify(body);
    return (
      later ??
      new Response(text, { status, headers: { ...headers, ...(etag === undefined ? {} : { etag }) } })
    );
  }
}
