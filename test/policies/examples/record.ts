/**
 * Runs small Pulumi programs against mocks and prints, as JSON, what each would register. A process of its own: mocks
 * replace the engine for everything that is loaded after them.
 *
 *   tsx record.ts program.ts…    relative to the working directory
 */
import Module from "node:module";
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { Properties, ResourceInput, unknown } from "../harness/wire";

/** What is only known after the update, and the programs pass on. */
const madeInTheUpdate: readonly (readonly [RegExp, ResourceInput["props"]])[] = [
  [/^tls:/, { privateKeyPem: unknown.string, certPem: unknown.string, validityEndTime: unknown.string }],
  [/^azuread:.*Password$/, { value: unknown.string, keyId: unknown.string }],
];

// Examples import this package by its name, as its users do.
type Resolver = (request: string, ...rest: unknown[]) => string;
const loader = Module as unknown as { _resolveFilename: Resolver };
const original = loader._resolveFilename;
loader._resolveFilename = (request, ...rest) =>
  original(request === "certlock/components" ? resolve(__dirname, "../../../components") : request, ...rest);

async function main(programs: readonly string[]): Promise<void> {
  let registered: ResourceInput[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        const props = inputs as Record<string, unknown>;
        const made = madeInTheUpdate.find(([pattern]) => pattern.test(type))?.[1];
        return { id: `${name}-id`, state: { ...made, ...props } };
      },
      call: () => ({}),
    },
    "certlock-tenant",
    "dev",
    true,
  );
  recordRequests((resource) => registered.push(resource));
  pulumi.runtime.setAllConfig({
    "billing:key": "c3ltbWV0cmljLWtleQ==",
    "billing:deployer": "not-a-real-secret",
  });

  const answer: Record<string, ResourceInput[]> = {};
  for (const program of programs) {
    registered = [];
    const outputs = (await import(resolve(program))) as Record<string, unknown>;
    await pulumi.runtime.disconnect();
    const named = Object.fromEntries(Object.entries(outputs).filter(([name]) => !loaderNames.has(name)));
    const props = plain(await pulumi.runtime.serializeProperties("outputs", named)) as Properties;
    answer[program] = [...registered, { type: "pulumi:pulumi:Stack", name: "outputs", props }];
  }
  process.stdout.write(JSON.stringify(answer));
}

/** What the module loader adds to the exports of a program. */
const loaderNames: ReadonlySet<string> = new Set(["default", "module.exports", "__esModule"]);

/** Mocks are given neither unknown values nor what flows where; the engine is, with the request. */
function recordRequests(record: (resource: ResourceInput) => void): void {
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    const [type, name] = [request.getType(), request.getName()];
    const propertyDependencies: Record<string, string[]> = {};
    request.getPropertydependenciesMap().forEach((sources, property) => {
      propertyDependencies[property] = sources.getUrnsList();
    });
    const urn = monitor.newUrn(request.getParent(), type, name);
    const props = plain(request.getObject()?.toJavaScript() ?? {}) as Properties;
    record({ type, name, props, urn, propertyDependencies });
    return register(request, callback);
  };
}

interface Monitor {
  newUrn(parent: string, type: string, name: string): string;
  registerResource(request: RegisterResourceRequest, callback: unknown): unknown;
}

/** Policies are given secrets unwrapped. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const { value: secret, ...rest } = value as { value?: unknown };
  if (Object.values(rest).includes(pulumi.runtime.specialSecretSig)) return plain(secret);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}

void main(process.argv.slice(2));
