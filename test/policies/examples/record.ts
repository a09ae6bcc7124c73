/**
 * Runs small Pulumi programs against mocks and prints, as JSON, what each would register. A process of its own: mocks
 * replace the engine for everything that is loaded after them.
 *
 *   tsx record.ts program.ts…    relative to the working directory
 */
import Module from "node:module";
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { ResourceInput, unknown } from "../harness/wire";

/** What `tls` only knows after the update, and the programs pass on. */
const madeInTheUpdate = {
  privateKeyPem: unknown.string,
  certPem: unknown.string,
  validityEndTime: unknown.string,
};

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
        return { id: `${name}-id`, state: { ...(type.startsWith("tls:") ? madeInTheUpdate : {}), ...props } };
      },
      call: () => ({}),
    },
    "certlock-tenant",
    "dev",
  );
  pulumi.runtime.setAllConfig({
    "billing:key": "c3ltbWV0cmljLWtleQ==",
    "billing:deployer": "not-a-real-secret",
  });

  const answer: Record<string, ResourceInput[]> = {};
  for (const program of programs) {
    registered = [];
    await import(resolve(program));
    await pulumi.runtime.disconnect();
    answer[program] = registered;
  }
  process.stdout.write(JSON.stringify(answer));
}

void main(process.argv.slice(2));
