/** Finds commands about client secrets in scripts, whatever the shell, and not in what scripts only say. */
import { ownValue } from "./property";
import { elements } from "./secret-declarations";
import { CommandPattern, commandPatterns, declarationPatterns, worthLooking } from "./secret-commands";

/** Commands that print what follows instead of running it. */
const speaking =
  /^[\s({@-]{0,20}(?:echo|printf|write-(?:host|output|verbose|warning|error|information|debug)|logger|rem|log(?:ger)?\.\w{1,20}\()(?![\w-])/i;
const comment = /^\s{0,200}(?:#(?!!)|\/\/|::|<!--)/;
/** A printed command that is run after all, or written where it will be. */
const runsInput =
  /^\s{0,20}(?:sudo\s{1,5})?(?:bash|sh|zsh|pwsh|powershell|iex|invoke-expression|xargs|tee|at|ssh)\b/i;

/** Words of one command are short; a script as the last of them is looked at by itself. */
const maxWordLength = 2_000;

/** A list of words is a command line to whoever runs it. */
export function wordsIn(list: unknown): string | undefined {
  const words = Array.isArray(list) ? elements(list) : [];
  const isCommand =
    words.length > 1 && words.every((word) => typeof word === "string" && word.length < maxWordLength);
  // What has no value does not get that of the next one.
  return isCommand
    ? words.map((word) => (String(word).endsWith("=") ? `${String(word)}\n` : String(word))).join(" ")
    : undefined;
}

/** Command and arguments, where a container, a task or a kubeconfig has them apart. */
export function commandOf(raw: unknown): string | undefined {
  const command = partOf(raw, ["entryPoint", "entrypoint", "command", "executable", "program"]);
  const given = partOf(raw, ["args", "arguments", "command", "commands", "cmd"]);
  return command === undefined || given === undefined || command === given
    ? undefined
    : `${command} ${given}`;
}

function partOf(raw: unknown, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = ownValue(raw, name);
    if (typeof value === "string" && value.length < maxWordLength) return value;
    if (Array.isArray(value)) return value.length === 1 ? partOf(value, ["0"]) : wordsIn(value);
  }
  return undefined;
}

/** Label of the first such command, or undefined. */
export function secretCommandIn(text: string): string | undefined {
  if (!worthLooking.test(text)) return undefined;
  const joined = joinContinuations(text);
  const declared = declarationPatterns.find((pattern) => matches(pattern, joined));
  if (declared) return declared.label;
  const commands = commandsOf(joined);
  const judged = new Set<string>();
  for (const [index, { command, endsWith, redirected }] of commands.entries()) {
    if (!worthLooking.test(command) || comment.test(command)) continue;
    const isRun = redirected || (endsWith === "|" && runsInput.test(commands[index + 1]?.command ?? ""));
    if (speaking.test(command) && !isRun && !/\$\(|`/.test(command)) continue;
    if (judged.has(command)) continue;
    judged.add(command);
    const found = commandPatterns.find((pattern) => matches(pattern, command));
    if (found) return found.label;
  }
  return undefined;
}

function matches({ start, needs = [], unless, anywhere }: CommandPattern, text: string): boolean {
  const match = start.exec(text);
  if (match === null) return false;
  const rest = anywhere === true ? text : text.slice(match.index);
  return needs.every((need) => need.test(rest)) && !(unless?.test(rest) ?? false);
}

/** Backslash, backtick or caret before the end of a line: the next line belongs to it. */
function joinContinuations(text: string): string {
  return text.replace(/[\\`^][ \t]{0,20}\r?\n[ \t]{0,200}/g, " ");
}

interface Command {
  readonly command: string;
  /** What separates it from the next one. */
  readonly endsWith: string;
  /** Its output goes to a file. */
  readonly redirected: boolean;
}

/** Splits at `;`, `&`, `|` and line ends; the first three do not count between quotes. */
function commandsOf(text: string): Command[] {
  const commands: Command[] = [];
  let start = 0;
  let quote = "";
  let redirected = false;
  for (let at = 0; at <= text.length; at++) {
    const character = at === text.length ? "\n" : text.charAt(at);
    const isLineEnd = character === "\n";
    if (character === "#" && quote === "" && /[ \t]/.test(text.charAt(at - 1))) {
      // The rest of the line is a comment.
      commands.push({ command: text.slice(start, at), endsWith: "\n", redirected });
      const end = text.indexOf("\n", at);
      at = end < 0 ? text.length : end;
      start = at + 1;
      redirected = false;
      continue;
    }
    if (quote === "" && character === ">") redirected = true;
    if (isLineEnd || (quote === "" && (character === ";" || character === "&" || character === "|"))) {
      if (at > start) commands.push({ command: text.slice(start, at), endsWith: character, redirected });
      start = at + 1;
      quote = "";
      redirected = false;
    } else if (character === "\\") at++;
    else if (quote === character) quote = "";
    else if (quote === "" && (character === '"' || character === "'")) quote = character;
  }
  return commands;
}
