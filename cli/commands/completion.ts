import { Argument, type Command } from "commander";
import type { Register } from "../command-io";
import { EXPLAINED } from "./explain";
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
    .action((shell: Shell) => {
      const commands = program.commands.flatMap((command) => completed(command, ""));
      const names = program.commands.map((command) => command.name());
      const help = { name: "help", description: "print the help of a command", words: names, options: [] };
      io.out(completionScript(shell, [...commands, help]));
    });
};

/** A command, and behind it the commands within it. */
function completed(command: Command, group: string): CompletedCommand[] {
  const name = `${group}${command.name()}`;
  const [first] = command.registeredArguments;
  const within = command.commands.map((inner) => inner.name());
  const words = name === "explain" ? EXPLAINED : within.length > 0 ? within : (first?.argChoices ?? []);
  const options = command.createHelp().visibleOptions(command);
  return [
    {
      name,
      description: command.description(),
      words,
      options: options.flatMap(({ short, long, description, required, optional, argChoices }) =>
        long == null
          ? []
          : [
              {
                name: long,
                ...(short != null && { short }),
                description,
                takesValue: required || optional,
                choices: argChoices ?? [],
              },
            ],
      ),
    },
    ...command.commands.flatMap((inner) => completed(inner, `${name} `)),
  ];
}
