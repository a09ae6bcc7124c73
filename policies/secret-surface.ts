/**
 * Finds where a resource holds or is handed a client secret of Entra ID. One walk, five ways a secret can stand
 * somewhere; each is the business of one rule, so that a secret is reported once.
 */
import { ownValue } from "./property";
import { Subject } from "./rule";
import { isDeclaredCertificate, isHinted, isPrincipalSecret, sideAround, sideOfType } from "./secret-context";
import { declaredSecret } from "./secret-declarations";
import { meaningOf, SecretName } from "./secret-names";
import { pathOf, Place, TooLargeError, walk } from "./secret-places";
import { isLabel, isProse, isQuery } from "./secret-prose";
import { commandOf, secretCommandIn, wordsIn } from "./secret-scripts";
import { Pair, pairOf } from "./secret-settings";
import { secretTextIn } from "./secret-text";
import { compact, standing } from "./secret-values";
import { namesOfSecrets } from "./secret-words";

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

  const judgeCommand = (place: Place, command: string): void => {
    const label = secretCommandIn(command);
    if (label !== undefined) report("script", place, label);
    else if (secretTextIn(command, () => sideAround(place)) === "value") report("text", place);
  };

  const judgePair = (place: Place, pair: Pair): void => {
    const meaning = meaningOfPair(pair, place.raw, subject.type);
    if (meaning === undefined || meaning.refers || meaning.strength === "bare") return;
    const stands = pair.isReference ? "reference" : standing(pair.value);
    if (stands !== "value" && stands !== "reference") return;
    const at = { ...place, raw: pair.value, key: pair.key, parent: place, isOwn: true };
    if (isOfEntra(at, meaning)) reportName(at, stands, true);
  };

  const top: Place = { raw: root, key: undefined, parent: undefined, root, type, inText: false };
  try {
    walk(top, {
      object(place) {
        if (Array.isArray(place.raw)) {
          const command = wordsIn(place.raw);
          if (command !== undefined) judgeCommand(place, command);
          return;
        }
        const declared = declaredSecret(place);
        // The resource itself has no name to give for the place.
        const at = place.parent === undefined ? { ...place, parent: place, key: declared } : place;
        if (declared !== undefined) report("template", at, declared);
        const command = commandOf(place.raw);
        if (command !== undefined) judgeCommand(place, command);
        const pair = pairOf(place, subject.type);
        if (pair !== undefined) judgePair(place, pair);
      },
      entry(place) {
        const meaning = meaningOf(place.key ?? "");
        if (meaning === undefined) return false;
        let stands = standing(place.raw);
        if (stands === "nothing" || (stands === "structure" && !meaning.refers)) return false;
        const isName = meaning.strength === "bare" && namesOfSecrets.test(subject.type);
        if (meaning.refers || isName || stands === "structure" || isLabel(place)) stands = "reference";
        if (!isOfEntra(place, meaning)) return false;
        const resolved = stands === "reference" && !meaning.refers ? resolveParameter(place) : stands;
        reportName(place, resolved, isSettingsMap(place));
        return resolved === "value";
      },
      text(place, text) {
        const label = isProse(place) || isQuery(place) ? undefined : secretCommandIn(text);
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
      return isHinted(place, meaning);
    case "bare":
      return isPrincipalSecret(place);
  }
}

/** In a vault a name is all there is, and sometimes a word about the content. */
function meaningOfPair({ name }: Pair, raw: unknown, type: string): SecretName | undefined {
  const meaning = meaningOf(name);
  if (!/^azure/i.test(type) || !/keyvault/i.test(type) || !/:Secret$/i.test(type)) return meaning;
  const content = ownValue(raw, "contentType") ?? ownValue(ownValue(raw, "properties"), "contentType");
  const said = typeof content === "string" ? meaningOf(content) : undefined;
  return said?.strength === "entra" && meaning?.refers !== true ? said : meaning;
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
