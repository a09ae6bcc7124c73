/** What stands under the name of a client secret: nothing, a value, a reference to where the value is kept, or more names. */
import { ownValue, unknownSentinels } from "./property";

/** `structure`: an object that only has further names in it, as `clientSecret` in a schema or a form. */
export type Standing = "nothing" | "value" | "reference" | "structure";

/** Texts that stand for no secret, in small letters. */
const nothing: ReadonlySet<string> = new Set([
  // App Service signs in with a managed identity when the setting has this name; so does Kubernetes on Azure for "msi".
  "override_use_mi_fic_assertion_clientid",
  "msi",
  // Whether there is a secret; settings are always text.
  ...["true", "false"],
  ...["null", "$null", "none", "undefined", "nil", "nan"],
]);

/** "<your secret>": what people are to replace. */
const blank = /^<[^<>]{1,100}>$/;

/** Texts that only name the place of a secret; each looks at the start of the text, so none takes long. */
const referencePatterns: readonly RegExp[] = [
  /^@Microsoft\.(?:KeyVault|AppConfiguration)\(/i, // App Service and App Configuration
  /^@?\{?(?:parameters|variables|appsetting|listSecrets|keyvault)\(/i, // Logic Apps, App Service
  /^\[\s{0,20}[A-Za-z][\w.]{0,60}\(/, // ARM template expressions
  /^\{\s{0,20}"uri"\s{0,20}:\s{0,20}"https:/, // App Configuration's references to Key Vault
  /^\{\{[^{}]{1,200}\}\}$/, // API Management named values, Databricks, Helm
  /^\$\{\{[^{}]{1,200}\}\}$/, // GitHub Actions and pipelines
  /^\$__\w{1,20}\{/, // Grafana
  /^\$\{[^{}]{1,200}\}$/, // Terraform, shells, Compose
  /^\$\([^()]{1,200}\)$/, // pipeline variables, Kubernetes, command substitution
  /^\$[A-Za-z_][\w:.]{0,100}$/, // shell and PowerShell variables
  /^%[A-Za-z_]\w{0,100}%$/, // cmd variables
  /^(?:secretref|secretKeyRef|keyvaultref|ref\+\w+|vault|op|env|ssm|arn|azurekeyvault|akvs?|file):/i,
  /^https:\/\/[\w-]{1,63}\.vault\.(?:azure|usgovcloudapi|microsoftazure)\.(?:net|cn|de)\/(?:secrets|certificates)\//i,
  /^(?:account|org)\.\w{1,128}$/, // Harness
  /^\/subscriptions\/[^/]{1,80}\//i, // resource ids
];

/** Keys of an object that hold the secret itself. */
const valueKeys: ReadonlySet<string> = new Set([
  ...[
    "value",
    "plaintext",
    "plain",
    "text",
    "literal",
    "securevalue",
    "secretvalue",
    "secret",
    "password",
    "data",
  ],
  ...[
    "stringvalue",
    "string",
    "stringdata",
    "defaultvalue",
    "default",
    "plaintextvalue",
    "encryptedvalue",
    "raw",
  ],
  ...["secretdata", "content", "clientsecret", "payload"],
  // secrets that take turns
  ...["current", "next", "previous", "primary", "secondary", "active", "latest", "new", "old"],
]);

/** Keys of an object that say where the secret is kept. */
const referenceKeys: ReadonlySet<string> = new Set([
  ...[
    "keyvault",
    "keyvaulturi",
    "keyvaulturl",
    "keyvaultsecretid",
    "keyvaultid",
    "keyvaultreference",
    "vaulturi",
  ],
  ...[
    "secretname",
    "secretref",
    "secreturi",
    "secreturl",
    "secretid",
    "secretidentifier",
    "secretversion",
    "secretarn",
  ],
  ...[
    "reference",
    "referencename",
    "valuefrom",
    "secretkeyref",
    "keyname",
    "existingsecret",
    "externalid",
    "akvsecret",
  ],
  ...[
    "linkedservicename",
    "store",
    "namespace",
    "settingname",
    "variable",
    "versionid",
    "arn",
    "configmapkeyref",
  ],
]);

const maxDepth = 4;
const maxEntries = 1_000;

export function standing(raw: unknown, depth = 0): Standing {
  if (unknownSentinels.has(raw)) return "value";
  if (typeof raw === "string") return standingOfText(raw);
  // A secret is no yes or no; such a property asks whether there is one.
  if (raw === undefined || raw === null || typeof raw === "boolean") return "nothing";
  if (typeof raw !== "object") return "value";
  if (depth >= maxDepth) return "structure";
  if (Array.isArray(raw)) {
    return strongest(
      Array.from({ length: Math.min(raw.length, maxEntries) }, (_, index) => ownValue(raw, String(index))),
      depth,
    );
  }
  return standingOfObject(raw, depth);
}

export function standingOfText(text: string): Standing {
  const trimmed = text.length > 4_000 ? text.slice(0, 4_000) : text.trim();
  if (trimmed === "" || nothing.has(trimmed.toLowerCase()) || blank.test(trimmed)) return "nothing";
  return referencePatterns.some((pattern) => pattern.test(trimmed)) ? "reference" : "value";
}

function standingOfObject(raw: object, depth: number): Standing {
  const keys = Object.keys(raw).slice(0, maxEntries);
  const type = ownValue(raw, "type");
  const isVaultReference = typeof type === "string" && /^AzureKeyVaultSecret/i.test(type);
  const values = keys.filter((key) => valueKeys.has(compact(key))).map((key) => ownValue(raw, key));
  const held = strongest(values, depth);
  if (held === "value" || (held === "reference" && !isVaultReference)) return held;
  if (isVaultReference || keys.some((key) => referenceKeys.has(compact(key)))) return "reference";
  const selects = ["name", "key", "namespace", "property", "version", "optional"];
  if (keys.length > 1 && keys.every((key) => selects.includes(key))) return "reference";
  return keys.length === 0 ? "nothing" : "structure";
}

function strongest(values: readonly unknown[], depth: number): Standing {
  const found = new Set(values.map((value) => standing(value, depth + 1)));
  for (const each of ["value", "reference", "structure"] as const) if (found.has(each)) return each;
  return "nothing";
}

/** A name without its punctuation and capitals: "plain_text" and "plainText" are one. */
export function compact(name: string): string {
  return name.length > 80 ? "" : name.replace(/[^A-Za-z0-9]/g, "").toLowerCase();
}
