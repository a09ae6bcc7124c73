/**
 * A stand-in for the engine: writes down what a program registers, and answers as the real providers would,
 * with real keys and certificates.
 */
import "reflect-metadata";
import { createHash, createPrivateKey, generateKeyPairSync, webcrypto } from "node:crypto";
import { cryptoProvider, X509CertificateGenerator } from "@peculiar/x509";
import * as pulumi from "@pulumi/pulumi";
import { deserializeProperties } from "@pulumi/pulumi/runtime";
import * as settings from "@pulumi/pulumi/runtime/settings";

cryptoProvider.set(webcrypto as unknown as Parameters<typeof cryptoProvider.set>[0]);

export type Properties = Readonly<Record<string, unknown>>;

export interface Registered {
  readonly type: string;
  readonly name: string;
  /** Name of the parent; empty at the top. */
  readonly parent: string;
  /** Inputs as the engine receives them; a secret stands as "[secret]". */
  readonly inputs: Properties;
  /** Inputs with secrets in plain, for tests that look inside. */
  readonly plain: Properties;
  readonly retainOnDelete: boolean;
  /** What the engine compares with the last run's to decide on a replacement; undefined where there is none. */
  readonly replacementTrigger: unknown;
  /** Names of the resources this one waits for. */
  readonly dependencies: readonly string[];
}

/** The clock of the stand-in; offsets other than UTC, as the tls provider gives them. */
export const ISSUED_AT = "2026-11-21T03:00:00+01:00";
export const SUBSCRIPTION = "/subscriptions/11111111-2222-4333-8444-555555555555";

interface Request {
  getType(): string;
  getName(): string;
  getParent(): string;
  getObject(): Parameters<typeof deserializeProperties>[0];
  getRetainondelete(): boolean;
  getReplacementTrigger(): { toJavaScript(): unknown } | undefined;
  getDependenciesList(): string[];
  getAdditionalsecretoutputsList(): string[];
}

interface Monitor {
  registerResource(request: Request, callback: unknown): Promise<void>;
}

export class Recorder {
  readonly #registered: Registered[] = [];
  readonly #failures: unknown[] = [];
  #secretOutputs: readonly string[] = [];

  /** Makes this recorder the engine of everything declared from now on. */
  static async start(project = "certlock-tenant", preview = false): Promise<Recorder> {
    const recorder = new Recorder();
    await pulumi.runtime.setMocks(
      {
        newResource: (args) => recorder.#answer(args),
        call: (args) => args.inputs as Record<string, unknown>,
      },
      project,
      "dev",
      preview,
    );
    recorder.#listen();
    return recorder;
  }

  /** Waits until everything declared so far is registered, and lists it by type and name. */
  async all(): Promise<readonly Registered[]> {
    await pulumi.runtime.disconnect();
    if (this.#failures.length > 0) throw new AggregateError(this.#failures, "the stand-in engine failed");
    return this.#registered.toSorted((left, right) => key(left).localeCompare(key(right)));
  }

  /** What was registered up to now, without waiting. */
  get count(): number {
    return this.#registered.length;
  }

  // Mocks do not tell the parent, nor resource options: those are on the request only.
  #listen(): void {
    const monitor = settings.getMonitor() as unknown as Monitor;
    const register = monitor.registerResource.bind(monitor);
    monitor.registerResource = async (request, callback) => {
      const raw = deserializeProperties(request.getObject(), true) as Properties;
      this.#registered.push({
        type: request.getType(),
        name: request.getName(),
        parent: nameOf(request.getParent()),
        inputs: reveal(raw, () => "[secret]") as Properties,
        plain: reveal(raw, (value) => value) as Properties,
        retainOnDelete: request.getRetainondelete(),
        replacementTrigger: request.getReplacementTrigger()?.toJavaScript(),
        dependencies: request.getDependenciesList().map(nameOf).sort(),
      });
      this.#secretOutputs = request.getAdditionalsecretoutputsList();
      await register(request, callback);
    };
  }

  async #answer(args: pulumi.runtime.MockResourceArgs): Promise<{ id: string; state: Properties }> {
    const secretOutputs = this.#secretOutputs;
    try {
      const inputs = reveal(args.inputs, (value) => value) as Properties;
      const answered = await answerAs(args.type, args.name, inputs);
      const state = Object.fromEntries(
        Object.entries({ ...inputs, ...answered.state }).map(([name, value]) => [
          name,
          secretOutputs.includes(name) ? pulumi.secret(value) : value,
        ]),
      );
      return { id: answered.id, state };
    } catch (error) {
      this.#failures.push(error);
      throw error;
    }
  }
}

/** The value of an output and whether it is secret; rejects where the output does. */
export async function valueOf<T>(output: pulumi.Output<T>): Promise<{ value: T; secret: boolean }> {
  const settled = output as unknown as { promise(withUnknowns?: boolean): Promise<T> };
  return { value: await settled.promise(), secret: await pulumi.isSecret(output) };
}

/** A stable GUID for a name. */
export function idOf(...names: readonly string[]): string {
  const hex = createHash("sha256").update(names.join("/")).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

async function answerAs(
  type: string,
  name: string,
  inputs: Properties,
): Promise<{ id: string; state: Properties }> {
  const objectId = idOf(type, name);
  switch (type) {
    case "azuread:index/applicationRegistration:ApplicationRegistration":
    case "azuread:index/application:Application":
      return { id: `/applications/${objectId}`, state: { objectId, clientId: idOf("client", name) } };
    case "azuread:index/servicePrincipal:ServicePrincipal":
      return { id: `/servicePrincipals/${objectId}`, state: { objectId } };
    case "azuread:index/applicationCertificate:ApplicationCertificate":
      return { id: `${String(inputs["applicationId"])}/certificate/${objectId}`, state: { keyId: objectId } };
    case "azuread:index/applicationPassword:ApplicationPassword":
      return { id: objectId, state: { keyId: objectId, value: pulumi.secret("CANARY-client-secret") } };
    case "azuread:index/namedLocation:NamedLocation":
      return { id: `/identity/conditionalAccess/namedLocations/${objectId}`, state: { objectId } };
    case "azuread:index/conditionalAccessPolicy:ConditionalAccessPolicy":
      return { id: `/identity/conditionalAccess/policies/${objectId}`, state: { objectId } };
    case "tls:index/privateKey:PrivateKey":
      return { id: objectId, state: privateKey(Number(inputs["rsaBits"])) };
    case "tls:index/selfSignedCert:SelfSignedCert":
      return { id: objectId, state: await selfSigned(inputs) };
    case "azure-native:keyvault:Vault":
      return vault(inputs);
    case "azure-native:keyvault:Secret":
      return secret(inputs);
    case "azure-native:authorization:RoleAssignment":
      return {
        id: `${String(inputs["scope"])}/providers/Microsoft.Authorization/roleAssignments/${name}`,
        state: {},
      };
    case "certlock:index:TenantAppManagementPolicy":
      return { id: "defaultAppManagementPolicy", state: {} };
    default:
      return { id: objectId, state: {} };
  }
}

const keys = new Map<number, Properties>();

function privateKey(bits: number): Properties {
  const made = keys.get(bits);
  if (made !== undefined) return made;
  const key = generateKeyPairSync("rsa", { modulusLength: bits }).privateKey;
  const state = {
    privateKeyPem: key.export({ type: "pkcs1", format: "pem" }).toString(),
    privateKeyPemPkcs8: key.export({ type: "pkcs8", format: "pem" }).toString(),
  };
  keys.set(bits, state);
  return state;
}

async function selfSigned(inputs: Properties): Promise<Properties> {
  const key = createPrivateKey(String(inputs["privateKeyPem"]));
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const der = key.export({ type: "pkcs8", format: "der" });
  const privateHalf = await webcrypto.subtle.importKey("pkcs8", der, algorithm, true, ["sign"]);
  const { kty, n, e } = key.export({ format: "jwk" });
  const jwk = { kty: kty ?? "", n: n ?? "", e: e ?? "" };
  const publicHalf = await webcrypto.subtle.importKey("jwk", jwk, algorithm, true, ["verify"]);
  const start = new Date(ISSUED_AT);
  const end = new Date(start.getTime() + Number(inputs["validityPeriodHours"]) * 3_600_000);
  const subject = inputs["subject"] as { commonName: string };
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [subject.commonName] }],
    notBefore: start,
    notAfter: end,
    signingAlgorithm: algorithm,
    keys: { privateKey: privateHalf, publicKey: publicHalf },
  });
  return {
    certPem: `${certificate.toString("pem")}\n`,
    validityStartTime: ISSUED_AT,
    validityEndTime: `${end.toISOString().slice(0, 19)}.987654321Z`,
  };
}

function vault(inputs: Properties): { id: string; state: Properties } {
  const name = String(inputs["vaultName"]);
  const properties = {
    ...(inputs["properties"] as Properties),
    vaultUri: `https://${name}.vault.azure.net/`,
  };
  return { id: vaultId(inputs), state: { name, properties } };
}

function secret(inputs: Properties): { id: string; state: Properties } {
  // Azure Resource Manager never returns the value.
  const given = Object.entries(inputs["properties"] as Properties);
  const properties = Object.fromEntries(given.filter(([key]) => key !== "value"));
  const name = String(inputs["secretName"]);
  return { id: `${vaultId(inputs)}/secrets/${name}`, state: { name, properties } };
}

function vaultId(inputs: Properties): string {
  const group = `${SUBSCRIPTION}/resourceGroups/${String(inputs["resourceGroupName"])}`;
  return `${group}/providers/Microsoft.KeyVault/vaults/${String(inputs["vaultName"])}`;
}

/** Signature of a secret on the wire: https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/runtime/rpc.ts */
const SIGNATURE = "4dabf18193072939515e22adb298388d";

function reveal(value: unknown, ofSecret: (inner: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => reveal(item, ofSecret));
  if (typeof value !== "object" || value === null) return value;
  const object = value as Properties;
  if (SIGNATURE in object) return ofSecret(reveal(object["value"], ofSecret));
  return Object.fromEntries(Object.entries(object).map(([name, inner]) => [name, reveal(inner, ofSecret)]));
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? "";
}

function key(registered: Registered): string {
  return `${registered.type} ${registered.name}`;
}
