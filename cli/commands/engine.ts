import type { Register } from "../command-io";

/** `certlock engine`: finds Pulumi's engine, or gets one. */
export const registerEngine: Register = (program, io) => {
  program
    .command("engine")
    .description("find Pulumi's engine, or get one: the official release, else a build from its Go modules")
    .addHelpText(
      "after",
      `
Looked for on PATH, in PULUMI_HOME, and among engines built earlier. With none there, the npm package "pulumi" is asked
for its release (about 150 MB), and then Go, which builds it from Pulumi's modules in a few minutes.`,
    )
    .action(async () => {
      const { provideEngine } = await import("../engine/provide.js");
      const engine = await provideEngine({
        environment: io.environment,
        report: (line) => {
          io.err(`${line}\n`);
        },
        signal: io.signal,
      });
      const host = engine.hasNodeLanguageHost ? "with" : "without";
      io.out(
        `Pulumi engine ${engine.version} from ${engine.source}, ${host} Node language host: ${engine.command}\n`,
      );
    });
};
