import { flag, text, texts } from "../property-readers";
import { isList, isMap, type PropertyMap, type PropertyValue } from "../property-values";

/** App roles in the provider's names. */
export function appRoles(value: PropertyValue | undefined): PropertyMap[] {
  return objects(value).map((role) => ({
    id: text(role, "id") ?? "",
    allowedMemberTypes: texts(role, "allowedMemberTypes") ?? [],
    description: text(role, "description") ?? "",
    displayName: text(role, "displayName") ?? "",
    enabled: flag(role, "isEnabled") ?? false,
    value: text(role, "value") ?? "",
  }));
}

/** App roles in Graph's names. */
export function graphAppRoles(value: PropertyValue | undefined): PropertyMap[] {
  return objects(value).map((role) => ({
    id: role["id"],
    allowedMemberTypes: role["allowedMemberTypes"],
    description: role["description"],
    displayName: role["displayName"],
    isEnabled: role["enabled"] ?? true,
    value: role["value"] ?? null,
  }));
}

export function appRoleIds(value: PropertyValue | undefined): PropertyMap {
  return idsByValue(value);
}

/** Delegated permissions in the provider's names. */
export function permissionScopes(value: PropertyValue | undefined): PropertyMap[] {
  return objects(value).map((scope) => ({
    id: text(scope, "id") ?? "",
    adminConsentDescription: text(scope, "adminConsentDescription") ?? "",
    adminConsentDisplayName: text(scope, "adminConsentDisplayName") ?? "",
    enabled: flag(scope, "isEnabled") ?? false,
    type: text(scope, "type") ?? "",
    userConsentDescription: text(scope, "userConsentDescription") ?? "",
    userConsentDisplayName: text(scope, "userConsentDisplayName") ?? "",
    value: text(scope, "value") ?? "",
  }));
}

/** Delegated permissions in Graph's names. */
export function graphPermissionScopes(value: PropertyValue | undefined): PropertyMap[] {
  return objects(value).map((scope) => ({
    id: scope["id"],
    adminConsentDescription: scope["adminConsentDescription"] ?? null,
    adminConsentDisplayName: scope["adminConsentDisplayName"] ?? null,
    isEnabled: scope["enabled"] ?? true,
    type: scope["type"] ?? "User",
    userConsentDescription: scope["userConsentDescription"] ?? null,
    userConsentDisplayName: scope["userConsentDisplayName"] ?? null,
    value: scope["value"] ?? null,
  }));
}

export function permissionScopeIds(value: PropertyValue | undefined): PropertyMap {
  return idsByValue(value);
}

function idsByValue(value: PropertyValue | undefined): PropertyMap {
  return Object.fromEntries(
    objects(value).flatMap((each) => {
      const name = text(each, "value");
      return name ? [[name, each["id"]]] : [];
    }),
  );
}

function objects(value: PropertyValue | undefined): readonly PropertyMap[] {
  return isList(value) ? value.filter(isMap) : [];
}
