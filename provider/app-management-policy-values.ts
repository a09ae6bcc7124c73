/** Between property values of an AppManagementPolicy and the custom policy of Graph. */
import { createHash } from "node:crypto";
import {
  type CustomPolicy,
  customEntryAt,
  type DeclaredScope,
  type GraphVersion,
  type PolicyTarget,
  TRUSTED_AUTHORITY,
} from "../graph";
import { isList, isMap, type PropertyMap, type PropertyValue } from "./properties";
import {
  declaredScope,
  declaredUris,
  importedScope,
  importedUris,
  liveScope,
  liveUris,
} from "./restriction-values";

/** Outputs beside the inputs. */
export const COMPUTED = ["fullDescription", "copied", "strays"] as const;

/** The restrictions that checked inputs declare. */
export function declaredRestrictions(inputs: PropertyMap): DeclaredScope {
  const value = inputs["restrictions"];
  if (!isMap(value)) return {};
  const applications = value["applicationRestrictions"];
  return {
    ...declaredScope(value),
    identifierUris: isMap(applications) ? declaredUris(applications["identifierUris"]) : undefined,
  };
}

/** The ids of a checked list, in lower case as the directory gives them. */
export function idsOf(value: PropertyValue | undefined): string[] {
  return (isList(value) ? value : []).flatMap((id) => (typeof id === "string" ? [id.toLowerCase()] : []));
}

/** Some restrictions can be written with beta alone. */
export function versionOf(
  entries: readonly { readonly entry: { readonly restrictionType: string } }[],
): GraphVersion {
  return entries.some(({ entry }) => entry.restrictionType === TRUSTED_AUTHORITY) ? "beta" : "v1.0";
}

/**
 * Ends the description of a policy: by it, the next run finds a policy that a killed one made and could not note down.
 * Made from the resource's name in the engine, and says nothing of it.
 */
export function markOf(urn: string): string {
  return `[certlock ${createHash("sha256").update(urn).digest("hex").slice(0, 16)}]`;
}

/** Whether certlock wrote a description. */
export function isMarked(description: string): boolean {
  return / \[certlock [0-9a-f]{16}\]$/.test(description);
}

/** The description as it stands in the tenant: reason, owner, end and mark, for whoever finds the policy there. */
export function fullDescription(inputs: PropertyMap, mark: string): string {
  const { description, owner, expires } = inputs;
  const said = [
    typeof description === "string" ? description.trim() : "",
    ...(typeof owner === "string" ? [`Owner: ${owner}.`] : []),
    ...(typeof expires === "string" ? [`Ends: ${expires}.`] : []),
    mark,
  ];
  return said.join(" ");
}

const FULL =
  /^(?<description>[\s\S]*?)(?: Owner: (?<owner>[^\r\n]{1,100}?)\.)?(?: Ends: (?<expires>[\dTZ:.+-]{10,40})\.)?(?: \[certlock [0-9a-f]{16}\])?$/;

/** The inputs that describe a policy found, for an import. Owner and end are known only where certlock wrote it. */
export function importedPolicy(found: CustomPolicy, targets: readonly PolicyTarget[]): PropertyMap {
  const { description = "", owner, expires } = FULL.exec(found.description)?.groups ?? {};
  const { passwordCredentials, keyCredentials, applicationRestrictions } = found.restrictions;
  const lists = importedScope({ passwordCredentials, keyCredentials }, undefined);
  const uris = importedUris(applicationRestrictions?.identifierUris);
  const some = Object.entries(lists).filter(([, list]) => isList(list) && list.length > 0);
  return {
    displayName: found.displayName,
    description,
    ...(owner === undefined ? {} : { owner }),
    isEnabled: found.isEnabled,
    restrictions: {
      ...(Object.fromEntries(some) as Readonly<Record<string, PropertyValue>>),
      ...(uris === undefined ? {} : { applicationRestrictions: { identifierUris: uris } }),
    },
    appliesTo: targets.map(({ id }) => id),
    ...(expires === undefined ? {} : { expires }),
  };
}

/** The declared inputs with what is found in the tenant; what means the same keeps its declared spelling and order. */
export function livePolicy(
  declared: PropertyMap,
  found: CustomPolicy,
  targets: readonly PolicyTarget[],
  written: PropertyValue | undefined,
): PropertyMap {
  const assigned = targets.map(({ id }) => id.toLowerCase());
  const listed = isList(declared["appliesTo"]) ? declared["appliesTo"] : [];
  const kept = listed.filter((id) => typeof id === "string" && assigned.includes(id.toLowerCase()));
  const known = idsOf(kept);
  return {
    ...declared,
    displayName: found.displayName,
    isEnabled: found.isEnabled,
    // Our own additions to it are no difference; anything else is shown whole.
    description: written === found.description ? declared["description"] : found.description,
    restrictions: liveRestrictions(declared["restrictions"], found),
    appliesTo: [...kept, ...assigned.filter((id) => !known.includes(id))],
  };
}

function liveRestrictions(value: PropertyValue | undefined, found: CustomPolicy): PropertyValue {
  if (!isMap(value)) return value ?? null;
  const find = customEntryAt.bind(undefined, found);
  const live = liveScope(value, find) as Readonly<Record<string, PropertyValue>>;
  const applications = value["applicationRestrictions"];
  const uris = isMap(applications) ? applications["identifierUris"] : undefined;
  return isMap(uris) ? { ...live, applicationRestrictions: { identifierUris: liveUris(uris, find) } } : live;
}
