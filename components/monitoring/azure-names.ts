/** The first part of names in Azure, and tags: both are the caller's, and Azure has rules for them. */
import { isKnown } from "../federation/claims";
import { readEntries } from "../given-options";
import { checkLocation, checkResourceGroupName, checkText } from "../names";
import { describeGiven, type Finding, type Problems } from "../problems";

/** A component's name goes in front of the names of what it makes in Azure. */
export function checkPrefix(given: unknown): Finding | undefined {
  if (typeof given === "string" && /^[A-Za-z][A-Za-z0-9-]{0,38}[A-Za-z0-9]$/.test(given)) return undefined;
  return {
    code: "invalid-name",
    given: describeGiven(given),
    allowed: "2 to 40 letters, digits and hyphens, starting with a letter, not ending with a hyphen",
    remedy: 'name the component after what it watches, such as "identities"',
  };
}

/** https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources#limitations */
const MOST_TAGS = 50;
const NAME_CHARACTERS = 512;
const VALUE_CHARACTERS = 256;

export function checkAzureTags(
  at: string,
  given: Readonly<Record<string, string>>,
  problems: Problems,
): void {
  const entries = readEntries(at, given, problems) ?? [];
  for (const [name, value] of entries) {
    const place = `${at}[${describeGiven(name)}]`;
    problems.add(place, checkText(name, NAME_CHARACTERS, "name the tag"));
    problems.add(place, checkText(value, VALUE_CHARACTERS, "give the tag a value"));
  }
  if (entries.length > MOST_TAGS) {
    problems.add(at, {
      code: "too-many",
      given: String(entries.length),
      allowed: `at most ${MOST_TAGS} tags`,
      remedy: "leave out those that hold for the resource group already",
    });
  }
}

/** Where it is put, as far as it is known. */
export function checkPlace(
  args: { readonly resourceGroupName?: unknown; readonly location?: unknown },
  problems: Problems,
): void {
  const { resourceGroupName, location } = args;
  if (resourceGroupName !== undefined && isKnown(resourceGroupName))
    problems.add("resourceGroupName", checkResourceGroupName(resourceGroupName));
  if (location !== undefined && isKnown(location)) problems.add("location", checkLocation(location));
}
