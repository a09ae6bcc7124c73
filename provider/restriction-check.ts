/** Finds everything that is wrong with restrictions of app management policies, tenant-wide or custom. */
import {
  COLLECTIONS,
  type Collection,
  durationSeconds,
  IDENTIFIER_URI_RESTRICTIONS,
  KEY_RESTRICTION_TYPES,
  MOST_EXEMPT_ATTRIBUTES,
  PASSWORD_RESTRICTION_TYPES,
  RESTRICTION_STATES,
  TRUSTED_AUTHORITY,
} from "../graph";
import { checkKeys, checkWord, Problems } from "./check-problems";
import { isList, isMap, type PropertyMap, type PropertyValue, UNKNOWN } from "./properties";

const TYPES: Readonly<Record<Collection, readonly string[]>> = {
  passwordCredentials: PASSWORD_RESTRICTION_TYPES,
  keyCredentials: [...KEY_RESTRICTION_TYPES, TRUSTED_AUTHORITY],
};
const MEMBERS = [
  "restrictionType",
  "state",
  "maxLifetime",
  "restrictForAppsCreatedAfterDateTime",
  "excludeActors",
];
const AUTHORITY_IDS = "certificateBasedApplicationConfigurationIds";
const URI_MEMBERS = [
  "state",
  "restrictForAppsCreatedAfterDateTime",
  "excludeAppsReceivingV2Tokens",
  "excludeSaml",
  "excludeActors",
];

/** The two lists of restrictions below `path`. */
export function checkLists(value: PropertyMap, path: string, problems: Problems): void {
  for (const collection of COLLECTIONS) {
    const entries = value[collection];
    if (entries === undefined || entries === null || entries === UNKNOWN) continue;
    if (!isList(entries)) {
      problems.add(
        `${path}.${collection}`,
        `must be a list of restrictions; ${problems.given(path, entries)}`,
      );
      continue;
    }
    const seen = new Map<string, number>();
    for (const [index, entry] of entries.entries()) {
      const at = `${path}.${collection}[${index}]`;
      checkEntry(entry, collection, at, problems);
      const type = isMap(entry) ? entry["restrictionType"] : undefined;
      if (typeof type !== "string") continue;
      const first = seen.get(type);
      if (first === undefined) seen.set(type, index);
      else {
        problems.add(
          `${at}.restrictionType`,
          `stands in [${first}] already; each restriction type may stand once per list`,
        );
      }
    }
  }
}

/** Restrictions of identifier URIs, by name. */
export function checkIdentifierUris(
  value: PropertyValue | undefined,
  path: string,
  problems: Problems,
): void {
  if (value === undefined || value === null || value === UNKNOWN) return;
  if (!isMap(value)) {
    problems.add(
      path,
      `must be an object with ${IDENTIFIER_URI_RESTRICTIONS.join(" and ")}; ${problems.given(path, value)}`,
    );
    return;
  }
  checkKeys(value, IDENTIFIER_URI_RESTRICTIONS, path, problems);
  for (const name of IDENTIFIER_URI_RESTRICTIONS) {
    const entry = value[name];
    const at = `${path}.${name}`;
    if (entry === undefined || entry === null || entry === UNKNOWN) continue;
    if (!isMap(entry)) {
      problems.add(at, `must be an object with ${URI_MEMBERS.join(", ")}; ${problems.given(at, entry)}`);
      continue;
    }
    if ("isStateSetByMicrosoft" in entry) {
      problems.add(`${at}.isStateSetByMicrosoft`, "is Microsoft's to set; leave it out, it is kept as it is");
    }
    checkKeys(entry, [...URI_MEMBERS, "isStateSetByMicrosoft"], at, problems);
    checkWord(entry["state"], RESTRICTION_STATES, `${at}.state`, problems);
    checkMoment(
      entry["restrictForAppsCreatedAfterDateTime"],
      `${at}.restrictForAppsCreatedAfterDateTime`,
      problems,
    );
    for (const member of ["excludeAppsReceivingV2Tokens", "excludeSaml"]) {
      const flag = entry[member] ?? false;
      if (flag === UNKNOWN || typeof flag === "boolean") continue;
      problems.add(`${at}.${member}`, `must be true or false; ${problems.given(at, flag)}`);
    }
    checkActors(entry["excludeActors"], `${at}.excludeActors`, problems);
  }
}

function checkEntry(entry: PropertyValue, collection: Collection, path: string, problems: Problems): void {
  if (entry === UNKNOWN) return;
  if (!isMap(entry)) {
    problems.add(path, `must be an object with ${MEMBERS.join(", ")}; ${problems.given(path, entry)}`);
    return;
  }
  const type = entry["restrictionType"];
  const isTrust = type === TRUSTED_AUTHORITY || type === UNKNOWN;
  checkKeys(entry, isTrust ? [...MEMBERS, AUTHORITY_IDS] : MEMBERS, path, problems);
  checkType(type, collection, `${path}.restrictionType`, problems);
  checkWord(entry["state"], RESTRICTION_STATES, `${path}.state`, problems);
  const known = TYPES[collection].find((word) => word === type);
  checkLifetime(entry, known, `${path}.maxLifetime`, problems);
  checkMoment(
    entry["restrictForAppsCreatedAfterDateTime"],
    `${path}.restrictForAppsCreatedAfterDateTime`,
    problems,
  );
  checkActors(entry["excludeActors"], `${path}.excludeActors`, problems);
  if (type === TRUSTED_AUTHORITY) checkAuthorities(entry, `${path}.${AUTHORITY_IDS}`, problems);
}

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether the text is an id as the directory gives them. */
export function isGuid(text: string): boolean {
  return GUID.test(text);
}

function checkAuthorities(entry: PropertyMap, path: string, problems: Problems): void {
  const ids = entry[AUTHORITY_IDS];
  if (ids === UNKNOWN) return;
  if (!isList(ids) || ids.length === 0) {
    if (entry["state"] === "disabled" && (ids === undefined || ids === null || isList(ids))) return;
    problems.add(
      path,
      `is required for "${TRUSTED_AUTHORITY}": ids of CertificateAuthorityConfiguration resources, one at least`,
    );
    return;
  }
  for (const [index, id] of ids.entries()) {
    if (id === UNKNOWN || (typeof id === "string" && isGuid(id))) continue;
    problems.add(
      `${path}[${index}]`,
      `must be the id of a CertificateAuthorityConfiguration; ${problems.given(path, id)}`,
    );
  }
}

/** Attribute sets and attributes are named by letters, digits and underscores; the set comes first. */
const ATTRIBUTE_ID = /^[A-Za-z0-9]{1,32}_\w{1,32}$/;
const MOST_ATTRIBUTE_CHARACTERS = 64;
const ATTRIBUTE_MEMBERS = ["id", "operator", "value"];

/**
 * Callers that the restriction does not bind.
 * Sources: https://learn.microsoft.com/graph/api/resources/appmanagementpolicyactorexemptions and
 * https://learn.microsoft.com/entra/fundamentals/custom-security-attributes-overview#limits-and-constraints
 */
function checkActors(actors: PropertyValue | undefined, path: string, problems: Problems): void {
  if (actors === undefined || actors === null || actors === UNKNOWN) return;
  if (!isMap(actors)) {
    problems.add(path, `must be an object with customSecurityAttributes; ${problems.given(path, actors)}`);
    return;
  }
  checkKeys(actors, ["customSecurityAttributes"], path, problems);
  const attributes = actors["customSecurityAttributes"];
  const at = `${path}.customSecurityAttributes`;
  if (attributes === UNKNOWN) return;
  if (!isList(attributes)) {
    problems.add(
      at,
      attributes === undefined || attributes === null
        ? "is required: a list of attributes, empty where nobody is exempt"
        : `must be a list of attributes; ${problems.given(at, attributes)}`,
    );
    return;
  }
  if (attributes.length > MOST_EXEMPT_ATTRIBUTES) {
    problems.add(at, `has ${attributes.length} attributes; Graph takes at most ${MOST_EXEMPT_ATTRIBUTES}`);
  }
  for (const [index, attribute] of attributes.entries())
    checkAttribute(attribute, `${at}[${index}]`, problems);
}

function checkAttribute(attribute: PropertyValue, path: string, problems: Problems): void {
  if (attribute === UNKNOWN) return;
  if (!isMap(attribute)) {
    problems.add(
      path,
      `must be an object with ${ATTRIBUTE_MEMBERS.join(", ")}; ${problems.given(path, attribute)}`,
    );
    return;
  }
  checkKeys(attribute, ATTRIBUTE_MEMBERS, path, problems);
  const { id, value } = attribute;
  if (id !== UNKNOWN && !(typeof id === "string" && ATTRIBUTE_ID.test(id))) {
    problems.add(
      `${path}.id`,
      `must be "<AttributeSet>_<AttributeName>", such as "Engineering_Project"; ${id === undefined ? "it is required" : problems.given(path, id)}`,
    );
  }
  const operator = attribute["operator"] ?? "equals";
  checkWord(operator, ["equals"], `${path}.operator`, problems);
  const fits = typeof value === "string" && value !== "" && value.length <= MOST_ATTRIBUTE_CHARACTERS;
  if (value !== UNKNOWN && !fits) {
    problems.add(
      `${path}.value`,
      `must be a text of 1 to ${MOST_ATTRIBUTE_CHARACTERS} characters, compared with upper and lower case`,
    );
  }
}

function checkType(
  type: PropertyValue | undefined,
  collection: Collection,
  path: string,
  problems: Problems,
): void {
  const other = COLLECTIONS.find((name) => TYPES[name].some((known) => known === type));
  if (other !== undefined && other !== collection) {
    problems.add(path, `names a restriction of ${other}; declare it there`);
    return;
  }
  checkWord(type, TYPES[collection], path, problems);
}

function checkLifetime(entry: PropertyMap, type: string | undefined, path: string, problems: Problems): void {
  const lifetime = entry["maxLifetime"];
  if (lifetime === UNKNOWN) return;
  if (lifetime === undefined || lifetime === null) {
    if (type?.endsWith("Lifetime") === true && entry["state"] === "enabled") {
      problems.add(path, `is required for "${type}": a duration such as "P180D"`);
    }
    return;
  }
  if (type === TRUSTED_AUTHORITY) {
    problems.add(path, `must be left out for "${type}"; bound the lifetime with "asymmetricKeyLifetime"`);
    return;
  }
  if (type?.endsWith("Addition") === true) {
    problems.add(path, `must be left out for "${type}", which forbids every addition whatever its lifetime`);
    return;
  }
  const seconds = typeof lifetime === "string" ? durationSeconds(lifetime) : undefined;
  if (seconds === undefined) {
    problems.add(
      path,
      `must be a duration in days, hours, minutes and seconds, such as "P180D" or "P1DT12H"; ${problems.given(path, lifetime)}. Years, months and weeks are not understood by Graph`,
    );
  } else if (seconds <= 0) {
    problems.add(path, `must be longer than nothing; ${problems.given(path, lifetime)}`);
  }
}

/** RFC 3339. */
const MOMENT = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/** The moment a text names, in milliseconds of the era; undefined when it is none. */
export function momentOf(text: string): number | undefined {
  const date = MOMENT.exec(text)?.[1];
  const moment = Date.parse(text);
  if (date === undefined || Number.isNaN(moment)) return undefined;
  // Parsing rolls February 30 over into March; writing the date back shows it.
  return new Date(`${date}T00:00:00Z`).toISOString().startsWith(date) ? moment : undefined;
}

/** What becomes of a moment that stands without quotes in a YAML file of configuration. */
const YAML_DATE = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}/;

/** What else to say of a text that is no moment. */
export function momentHint(value: PropertyValue): string {
  return typeof value === "string" && YAML_DATE.test(value)
    ? ". In a YAML file a moment needs quotes, or it is taken for a date and spelt differently"
    : "";
}

function checkMoment(value: PropertyValue | undefined, path: string, problems: Problems): void {
  if (value === undefined || value === null || value === UNKNOWN) return;
  if (typeof value !== "string" || momentOf(value) === undefined) {
    problems.add(
      path,
      `must be a moment such as "2026-01-31T00:00:00Z", or left out for all; ${problems.given(path, value)}${momentHint(value)}`,
    );
  }
}
