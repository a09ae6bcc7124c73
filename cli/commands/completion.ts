import { Argument, type Command } from "commander";
import type { Register } from "../command-io";
import { type CompletedCommand, completionScript, type Shell, SHELLS } from "../completion-script";

/** `certlock completion SHELL`: prints the script; it knows what this version knows. */
export const registerCompletion: Register = (program, io) => {
  program
    .command("completion")
    .description("print a script that completes certlock's commands in a shell")
    .addArgument(new Argument("<shell>", "which shell").choices(SHELLS))
    .addHelpText(
      "after",
      `
Examples:
  certlock completion bash >> ~/.bashrc
  certlock completion zsh > "\${fpath[1]}/_certlock"
  certlock completion fish > ~/.config/fish/completions/certlock.fish`,
    )
    .action(async (shell: Shell) => {
      const { rules } = await import("../../policies/catalogue.js");
      const ids = rules.map(({ id }) => id);
      io.out(
        completionScript(
          shell,
          program.commands.map((command) => completed(command, ids)),
        ),
      );
    });
};

function completed(command: Command, rules: readonly string[]): CompletedCommand {
  const name = command.name();
  const [first] = command.registeredArguments;
  const words = name === "explain" ? rules : (first?.argChoices ?? []);
  const options = command.createHelp().visibleOptions(command);
  return {
    name,
    description: command.description(),
    words,
    options: options.flatMap(({ long, description, required, optional, argChoices }) =>
      long == null
        ? []
        : [{ name: long, description, takesValue: required || optional, choices: argChoices ?? [] }],
    ),
  };
}
