import type { Register } from "../command-io";

/** `certlock sandbox`: the arguments belong to the sandbox itself, which has its own help. */
export const registerSandbox: Register = (program, io) => {
  program
    .command("sandbox")
    .description("start an Entra tenant in memory, for tests and demonstrations")
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .argument("[options...]", "certlock sandbox --help lists them")
    .action(async (options: readonly string[]) => {
      const { sandboxCommand } = await import("../../sandbox/main.js");
      io.exit(await sandboxCommand(options));
    });
};
