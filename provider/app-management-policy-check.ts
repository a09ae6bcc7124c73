/** Finds everything that is wrong with the inputs of an AppManagementPolicy, at once. */
import { COLLECTIONS } from "../graph";
import { checkKeys, Problems } from "./check-problems";
import { hasUnknown, isList, isMap, type PropertyMap, type PropertyValue, UNKNOWN } from "./properties";
import type { CheckContext, CheckResult } from "./resource-handler";
import { checkIdentifierUris, checkLists, isGuid, momentHint, momentOf } from "./restriction-check";

export const INPUTS = [
  "displayName",
  "description",
  "owner",
  "isEnabled",
  "restrictions",
  "appliesTo",
  "expires",
] as const;

/** Texts as the directory takes them, less room for what certlock adds to the description. */
const MOST_CHARACTERS = { displayName: 256, description: 700, owner: 100 } as const;

/** No exemption may be granted for longer, in days. The guard allows 90 unless it is told otherwise. */
export const MOST_EXEMPT_DAYS = 365;
/** From so many days before its end on, an exemption is announced to end. */
const ENDING_DAYS = 14;
const DAY_MS = 86_400_000;

/**
 * Fills in defaults and lists all problems. Unknown values of a preview are taken to be right.
 *
 * An exemption that was deployed and has ended since is no problem, or it would block the very deployment that ends
 * it: its inputs become those of a policy that is off and assigned to nobody, which the difference then shows.
 */
export function checkAppManagementPolicy(
  news: PropertyMap,
  secretKeys: ReadonlySet<string>,
  { olds, warn, now }: CheckContext & { readonly now: Date },
): CheckResult {
  const problems = new Problems(secretKeys);
  checkKeys(news, INPUTS, "", problems);
  const inputs: Record<string, PropertyValue | undefined> = { ...news };
  inputs["isEnabled"] ??= true;
  inputs["appliesTo"] ??= [];
  const isEnabled = inputs["isEnabled"];
  if (isEnabled !== UNKNOWN && typeof isEnabled !== "boolean") {
    problems.add("isEnabled", `must be true or false; ${problems.given("isEnabled", isEnabled)}`);
  }
  checkText(inputs["displayName"], "displayName", "a name that says what it is for", problems);
  checkText(
    inputs["description"],
    "description",
    "the reason, such as a ticket and what hinders a certificate",
    problems,
  );
  checkRestrictions(inputs["restrictions"], problems);
  checkTargets(inputs["appliesTo"], problems);

  const isExemption = isEnabled !== false && lifts(inputs["restrictions"]);
  if (isExemption || (inputs["owner"] ?? null) !== null) {
    checkText(inputs["owner"], "owner", "who answers for the exemption, such as a team", problems);
  }
  const end = checkEnd(
    inputs["expires"],
    { isExemption, isKept: olds["expires"] === inputs["expires"], now },
    problems,
  );
  if (problems.list.length > 0 || end === undefined) return { inputs, problems: problems.list };
  const [days, at] = [(end - now.getTime()) / DAY_MS, new Date(end).toISOString()];
  if (days > 0) {
    if (days <= ENDING_DAYS)
      warn(
        `Ends in ${Math.ceil(days)} day${days <= 1 ? "" : "s"}, at ${at}: the next deployment after that withdraws it.`,
      );
    return { inputs, problems: [] };
  }
  warn(
    `Ended at ${at}: it is switched off and withdrawn from its objects. Remove it from the program, or have it approved again with a later "expires".`,
  );
  return { inputs: { ...inputs, isEnabled: false, appliesTo: [] }, problems: [] };
}

function checkText(
  value: PropertyValue | undefined,
  name: keyof typeof MOST_CHARACTERS,
  what: string,
  problems: Problems,
): void {
  if (value === UNKNOWN) return;
  const most = MOST_CHARACTERS[name];
  if (value === undefined || value === null || value === "") {
    problems.add(name, `is required: ${what}`);
  } else if (typeof value !== "string") {
    problems.add(name, `must be a text; ${problems.given(name, value)}`);
  } else if (value.trim() === "" || value.length > most) {
    problems.add(name, `must be a text of 1 to ${most} characters; it has ${value.length}`);
  } else if (name === "owner" && /[\r\n]/.test(value)) {
    problems.add(name, "must be one line");
  }
}

function checkRestrictions(value: PropertyValue | undefined, problems: Problems): void {
  if (value === UNKNOWN) return;
  const path = "restrictions";
  const known = [...COLLECTIONS, "applicationRestrictions"];
  if (!isMap(value)) {
    const given = value === undefined || value === null ? "it is required" : problems.given(path, value);
    problems.add(path, `must be an object with ${known.join(", ")}; ${given}`);
    return;
  }
  if ("identifierUris" in value) {
    problems.add(
      `${path}.identifierUris`,
      'stands one level down in a custom policy: "restrictions.applicationRestrictions.identifierUris"',
    );
  }
  checkKeys(value, [...known, "identifierUris"], path, problems);
  checkLists(value, path, problems);
  const applications = value["applicationRestrictions"];
  if (isMap(applications)) {
    const at = `${path}.applicationRestrictions`;
    const lists = COLLECTIONS.filter((collection) => collection in applications);
    for (const list of lists) {
      problems.add(`${at}.${list}`, `stands one level up in a custom policy: "restrictions.${list}"`);
    }
    checkKeys(applications, ["identifierUris", ...lists], at, problems);
    checkIdentifierUris(applications["identifierUris"], `${at}.identifierUris`, problems);
  } else if (applications !== undefined && applications !== null && applications !== UNKNOWN) {
    problems.add(
      `${path}.applicationRestrictions`,
      `must be an object with identifierUris; ${problems.given(path, applications)}`,
    );
  }
  if (!hasUnknown(value) && stateTexts(value).length === 0) {
    problems.add(path, "declares no restriction; a policy without one does nothing");
  }
}

function checkTargets(value: PropertyValue | undefined, problems: Problems): void {
  if (value === UNKNOWN) return;
  const path = "appliesTo";
  if (!isList(value)) {
    problems.add(
      path,
      `must be a list of object ids of applications or service principals; ${problems.given(path, value ?? null)}`,
    );
    return;
  }
  const seen = new Map<string, number>();
  for (const [index, id] of value.entries()) {
    if (id === UNKNOWN) continue;
    const at = `${path}[${index}]`;
    if (typeof id !== "string" || !isGuid(id)) {
      problems.add(
        at,
        `must be the object id of an application or service principal; ${problems.given(at, id)}`,
      );
      continue;
    }
    const first = seen.get(id.toLowerCase());
    if (first === undefined) seen.set(id.toLowerCase(), index);
    else problems.add(at, `stands in [${first}] already`);
  }
}

/** The moment it ends, where there is one that is known. */
function checkEnd(
  value: PropertyValue | undefined,
  {
    isExemption,
    isKept,
    now,
  }: { readonly isExemption: boolean; readonly isKept: boolean; readonly now: Date },
  problems: Problems,
): number | undefined {
  if (value === UNKNOWN) return undefined;
  if (value === undefined || value === null) {
    if (isExemption) {
      problems.add(
        "expires",
        `is required where a restriction is lifted: a moment such as "2027-01-31T00:00:00Z", at most ${MOST_EXEMPT_DAYS} days ahead`,
      );
    }
    return undefined;
  }
  const end = typeof value === "string" ? momentOf(value) : undefined;
  if (end === undefined) {
    problems.add(
      "expires",
      `must be a moment such as "2027-01-31T00:00:00Z"; ${problems.given("expires", value)}${momentHint(value)}`,
    );
    return undefined;
  }
  // An end that was accepted stays accepted: whether it has come is for the difference to say.
  if (isKept) return end;
  if (end <= now.getTime()) {
    problems.add(
      "expires",
      `lies in the past; ${problems.given("expires", value)}. To end the exemption now, remove the resource`,
    );
  } else if (end - now.getTime() > MOST_EXEMPT_DAYS * DAY_MS) {
    problems.add(
      "expires",
      `must lie at most ${MOST_EXEMPT_DAYS} days ahead; ${problems.given("expires", value)}`,
    );
  }
  return end;
}

/** Whether a restriction is not known to be on: what may be off may lift something. */
function lifts(restrictions: PropertyValue | undefined): boolean {
  if (hasUnknown(restrictions)) return true;
  return isMap(restrictions) && stateTexts(restrictions).some((state) => state !== "enabled");
}

function stateTexts(restrictions: Readonly<Record<string, PropertyValue>>): (PropertyValue | undefined)[] {
  const lists = COLLECTIONS.flatMap((name) => {
    const list = restrictions[name];
    return isList(list) ? list : [];
  });
  const applications = restrictions["applicationRestrictions"];
  const uris = isMap(applications) ? applications["identifierUris"] : undefined;
  const entries = [...lists, ...(isMap(uris) ? Object.values(uris) : [])];
  return entries.filter(isMap).map((entry) => entry["state"]);
}
