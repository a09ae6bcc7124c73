import { isIP } from "node:net";
import { CloudAddresses, PUBLIC_HOSTS, VAULT_HOSTS } from "./cloud/addresses";
import { openTunnelDoor } from "./cloud/tunnel-door";
import { graphRequestHandler } from "./graph/door";
import { issuerRequestHandler } from "./issuer/door";
import { OpenIdIssuers } from "./issuer/open-id-issuers";
import { loginRequestHandler } from "./login/door";
import { TokenService } from "./login/token-service";
import { TokenIssuer } from "./login/tokens";
import { createPrivateFiles } from "./private-files";
import { openProvidersDoor } from "./providers/door";
import { seedOwner } from "./resource-manager/access";
import { resourceManagerRequestHandler } from "./resource-manager/door";
import { SandboxError } from "./sandbox-error";
import { applySeed } from "./seed/apply-seed";
import { checkedSeed, type Seed } from "./seed/seed";
import { SeededRandom } from "./seed/seeded-random";
import type { Faults } from "./tenant/faults";
import { isGuid } from "./tenant/identifiers";
import type { ReplicationLag } from "./tenant/replication";
import { DEPLOYER_NAME } from "./tenant/seed";
import { Tenant } from "./tenant/tenant";
import type { Throttling } from "./tenant/throttling";
import { createClientCertificate, createServerIdentity } from "./tls/certificate-authority";
import { clientAddressOf, openHttpsDoor, type HttpsDoorOptions } from "./tls/https-door";
import { vaultRequestHandler } from "./vault/door";

export interface SandboxPorts {
  readonly login?: number;
  readonly graph?: number;
  readonly vault?: number;
  readonly providers?: number;
  /** Azure Resource Manager. */
  readonly arm?: number;
  readonly issuer?: number;
  readonly tunnel?: number;
}

export interface SandboxOptions {
  /** The tenant's time: token lifetimes, certificate dates, policies. @default - the system clock */
  readonly clock?: () => Date;
  /** A GUID. @default - a random one */
  readonly tenantId?: string;
  /**
   * Address requests come from that carry no `x-sandbox-client-address` header.
   * @default "198.51.100.10" (a documentation address, RFC 5737)
   */
  readonly clientAddress?: string;
  /** 0 or absent: a free port. */
  readonly ports?: SandboxPorts;
  /** Refuse a client assertion presented twice, which Entra does not. @default false */
  readonly singleUseAssertions?: boolean;
  /**
   * What the tenant is filled with; the same seed at the same time makes the same objects with the same ids. Checked
   * whole before anything starts. @default - the deployer, two people and Microsoft's services
   */
  readonly seed?: Seed;
  /** Limits on calls to Graph; MICROSOFT_LIMITS are the documented ones. @default - none */
  readonly throttling?: Throttling;
  /** How long new objects and credentials stay invisible to Graph's readers. @default - not at all */
  readonly replicationLag?: ReplicationLag;
}

export interface Sandbox {
  readonly tenant: Tenant;
  /** Faults for the next Graph calls: refusals, ended connections, changes by somebody else between two calls. */
  readonly faults: Faults;
  /** `https://localhost:PORT`, as the two below. */
  readonly loginUrl: string;
  readonly graphUrl: string;
  readonly vaultUrl: string;
  /** Azure Resource Manager; its host is the `metadata_host` of clients that discover a cloud. */
  readonly resourceManagerUrl: string;
  /**
   * `vault.localhost:PORT`: a vault's own host is `<vault>.` before it. Names below localhost do not resolve everywhere;
   * through `tunnelUrl` they need not.
   */
  readonly vaultSuffix: string;
  /**
   * `http://localhost:PORT`: an HTTP proxy (`HTTPS_PROXY`) in which the public cloud's host names, those of vaults too, lead to
   * the doors here. For clients that cannot be told another cloud. Every other host is refused.
   */
  readonly tunnelUrl: string;
  /** Issuers outside the tenant: tokens for federated credentials, over HTTPS or here. */
  readonly issuers: OpenIdIssuers;
  /** One gRPC server for azuread, azure-native, pulumiservice and tls. */
  readonly providersPort: number;
  /** The CA of this start: what clients must trust. */
  readonly caCertificatePem: string;
  /** The pipeline's own identity, with its certificate and key. */
  readonly deployer: SandboxDeployer;
  /**
   * What a child process (the engine, a provider) needs to live in this tenant. The files named lie in a private
   * directory that close() removes.
   */
  environment(): Record<string, string>;
  /** Closes every door and open connection and removes the files. Closing twice is fine. */
  close(): Promise<void>;
}

export interface SandboxDeployer {
  readonly tenantId: string;
  readonly clientId: string;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

const DEFAULT_CLIENT_ADDRESS = "198.51.100.10";

/**
 * Starts a tenant that behaves like Entra, with its doors on 127.0.0.1. It is a stage for tests and demonstrations,
 * not a security boundary.
 *
 * @throws SandboxError `SANDBOX_PORT_IN_USE` naming door and port, `SANDBOX_OPTION_INVALID`, `SANDBOX_SEED_INVALID`.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  checkOptions(options);
  const ports = options.ports ?? {};
  const clock = options.clock ?? (() => new Date());
  const defaultClientAddress = options.clientAddress ?? DEFAULT_CLIENT_ADDRESS;
  const identity = await createServerIdentity([...Object.keys(PUBLIC_HOSTS), ...VAULT_HOSTS]);
  const certificate = await createClientCertificate(DEPLOYER_NAME, clock());
  const seed = options.seed === undefined ? undefined : checkedSeed(options.seed);
  const random = seed && new SeededRandom(seed.generate?.seed ?? 0);
  const tenant = new Tenant({
    clock,
    deployerCertificatePem: certificate.certificatePem,
    ...(random && { idBytes: random.bytes }),
    ...(options.tenantId !== undefined && { id: options.tenantId.toLowerCase() }),
    ...(options.throttling && { throttling: options.throttling }),
    ...(options.replicationLag && { replicationLag: options.replicationLag }),
  });
  if (seed && random) applySeed(tenant, seed, random);
  tenant.vaults.pipelineAddress = defaultClientAddress;
  seedOwner(tenant);
  const addresses = new CloudAddresses();
  const issuer = await TokenIssuer.create(tenant);
  const issuers = new OpenIdIssuers(tenant);
  const service = new TokenService(tenant, issuer, {
    singleUseAssertions: options.singleUseAssertions ?? false,
    addresses,
  });
  const vault = vaultRequestHandler(
    tenant,
    issuer.verify,
    (request) => clientAddressOf(request, defaultClientAddress) ?? defaultClientAddress,
    () => addresses.login,
  );

  const undo: (() => Promise<void>)[] = [];
  try {
    const https = (name: keyof SandboxPorts, handle: HttpsDoorOptions["handle"]) =>
      open(name, ports[name], undo, () =>
        openHttpsDoor({ identity, port: ports[name], defaultClientAddress, handle }),
      );
    const login = await https("login", loginRequestHandler(tenant, issuer, service));
    addresses.login = issuer.loginUrl = `https://localhost:${login.port}`;
    const graph = await https("graph", graphRequestHandler(tenant, issuer));
    // A call still held would keep its request from ever ending.
    undo.push(() => {
      tenant.faults.clear();
      return Promise.resolve();
    });
    addresses.graph = tenant.graphUrl = `https://localhost:${graph.port}`;
    const vaults = await https("vault", ({ request, response }) => {
      vault(request, response);
    });
    addresses.vault = `https://localhost:${vaults.port}`;
    const arm = await https("arm", resourceManagerRequestHandler(tenant, issuer, addresses));
    addresses.resourceManager = `https://localhost:${arm.port}`;
    const outside = await https("issuer", issuerRequestHandler(issuers));
    addresses.issuer = issuers.url = `https://localhost:${outside.port}`;
    const tunnel = await open("tunnel", ports.tunnel, undo, () => openTunnelDoor(ports.tunnel, addresses));
    const providers = await open("providers", ports.providers, undo, () =>
      openProvidersDoor({ tenant, ...(ports.providers !== undefined && { port: ports.providers }) }),
    );

    const files = await createPrivateFiles("certlock-sandbox-");
    undo.push(() => files.remove());
    const caPath = await files.write("ca.pem", identity.caCertificatePem);
    const certificatePath = await files.write(
      "deployer.pem",
      certificate.privateKeyPem + certificate.certificatePem,
    );
    const deployer: SandboxDeployer = {
      tenantId: tenant.id,
      clientId: tenant.deployer.appId,
      ...certificate,
    };
    let closing: Promise<void> | undefined;
    return {
      tenant,
      faults: tenant.faults,
      loginUrl: issuer.loginUrl,
      graphUrl: tenant.graphUrl,
      vaultUrl: addresses.vault,
      resourceManagerUrl: addresses.resourceManager,
      vaultSuffix: addresses.vaultSuffix,
      tunnelUrl: `http://localhost:${tunnel.port}`,
      issuers,
      providersPort: providers.port,
      caCertificatePem: identity.caCertificatePem,
      deployer,
      environment: () => ({
        PULUMI_DEBUG_PROVIDERS: ["azuread", "azure-native", "pulumiservice", "tls"]
          .map((name) => `${name}:${providers.port}`)
          .join(","),
        ARM_TENANT_ID: deployer.tenantId,
        ARM_CLIENT_ID: deployer.clientId,
        ARM_SUBSCRIPTION_ID: tenant.vaults.subscriptionId,
        ARM_CLIENT_CERTIFICATE_PATH: certificatePath,
        CERTLOCK_GRAPH_ENDPOINT: tenant.graphUrl,
        CERTLOCK_LOGIN_ENDPOINT: issuer.loginUrl,
        CERTLOCK_VAULT_ENDPOINT: addresses.vault,
        NODE_EXTRA_CA_CERTS: caPath,
      }),
      close: () => (closing ??= undoAll(undo)),
    };
  } catch (error) {
    await undoAll(undo);
    throw error;
  }
}

async function open<D extends { close(): Promise<void> }>(
  name: keyof SandboxPorts,
  port: number | undefined,
  undo: (() => Promise<void>)[],
  openDoor: () => Promise<D>,
): Promise<D> {
  try {
    const door = await openDoor();
    undo.push(() => door.close());
    return door;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EADDRINUSE")) throw error;
    throw new SandboxError(
      "SANDBOX_PORT_IN_USE",
      `The sandbox's ${name} door cannot open: port ${port ?? 0} of 127.0.0.1 is in use. Stop the process that ` +
        `listens there, choose another port, or leave it out for a free one.`,
      { cause: error },
    );
  }
}

/** Last opened, first closed; one that fails does not keep the others open. */
async function undoAll(undo: readonly (() => Promise<void>)[]): Promise<void> {
  const results = await Promise.allSettled(undo.toReversed().map((step) => step()));
  const failed = results.find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
}

function checkOptions({ tenantId, clientAddress, ports = {} }: SandboxOptions): void {
  const problems: string[] = [];
  if (tenantId !== undefined && !isGuid(tenantId)) {
    problems.push(`"tenantId" is "${tenantId}"; give a GUID, or leave it out for a random one.`);
  }
  if (clientAddress !== undefined && isIP(clientAddress) === 0) {
    problems.push(`"clientAddress" is "${clientAddress}"; give an IPv4 or IPv6 address.`);
  }
  for (const [door, port] of Object.entries(ports) as [string, number][]) {
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      problems.push(`"ports.${door}" is "${port}"; give a whole number from 0 (any free port) to 65535.`);
    }
  }
  if (problems.length > 0) throw new SandboxError("SANDBOX_OPTION_INVALID", problems.join("\n"));
}
