/** Finds everything that is wrong with the inputs of a TenantAppManagementPolicy, at once. */
import { COLLECTIONS, SCOPES, type Scope } from "../graph";
import { checkKeys, checkWord, Problems } from "./check-problems";
import { isMap, type PropertyMap, type PropertyValue, UNKNOWN } from "./properties";
import type { CheckResult } from "./resource-handler";
import { checkIdentifierUris, checkLists } from "./restriction-check";

/** What happens to the tenant's policy when the resource is deleted. */
const ON_DELETE = ["restore", "keep"] as const;

/** Fills in defaults and lists all problems. Unknown values of a preview are taken to be right. */
export function checkInputs(news: PropertyMap, secretKeys: ReadonlySet<string>): CheckResult {
  const problems = new Problems(secretKeys);

  checkKeys(news, ["isEnabled", ...SCOPES, "onDelete"], "", problems);
  const isEnabled = news["isEnabled"] ?? true;
  if (isEnabled !== UNKNOWN && typeof isEnabled !== "boolean") {
    problems.add("isEnabled", `must be true or false; ${problems.given("isEnabled", isEnabled)}`);
  }
  const onDelete = news["onDelete"] ?? "restore";
  checkWord(onDelete, ON_DELETE, "onDelete", problems);
  for (const scope of SCOPES) checkScope(news[scope], scope, problems);
  return { inputs: { ...news, isEnabled, onDelete }, problems: problems.list };
}

function checkScope(value: PropertyValue | undefined, path: Scope, problems: Problems): void {
  if (value === undefined || value === null || value === UNKNOWN) return;
  // Service principals have no identifier URIs of their own to restrict.
  const hasUris = path === "applicationRestrictions";
  const known = hasUris ? [...COLLECTIONS, "identifierUris"] : COLLECTIONS;
  if (!isMap(value)) {
    problems.add(path, `must be an object with ${known.join(" and ")}; ${problems.given(path, value)}`);
    return;
  }
  checkKeys(value, known, path, problems);
  checkLists(value, path, problems);
  if (hasUris) checkIdentifierUris(value["identifierUris"], `${path}.identifierUris`, problems);
}
