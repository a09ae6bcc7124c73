/** Objects that declare a client secret by their shape: in a template, a request to Microsoft Graph, a Kubernetes manifest. */
import { ownValue } from "./property";
import { Place } from "./secret-places";
import { wordsOf } from "./secret-names";
import { compact } from "./secret-values";

const credentialLists: ReadonlySet<string> = new Set(["passwordcredentials", "passwordcredential"]);
const keyLists: ReadonlySet<string> = new Set(["keycredentials", "keycredential"]);
/** The longest and the shortest of these names with their punctuation. */
const nameLengths = { least: "keyCredential".length, most: "password_credentials".length } as const;

/** Elements looked at in one list of credentials; applications have a handful. */
const maxElements = 1_000;

/** Name of the list under which an object declares a client secret, or undefined. */
export function declaredSecret({ raw, key }: Place): string | undefined {
  if (typeof raw !== "object" || raw === null) return undefined;
  if (isManifestOfPassword(raw)) return "a password of an application";
  return Object.keys(raw).find((each) => {
    if (each.length < nameLengths.least || each.length > nameLengths.most) return false;
    const name = compact(each);
    const value = credentialLists.has(name) || keyLists.has(name) ? ownValue(raw, each) : undefined;
    if (credentialLists.has(name)) return isNonEmpty(value) && !isRestriction(key, value);
    return elements(value).some((element) => /^symmetric$/i.test(String(ownValue(element, "type"))));
  });
}

/** Crossplane's resources for Entra ID, whose groups are `<kind of parent>.azuread.…`. */
function isManifestOfPassword(raw: object): boolean {
  const [version, kind] = [ownValue(raw, "apiVersion"), ownValue(raw, "kind")];
  if (typeof version !== "string" || !/^[\w.]{0,60}azuread\.[\w.]{1,60}\//.test(version)) return false;
  const spec = ownValue(ownValue(raw, "spec"), "forProvider");
  return kind === "Password" || (kind === "Application" && isNonEmpty(ownValue(spec, "password")));
}

/** A policy about such credentials has lists of the same name. */
function isRestriction(key: string | undefined, value: unknown): boolean {
  return (
    wordsOf(key ?? "").some((word) => word.startsWith("restriction")) ||
    elements(value).some((each) => ownValue(each, "restrictionType") !== undefined)
  );
}

function isNonEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || typeof value === "boolean") return false;
  return !Array.isArray(value) || value.length > 0;
}

export function elements(value: unknown): unknown[] {
  if (!Array.isArray(value)) return [value];
  const length = Math.min(value.length, maxElements);
  return Array.from({ length }, (_, index) => ownValue(value, String(index)));
}
