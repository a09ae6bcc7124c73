/**
 * Finds client secrets in texts: connection strings, settings files, forms, XML, YAML, environment files, code. Every
 * expression has bounded repetition and a start that cannot be tried twice, so the time is linear.
 */
import { meaningOf, sideOf, SecretName, wordsOf } from "./secret-names";
import { standingOfText } from "./secret-values";
import { entraHosts } from "./secret-words";

export type TextFinding = "value" | "reference";
export type Side = "entra" | "other" | undefined;

const mayHoldSecret = /secret|password|pwd|passw|key|credential|creds|[78]Q~/i;

/** The format in which Entra ID issues client secrets, whatever is attached to it. */
const issuedSecret = /[\w.~-]{3}[78]Q(?:~|%7E)[\w.~-]{31}/i;

/** `name = value` in any notation, options of commands among them; the value starts where the match ends. */
const assignment = /(?<![\w.])-{0,2}([A-Za-z_][\w.-]{2,99})["'\\]{0,4}\s{0,10}(?:=>|:=|[:=]|%3D)[ \t]{0,10}/g;

interface PairPattern {
  readonly pattern: RegExp;
  /** The value comes first. */
  readonly isReversed?: boolean;
}

const pairs: readonly PairPattern[] = [
  // <add key="…" value="…"/>, and the other way round
  {
    pattern:
      /\b(?:key|name)\s{0,5}=\s{0,5}["']([^"'<>]{3,100})["']\s{1,20}value\s{0,5}=\s{0,5}["']([^"']{0,200})/gi,
  },
  {
    pattern:
      /\bvalue\s{0,5}=\s{0,5}["']([^"'<>]{0,200})["']\s{1,20}(?:key|name)\s{0,5}=\s{0,5}["']([^"'<>]{3,100})/gi,
    isReversed: true,
  },
  // <clientSecret>…</clientSecret>
  { pattern: /<([A-Za-z][\w.:-]{2,80})>\s{0,20}([^<>\s][^<>]{0,200})<\//g },
  // <name>…</name><value>…</value>, as Hadoop has it
  { pattern: /<name>\s{0,20}([\w.:-]{3,160})\s{0,20}<\/name>\s{0,60}<value>\s{0,20}([^<>]{1,200})/gi },
  // Application Key=… in connection strings
  {
    pattern: /\b((?:application|app|client) (?:key|secret|password))\s{0,3}=\s{0,3}["']?([^;"'\n]{1,200})/gi,
  },
  // set("client.secret", "…") in code, clientSecret("…") of builders
  { pattern: /["']([A-Za-z][\w.:-]{2,160})["']\s{0,5},\s{0,5}["']([^"']{1,200})["']/g },
  { pattern: /\.([A-Za-z]\w{2,60})\(\s{0,5}["']([^"']{1,200})["']\s{0,5}\)/g },
  // name: …, value: … in YAML, and the other way round
  {
    pattern:
      /\bname:\s{0,10}["']?([\w.:-]{3,100})["']?[ \t]{0,10}\r?\n\s{0,60}value:[ \t]{0,10}([^\n]{1,200})/gi,
  },
  {
    pattern: /\bvalue:[ \t]{0,10}([^\n]{1,200})\r?\n\s{0,60}name:\s{0,10}["']?([\w.:-]{3,100})/gi,
    isReversed: true,
  },
  // Pulumi's environments keep a secret below its name
  {
    pattern:
      /\b([A-Za-z][\w.-]{2,99})["']?:[ \t]{0,10}\r?\n[ \t]{1,60}["']?fn::secret["']?:[ \t]{0,10}([^\s][^\n]{0,200})/g,
  },
  // key and value with nothing but blanks between them, a line each, as Spark and Fluent Bit have it
  { pattern: /^[ \t]{0,40}([A-Za-z][\w.-]{7,160})[ \t]{1,20}([^\s:=]\S{0,200})[ \t]{0,10}\r?$/gm },
  // --client-secret …, -ClientSecret …, also as elements of a list in YAML
  {
    pattern:
      /(?<![\w-])--?([A-Za-z][\w-]{5,60})["']?(?:[ \t,]{1,5}|\r?\n[ \t]{0,40}-[ \t]{1,4})(["']?[^\s-][^\s"']{0,200})/g,
  },
];

/** Commands that take a name and, in an option or from standard input, its secret. */
const named =
  /(?:\bsecrets? set|\bvariable set|\bsecrets? create|\bsetx|SetEnvironmentVariable\(|\bENV|--name|--secret-name|--variable-name|-Name|-n|--key)[\s"'=(]{1,10}([A-Za-z][\w.:-]{2,100})/g;
const givesValue =
  /--value|--body|--secret-value|-SecretValue|-Value\b|\bsetx\b|SetEnvironmentVariable|^\s{0,20}ENV\b|\bgh secret set|\buser-secrets set/i;
/** Longer lines are looked at in part. */
const lineReach = 500;

/** Sign-in of a service principal to a database, whose client secret is called a password. */
const principalConnection = /Authentication\s{0,3}=\s{0,3}["']?Active\s?Directory\s?Service\s?Principal/i;
const connectionPassword = /\b(?:password|pwd)\s{0,3}=\s{0,3}["']?([^\s;"']{1,200})/i;

/** The block of a service principal in Bicep, Terraform or JSON with comments, whose secret has a short name. */
const principalBlock =
  /\bservice_?principal(?:_?profile)?["']?\s{0,5}[:=]?\s{0,5}\{[^{}]{0,400}?\b(?:secret|key|password)["']?\s{0,5}[:=]\s{0,5}["']([^"']{1,200})/i;

/** Endpoints of identity providers, as told by what they are for. */
const endpoint =
  /https?:\/\/([\w.-]{3,200})[^\s"'<>]{0,200}?(?:token|oauth|authorize|openid|connect|issuer|realms)/i;

/** Beginnings of an expression in code or configuration, where a value would stand. */
const expression =
  /^(?:(?:var|local|locals|data|module|each|process|os|config|cfg|secrets?|self|this|env|params?|parameters|settings|system|environment|context|args|input|builder|configuration|azurerm_\w{1,80}|azuread_\w{1,80})[.[(]|(?:get|new|convertto|read|await)[-\s]|[A-Za-z_][\w.]{0,100}\(|\$)/i;
const typeName =
  /^\$?(?:string|str|securestring|secretstr|null|none|nil|undefined|true|false|object|optional|required)\b/i;

const windowSize = 300;

/** Names looked at one by one; in a text with more, the text as a whole tells whose they are. */
const maxWindows = 500;

/** What a text holds; `around` tells whose a client secret is that the text itself says nothing about. */
export function secretTextIn(text: string, around: () => Side): TextFinding | undefined {
  if (text.length < 8 || !mayHoldSecret.test(text)) return undefined;
  if (issuedSecret.test(text)) return "value";
  const whole = once(() => (entraHosts.test(text) ? "entra" : around()));
  let windows = 0;
  let best: TextFinding | undefined;
  for (const { name, value, at, assigned } of namedValues(text)) {
    const meaning = meaningOf(name);
    if (meaning === undefined || meaning.refers) continue;
    const stands = standingOfValue(value, assigned);
    if (stands === "nothing" || (stands === "reference" && best !== undefined)) continue;
    if (isComment(text, at)) continue;
    const near = windows++ < maxWindows ? windowOf(text, at) : "";
    if (!isOfEntra(meaning, near, whole)) continue;
    if (stands === "value") return "value";
    best = "reference";
  }
  const password = principalConnection.test(text) ? connectionPassword.exec(text)?.[1] : undefined;
  const secret = password ?? principalBlock.exec(text)?.[1];
  if (secret !== undefined) return standingOfValue(quoted(secret)) === "value" ? "value" : "reference";
  return best;
}

const section = /^[ \t]{0,20}\[[^\][]{1,80}\][ \t]{0,20}\r?$/;

/** What stands around a name; in a file with sections, its section. */
function windowOf(text: string, at: number): string {
  const before = text.slice(Math.max(0, at - windowSize), at).split("\n");
  const after = text.slice(at, at + windowSize).split("\n");
  const start = Math.max(
    0,
    before.findLastIndex((line) => section.test(line)),
  );
  const end = after.findIndex((line) => section.test(line));
  return `${before.slice(start).join("\n")}${(end < 0 ? after : after.slice(0, end)).join("\n")}`;
}

/** What is switched off in a file of settings. */
function isComment(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - lineReach), at);
  return /^[ \t]{0,100}(?:#|;|\/\/|::|rem\s)/i.test(before.slice(before.lastIndexOf("\n") + 1));
}

interface NamedValue {
  readonly name: string;
  /** The text from where the value starts. */
  readonly value: string;
  readonly at: number;
  /** With an equals sign. */
  readonly assigned: boolean;
}

function* namedValues(text: string): Generator<NamedValue> {
  for (const match of text.matchAll(assignment)) {
    const end = match.index + match[0].length;
    // ${NAME:-…} asks for a variable and does not set it.
    const isQuestion = text.charAt(match.index - 1) === "{" && text.charAt(match.index - 2) === "$";
    if (!mayHoldSecret.test(match[1] ?? "") || isQuestion) continue;
    const assigned = /(?:=|%3D)$/i.test(match[0].trimEnd());
    const value = text.slice(end, end + 200);
    if (!assigned && isSentence(match[0], value)) continue;
    yield { name: match[1] ?? "", value: folded(value), at: match.index, assigned };
  }
  for (const { pattern, isReversed } of pairs) {
    for (const match of text.matchAll(pattern)) {
      const [name = "", value = ""] = isReversed === true ? [match[2], match[1]] : [match[1], match[2]];
      if (mayHoldSecret.test(name)) yield { name, value: quoted(value), at: match.index, assigned: false };
    }
  }
  for (const match of text.matchAll(named)) {
    const from = Math.max(0, match.index - lineReach);
    const start = from + text.slice(from, match.index).lastIndexOf("\n") + 1;
    const line = text.slice(start, match.index + lineReach).split("\n", 2)[0] ?? "";
    if (givesValue.test(line))
      yield { name: match[1] ?? "", value: '"given"', at: match.index, assigned: false };
  }
}

function quoted(value: string): string {
  return /^["']/.test(value) ? value : `"${value}"`;
}

/** "Do not set client_secret: it is forbidden": behind a colon that ends a word, with more words to come. */
function isSentence(match: string, value: string): boolean {
  return (
    /\w:[ \t]{1,10}$/.test(match) &&
    /^[A-Za-z][a-z']{0,20}[ \t]{1,5}[A-Za-z][a-z]{0,20}(?:[ \t.,;!]|$)/.test(value)
  );
}

/** The first line of a text that YAML has folded. */
function folded(value: string): string {
  return value.replace(/^[>|][+-]?\d?[ \t]{0,10}\r?\n[ \t]{1,60}/, "");
}

/** What a shell puts there when the command runs is a secret handed over; what a file has there is a placeholder. */
const shellValue = /^\\?["']?\$(?:[A-Za-z_]|\{(?!\{)|\()/;
const fileValue = /^\\?["']?\$(?:__\w{1,20}\{|\{(?:var|local|data|module|each|env|secrets?|file|ssm)[.:(])/i;

function standingOfValue(rest: string, assigned = false): "nothing" | "value" | "reference" {
  const quoted = /^\\?(["'`])(.{0,200}?)\\?\1/s.exec(rest);
  const value = quoted ? (quoted[2] ?? "") : (/^[^\s;&,<>"'`)}\]|]*/.exec(rest)?.[0] ?? "");
  if (value === "" || typeName.test(value)) return "nothing";
  if (assigned && shellValue.test(rest) && !fileValue.test(rest)) return "value";
  if (!quoted && /^(?:\$\(|\{\{|\$\{\{)/.test(rest)) return "reference";
  if (!quoted && expression.test(rest)) return "reference";
  const stands = standingOfText(value.replace(/\\$/, ""));
  return stands === "structure" ? "value" : stands;
}

function isOfEntra({ strength }: SecretName, near: string, whole: () => Side): boolean {
  if (strength === "entra") return true;
  return strength !== "bare" && (sideOfText(near) ?? whole()) === "entra";
}

/** The answer of a question that is worth asking once. */
function once<Answer>(ask: () => Answer): () => Answer {
  let answers: readonly [Answer] | undefined;
  return () => (answers ??= [ask()])[0];
}

function sideOfText(near: string): Side {
  if (entraHosts.test(near)) return "entra";
  if (endpoint.test(near)) return "other";
  const words = wordsOf(near);
  const side = sideOf(words);
  if (side !== undefined) return side;
  if (/\baz [a-z]|-Az[A-Z]/.test(near)) return "entra";
  return words.some((word, index) => word === "tenant" && words[index + 1] === "id") ? "entra" : undefined;
}
