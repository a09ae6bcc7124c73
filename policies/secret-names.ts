/**
 * What a name says about the value under it: keys of objects, names of settings, variables, parameters and vault
 * secrets. A name never decides alone when other identity providers use it too; then the surroundings do.
 */
import { entraPhrases, entraWords, otherProviders } from "./secret-words";

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
}

/** Longer texts are not names; this also bounds the work per name. */
const maxNameLength = 160;

/** Ways to say "client secret", as words; longer ones first where one contains another. */
const stems: readonly { readonly words: readonly string[]; readonly strength: NameStrength }[] = [
  // "service principal key" as Azure DevOps and Data Factory call it, and the abbreviations of it
  ...["key", "keys", "secret", "password", "credential", "pwd", "pass", "passwd"].flatMap((last) => [
    { words: ["service", "principal", last], strength: "entra" as const },
    { words: ["serviceprincipal", last], strength: "entra" as const },
    { words: ["spn", last], strength: "entra" as const },
    { words: ["sp", last], strength: "entra" as const },
  ]),
  { words: ["principal", "secret"], strength: "entra" },
  { words: ["registration", "secret"], strength: "entra" },
  // Azure Site Recovery and SAP deployments: the fencing agent signs in as a service principal
  { words: ["fencing", "client", "password"], strength: "entra" },
  // Hadoop's names for Data Lake sign-in
  { words: ["adls", "oauth2", "credential"], strength: "entra" },
  { words: ["adl", "oauth2", "credential"], strength: "entra" },
  // Easy Auth's default setting
  { words: ["provider", "authentication", "secret"], strength: "client" },
  // the output of `az ad sp create-for-rbac --sdk-auth`, as GitHub workflows name it
  { words: ["azure", "credentials"], strength: "entra" },
  { words: ["azure", "creds"], strength: "entra" },
  // the classic name in Ansible and in older SDKs
  { words: ["azure", "secret"], strength: "entra" },
  { words: ["client", "secret"], strength: "client" },
  // the server application of the first AKS sign-in with Entra ID
  { words: ["server", "app", "secret"], strength: "client" },
  // Bot Framework and Teams
  { words: ["bot", "password"], strength: "entra" },
  { words: ["application", "secret"], strength: "client" },
  // Symfony and others call their own session key so
  { words: ["app", "secret"], strength: "hint" },
  { words: ["credentials", "secret"], strength: "hint" },
  { words: ["client", "password"], strength: "hint" },
  { words: ["app", "key"], strength: "hint" },
  { words: ["app", "password"], strength: "hint" },
  { words: ["application", "key"], strength: "hint" },
  { words: ["application", "password"], strength: "hint" },
  { words: ["secret", "key"], strength: "bare" },
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
  if (found.strength === "entra") return { strength: "entra", refers };

  const side = sideOf([...before, ...after]);
  if (found.strength === "bare") {
    const identity = before.some((word) => identityWords.has(word)) || speaksOf(before, ["azure", "ad"]);
    if (words.at(-1) === "secret" && identity && side === "entra")
      return { strength: "entra", refers: false };
    return before.length + after.length === 0 ? { strength: "bare", refers: false } : undefined;
  }
  if (side === "entra") return { strength: "entra", refers };
  return side === "other" ? undefined : { strength: found.strength, refers };
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

function speaksOf(words: readonly string[], phrase: readonly string[]): boolean {
  return words.some((_, start) => phrase.every((word, index) => words[start + index] === word));
}

/** Splits a name at capitals and at everything that is no letter or digit; "clientsecret" becomes two words, too. */
export function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .replace(/\b(git|linked|pay|sales|service|o) (hub|lab|in|pal|force|now|auth)/g, "$1$2")
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "")
    .flatMap(separate);
}

const tails = ["secret", "password", "key", "credential"];
const bodies = ["serviceprincipal", "application", "client", "principal", "app", "spn"];

/** "aadclientsecret" into its parts, when its end is a way to say "client secret". */
function separate(word: string): string[] {
  const tail = tails.find((each) => word.length > each.length && word.endsWith(each));
  const rest = tail === undefined ? "" : word.slice(0, -tail.length);
  const body = bodies.find((each) => rest.endsWith(each));
  if (tail === undefined || body === undefined) return [word];
  const head = rest.slice(0, -body.length);
  return [...(head === "" ? [] : [head]), body, tail];
}
