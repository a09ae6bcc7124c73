/** Scripts that complete commands, options, their choices and the names of rules; written from the command tree. */

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

export interface CompletedOption {
  /** `--format`. */
  readonly name: string;
  readonly description: string;
  /** Whether a value follows. */
  readonly takesValue: boolean;
  /** Its values; empty for anything, which is completed as a file. */
  readonly choices: readonly string[];
}

export interface CompletedCommand {
  /** `check`; of a command in a group, `rotation plan`. */
  readonly name: string;
  readonly description: string;
  readonly options: readonly CompletedOption[];
  /** What its first argument can be, the commands of a group among them; empty for a file or folder. */
  readonly words: readonly string[];
  /** Whether commands stand below it. */
  readonly isGroup: boolean;
}

export function completionScript(shell: Shell, commands: readonly CompletedCommand[]): string {
  switch (shell) {
    case "bash":
      return bash(commands);
    case "zsh":
      return zsh(commands);
    case "fish":
      return fish(commands);
  }
}

function bash(commands: readonly CompletedCommand[]): string {
  const cases = commands.map(({ name: given, options, words }) => {
    const name = given.replaceAll(" ", "\\ ");
    const values = options
      .filter(({ choices }) => choices.length > 0)
      .map((option) => `      ${name}:${option.name}) words=${quoted(option.choices.join(" "))} ;;`);
    const files = options
      .filter(({ takesValue, choices }) => takesValue && choices.length === 0)
      .map((option) => `      ${name}:${option.name}) files=1 ;;`);
    const own = options.map((option) => option.name).join(" ");
    return {
      values: [...values, ...files],
      words: `      ${name}) options=${quoted(own)}; words=${quoted(words.join(" "))} ;;`,
    };
  });
  return `# certlock completion for bash. To have it in every shell: certlock completion bash >> ~/.bashrc
_certlock() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command='' word words='' options='' files=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in -*) continue ;; esac
    command="\${command:+$command }$word"
    case $command in ${groupsOf(commands).join("|") || "''"}) ;; *) break ;; esac
  done
  if [ -z "$command" ]; then
    words=${quoted(
      topOf(commands)
        .map(({ name }) => name)
        .join(" "),
    )}; options='--help --version'
  else
    case $command:$prev in
${cases.flatMap(({ values }) => values).join("\n")}
      *) case $command in
${cases.map(({ words }) => words).join("\n")}
      esac ;;
    esac
  fi
  if [ -n "$files" ]; then COMPREPLY=($(compgen -f -- "$cur"))
  elif [ "\${cur:0:1}" = - ]; then COMPREPLY=($(compgen -W "$options" -- "$cur"))
  elif [ -n "$words" ]; then COMPREPLY=($(compgen -W "$words" -- "$cur"))
  else COMPREPLY=($(compgen -f -- "$cur")); fi
}
complete -o filenames -F _certlock certlock
`;
}

function zsh(commands: readonly CompletedCommand[]): string {
  const cases = commands.map(({ name, options, words }) => {
    const specs = options.map(({ name: option, description, takesValue, choices }) => {
      const text = description.replaceAll(/[[\]:]/g, " ");
      const value = takesValue ? `:value:${choices.length > 0 ? `(${choices.join(" ")})` : "_files"}` : "";
      return `        ${quoted(`${option}[${text}]${value}`)} \\`;
    });
    const rest = words.length > 0 ? `1:word:(${words.join(" ")})` : "*:file:_files";
    return `    ${name.replaceAll(" ", "\\ ")})\n      _arguments \\\n${specs.join("\n")}\n        ${quoted(rest)} ;;`;
  });
  const described = topOf(commands).map(
    ({ name, description }) => `    ${quoted(`${name}:${description.replaceAll(":", " ")}`)}`,
  );
  return `#compdef certlock
# certlock completion for zsh. To have it in every shell: certlock completion zsh > "\${fpath[1]}/_certlock"
_certlock() {
  local -a commands
  commands=(
${described.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    compadd -- --help --version
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in ${groupsOf(commands).join("|") || "''"})
    if (( CURRENT > 2 )); then
      command="$command $words[2]"
      shift words
      (( CURRENT-- ))
    fi ;;
  esac
  case $command in
${cases.join("\n")}
  esac
}
if [ "$funcstack[1]" = _certlock ]; then _certlock "$@"; else compdef _certlock certlock; fi
`;
}

function fish(commands: readonly CompletedCommand[]): string {
  const names = topOf(commands)
    .map(({ name }) => name)
    .join(" ");
  const first = `not __fish_seen_subcommand_from ${names}`;
  const lines = commands.flatMap(({ name, description, options, words, isGroup }) => {
    const path = name.split(" ");
    const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`);
    // A group's own words are no longer asked for once one of them is there.
    const open = isGroup ? [`not __fish_seen_subcommand_from ${words.join(" ")}`] : [];
    const here = `-n ${quoted([...seen, ...open].join("; and "))}`;
    return [
      ...(path.length > 1
        ? []
        : [`complete -c certlock -f -n ${quoted(first)} -a ${name} -d ${quoted(description)}`]),
      ...(words.length > 0 ? [`complete -c certlock -f ${here} -a ${quoted(words.join(" "))}`] : []),
      ...options.map((option) => {
        const values = option.choices.length > 0 ? ` -a ${quoted(option.choices.join(" "))} -f` : "";
        const value = option.takesValue ? ` -r${values}` : "";
        return `complete -c certlock ${here} -l ${option.name.slice(2)}${value} -d ${quoted(option.description)}`;
      }),
    ];
  });
  return `# certlock completion for fish. To have it in every shell:
#   certlock completion fish > ~/.config/fish/completions/certlock.fish
complete -c certlock -f -n ${quoted(first)} -l help -d ${quoted("print the help")}
complete -c certlock -f -n ${quoted(first)} -l version -d ${quoted("print the version")}
${lines.join("\n")}
`;
}

/** Commands that stand at the top. */
function topOf(commands: readonly CompletedCommand[]): readonly CompletedCommand[] {
  return commands.filter(({ name }) => !name.includes(" "));
}

function groupsOf(commands: readonly CompletedCommand[]): readonly string[] {
  return commands.filter(({ isGroup }) => isGroup).map(({ name }) => name);
}

/** Read back unchanged by all three shells. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "")}'`;
}
