/** Finds commands about client secrets in scripts, whatever the shell, and not in what scripts only say. */
import { CommandPattern, commandPatterns, declarationPatterns, worthLooking } from "./secret-commands";

/** Commands that print what follows instead of running it. */
const speaking =
  /^[\s({@-]{0,20}(?:echo|printf|write-(?:host|output|verbose|warning|error|information|debug)|logger|rem|log(?:ger)?\.\w{1,20}\()(?![\w-])/i;
const comment = /^\s{0,200}(?:#(?!!)|\/\/|::|<!--)/;
/** A printed command that is run after all, or written where it will be. */
const runsInput =
  /^\s{0,20}(?:sudo\s{1,5})?(?:bash|sh|zsh|pwsh|powershell|iex|invoke-expression|xargs|tee|at|ssh)\b/i;

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

function matches({ start, needs = [], unless }: CommandPattern, text: string): boolean {
  const match = start.exec(text);
  if (match === null) return false;
  const rest = text.slice(match.index);
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
