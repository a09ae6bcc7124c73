/**
 * Finds where a resource holds or is handed a client secret of Entra ID. One walk, five ways a secret can stand
 * somewhere; each is the business of one rule, so that a secret is reported once.
 */
import { ownValue } from "./property";
import { Subject } from "./rule";
import {
  entriesOf,
  isDeclaredCertificate,
  isPrincipalSecret,
  sideAround,
  sideOfType,
} from "./secret-context";
import { meaningOf, SecretName, wordsOf } from "./secret-names";
import { pathOf, Place, TooLargeError, walk } from "./secret-places";
import { secretCommandIn } from "./secret-scripts";
import { secretTextIn } from "./secret-text";
import { compact, standing } from "./secret-values";
import { namesOfSecrets } from "./secret-words";
import { pairOf } from "./secret-settings";

export type Surface = "input" | "settings" | "script" | "template" | "text" | "reference" | "size";

export interface SecretFinding {
  readonly surface: Surface;
  /** Where, in names; never a value. */
  readonly path: string;
  /** The command or declaration found, in our words. */
  readonly what?: string;
}

// Rules asked about the same resource share the subject, and so this.
const judged = new WeakMap<Subject, readonly SecretFinding[]>();

/** All places of one kind. */
export function findSecrets(subject: Subject, ...surfaces: readonly Surface[]): readonly SecretFinding[] {
  let all = judged.get(subject);
  if (all === undefined) judged.set(subject, (all = surfaceOf(subject)));
  return all.filter(({ surface }) => surfaces.includes(surface));
}

function surfaceOf(subject: Subject): readonly SecretFinding[] {
  const found = new Map<string, SecretFinding>();
  const type = sideOfType(subject.type);
  const root = subject.properties.raw;
  const report = (surface: Surface, place: Place, what?: string): void => {
    const path = pathOf(place);
    found.set(`${surface} ${path}`, { surface, path, ...(what !== undefined && { what }) });
  };

  const reportName = (place: Place, stands: "value" | "reference", isSetting: boolean): void => {
    if (stands === "reference") report("reference", place);
    else report(isSetting ? "settings" : isInTemplate(place) ? "template" : "input", place);
  };

  const top: Place = { raw: root, key: undefined, parent: undefined, root, type, inText: false };
  try {
    walk(top, {
      object(place) {
        if (Array.isArray(place.raw)) {
          const command = commandLine(place.raw);
          const label = command !== undefined ? secretCommandIn(command) : undefined;
          if (label !== undefined) report("script", place, label);
          return;
        }
        if (declaresPassword(place)) report("template", place, "passwordCredentials");
        const pair = pairOf(place, subject.type);
        if (pair === undefined) return;
        const meaning = meaningOf(pair.name);
        if (meaning === undefined || meaning.refers || meaning.strength === "bare") return;
        const stands = pair.isReference ? "reference" : standing(pair.value);
        if (stands !== "value" && stands !== "reference") return;
        const at = { ...place, raw: pair.value, key: pair.key, parent: place, isOwn: true };
        // In a vault a name is all there is, and an application's secret is the likelier one.
        const strength =
          meaning.strength === "hint" && isVaultSecret(subject.type) ? "client" : meaning.strength;
        if (isOfEntra(at, { ...meaning, strength })) reportName(at, stands, true);
      },
      entry(place) {
        const meaning = meaningOf(place.key ?? "");
        if (meaning === undefined) return false;
        let stands = standing(place.raw);
        if (stands === "nothing" || (stands === "structure" && !meaning.refers)) return false;
        const isName = meaning.strength === "bare" && namesOfSecrets.test(subject.type);
        if (meaning.refers || isName || stands === "structure") stands = "reference";
        if (!isOfEntra(place, meaning)) return false;
        const resolved = stands === "reference" && !meaning.refers ? resolveParameter(place) : stands;
        reportName(place, resolved, isSettingsMap(place));
        return resolved === "value";
      },
      text(place, text) {
        const label = secretCommandIn(text);
        if (label !== undefined) report("script", place, label);
        const stands = secretTextIn(text, () => sideAround(place));
        if (stands === "reference") report("reference", place);
        // A command that hands over a secret is one finding, not two.
        else if (stands === "value" && label === undefined) report("text", place);
      },
    });
  } catch (error) {
    if (!(error instanceof TooLargeError)) throw error;
    found.set("size", { surface: "size", path: "" });
  }
  return [...found.values()];
}

function isOfEntra(place: Place, meaning: SecretName): boolean {
  if (isDeclaredCertificate(place)) return false;
  switch (meaning.strength) {
    case "entra":
      return true;
    case "client":
      return sideAround(place) === "entra";
    case "hint":
      return sideAround(place) === "entra" && isHinted(place);
    case "bare":
      return isPrincipalSecret(place);
  }
}

function isVaultSecret(type: string): boolean {
  return /^azure/i.test(type) && /keyvault/i.test(type) && /:Secret$/i.test(type);
}

/** A word that others use as well needs more than an Azure resource around it: a name, an endpoint, a tenant. */
function isHinted(place: Place): boolean {
  const neutral = { ...place.type, isAzure: false };
  return sideAround(withType(place, neutral)) === "entra";
}

function withType(place: Place, type: Place["type"]): Place {
  return { ...place, type };
}

/** `passwordCredentials` of an application in a template or a request, but not the restrictions of the same name. */
function declaresPassword(place: Place): boolean {
  if (typeof place.raw !== "object" || place.raw === null) return false;
  return entriesOf(place.raw).some(([key, value]) => {
    const name = compact(key);
    if (name === "passwordcredentials") return isNonEmpty(value) && !isRestriction(place, value);
    if (name !== "keycredentials") return false;
    return elements(value).some((each) => /^symmetric$/i.test(String(ownValue(each, "type"))));
  });
}

function isRestriction(place: Place, value: unknown): boolean {
  const above = wordsOf(place.key ?? "");
  return (
    above.some((word) => word.startsWith("restriction")) ||
    elements(value).some((each) => ownValue(each, "restrictionType") !== undefined)
  );
}

function isNonEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || typeof value === "boolean") return false;
  return !Array.isArray(value) || value.length > 0;
}

function elements(value: unknown): unknown[] {
  if (!Array.isArray(value)) return [value];
  return Array.from({ length: Math.min(value.length, 200) }, (_, index) => ownValue(value, String(index)));
}

/** A list of words is a command line to whoever runs it. */
function commandLine(list: readonly unknown[]): string | undefined {
  const words = elements(list);
  if (words.length < 2 || !words.every((word) => typeof word === "string" && word.length < 2_000))
    return undefined;
  return words.join(" ");
}

/** ARM: what `[parameters('x')]` stands for, when the same resource says it. */
function resolveParameter(place: Place): "value" | "reference" {
  const text = typeof place.raw === "string" ? place.raw : ownValue(place.raw, "value");
  const name =
    typeof text === "string" ? /^\[\s{0,9}parameters\(\s{0,9}'([^']{1,100})'/i.exec(text)?.[1] : undefined;
  for (let at = place.parent; name !== undefined && at !== undefined; at = at.parent) {
    const parameter = ownValue(ownValue(at.raw, "parameters"), name);
    if (parameter !== undefined && standing(parameter) === "value") return "value";
  }
  return "reference";
}

function isInTemplate(place: Place): boolean {
  for (let at = place.parent; at !== undefined; at = at.parent) {
    if (at.key === "template" || ownValue(at.raw, "contentVersion") !== undefined) return true;
  }
  return false;
}

/** A map whose keys people choose: names of settings and variables. */
function isSettingsMap(place: Place): boolean {
  const key = place.key ?? "";
  if (/^[A-Z][A-Z0-9_]{3,}$|__|[:.]/.test(key)) return true;
  const above = compact(place.parent?.key ?? "");
  return (
    /settings?$|environment|^env$|variables$|^data$|^stringdata$|^secrets?$|properties$|^values$/.test(
      above,
    ) && above !== "properties"
  );
}
