/** Between property values of a TenantAppManagementPolicy and the policy of Graph. */
import { type DeclaredPolicy, foundAt, SCOPES, type TenantAppManagementPolicy } from "../graph";
import { isList, isMap, type PropertyMap, type PropertyValue } from "./properties";
import { declaredScope, importedScope, liveScope } from "./restriction-values";

const INPUTS = ["isEnabled", ...SCOPES, "onDelete"] as const;

/** What checked inputs without unknown values declare. */
export function declaredFrom(inputs: PropertyMap): DeclaredPolicy {
  const applications = inputs["applicationRestrictions"];
  const servicePrincipals = inputs["servicePrincipalRestrictions"];
  return {
    isEnabled: inputs["isEnabled"] !== false,
    applicationRestrictions: isMap(applications) ? declaredScope(applications) : undefined,
    servicePrincipalRestrictions: isMap(servicePrincipals) ? declaredScope(servicePrincipals) : undefined,
  };
}

/** The inputs among the outputs. */
export function inputsFrom(outputs: PropertyMap): PropertyMap {
  return Object.fromEntries(
    INPUTS.filter((key) => outputs[key] !== undefined).map((key) => [key, outputs[key]]),
  );
}

/** The declared inputs with the values found in the tenant. */
export function liveInputs(declared: PropertyMap, found: TenantAppManagementPolicy): PropertyMap {
  const live: Record<string, PropertyValue | undefined> = { ...declared, isEnabled: found.isEnabled };
  for (const scope of SCOPES) {
    const value = declared[scope];
    if (!isMap(value)) continue;
    live[scope] = liveScope(value, (collection, restrictionType) =>
      foundAt(found, { scope, collection, restrictionType }),
    );
  }
  return live;
}

/** The inputs that describe the policy found, for an import: every restriction of a kind we know. */
export function importedInputs(found: TenantAppManagementPolicy): PropertyMap {
  const inputs: Record<string, PropertyValue> = { isEnabled: found.isEnabled };
  for (const scope of SCOPES) {
    const { passwordCredentials, keyCredentials, identifierUris } = found[scope] ?? {};
    const imported = importedScope({ passwordCredentials, keyCredentials }, identifierUris);
    const isSomething = Object.values(imported).some((part) =>
      isList(part) ? part.length > 0 : isMap(part),
    );
    if (isSomething) inputs[scope] = imported as Readonly<Record<string, PropertyValue>>;
  }
  return { ...inputs, onDelete: "restore" };
}
