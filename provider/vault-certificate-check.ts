/** Finds everything that is wrong with the inputs of a VaultCertificate, at once. */
import { checkKeys, checkWord, Problems } from "./check-problems";
import { isMap, type PropertyMap, type PropertyValue, UNKNOWN } from "./properties";
import { shownName } from "./quote";
import type { CheckResult } from "./resource-handler";
import type { VaultService } from "./settings";
import { certificateNameProblem, readVaultUri } from "./vault-address";
import { OWN_TAGS_PREFIX } from "./vault-certificate-tags";

export const INPUTS = [
  "vaultUri",
  "certificateName",
  "generation",
  "subject",
  "keyBits",
  "validityMonths",
  "issuerName",
  "contentType",
  "tags",
] as const;

/** What the secret of the certificate holds: PEM of key and certificate, or a PKCS#12 file in base64. */
const CONTENT_TYPES = ["application/x-pem-file", "application/x-pkcs12"] as const;
/** Entra signs applications in with RSA only, and Key Vault makes these sizes. */
const KEY_BITS = [2048, 3072, 4096];
/** A certificate beyond a year is refused by most tenants' policies and by Entra's own documents. */
const MONTHS = { least: 1, most: 12 };
/** Key Vault keeps 15 tags an object, 256 characters each; three are ours. */
const TAGS = { most: 12, characters: 256 };
const MOST_SUBJECT_CHARACTERS = 500;

/** What everybody expects first. */
const DAYS = "validityDays";

/**
 * Defaults. Five months are 150 to 153 days: more than two default rotation periods of 60 days, which an overlap
 * needs, and less than the 180 days that tenants commonly allow. Four can be exactly 120 days and leave no overlap.
 */
export const DEFAULTS = {
  keyBits: 3072,
  validityMonths: 5,
  issuerName: "Self",
  contentType: "application/x-pem-file",
} as const;

/** Fills in defaults and lists all problems. Unknown values of a preview are taken to be right. */
export function checkVaultCertificate(
  news: PropertyMap,
  secretKeys: ReadonlySet<string>,
  service: VaultService,
): CheckResult {
  const problems = new Problems(secretKeys);
  const inputs = checkCertificate(news, INPUTS, problems, service, (given) => {
    checkWhole(given, "generation", { least: 0, most: Number.MAX_SAFE_INTEGER }, problems);
  });
  return { inputs, problems: problems.list };
}

/** What all certificates of a vault have in common; `checkOwn` comes where the others have their generation. */
export function checkCertificate(
  news: PropertyMap,
  known: readonly string[],
  problems: Problems,
  service: VaultService,
  checkOwn: (inputs: PropertyMap) => void,
): PropertyMap {
  checkKeys(news, [...known, DAYS], "", problems);
  if (news[DAYS] !== undefined) {
    problems.add(
      DAYS,
      "is not a property: Key Vault's policies count in months; use validityMonths (5 months are 150 to 153 days)",
    );
  }
  const inputs: Record<string, PropertyValue | undefined> = { ...news };
  for (const [name, value] of Object.entries(DEFAULTS)) inputs[name] ??= value;

  const uri = readText(inputs, "vaultUri", problems);
  if (uri !== undefined) {
    const vault = readVaultUri(uri, service);
    if ("problem" in vault) problems.add("vaultUri", `${vault.problem}; ${problems.given("vaultUri", uri)}`);
    else inputs["vaultUri"] = vault.uri;
  }
  const name = readText(inputs, "certificateName", problems);
  const nameProblem = name === undefined ? undefined : certificateNameProblem(name);
  if (name !== undefined && nameProblem !== undefined) {
    problems.add("certificateName", `${nameProblem}; ${problems.given("certificateName", name)}`);
  }
  checkOwn(inputs);
  checkSubject(readText(inputs, "subject", problems), problems);
  checkKeyBits(inputs["keyBits"], problems);
  checkWhole(inputs, "validityMonths", MONTHS, problems);
  checkIssuer(readText(inputs, "issuerName", problems), problems);
  checkWord(inputs["contentType"], CONTENT_TYPES, "contentType", problems);
  checkTags(inputs["tags"], problems);
  return inputs;
}

/** A required text; undefined when it is unknown or has been complained about. */
function readText(inputs: PropertyMap, property: string, problems: Problems): string | undefined {
  const value = inputs[property];
  if (value === UNKNOWN) return undefined;
  if (value === undefined || value === null) problems.add(property, "is required");
  else if (typeof value !== "string") {
    problems.add(property, `must be a text; ${problems.given(property, value)}`);
  } else return value;
  return undefined;
}

export function checkWhole(
  inputs: PropertyMap,
  property: string,
  { least, most }: { readonly least: number; readonly most: number },
  problems: Problems,
): void {
  const value = inputs[property];
  if (value === UNKNOWN) return;
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
  if (value === undefined || value === null) problems.add(property, `is required: a whole number ${range}`);
  else if (typeof value !== "number" || !Number.isSafeInteger(value) || value < least || value > most) {
    problems.add(property, `must be a whole number ${range}; ${givenNumber(property, value, problems)}`);
  }
}

export function givenNumber(property: string, value: PropertyValue, problems: Problems): string {
  return typeof value === "number" ? `given: ${value}` : problems.given(property, value);
}

function checkKeyBits(value: PropertyValue | undefined, problems: Problems): void {
  if (value === undefined || value === null || value === UNKNOWN) return;
  if (typeof value === "number" && KEY_BITS.includes(value)) return;
  problems.add(
    "keyBits",
    `must be ${KEY_BITS.slice(0, -1).join(", ")} or ${String(KEY_BITS.at(-1))} (RSA); ${givenNumber("keyBits", value, problems)}`,
  );
}

/** Key Vault reads distinguished names as Windows writes them: `CN=billing`, with quotes around values that hold a comma. */
function checkSubject(subject: string | undefined, problems: Problems): void {
  if (subject === undefined) return;
  const parts = subject.match(/(?:[^,"]|"(?:[^"]|"")*")+/g) ?? [];
  const attribute =
    /^\s*(?:[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+)\s*=\s*(?:"(?:[^"]|"")+"|[^\s"=+<>#;][^"=+<>;]*)\s*$/;
  const whole = subject !== "" && parts.join(",") === subject && parts.every((part) => attribute.test(part));

  if (whole && subject.length <= MOST_SUBJECT_CHARACTERS && !/[\u0000-\u001f\u007f]/.test(subject)) return;
  problems.add(
    "subject",
    `must be a distinguished name such as "CN=billing-nightly" or CN="Billing, nightly", at most ${MOST_SUBJECT_CHARACTERS} characters; ${problems.given("subject", subject)}`,
  );
}

function checkIssuer(issuer: string | undefined, problems: Problems): void {
  if (issuer === undefined) return;
  if (issuer.toLowerCase() === "unknown") {
    problems.add(
      "issuerName",
      'must not be "Unknown": Key Vault then waits for somebody to merge a certificate by hand; use "Self" or an issuer set up in the vault',
    );
  } else if (!/^[0-9a-zA-Z-]{1,127}$/.test(issuer)) {
    problems.add(
      "issuerName",
      `must be "Self" or the name of an issuer set up in the vault (letters, digits, hyphens); ${problems.given("issuerName", issuer)}`,
    );
  }
}

function checkTags(tags: PropertyValue | undefined, problems: Problems): void {
  if (tags === undefined || tags === null || tags === UNKNOWN) return;
  if (!isMap(tags)) {
    problems.add("tags", `must be an object of texts; ${problems.given("tags", tags)}`);
    return;
  }
  const names = Object.keys(tags);
  if (names.length > TAGS.most) {
    problems.add(
      "tags",
      `may hold ${TAGS.most} tags (Key Vault keeps 15, three are certlock's); given: ${names.length}`,
    );
  }
  for (const name of names) {
    const path = `tags["${shownName(name)}"]`;
    const value = tags[name];
    if (name.startsWith(OWN_TAGS_PREFIX)) {
      problems.add(path, `must not start with "${OWN_TAGS_PREFIX}", which certlock marks its versions with`);
    }
    if (name === "" || name.length > TAGS.characters) {
      problems.add(path, `must have a name of 1 to ${TAGS.characters} characters`);
    }
    if (value === UNKNOWN || (typeof value === "string" && value.length <= TAGS.characters)) continue;
    problems.add(
      path,
      `must be a text of at most ${TAGS.characters} characters; tags are readable by everybody who may list the vault`,
    );
  }
}
