/** Whose a client secret is, told by what stands around it: names above it, values beside it, the resource's type. */
import { ownValue, unknownSentinels } from "./property";
import { parsed, Place } from "./secret-places";
import { SecretName, sideOf, sideOfName, wordsOf } from "./secret-names";
import { Side } from "./secret-text";
import { compact } from "./secret-values";
import { azurePackages, entraHosts, foreignByDefault } from "./secret-words";

const guid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Keys whose values say what kind of thing the object is, or whose; the schema of Microsoft Graph says neither. */
const kindKey =
  /(?<!odata)(?:type|kind|provider|vendor|strategy|channel|idp|platform|connector|service|source|cloud|plugin)(?:name|id|displayname)?$|^(?:alias|name|displayname|label|scheme|mode)$/;

const tenantKeys: ReadonlySet<string> = new Set([
  ...["tenantid", "tenant", "aadtenantid", "azuretenantid", "armtenantid", "directoryid", "tenantdomain"],
  ...[
    "subscriptionid",
    "azuresubscriptionid",
    "armsubscriptionid",
    "spntenantid",
    "serviceprincipalid",
    "spnid",
  ],
]);

/** Keys that name an identity provider for more than the object they stand in. */
const providerKey =
  /^(?:(?:auth|oauth|oidc|sso|login|identity)?(?:provider|idp)(?:type|name|kind)?|pluginname)$/;

/** Ids of a sign-in, without anybody's name before them. */
const plainIds: ReadonlySet<string> = new Set([
  ...["tenantid", "tenant", "directoryid", "clientid", "appid", "applicationid"],
]);

const endpointKey =
  /issuer|authority|tokenurl|tokenuri|tokenendpoint|authori[sz]ation(?:url|endpoint|uri)|authurl|authori[sz]eurl|metadata(?:endpoint|url)|discovery|wellknown|openidconfig|oidcurl|oauthurl|loginurl|baseurl/;

const maxEntries = 200;

/** What has been found out about an object once holds for everything in it. */
function remembering<Answer>(ask: (raw: object) => Answer): (raw: unknown) => Answer | undefined {
  const answers = new WeakMap<object, { readonly answer: Answer }>();
  return (raw) => {
    if (typeof raw !== "object" || raw === null) return undefined;
    let known = answers.get(raw);
    if (known === undefined) answers.set(raw, (known = { answer: ask(raw) }));
    return known.answer;
  };
}

const sideOfObject = remembering((raw) => sideOfEntries(raw));
const sideOfWhole = remembering((root) => sideOfParts(root, 0, { left: 2_000 }));
const hasGuidClientIn = remembering((raw) =>
  entriesOf(raw).some(
    ([key, value]) =>
      typeof value === "string" && guid.test(value) && /(?:client|app|application)id$/.test(compact(key)),
  ),
);
const hasTenantIn = remembering((raw) => entriesOf(raw).some(([key]) => isTenantKey(compact(key))));

/** The side that the surroundings speak for, the nearest first. */
export function sideAround(place: Place): Side {
  // A provider of something else signs in to that, whatever it is told about tenants.
  if (place.type.isProvider && place.type.side === "other") return "other";
  const near = sideAbove(place, true) ?? sideOfWhole(place.root);
  if (near !== undefined) return near;
  const { side, isAzure, isForeign } = place.type;
  if (side !== undefined) return side;
  if (isForeign) return "other";
  return isAzure || (!place.type.isProvider && hasGuidClient(place)) ? "entra" : undefined;
}

function sideOfKeys(place: Place): Side {
  for (let at: Place | undefined = place; at !== undefined; at = at.parent) {
    const side = sideOfKey(at);
    if (side !== undefined) return side;
  }
  return undefined;
}

function sideAbove(place: Place, withTenants: boolean): Side {
  for (let at: Place | undefined = place; at !== undefined; at = at.parent) {
    const object = at === place ? undefined : at.raw;
    const side =
      sideOfKey(at) ?? sideOfObject(object) ?? (withTenants && hasTenantIn(object) ? "entra" : undefined);
    if (side !== undefined) return side;
  }
  return undefined;
}

/**
 * Whether the surroundings of a word that others use as well speak of Entra ID. An Azure resource is not enough for
 * that, nor is a tenant in a list of settings in which others have theirs: it has to be of the same thing.
 */
export function isHinted(place: Place, { isPlain = false, first }: SecretName): boolean {
  if (place.type.isProvider && place.type.side === "other") return false;
  if (sideOfKeys(place) !== undefined) return sideOfKeys(place) === "entra";
  const near = sideAbove(place, false) ?? sideOfWhole(place.root) ?? place.type.side;
  if (near === "other") return false;
  if (near === "entra" && isPlain && !isInList(place)) return true;
  for (let at = place.parent; at !== undefined; at = at.parent)
    if (entriesOf(at.raw).some(([key, value]) => isSignOf(key, value, isPlain, first))) return true;
  return near === "entra" && isPlain && place.type.side === "entra";
}

/** One of many settings, which need not have anything to do with each other. */
function isInList({ parent }: Place): boolean {
  return (
    Array.isArray(parent?.raw) ||
    Array.isArray(parent?.parent?.raw) ||
    entriesOf(parent?.raw).some(([key]) => /^[A-Z][A-Z0-9_]{2,}$/.test(key))
  );
}

/** The application, the tenant or the issuer, under the same first word or under none. */
function isSignOf(key: string, value: unknown, isPlain: boolean, first: string | undefined): boolean {
  const name = compact(key);
  const isOwn = first !== undefined && wordsOf(key)[0] === first;
  if (typeof value === "string" && value.length < 2_000 && entraHosts.test(value)) return isPlain || isOwn;
  const isTenant = /(?:tenant|directory)(?:id)?$/.test(name);
  const isClient =
    /(?:client|app|application)id$/.test(name) && typeof value === "string" && guid.test(value);
  return (isTenant || isClient) && (isOwn || (isPlain && plainIds.has(name)));
}

function sideOfKey({ key, isOwn }: Place): Side {
  return key === undefined || isOwn ? undefined : sideOf(wordsOf(key));
}

function isTenantKey(name: string): boolean {
  return (
    tenantKeys.has(name) ||
    (/(?:tenant|client|subscription)id$/.test(name) && /azure|arm|aad|entra/.test(name))
  );
}

/** A secret whose neighbours say that a service principal signs in with it. */
export function isPrincipalSecret(place: Place): boolean {
  const parent = place.parent;
  if (parent === undefined) return false;
  const above = wordsOf(parent.key ?? parent.parent?.key ?? "");
  const named = ownValue(ownValue(place.root, "metadata"), "name");
  if (typeof named === "string" && !place.inText) above.push(...wordsOf(named.slice(0, 200)));
  if (above.includes("principal") && !above.includes("certificate")) return true;
  // The way into a vault: what opens it with a secret is a service principal.
  if (above.includes("azure") && above.includes("vault")) return true;
  if (hasApplicationAndTenant(parent.raw) || isHalfOfPrincipal(place)) return true;
  return entriesOf(parent.raw).some(([key, value]) => {
    if (typeof value !== "string") return false;
    const name = compact(key);
    if (/^(?:user(?:name)?|login|principalid|applicationid|appid)$/.test(name)) return guid.test(value);
    if (!/type$|^kind$|^scheme$|authentication$|mode$/.test(name) || value.length > 80) return false;
    const said = compact(value);
    return (
      /serviceprincipal|entraid|^aad|activedirectoryoauth/.test(said) && !/cert|msi|managed|user/.test(said)
    );
  });
}

/** Application and tenant beside each other: what is missing for a sign-in is the secret. */
function hasApplicationAndTenant(raw: unknown): boolean {
  const names = entriesOf(raw).map(([key]) => compact(key));
  return (
    names.some((name) => /^(?:aad|azure|arm|entra)?(?:app|client|application)id$/.test(name)) &&
    names.some((name) => /^(?:aad|azure|arm|entra)?tenant(?:id|domain)?$|^directoryid$/.test(name))
  );
}

/** The same, where the public half and the secret half are two texts with JSON side by side. */
function isHalfOfPrincipal(place: Place): boolean {
  for (let at = place.parent; at !== undefined; at = at.parent) {
    if (!at.inText || at.parent?.inText !== false) continue;
    return entriesOf(at.parent.raw).some(
      ([, value]) =>
        typeof value === "string" && value.length < 4_000 && hasApplicationAndTenant(parsed(value)),
    );
  }
  return false;
}

/** A credential that a sibling calls a certificate, or the password of the certificate beside it. */
export function isDeclaredCertificate(place: Place): boolean {
  const isPassword = /^passw/i.test(place.key ?? "");
  return entriesOf(place.parent?.raw).some(
    ([key, value]) =>
      typeof value === "string" &&
      value !== "" &&
      ((isPassword && /^(?:pfx|(?:client)?certificate(?:data|content|file|path)?)$/.test(compact(key))) ||
        (/(?:credential|auth|authentication)type$|contenttype$/.test(compact(key)) &&
          /cert|pkcs12|pem/i.test(value.slice(0, 200)))),
  );
}

function hasGuidClient(place: Place): boolean {
  for (let at = place.parent; at !== undefined; at = at.parent)
    if (hasGuidClientIn(at.raw) === true) return true;
  return false;
}

function sideOfEntries(raw: object): Side {
  let kind: Side;
  for (const [key, value] of entriesOf(raw)) {
    if (typeof value !== "string" || unknownSentinels.has(value) || value.length > 2_000) continue;
    const name = compact(key);
    const side = sideOfEndpoint(name, value);
    if (side !== undefined) return side;
    const said = kindKey.test(name) ? sideOfKind(value.slice(0, 200), raw) : undefined;
    // How one signs in says more than where: Snowflake takes Entra applications, too.
    if (said !== undefined && name.startsWith("auth")) return said;
    kind ??= said;
  }
  const name = ownValue(ownValue(raw, "metadata"), "name");
  return kind ?? (typeof name === "string" ? sideOfName(wordsOf(name.slice(0, 200))) : undefined);
}

/** A kind in words, or the type of a resource in a template or a request: of Azure, which may be about others. */
function sideOfKind(kind: string, owner: unknown): Side {
  const namespace = ownValue(owner, "resourceProviderNamespace");
  const type = typeof namespace === "string" ? `${namespace.slice(0, 100)}/${kind}` : kind;
  const path = /^Microsoft\.(\w{2,60}\/[\w./]{1,160})/i.exec(type)?.[1];
  if (path === undefined) return sideOfName(wordsOf(kind));
  return foreignByDefault.test(path) ? "other" : "entra";
}

function sideOfEndpoint(name: string, value: string): Side {
  if (entraHosts.test(value)) return "entra";
  if (/\.googleusercontent\.com$/.test(value)) return "other";
  if (!/^https?:\/\//i.test(value)) return undefined;
  // The address of a request is that of whoever issues tokens when it says so.
  const isEndpoint = endpointKey.test(name) || (/^ur[il]$|endpoint$/.test(name) && tokenPath.test(value));
  return isEndpoint ? "other" : undefined;
}

const tokenPath =
  /^https?:\/\/[^/]{1,200}\/(?:[^?#]{0,200}\/)?(?:token|authorize|oauth2?|openid[\w-]{0,20})(?![\w-])/i;

/** Where nothing on the way up decides, an endpoint or a named provider anywhere in the resource does; Entra ID wins. */
function sideOfParts(raw: unknown, depth: number, budget: { left: number }): Side {
  let found: Side;
  for (const [key, value] of entriesOf(raw)) {
    if (budget.left-- <= 0 || depth > 12) return found;
    const name = compact(key);
    let side: Side;
    if (typeof value !== "string") side = sideOfParts(value, depth + 1, budget);
    else {
      const text = value.slice(0, 2_000);
      side =
        sideOfEndpoint(name, text) ??
        (providerKey.test(name) ? sideOfName(wordsOf(text.slice(0, 200))) : undefined);
      // One half of a sign-in in a text of its own.
      if (side === undefined && depth === 0 && text.startsWith("{") && hasTenantIn(parsed(text)) === true)
        side = "entra";
    }
    if (side === "entra") return side;
    found ??= side;
  }
  return found;
}

/** Names and values of an object; a list of name and value pairs, as environments often are, counts as one. */
export function entriesOf(raw: unknown): readonly Entry[] {
  return knownEntries(raw) ?? [];
}

type Entry = readonly [key: string, value: unknown];

// Asked again for each name in an object, which may have thousands.
const knownEntries = remembering(entriesIn);

function entriesIn(raw: object): readonly Entry[] {
  if (!Array.isArray(raw))
    return Object.keys(raw)
      .slice(0, maxEntries)
      .map((key) => [key, ownValue(raw, key)]);
  return Array.from({ length: Math.min(raw.length, maxEntries) }, (_, index): Entry => {
    const element = ownValue(raw, String(index));
    const name = ownValue(element, "name") ?? ownValue(element, "key");
    return typeof name === "string"
      ? [name, ownValue(element, "value") ?? element]
      : [String(index), element];
  });
}

/** What a type token says by itself. */
export interface TypeSide {
  readonly side: Side;
  readonly isAzure: boolean;
  readonly isForeign: boolean;
  readonly isProvider: boolean;
}

export function sideOfType(token: string): TypeSide {
  const side = sides.get(token) ?? readSide(token);
  sides.set(token, side);
  return side;
}

/** A stack has many resources and few types. */
const sides = new Map<string, TypeSide>();

function readSide(token: string): TypeSide {
  const [first = "", ...rest] = token.slice(0, 300).split(":");
  const packageName = first.startsWith("azure-native_") ? "azure-native" : first;
  const isAzure = azurePackages.has(packageName);
  const type = rest.join("/").replace(/\/v\d{8}\w*/g, "");
  const words = wordsOf(isAzure ? type : `${packageName}/${type}`);
  return {
    side: sideOf(words),
    isAzure,
    isForeign: isAzure && foreignByDefault.test(type),
    isProvider: token.startsWith("pulumi:providers:"),
  };
}
