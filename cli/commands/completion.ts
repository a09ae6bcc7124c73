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
          program.commands.flatMap((command) => completed(command, ids)),
        ),
      );
    });
};

/** The command, and those below it. */
function completed(command: Command, rules: readonly string[], group = ""): CompletedCommand[] {
  const name = `${group}${command.name()}`;
  const below = command.commands.flatMap((one) => completed(one, rules, `${name} `));
  const [first] = command.registeredArguments;
  const words = name === "explain" ? rules : (first?.argChoices ?? command.commands.map((one) => one.name()));
  const options = command.createHelp().visibleOptions(command);
  const own: CompletedCommand = {
    name,
    description: command.description(),
    words,
    isGroup: below.length > 0,
    options: options.flatMap(({ long, description, required, optional, argChoices }) =>
      long == null
        ? []
        : [{ name: long, description, takesValue: required || optional, choices: argChoices ?? [] }],
    ),
  };
  return [own, ...below];
}
