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

/** The format in which Entra ID issues client secrets. */
const issuedSecret = /(?<![\w~.-])[\w~.-]{3}[78]Q~[\w~.-]{31,34}(?![\w~.-])/;

/** `name = value` in any notation; the value starts where the match ends. */
const assignment = /(?<![\w.-])([A-Za-z_][\w.-]{2,99})["'\\]{0,4}\s{0,10}(?:=>|:=|[:=])\s{0,10}/g;

const pairs: readonly RegExp[] = [
  // <add key="…" value="…"/>
  /\b(?:key|name)\s{0,5}=\s{0,5}["']([^"'<>]{3,100})["']\s{1,20}value\s{0,5}=\s{0,5}["']([^"']{0,200})/gi,
  // <clientSecret>…</clientSecret>
  /<([A-Za-z][\w.:-]{2,80})>\s{0,20}([^<>\s][^<>]{0,200})<\//g,
  // name: …, value: … in YAML
  // Application Key=… in connection strings
  /\b((?:application|app|client) (?:key|secret|password))\s{0,3}=\s{0,3}["']?([^;"'\n]{1,200})/gi,
  // set("client.secret", "…") in code
  /["']([A-Za-z][\w.:-]{2,160})["']\s{0,5},\s{0,5}["']([^"']{1,200})["']/g,
  /\bname:\s{0,10}["']?([\w.:-]{3,100})["']?[ \t]{0,10}\r?\n\s{0,60}value:[ \t]{0,10}([^\n]{1,200})/gi,
];

/** Commands that take a name and, in an option or from standard input, its secret. */
const named =
  /(?:\bsecret set|\bvariable set|\bsecrets? create|\bsetx|SetEnvironmentVariable\(|\bENV|--name|--secret-name|--variable-name|-Name|-n|--key)[\s"'=(]{1,10}([A-Za-z][\w.:-]{2,100})/g;
const givesValue =
  /--value|--body|--secret-value|-SecretValue|-Value\b|\bsetx\b|SetEnvironmentVariable|^\s{0,20}ENV\b|\bgh secret set/i;

/** Sign-in of a service principal to a database, whose client secret is called a password. */
const principalConnection = /Authentication\s{0,3}=\s{0,3}["']?Active\s?Directory\s?Service\s?Principal/i;
const connectionPassword = /\b(?:password|pwd)\s{0,3}=\s{0,3}["']?([^\s;"']{1,200})/i;

/** Endpoints of identity providers, as told by what they are for. */
const endpoint =
  /https?:\/\/([\w.-]{3,200})[^\s"'<>]{0,200}?(?:token|oauth|authorize|openid|connect|issuer|realms)/i;

/** Beginnings of an expression in code or configuration, where a value would stand. */
const expression =
  /^(?:(?:var|local|locals|data|module|each|process|os|config|cfg|secrets?|self|this|env|params?|parameters|settings|system|environment|context|args|input|builder|configuration|azurerm_\w{1,80}|azuread_\w{1,80})[.[(]|(?:get|new|convertto|read|await)[-\s]|[A-Za-z_][\w.]{0,100}\(|\$)/i;
const typeName =
  /^(?:string|str|securestring|secretstr|null|none|nil|undefined|true|false|object|optional|required)\b/i;

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
    const near = windows++ < maxWindows ? text.slice(Math.max(0, at - windowSize), at + windowSize) : "";
    if (!isOfEntra(meaning, near, whole)) continue;
    if (stands === "value") return "value";
    best = "reference";
  }
  const password = principalConnection.test(text) ? connectionPassword.exec(text)?.[1] : undefined;
  if (password !== undefined) return standingOfValue(password) === "value" ? "value" : "reference";
  return best;
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
    if (mayHoldSecret.test(match[1] ?? "")) {
      const assigned = match[0].trimEnd().endsWith("=");
      yield { name: match[1] ?? "", value: text.slice(end, end + 200), at: match.index, assigned };
    }
  }
  for (const pattern of pairs) {
    for (const match of text.matchAll(pattern)) {
      yield { name: match[1] ?? "", value: `"${match[2] ?? ""}"`, at: match.index, assigned: false };
    }
  }
  for (const match of text.matchAll(named)) {
    if (givesValue.test(lineAround(text, match.index)))
      yield { name: match[1] ?? "", value: '"given"', at: match.index, assigned: false };
  }
}

/** The line of a place, no more than this many characters each way: a text may have no line ends at all. */
function lineAround(text: string, at: number, reach = 500): string {
  const before = text.slice(Math.max(0, at - reach), at);
  const after = text.slice(at, at + reach);
  return before.slice(before.lastIndexOf("\n") + 1) + (after.split("\n", 1)[0] ?? "");
}

/** What a shell puts there when the command runs is a secret handed over; what a file has there is a placeholder. */
const shellValue = /^\\?["']?\$(?:[A-Za-z_]|\{(?!\{)|\()/;
const fileValue = /^\\?["']?\$\{(?:var|local|data|module|each|env|secrets?|file|ssm)[.:(]/i;

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
  if (/\baz [a-z]|-Az[A-Z]/.test(near)) return "entra";
  const words = wordsOf(near);
  if (words.some((word, index) => word === "tenant" && words[index + 1] === "id")) return "entra";
  return sideOf(words);
}
