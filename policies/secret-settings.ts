/** Settings, variables and secrets written as a name and a value side by side. */
import { ownValue, unknownSentinels } from "./property";
import { meaningOf } from "./secret-names";
import { parsed, Place } from "./secret-places";
import { compact } from "./secret-values";

export interface Pair {
  readonly name: string;
  readonly value: unknown;
  /** Key of the value, for the path. */
  readonly key: string;
  readonly isReference: boolean;
}

/** Keys under which a name stands, the most telling first. */
const nameKeys: readonly string[] = [
  ...["secretName", "variableName", "settingName", "parameterName", "keyValueName", "envName", "name", "key"],
  ...[
    "Name",
    "Key",
    "variable",
    "secretId",
    "secret_id",
    "secret",
    "keyName",
    "envVarName",
    "parameter",
    "field",
  ],
  ...["propertyName", "secret_name", "variable_name", "id", "path"],
];

const valueKeys: ReadonlySet<string> = new Set([
  ...[
    "value",
    "secretvalue",
    "securevalue",
    "plaintextvalue",
    "encryptedvalue",
    "stringvalue",
    "textvalue",
    "valuewo",
  ],
  ...[
    "default",
    "defaultvalue",
    "content",
    "secretdata",
    "secretstring",
    "initialvalue",
    "plaintext",
    "valuewo",
  ],
  ...[
    "sensitivevalue",
    "unencryptedvalue",
    "insecurevalue",
    "secretdatawo",
    "secretstringwo",
    "plaintextvaluewo",
  ],
  ...[
    "encryptedvaluewo",
    "val",
    "contents",
    "secretcontents",
    "values",
    "configvalue",
    "password",
    "secrettext",
    "text",
    "data",
  ],
]);

const referenceKeys: ReadonlySet<string> = new Set([
  ...[
    "secretref",
    "keyvaulturl",
    "keyvaultsecretid",
    "keyvaulturi",
    "valuefrom",
    "keyvault",
    "secreturi",
    "remoteref",
    "secretname",
  ],
  ...["vaultkeyreference", "secretidentifier", "keyvaultreference", "keyvaultsecretname", "valuesource"],
]);

/** App Service sidecars: the value of an environment variable is the name of an application setting. */
const valuesAreNames = /:web(?:\/v\w+)?:WebAppSiteContainer(?:Slot)?$/;

export function pairOf({ raw, parent }: Place, type: string): Pair | undefined {
  const key = nameKeys.find((each) => isName(ownValue(raw, each))) ?? tellingKey(raw);
  const chosen =
    key ?? (isNamedValue(type) && isName(ownValue(raw, "displayName")) ? "displayName" : undefined);
  if (chosen === undefined || valuesAreNames.test(type)) return undefined;
  const name = String(ownValue(raw, chosen)).replace(/\$[^/]*$/, "");

  let reference: Pair | undefined;
  for (const [holder, prefix] of holdersOf(raw, parent === undefined)) {
    if (typeof holder !== "object" || holder === null || isCertificate(holder)) continue;
    for (const each of Object.keys(holder).slice(0, 100)) {
      const value = ownValue(holder, each);
      if (value === undefined || value === null || value === "" || each === chosen) continue;
      const pair = { name, value, key: prefix + each };
      if (referenceKeys.has(compact(each))) reference = { ...pair, isReference: true };
      else if (valueKeys.has(compact(each))) return { ...pair, isReference: isReferenceContent(holder) };
    }
  }
  return reference;
}

/**
 * Where the value of a name may stand: beside it, and for a whole resource also among its properties, as Azure's own
 * interface has them, or in the body of the request that makes it.
 */
function holdersOf(
  raw: unknown,
  isResource: boolean,
): readonly (readonly [holder: unknown, prefix: string])[] {
  const type = ownValue(raw, "type");
  const isInTemplate = typeof type === "string" && /^Microsoft\.\w/i.test(type);
  if (!isResource && !isInTemplate) return [[raw, ""]];
  const text = ownValue(raw, "body");
  const body = (typeof text === "string" ? parsed(text) : undefined) ?? text;
  return [
    [raw, ""],
    [ownValue(raw, "properties"), "properties."],
    [body, "body."],
    [ownValue(body, "properties"), "body.properties."],
  ];
}

/** Any other name with "name" at its end, where what stands there is the name of a client secret. */
function tellingKey(raw: unknown): string | undefined {
  if (typeof raw !== "object" || raw === null) return undefined;
  return Object.keys(raw)
    .slice(0, 100)
    .find((each) => {
      const value = /name$/i.test(each) ? ownValue(raw, each) : undefined;
      return isName(value) && meaningOf(value)?.refers === false;
    });
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value.length > 2 && value.length <= 160 && !unknownSentinels.has(value);
}

function isNamedValue(type: string): boolean {
  return /:(?:Workspace)?NamedValue$/i.test(type) && /apimanagement/i.test(type);
}

function isCertificate(holder: object): boolean {
  const type = ownValue(holder, "contentType");
  return typeof type === "string" && /pkcs12|pem|certificate/i.test(type.slice(0, 100));
}

function isReferenceContent(holder: object): boolean {
  const type = ownValue(holder, "contentType");
  return typeof type === "string" && type.includes("keyvaultref");
}
