/**
 * What a name says about the value under it: keys of objects, names of settings, variables, parameters and vault
 * secrets. A name never decides alone when other identity providers use it too; then the surroundings do.
 */
import {
  entraPhrases,
  entraWords,
  neutralWords,
  ordinaryProviders,
  ordinaryWords,
  otherProviders,
} from "./secret-words";

/**
 * - `entra`: a client secret of Entra ID, wherever the name stands
 * - `client`: a client secret; whose, the surroundings say
 * - `hint`: only where the surroundings speak of Entra ID
 * - `bare`: only as the secret of a service principal right there
 */
export type NameStrength = "entra" | "client" | "hint" | "bare";

export interface SecretName {
  readonly strength: NameStrength;
  /** The name of the place where a secret is kept, such as a setting or a vault secret. */
  readonly refers: boolean;
  /** No other word in it could be somebody's name. */
  readonly isPlain?: boolean;
  /** What it begins with, which settings of the same thing share. */
  readonly first?: string;
}

/** Longer texts are not names; this also bounds the work per name. */
const maxNameLength = 160;

type Stem = { readonly words: readonly string[]; readonly strength: NameStrength };

const endings = [
  "secret",
  "secrets",
  "password",
  "key",
  "keys",
  "credential",
  "pwd",
  "pass",
  "passwd",
] as const;

function stemsOf(strength: NameStrength, heads: readonly string[], tails: readonly string[]): Stem[] {
  return heads.flatMap((head) => tails.map((tail) => ({ words: [...head.split(" "), tail], strength })));
}

/** Ways to say "client secret", as words; longer ones first where one contains another. */
const stems: readonly Stem[] = [
  // "service principal key" as Azure DevOps and Data Factory call it, and the abbreviations of it
  ...stemsOf("entra", ["service principal", "serviceprincipal", "spn"], endings),
  ...stemsOf("entra", ["sp"], ["secret", "secrets", "credential", "credentials", "creds"]),
  // SAML's service providers have keys and passwords, too
  ...stemsOf("client", ["sp"], ["password", "pwd", "pass", "passwd"]),
  ...stemsOf("hint", ["sp"], ["key", "keys"]),
  { words: ["principal", "secret"], strength: "entra" },
  { words: ["registration", "secret"], strength: "entra" },
  ...stemsOf("entra", ["app registration", "app reg", "application registration"], endings),
  // Azure Site Recovery and SAP deployments: the fencing agent signs in as a service principal
  { words: ["fencing", "client", "password"], strength: "entra" },
  // Hadoop's names for Data Lake sign-in
  { words: ["adls", "oauth2", "credential"], strength: "entra" },
  { words: ["adl", "oauth2", "credential"], strength: "entra" },
  // Easy Auth's default setting
  { words: ["provider", "authentication", "secret"], strength: "client" },
  // the output of `az ad sp create-for-rbac --sdk-auth`, as GitHub workflows name it
  ...stemsOf("entra", ["azure", "azure login", "azure rbac", "azure sdk"], ["credentials", "creds"]),
  // the classic name in Ansible and in older SDKs
  { words: ["azure", "secret"], strength: "entra" },
  // what the Azure providers read; by itself ARM is a processor
  { words: ["arm", "client", "secret"], strength: "entra" },
  { words: ["client", "secret"], strength: "client" },
  { words: ["client", "secrets"], strength: "client" },
  // the server application of the first AKS sign-in with Entra ID
  { words: ["server", "app", "secret"], strength: "client" },
  // Bot Framework and Teams
  { words: ["bot", "password"], strength: "client" },
  { words: ["application", "secret"], strength: "client" },
  // the application of Microsoft Graph
  { words: ["graph", "secret"], strength: "client" },
  { words: ["graph", "api", "secret"], strength: "client" },
  // Symfony and others call their own session key so
  { words: ["app", "secret"], strength: "hint" },
  { words: ["credentials", "secret"], strength: "hint" },
  // OAuth 1 and what has kept its words
  { words: ["consumer", "secret"], strength: "hint" },
  ...stemsOf("hint", ["client"], ["password", "pwd", "pass", "passwd"]),
  ...stemsOf("hint", ["app", "application"], ["key", "password", "pwd", "pass", "passwd"]),
  { words: ["secret", "key"], strength: "bare" },
  { words: ["secret", "value"], strength: "bare" },
  { words: ["auth", "secret"], strength: "bare" },
  { words: ["password"], strength: "bare" },
  { words: ["secret"], strength: "bare" },
  { words: ["key"], strength: "bare" },
];

/** Words after a stem that keep it a secret: where it is used, how it is written. Unknown ones do, too. */
const place = new Set([
  ...[
    "setting",
    "settings",
    "name",
    "names",
    "ref",
    "reference",
    "uri",
    "url",
    "id",
    "identifier",
    "arn",
    "path",
  ],
  ...[
    "file",
    "filename",
    "location",
    "vault",
    "keyvault",
    "kv",
    "akv",
    "parameter",
    "variable",
    "from",
    "source",
  ],
  ...["resource", "secretname", "alias", "key", "keys"],
]);

/** Words after a stem that make it something else: about the secret, or the certificate in its place. */
const about = new Set([
  ...[
    "certificate",
    "cert",
    "thumbprint",
    "issuer",
    "subject",
    "expiry",
    "expires",
    "expiration",
    "expired",
    "date",
  ],
  ...[
    "days",
    "hours",
    "rotation",
    "rotated",
    "rotate",
    "length",
    "enabled",
    "disabled",
    "hint",
    "type",
    "count",
  ],
  ...[
    "description",
    "version",
    "policy",
    "required",
    "method",
    "methods",
    "created",
    "updated",
    "ttl",
    "scope",
  ],
  ...[
    "alert",
    "age",
    "lifetime",
    "validity",
    "end",
    "start",
    "hash",
    "note",
    "notes",
    "configured",
    "supported",
  ],
]);

/** Words before "client secret" that say it is absent or asked for. */
const negations = new Set([
  "no",
  "without",
  "disable",
  "is",
  "has",
  "requires",
  "require",
  "allow",
  "uses",
  "use",
]);

/** Words that name Entra ID so clearly that "secret" alone after them is its client secret. */
const identityWords = new Set([
  "aad",
  "azuread",
  "entra",
  "entraid",
  "msal",
  "ida",
  "adb2c",
  "b2c",
  "spn",
  "sp",
  "msgraph",
  "sharepoint",
  "powerbi",
  "dataverse",
  "m365",
  "o365",
  "ms365",
]);

const known = new Map<string, SecretName | undefined>();
const maxKnown = 5_000;

/** What a name says, or undefined when it does not speak of a client secret. */
export function meaningOf(name: string): SecretName | undefined {
  if (name.length < 3 || name.length > maxNameLength) return undefined;
  if (known.has(name)) return known.get(name);
  const meaning = interpret(wordsOf(name));
  if (known.size >= maxKnown) known.clear();
  known.set(name, meaning);
  return meaning;
}

function interpret(words: readonly string[]): SecretName | undefined {
  const found = stemIn(words);
  if (found === undefined || found.strength === "bare") {
    const linked = linkedPrincipalSecret(words);
    if (linked !== undefined || found === undefined) return linked;
  }
  const before = words.slice(0, found.start);
  const after = words.slice(found.end);
  if (negations.has(before[0] ?? "") || after.some((word) => about.has(word))) return undefined;
  const refers = after.some((word) => place.has(word));

  const side = sideOfName([...before, ...after]);
  if (found.strength === "bare") {
    const identity = before.some((word) => identityWords.has(word)) || speaksOf(before, ["azure", "ad"]);
    const isLast = after.every((word) => /^\d+$/.test(word));
    if (words[found.start] === "secret" && isLast && identity && side === "entra")
      return { strength: "entra", refers: false };
    return before.length + after.length === 0 ? { strength: "bare", refers: false } : undefined;
  }
  if (side === "entra") return { strength: "entra", refers };
  if (side === "other") return undefined;
  const isPlain = isElseNeutral(before, after);
  const rest = { refers, isPlain, first: words[0] ?? "" };
  // The only word that says anything is that of a Microsoft service. Mailboxes have app passwords of their own.
  if (isPlain && before.some((word) => ordinaryWords.has(word) && !mailboxes.has(word)))
    return { ...rest, strength: found.strength === "client" ? "entra" : "client" };
  return { ...rest, strength: found.strength };
}

const mailboxes = new Set(["outlook", "exchange"]);

function isElseNeutral(before: readonly string[], after: readonly string[]): boolean {
  return [...before, ...after].every(
    (word) => ordinaryWords.has(word) || neutralWords.has(word) || place.has(word) || /^\d+$/.test(word),
  );
}

/** "servicePrincipalLinkedKeyVaultKey": between the principal and its key stands where the key is kept. */
function linkedPrincipalSecret(words: readonly string[]): SecretName | undefined {
  const at = words.indexOf("principal");
  if (at < 1 || words[at - 1] !== "service") return undefined;
  const rest = words.slice(at + 1);
  const isSecret = rest.some((word) => ["key", "secret", "password", "credential"].includes(word));
  const isKept = rest.some((word) => place.has(word)) && !rest.some((word) => about.has(word));
  return isSecret && isKept ? { strength: "entra", refers: true } : undefined;
}

function stemIn(
  words: readonly string[],
): { strength: NameStrength; start: number; end: number } | undefined {
  for (const { words: stem, strength } of stems) {
    for (let start = words.length - stem.length; start >= 0; start--) {
      if (stem.every((word, index) => words[start + index] === word)) {
        return { strength, start, end: start + stem.length };
      }
    }
  }
  return undefined;
}

/** Whom words speak of. Entra ID wins: "GRAFANA_AZURE_…", "auth0-azure-…" are its secrets in somebody's hands. */
export function sideOf(words: readonly string[]): "entra" | "other" | undefined {
  // "azuredns", "microsoftoauth2": compounds of the two names that belong to nobody else
  if (words.some((word) => entraWords.has(word) || /^(?:azure|microsoft)/.test(word))) return "entra";
  if (entraPhrases.some((phrase) => speaksOf(words, phrase))) return "entra";
  return words.some((word) => otherProviders.has(word)) ? "other" : undefined;
}

/** The same of a name or a kind, in which also ordinary words name somebody. */
export function sideOfName(words: readonly string[]): "entra" | "other" | undefined {
  const side = sideOf(words);
  if (side !== undefined) return side;
  // In a text it is the command, which asks for others' secrets, too.
  if (words.includes("az")) return "entra";
  return words.some((word) => ordinaryProviders.has(word)) ? "other" : undefined;
}

function speaksOf(words: readonly string[], phrase: readonly string[]): boolean {
  return words.some((_, start) => phrase.every((word, index) => words[start + index] === word));
}

/** Splits a name at capitals and at everything that is no letter or digit; "clientsecret" becomes two words, too. */
export function wordsOf(name: string): string[] {
  return (
    name
      .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
      .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
      .toLowerCase()
      .replace(/\b(git|linked|pay|sales|service|o) (hub|lab|in|pal|force|now|auth)/g, "$1$2")
      .replace(/b2 c(?![a-z0-9])/g, "b2c")
      // What stands in different parts of a path is not one expression.
      .replace(/\//g, " / ")
      .split(/[^a-z0-9/]+/)
      .filter((word) => word !== "")
      .flatMap(separate)
  );
}

const tails = ["secret", "secrets", "password", "pwd", "key", "credential"];
const bodies = ["serviceprincipal", "application", "client", "principal", "app", "spn"];

function separate(compound: string): string[] {
  // Secrets that take turns are numbered.
  const [, word = compound, number] =
    /^([a-z]+?(?:secret|password|pwd|key|credential)|secret|password|pwd|key)(\d{1,2})$/.exec(compound) ?? [];
  return [...partsOf(word), ...(number === undefined ? [] : [number])];
}

/** "aadclientsecret" into its parts, when its end is a way to say "client secret". */
function partsOf(word: string): string[] {
  const tail = tails.find((each) => word.length > each.length && word.endsWith(each));
  const rest = tail === undefined ? "" : word.slice(0, -tail.length);
  const body = bodies.find((each) => rest.endsWith(each));
  if (tail === undefined || body === undefined) return [word];
  const head = rest.slice(0, -body.length);
  return [...(head === "" ? [] : [head]), body, tail];
}
