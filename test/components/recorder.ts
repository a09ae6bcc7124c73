/**
 * A stand-in for the engine: writes down what a program registers, and answers as the real providers would,
 * with real keys and certificates.
 */
import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { deserializeProperties } from "@pulumi/pulumi/runtime";
import * as settings from "@pulumi/pulumi/runtime/settings";
import { MICROSOFT_GRAPH } from "../../sandbox/tenant/microsoft-services";
import {
  certRequest,
  ISSUED_AT,
  locallySigned,
  privateKey,
  selfSigned,
  vaultCertificate,
} from "./recorded-certificates";

export { ISSUED_AT };

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
  /** Inputs whose changes are left alone. */
  readonly ignoreChanges: readonly string[];
  /** Names of the resources this one waits for. */
  readonly dependencies: readonly string[];
  /** By input the names of the resources its value comes from. */
  readonly sources: Readonly<Record<string, readonly string[]>>;
}

/** The tenant of every application. */
export const TENANT_ID = "7e0a0000-0000-4000-8000-000000000001";
export const SUBSCRIPTION = "/subscriptions/11111111-2222-4333-8444-555555555555";

interface Request {
  getType(): string;
  getName(): string;
  getParent(): string;
  getObject(): Parameters<typeof deserializeProperties>[0];
  getRetainondelete(): boolean;
  getReplacementTrigger(): { toJavaScript(): unknown } | undefined;
  getIgnorechangesList(): string[];
  getDependenciesList(): string[];
  getPropertydependenciesMap(): {
    forEach(each: (from: { getUrnsList(): string[] }, input: string) => void): void;
  };
  getAdditionalsecretoutputsList(): string[];
}

interface Monitor {
  registerResource(request: Request, callback: unknown): Promise<void>;
}

/** Object id of the service principal that deploys, as azuread knows it. */
export const DEPLOYER = "0a0e0000-0000-4000-8000-0000000000dd";

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
        call: ({ token, inputs }) => {
          switch (token) {
            case "azuread:index/getServicePrincipal:getServicePrincipal":
              return graphPrincipal();
            case "azuread:index/getClientConfig:getClientConfig":
              return { objectId: DEPLOYER };
            default:
              return inputs as Record<string, unknown>;
          }
        },
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

  /** The same without waiting, in the order of registration. */
  get soFar(): readonly Registered[] {
    return [...this.#registered];
  }

  /** How many were registered up to now, without waiting. */
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
        ignoreChanges: request.getIgnorechangesList(),
        dependencies: request.getDependenciesList().map(nameOf).sort(),
        sources: sourcesOf(request),
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
      return { id: `/servicePrincipals/${objectId}`, state: { objectId, applicationTenantId: TENANT_ID } };
    case "azuread:index/applicationCertificate:ApplicationCertificate":
      return { id: `${String(inputs["applicationId"])}/certificate/${objectId}`, state: { keyId: objectId } };
    case "azuread:index/applicationPassword:ApplicationPassword":
      return { id: objectId, state: { keyId: objectId, value: pulumi.secret("CANARY-client-secret") } };
    case "azuread:index/namedLocation:NamedLocation":
      return { id: `/identity/conditionalAccess/namedLocations/${objectId}`, state: { objectId } };
    case "azuread:index/conditionalAccessPolicy:ConditionalAccessPolicy":
      return { id: `/identity/conditionalAccess/policies/${objectId}`, state: { objectId } };
    case "tls:index/privateKey:PrivateKey":
      return { id: objectId, state: privateKey(name, Number(inputs["rsaBits"])) };
    case "tls:index/selfSignedCert:SelfSignedCert":
      return { id: objectId, state: await selfSigned(inputs) };
    case "tls:index/certRequest:CertRequest":
      return { id: objectId, state: await certRequest(inputs) };
    case "tls:index/locallySignedCert:LocallySignedCert":
      return { id: objectId, state: await locallySigned(inputs) };
    case "certlock:index:VaultCertificate":
      return { id: objectId, state: await vaultCertificate(name, inputs) };
    case "certlock:index:SelfRenewingCertificate":
      return {
        id: `${String(inputs["vaultUri"])}certificates/${String(inputs["certificateName"])}`,
        state: {},
      };
    case "azure-native:keyvault:Vault":
      return vault(inputs);
    case "azure-native:keyvault:Secret":
      return secret(inputs);
    case "azure-native:network:PrivateEndpoint":
      return named("Microsoft.Network/privateEndpoints", "privateEndpointName", inputs);
    case "azure-native:eventgrid:SystemTopic":
      return named("Microsoft.EventGrid/systemTopics", "systemTopicName", inputs);
    case "azure-native:authorization:RoleAssignment":
      return {
        id: `${String(inputs["scope"])}/providers/Microsoft.Authorization/roleAssignments/${name}`,
        state: {},
      };
    case "azure-native:automation:AutomationAccount":
      return automationAccount(objectId, inputs);
    case "azure-native:automation:RuntimeEnvironment":
    case "azure-native:automation:Runbook":
    case "azure-native:automation:Schedule":
    case "azure-native:automation:HybridRunbookWorkerGroup":
      return inAccount(type, inputs);
    case "azure-native:managedidentity:UserAssignedIdentity":
      return {
        id: `${SUBSCRIPTION}/resourceGroups/${String(inputs["resourceGroupName"])}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${String(inputs["resourceName"])}`,
        state: {
          name: inputs["resourceName"],
          principalId: objectId,
          clientId: idOf("client", name),
          tenantId: idOf("tenant"),
        },
      };
    case "certlock:index:TenantAppManagementPolicy":
      return { id: "defaultAppManagementPolicy", state: {} };
    default:
      return { id: objectId, state: {} };
  }
}

/** Microsoft Graph as every tenant has it. */
function graphPrincipal(): Record<string, unknown> {
  return {
    objectId: idOf("Microsoft Graph"),
    appRoleIds: Object.fromEntries(MICROSOFT_GRAPH.appRoles.map(({ value, id }) => [value, id])),
  };
}

function vault(inputs: Properties): { id: string; state: Properties } {
  const name = String(inputs["vaultName"]);
  const properties = {
    ...(inputs["properties"] as Properties),
    // A preview only repeats what it is given.
    ...(pulumi.runtime.isDryRun() ? {} : { vaultUri: `https://${name}.vault.azure.net/` }),
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

/** A resource of Azure with nothing but the name it was given. */
function named(type: string, property: string, inputs: Properties): { id: string; state: Properties } {
  const name = String(inputs[property]);
  const group = `${SUBSCRIPTION}/resourceGroups/${String(inputs["resourceGroupName"])}`;
  return { id: `${group}/providers/${type}/${name}`, state: { name } };
}

function automationAccount(principalId: string, inputs: Properties): { id: string; state: Properties } {
  const { id } = named("Microsoft.Automation/automationAccounts", "automationAccountName", inputs);
  const { type } = inputs["identity"] as { type?: string };
  const name = String(inputs["automationAccountName"]);
  return {
    id,
    state: {
      name,
      automationHybridServiceUrl: `https://1.jrds.we.azure-automation.net/automationAccounts/${name}`,
      // Nothing of it is known before the account is made.
      ...(type === "SystemAssigned" && { identity: { type, principalId, tenantId: TENANT_ID } }),
    },
  };
}

/** A resource of an account: its name is the input with the name of its type. */
function inAccount(type: string, inputs: Properties): { id: string; state: Properties } {
  const short = type.slice(type.lastIndexOf(":") + 1);
  const name = String(inputs[`${short.charAt(0).toLowerCase()}${short.slice(1)}Name`]);
  return { id: idOf(type, name), state: { name } };
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

function sourcesOf(request: Request): Record<string, string[]> {
  const sources: Record<string, string[]> = {};
  request.getPropertydependenciesMap().forEach((from, input) => {
    sources[input] = from.getUrnsList().map(nameOf).sort();
  });
  return sources;
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? "";
}

function key(registered: Registered): string {
  return `${registered.type} ${registered.name}`;
}
