/** Scripts that complete commands, options, their choices and the names of rules; written from the command tree. */

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

export interface CompletedOption {
  /** `--format`. */
  readonly name: string;
  /** `-f`. */
  readonly short?: string;
  readonly description: string;
  /** Whether a value follows. */
  readonly takesValue: boolean;
  /** Its values; empty for anything, which is completed as a file. */
  readonly choices: readonly string[];
}

export interface CompletedCommand {
  /** With the names of the commands it is within, as they are typed: `check`, `rotation plan`. */
  readonly name: string;
  readonly description: string;
  readonly options: readonly CompletedOption[];
  /** What its first argument can be; empty for a file or folder. */
  readonly words: readonly string[];
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

/** The commands that stand first on the line. */
function outermost(commands: readonly CompletedCommand[]): readonly CompletedCommand[] {
  return commands.filter(({ name }) => !name.includes(" "));
}

function bash(commands: readonly CompletedCommand[]): string {
  const cases = commands.map(({ name, options, words }) => {
    const valued = options.filter(({ takesValue }) => takesValue);
    const values = valued.map(({ name: long, short, choices }) => {
      const pattern = [long, ...(short === undefined ? [] : [short])].map((each) =>
        quoted(`${name}:${each}`),
      );
      const then = choices.length > 0 ? `words=${quoted(choices.join(" "))}` : "files=1";
      return `      ${pattern.join(" | ")}) ${then} ;;`;
    });
    const own = options.map((option) => option.name).join(" ");
    return {
      values,
      words: `      ${quoted(name)}) options=${quoted(own)}; words=${quoted(words.join(" "))} ;;`,
    };
  });
  return `# certlock completion for bash. To have it in every shell: certlock completion bash >> ~/.bashrc
_certlock() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command='' word words='' options='' files=''
  # "--format=" is three words where = breaks them.
  if [ "$cur" = = ]; then cur=''
  elif [ "$prev" = = ]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${command:+$command }$word" in
      ${commands.map(({ name }) => quoted(name)).join(" | ")}) command="\${command:+$command }$word" ;;
    esac
  done
  if [ -z "$command" ]; then
    words=${quoted(
      outermost(commands)
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
  # What bash 3.2 of macOS cannot do is not used. Names of files may have spaces in them.
  if [ -z "$files" ] && [ "\${cur:0:1}" = - ]; then COMPREPLY=($(compgen -W "$options" -- "$cur"))
  elif [ -z "$files" ] && [ -n "$words" ]; then COMPREPLY=($(compgen -W "$words" -- "$cur"))
  else local IFS=$'\\n'; COMPREPLY=($(compgen -f -- "$cur")); fi
}
complete -o filenames -F _certlock certlock
`;
}

function zsh(commands: readonly CompletedCommand[]): string {
  const cases = commands.map(({ name, options, words }) => {
    const specs = options.flatMap(({ name: option, short, description, takesValue, choices }) => {
      const text = description.replaceAll(/[[\]:]/g, " ");
      const value = takesValue ? `:value:${choices.length > 0 ? `(${choices.join(" ")})` : "_files"}` : "";
      // With = the value may also follow behind the sign.
      const forms = [`${option}${takesValue ? "=" : ""}`, ...(short === undefined ? [] : [short])];
      return forms.map((form) => `        ${quoted(`${form}[${text}]${value}`)} \\`);
    });
    const rest = words.length > 0 ? `1:word:(${words.join(" ")})` : "*:file:_files";
    return `    ${quoted(name)})\n      _arguments \\\n${[...specs, `        ${quoted(rest)}`].join("\n")} ;;`;
  });
  const inner = commands.map(({ name }) => name).filter((name) => name.includes(" "));
  const descend =
    inner.length === 0
      ? ""
      : `\n  case "$command $words[2]" in
    ${inner.map(quoted).join(" | ")}) (( CURRENT > 2 )) && { command+=" $words[2]"; shift words; (( CURRENT-- )) } ;;
  esac`;
  const described = outermost(commands).map(
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
  (( CURRENT-- ))${descend}
  case $command in
${cases.join("\n")}
  esac
}
if [ "$funcstack[1]" = _certlock ]; then _certlock "$@"; else compdef _certlock certlock; fi
`;
}

function fish(commands: readonly CompletedCommand[]): string {
  const names = outermost(commands)
    .map(({ name }) => name)
    .join(" ");
  const first = `not __fish_seen_subcommand_from ${names}`;
  const lines = commands.flatMap(({ name, description, options, words }) => {
    const path = name.split(" ");
    const behind = (steps: readonly string[]): string =>
      steps.map((step) => `__fish_seen_subcommand_from ${step}`).join("; and ");
    const here = `-n ${quoted(behind(path))}`;
    const before = path.length === 1 ? first : behind(path.slice(0, -1));
    return [
      `complete -c certlock -f -n ${quoted(before)} -a ${path.at(-1) ?? name} -d ${quoted(description)}`,
      ...(words.length > 0 ? [`complete -c certlock -f ${here} -a ${quoted(words.join(" "))}`] : []),
      ...options.map((option) => {
        const values = option.choices.length > 0 ? ` -a ${quoted(option.choices.join(" "))} -f` : "";
        const value = option.takesValue ? ` -r${values}` : "";
        const short = option.short === undefined ? "" : ` -s ${option.short.slice(1)}`;
        return `complete -c certlock ${here} -l ${option.name.slice(2)}${short}${value} -d ${quoted(option.description)}`;
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

/** Read back unchanged by all three shells. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "")}'`;
}
