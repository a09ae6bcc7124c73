/** The steps of the demo, in the order they run. Each answers what to print behind its title and below it, or throws. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { type Sandbox, startSandbox } from "../../sandbox/index";
import type { Engine } from "../../cli/engine/find";
import type { Environment } from "../../cli/engine/places";
import { provideEngine } from "../../cli/engine/provide";
import { openStack, type Outcome, type StackSession } from "../stack/stack";
import { fetchTrusting } from "../tenant/fetch";
import { callerOf, type TenantCaller } from "../tenant/graph";
import { signIn } from "../tenant/sign-in";
import { type IdentityRow, readIdentities } from "./identities";

const ROOT = join(__dirname, "..", "..");
const PACK = join(ROOT, "policies", "certlock-policies");
const POLICY_PATH = "/v1.0/policies/defaultAppManagementPolicy";
const GRAPH_SCOPE = "https://graph.microsoft.com/.default";

/** Where the demo's requests come from, unless a step says otherwise. */
const CLIENT_ADDRESS = "198.51.100.10";

/** An address outside every network of Pulumi.dev.yaml: of the documentation range no configuration names. */
const OUTSIDE_ADDRESS = "192.0.2.77";

export interface Step {
  readonly title: string;
  readonly run: () => Promise<string>;
}

export interface DemoOptions {
  /** Private folder of this run. */
  readonly folder: string;
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
  /** Where to look for an engine: the environment as the caller had it. */
  readonly environment: Environment;
}

interface Identity {
  readonly clientId: string;
  readonly vaultSecretUri?: string;
  readonly networks?: readonly string[];
}

/** One run of the demo: its steps share an engine, a sandbox tenant and a stack. */
export class Demo {
  /** What stood in the tenant before it was destroyed, for the table at the end. */
  rows: readonly IdentityRow[] = [];

  readonly #options: DemoOptions;
  readonly #passphrase = randomBytes(24).toString("base64url");
  #engine: Engine | undefined;
  #sandbox: Sandbox | undefined;
  #stack: StackSession | undefined;
  #policyBefore: unknown;

  constructor(options: DemoOptions) {
    this.#options = options;
  }

  readonly steps: readonly Step[] = [
    { title: "engine", run: () => this.#provideEngine() },
    { title: "sandbox tenant", run: () => this.#startSandbox() },
    { title: "preview under the policy pack", run: () => this.#preview() },
    { title: "up", run: () => this.#up() },
    { title: "second preview", run: () => this.#previewAgain() },
    { title: "sign-in with the certificate from the vault", run: () => this.#signInWithCertificate() },
    { title: "client secret refused by the tenant", run: () => this.#refuseSecret() },
    { title: "sign-in from outside the network refused", run: () => this.#refuseOutside() },
    { title: "stack with client secrets stopped in preview", run: () => this.#stopSecretStack() },
    { title: "destroy, and the tenant's own policy back", run: () => this.#destroy() },
  ];

  /** Closes what is still open, after success and failure alike. */
  async close(): Promise<void> {
    await this.#sandbox?.close();
  }

  async #provideEngine(): Promise<string> {
    this.#engine = await provideEngine(this.#options);
    return `Pulumi ${this.#engine.version} from ${this.#engine.source}`;
  }

  async #startSandbox(): Promise<string> {
    this.#sandbox = await startSandbox({ clientAddress: CLIENT_ADDRESS });
    const answer = await this.#caller.graph("GET", POLICY_PATH);
    this.#policyBefore = answer.body;
    return `login, Graph, Key Vault and three providers on the loopback interface`;
  }

  async #preview(): Promise<string> {
    this.#stack = await this.#open("stack", ROOT, await this.#configuration("reportOnly"));
    const outcome = succeed(await this.#stack.preview(this.#options.signal));
    assert.ok(outcome.packs.length > 0, "the policy pack did not run");
    return `${outcome.changes["create"] ?? 0} resources to create, ${refusals(outcome).length} refused`;
  }

  async #up(): Promise<string> {
    const outcome = succeed(await this.#opened.up({ signal: this.#options.signal }));
    return `${outcome.changes["create"] ?? 0} resources created`;
  }

  async #previewAgain(): Promise<string> {
    const { changes } = succeed(await this.#opened.preview(this.#options.signal));
    assert.deepEqual(changes, {}, "a second preview of the same program shows changes");
    return "no change";
  }

  async #signInWithCertificate(): Promise<string> {
    const [name, identity] = await this.#identity(({ vaultSecretUri }) => vaultSecretUri !== undefined);
    await this.#signIn(identity);
    return `${name}, through MSAL`;
  }

  async #refuseSecret(): Promise<string> {
    const [name, { clientId }] = await this.#identity(() => true);
    const path = `/v1.0/applications(appId='${clientId}')/addPassword`;
    const body = { passwordCredential: { displayName: "quick fix" } };
    const { status, body: answer } = await this.#caller.graph("POST", path, body);
    const code = (answer as { error?: { code?: string } } | undefined)?.error?.code;
    assert.ok(status >= 400, `Graph took the secret (status ${status})`);
    assert.equal(code, "CredentialTypeNotAllowedAsPerAppPolicy");
    return `${name}: ${code}`;
  }

  async #refuseOutside(): Promise<string> {
    const [name, identity] = await this.#identity(({ networks }) => (networks ?? []).length > 0);
    await this.#signIn(identity, OUTSIDE_ADDRESS); // report-only lets it pass
    this.#stack = await this.#open("stack", ROOT, await this.#configuration("enforced"));
    const outcome = succeed(await this.#stack.up({ signal: this.#options.signal }));
    assert.deepEqual(outcome.changes, { update: 1 }, "enforcing should change the one policy");
    await assert.rejects(this.#signIn(identity, OUTSIDE_ADDRESS), /AADSTS53003/);
    const inside = (identity.networks?.[0] ?? "").replace(/0\/\d+$/, "9");
    await this.#signIn(identity, inside);
    this.rows = await readIdentities(this.#caller, await this.#identities());
    return `${name}: AADSTS53003 from ${OUTSIDE_ADDRESS}, a token from ${inside}`;
  }

  async #stopSecretStack(): Promise<string> {
    const project = join(ROOT, "examples", "with-client-secret");
    const stack = await this.#open("with-client-secret", project, {});
    const outcome = await stack.preview(this.#options.signal);
    assert.ok(!outcome.ok, "the preview went through");
    const found = refusals(outcome);
    assert.ok(found.length > 0, `the preview failed for another reason:\n${outcome.output}`);
    const lines = found.map(({ rule, resource, message }) => {
      const name = resource.split("::").at(-1) ?? resource;
      return `\n${rule} on ${name}\n  ${message.replaceAll("\n", "\n  ")}`;
    });
    return `${found.length} findings${lines.join("")}`;
  }

  async #destroy(): Promise<string> {
    const outcome = succeed(await this.#opened.destroy());
    const { body } = await this.#caller.graph("GET", POLICY_PATH);
    assert.deepEqual(body, this.#policyBefore, "the policy differs from the one found at the start");
    return `${outcome.changes["delete"] ?? 0} resources deleted`;
  }

  /** Takes the key out of the vault and signs in with it, as the workload's host would. */
  async #signIn(identity: Identity, clientAddress?: string): Promise<void> {
    const { loginUrl, deployer } = this.#tenant;
    await signIn({
      loginUrl,
      tenantId: deployer.tenantId,
      clientId: identity.clientId,
      pem: await this.#caller.secret(identity.vaultSecretUri ?? ""),
      scope: GRAPH_SCOPE,
      fetch: fetchTrusting(this.#tenant.caCertificatePem),
      ...(clientAddress === undefined ? {} : { clientAddress }),
    });
  }

  #open(name: string, project: string, config: Readonly<Record<string, unknown>>): Promise<StackSession> {
    assert.ok(this.#engine !== undefined);
    return openStack({
      engine: this.#engine,
      project,
      folder: join(this.#options.folder, name),
      passphrase: this.#passphrase,
      environment: this.#tenant.environment(),
      config,
      policyPacks: [PACK],
    });
  }

  /** The stack's own configuration, with this tenant's id and the demo as a reader of the vaults. */
  async #configuration(mode: "reportOnly" | "enforced"): Promise<Record<string, unknown>> {
    const text = await readFile(join(ROOT, "Pulumi.dev.yaml"), "utf8");
    const { config } = parse(text) as { config: Record<string, unknown> };
    const { tenantId, clientId } = this.#tenant.deployer;
    const path = `/v1.0/servicePrincipals(appId='${clientId}')?$select=id`;
    const reader = ((await this.#caller.graph("GET", path)).body as { id: string }).id;
    const applications = config["certlock-tenant:applications"] as ApplicationConfiguration[];
    for (const { certificate } of applications) {
      if (certificate === undefined) continue;
      certificate.readers = [reader];
      certificate.vaultNetworks = [...(certificate.vaultNetworks ?? []), `${CLIENT_ADDRESS}/32`];
    }
    return {
      ...config,
      "certlock-tenant:tenantId": tenantId,
      "certlock-tenant:conditionalAccess": { mode },
      "certlock-tenant:applications": applications,
    };
  }

  async #identities(): Promise<Readonly<Record<string, Identity>>> {
    return (await this.#opened.outputs())["identities"]?.value as Record<string, Identity>;
  }

  async #identity(wanted: (identity: Identity) => boolean): Promise<[string, Identity]> {
    const found = Object.entries(await this.#identities()).find(([, identity]) => wanted(identity));
    assert.ok(found !== undefined, "the stack's outputs name no such identity");
    return found;
  }

  get #tenant(): Sandbox {
    assert.ok(this.#sandbox !== undefined);
    return this.#sandbox;
  }

  get #opened(): StackSession {
    assert.ok(this.#stack !== undefined);
    return this.#stack;
  }

  get #caller(): TenantCaller {
    return callerOf(this.#tenant, fetchTrusting(this.#tenant.caCertificatePem));
  }
}

interface ApplicationConfiguration {
  readonly certificate?: { readers?: string[]; vaultNetworks?: string[] };
}

function refusals(outcome: Outcome): Outcome["findings"] {
  return outcome.findings.filter(({ level }) => level === "mandatory");
}

function succeed(outcome: Outcome): Outcome {
  if (!outcome.ok) throw new Error(outcome.diagnostics.join("\n") || outcome.output.trim());
  return outcome;
}
