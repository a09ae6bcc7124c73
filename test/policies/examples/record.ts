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
import { ResourceInput, unknown } from "../harness/wire";

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
        registered.push({ type, name, props });
        const made = madeInTheUpdate.find(([pattern]) => pattern.test(type))?.[1];
        return { id: `${name}-id`, state: { ...made, ...props } };
      },
      call: () => ({}),
    },
    "certlock-tenant",
    "dev",
  );
  const dependencies = recordDependencies();
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
    const root = { type: "pulumi:pulumi:Stack", name: "outputs", props: await known(named) };
    answer[program] = [...registered, root].map((resource) => ({
      ...resource,
      ...dependencies.get(`${resource.type} ${resource.name}`),
    }));
  }
  process.stdout.write(JSON.stringify(answer));
}

/** What the module loader adds to the exports of a program. */
const loaderNames: ReadonlySet<string> = new Set(["default", "module.exports", "__esModule"]);

type Dependencies = Pick<ResourceInput, "urn" | "propertyDependencies">;

/** Mocks are not told what flows where; the engine is. By type and name of the resource. */
function recordDependencies(): ReadonlyMap<string, Dependencies> {
  const recorded = new Map<string, Dependencies>();
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    const [type, name] = [request.getType(), request.getName()];
    const byProperty: Record<string, string[]> = {};
    request.getPropertydependenciesMap().forEach((sources, property) => {
      byProperty[property] = sources.getUrnsList();
    });
    const urn = monitor.newUrn(request.getParent(), type, name);
    recorded.set(`${type} ${name}`, { urn, propertyDependencies: byProperty });
    return register(request, callback);
  };
  return recorded;
}

interface Monitor {
  newUrn(parent: string, type: string, name: string): string;
  registerResource(request: RegisterResourceRequest, callback: unknown): unknown;
}

/** The outputs of a program as the stack shows them. */
function known(outputs: Record<string, unknown>): Promise<ResourceInput["props"]> {
  return new Promise((done) => {
    pulumi.output(outputs).apply((values) => {
      done(JSON.parse(JSON.stringify(values)) as ResourceInput["props"]);
    });
  });
}

void main(process.argv.slice(2));
