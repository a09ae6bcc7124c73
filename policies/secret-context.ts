/** Whose a client secret is, told by what stands around it: names above it, values beside it, the resource's type. */
import { ownValue, unknownSentinels } from "./property";
import { Place } from "./secret-places";
import { sideOf, wordsOf } from "./secret-names";
import { Side } from "./secret-text";
import { compact } from "./secret-values";
import { azurePackages, entraHosts, foreignByDefault } from "./secret-words";

const guid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Keys whose values say what kind of thing the object is, or whose. */
const kindKey =
  /(?:type|kind|provider|vendor|strategy|channel|idp|platform|connector|service|source|cloud)(?:name|id|displayname)?$|^(?:alias|name|displayname|label|scheme|mode)$/;

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

const endpointKey =
  /issuer|authority|tokenurl|tokenuri|tokenendpoint|authori[sz]ation(?:url|endpoint|uri)|authurl|authori[sz]eurl|metadata(?:endpoint|url)|discovery|wellknown|openidconfig|oidcurl|oauthurl|loginurl|baseurl/;

const maxEntries = 200;

/** The side that the surroundings speak for, the nearest first. */
export function sideAround(place: Place): Side {
  // A provider of something else signs in to that, whatever it is told about tenants.
  if (place.type.isProvider && place.type.side === "other") return "other";
  for (let at: Place | undefined = place; at !== undefined; at = at.parent) {
    const side = sideOfKey(at) ?? (at === place ? undefined : sideOfObject(at.raw));
    if (side !== undefined) return side;
  }
  const whole = sideOfEndpoints(place.root, 0, { left: 2_000 });
  if (whole !== undefined) return whole;
  const { side, isAzure, isForeign } = place.type;
  if (side !== undefined) return side;
  if (isForeign) return "other";
  return isAzure || (!place.type.isProvider && hasGuidClient(place)) ? "entra" : undefined;
}

function sideOfKey({ key, isOwn }: Place): Side {
  return key === undefined || isOwn ? undefined : sideOf(wordsOf(key));
}

/** A secret whose neighbours say that a service principal signs in with it. */
export function isPrincipalSecret(place: Place): boolean {
  const parent = place.parent;
  if (parent === undefined) return false;
  const above = wordsOf(parent.key ?? parent.parent?.key ?? "");
  if (above.includes("principal") && !above.includes("certificate")) return true;
  if (hasApplicationAndTenant(parent.raw)) return true;
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
    names.some((name) => /^(?:aad|azure|arm|entra)?tenant(?:id|domain)$|^directoryid$/.test(name))
  );
}

/** A credential that a sibling calls a certificate. */
export function isDeclaredCertificate(place: Place): boolean {
  return entriesOf(place.parent?.raw).some(
    ([key, value]) =>
      typeof value === "string" &&
      /(?:credential|auth|authentication)type$|contenttype$/.test(compact(key)) &&
      /cert|pkcs12|pem/i.test(value.slice(0, 200)),
  );
}

function hasGuidClient(place: Place): boolean {
  for (let at = place.parent; at !== undefined; at = at.parent) {
    const isClient = entriesOf(at.raw).some(
      ([key, value]) =>
        typeof value === "string" && guid.test(value) && /(?:client|app|application)id$/.test(compact(key)),
    );
    if (isClient) return true;
  }
  return false;
}

function sideOfObject(raw: unknown): Side {
  let kind: Side;
  let hasTenant = false;
  for (const [key, value] of entriesOf(raw)) {
    const name = compact(key);
    const isId = /(?:tenant|client|subscription)id$/.test(name);
    if (tenantKeys.has(name) || (isId && /azure|arm|aad|entra/.test(name))) hasTenant = true;
    if (typeof value !== "string" || unknownSentinels.has(value) || value.length > 2_000) continue;
    const side = sideOfEndpoint(name, value);
    if (side !== undefined) return side;
    const said = kindKey.test(name) ? sideOf(wordsOf(value.slice(0, 200))) : undefined;
    // How one signs in says more than where: Snowflake takes Entra applications, too.
    if (said !== undefined && name.startsWith("auth")) return said;
    kind ??= said;
  }
  const metadata = ownValue(raw, "metadata");
  const name = ownValue(metadata, "name");
  if (typeof name === "string") kind ??= sideOf(wordsOf(name.slice(0, 200)));
  return kind ?? (hasTenant ? "entra" : undefined);
}

function sideOfEndpoint(name: string, value: string): Side {
  if (entraHosts.test(value)) return "entra";
  if (/\.googleusercontent\.com$/.test(value)) return "other";
  return endpointKey.test(name) && /^https?:\/\//i.test(value) ? "other" : undefined;
}

/** Where nothing on the way up decides, an endpoint anywhere in the resource does; Entra ID wins. */
function sideOfEndpoints(raw: unknown, depth: number, budget: { left: number }): Side {
  let found: Side;
  for (const [key, value] of entriesOf(raw)) {
    if (budget.left-- <= 0 || depth > 12) return found;
    const side =
      typeof value === "string"
        ? sideOfEndpoint(compact(key), value.slice(0, 2_000))
        : sideOfEndpoints(value, depth + 1, budget);
    if (side === "entra") return side;
    found ??= side;
  }
  return found;
}

/** Names and values of an object; a list of name and value pairs, as environments often are, counts as one. */
export function entriesOf(raw: unknown): [string, unknown][] {
  if (typeof raw !== "object" || raw === null) return [];
  if (!Array.isArray(raw))
    return Object.keys(raw)
      .slice(0, maxEntries)
      .map((key) => [key, ownValue(raw, key)]);
  return Array.from({ length: Math.min(raw.length, maxEntries) }, (_, index): [string, unknown] => {
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
