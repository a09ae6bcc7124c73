import { parseArgs } from "node:util";
import { startSandbox, type SandboxOptions, type SandboxPorts } from "./sandbox";
import { SandboxError } from "./sandbox-error";

const DOORS = ["login", "graph", "vault", "providers"] as const satisfies readonly (keyof SandboxPorts)[];

const USAGE = `certlock sandbox: an Entra tenant in memory, for tests and demonstrations.

  --login-port N  --graph-port N  --vault-port N  --providers-port N
                        ports of the doors on 127.0.0.1 (default: free ones)
  --tenant-id GUID      directory id (default: a random one)
  --client-address IP   where requests come from unless they say otherwise (default: 198.51.100.10)
  --help                this text

Prints the environment to export, then a line "# ready". Stops on SIGINT or SIGTERM.
`;

/**
 * Reads the command line; undefined asks for the usage text.
 * @throws SandboxError, or what node:util says of an option it does not know.
 */
function readArguments(args: readonly string[]): SandboxOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...Object.fromEntries(DOORS.map((door) => [`${door}-port`, { type: "string" as const }])),
      "tenant-id": { type: "string" },
      "client-address": { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help) return undefined;
  const given: Record<string, unknown> = values;
  const texts = DOORS.map((door) => [door, given[`${door}-port`]] as const);
  const ports = texts.filter((entry): entry is [keyof SandboxPorts, string] => typeof entry[1] === "string");
  const malformed = ports.filter(([, text]) => !/^\d+$/.test(text));
  if (malformed.length > 0) {
    const problems = malformed.map(
      ([door, text]) => `"--${door}-port" is "${text}"; give a whole number from 0 (any free port) to 65535.`,
    );
    throw new SandboxError("SANDBOX_OPTION_INVALID", problems.join("\n"));
  }
  return {
    ports: Object.fromEntries(ports.map(([door, text]) => [door, Number(text)])),
    ...(values["tenant-id"] !== undefined && { tenantId: values["tenant-id"] }),
    ...(values["client-address"] !== undefined && { clientAddress: values["client-address"] }),
  };
}

/** A value a POSIX shell reads back unchanged. */
function shellQuoted(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

async function main(args: readonly string[]): Promise<void> {
  const options = readArguments(args);
  if (!options) {
    process.stdout.write(USAGE);
    return;
  }
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => {
        resolve();
      });
    }
  });
  const sandbox = await startSandbox(options);
  const exports = Object.entries(sandbox.environment()).map(
    ([name, value]) => `export ${name}=${shellQuoted(value)}`,
  );
  process.stdout.write(
    [
      "# certlock sandbox. For tests and demonstrations: it is not a security boundary.",
      ...exports,
      `# login ${sandbox.loginUrl}  graph ${sandbox.graphUrl}  vault ${sandbox.vaultUrl}`,
      "# ready",
      "",
    ].join("\n"),
  );
  await stopped;
  await sandbox.close();
}

if (require.main === module) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    const known = error instanceof SandboxError || (error instanceof Error && "code" in error);
    process.stderr.write(`${known ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
