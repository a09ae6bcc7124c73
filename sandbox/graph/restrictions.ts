import {
  BETA_KEY_RESTRICTIONS,
  type CredentialRestrictions,
  KEY_RESTRICTIONS,
  PASSWORD_RESTRICTIONS,
  type ActorExemption,
  type IdentifierUriConfiguration,
  type IdentifierUriRestriction,
  type Restriction,
  type RestrictionType,
} from "../tenant/app-management-policies";
import { enumMember, isObject, type GraphCall, type Json } from "./call";
import { badRequest, invalidValue } from "./graph-error";
import {
  durationMilliseconds,
  objectList,
  oneOf,
  optionalBoolean,
  optionalDateTimeText,
  optionalString,
  refuseUnknownProperties,
  requiredString,
  stringList,
} from "./values";

export const STATES = ["enabled", "disabled"] as const;
const MOST_ACTOR_ATTRIBUTES = 5;
const ACTOR_TYPE = "#microsoft.graph.customSecurityAttributeStringValueExemption";

/** Reads `passwordCredentials` of a policy. */
export function readPasswordRestrictions(value: unknown): readonly Restriction[] {
  return readRestrictions(value, PASSWORD_RESTRICTIONS, "passwordCredentials");
}

/** Reads `keyCredentials` of a policy; the beta version knows more types. */
export function readKeyRestrictions(value: unknown, { version }: GraphCall): readonly Restriction[] {
  const types = version === "beta" ? BETA_KEY_RESTRICTIONS : KEY_RESTRICTIONS;
  return readRestrictions(value, types, "keyCredentials");
}

/** v1.0 does not know `audiences`, where the tenant's default has it or where a custom policy has. */
function withoutAudiences(restrictions: Json): Json {
  return Object.fromEntries(
    Object.entries(restrictions)
      .filter(([name]) => name !== "audiences")
      .map(([name, value]) => [
        name,
        name === "applicationRestrictions" && isObject(value) ? withoutAudiences(value) : value,
      ]),
  );
}

/** Restrictions as the version called shows them: v1.0 has no word for a trusted authority, nor its property. */
export function renderRestrictions(restrictions: CredentialRestrictions, call: GraphCall): Json {
  if (call.version === "beta") return { ...restrictions };
  const keyCredentials = restrictions.keyCredentials.map((restriction): Json => {
    const { restrictionType, state, maxLifetime, restrictForAppsCreatedAfterDateTime, excludeActors } =
      restriction;
    return {
      restrictionType: enumMember(call, restrictionType, ["trustedCertificateAuthority"]),
      state,
      maxLifetime,
      restrictForAppsCreatedAfterDateTime,
      excludeActors,
    };
  });
  return { ...withoutAudiences({ ...restrictions }), keyCredentials };
}

function readRestrictions(
  value: unknown,
  types: readonly RestrictionType[],
  property: string,
): readonly Restriction[] {
  const restrictions = objectList(value, property).map((input) => readRestriction(input, types));
  const names = restrictions.map(({ restrictionType }) => restrictionType);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) {
    throw badRequest(`Restriction type '${repeated}' is specified more than once in '${property}'.`);
  }
  return restrictions;
}

/** Source: https://learn.microsoft.com/graph/api/resources/passwordcredentialconfiguration */
function readRestriction(input: Json, types: readonly RestrictionType[]): Restriction {
  refuseUnknownProperties(input, [
    "restrictionType",
    "state",
    "maxLifetime",
    "restrictForAppsCreatedAfterDateTime",
    "excludeActors",
    ...(types.includes("trustedCertificateAuthority") ? ["certificateBasedApplicationConfigurationIds"] : []),
  ]);
  const restrictionType = oneOf(input["restrictionType"], types, "restrictionType");
  const maxLifetime = optionalString(input, "maxLifetime", 64);
  if (restrictionType.endsWith("Lifetime")) {
    if (maxLifetime === null || durationMilliseconds(maxLifetime) === undefined)
      throw invalidValue("maxLifetime");
  } else if (maxLifetime !== null) {
    throw invalidValue("maxLifetime");
  }
  return {
    restrictionType,
    state: input["state"] === undefined ? "enabled" : oneOf(input["state"], STATES, "state"),
    maxLifetime,
    restrictForAppsCreatedAfterDateTime: optionalDateTimeText(input, "restrictForAppsCreatedAfterDateTime"),
    excludeActors: readExcludedActors(input["excludeActors"]),
    ...(restrictionType === "trustedCertificateAuthority" && {
      certificateBasedApplicationConfigurationIds: stringList(
        input["certificateBasedApplicationConfigurationIds"],
        "certificateBasedApplicationConfigurationIds",
      ),
    }),
  };
}

export function readExcludedActors(value: unknown): Restriction["excludeActors"] {
  if (value === undefined || value === null) return null;
  if (!isObject(value)) throw invalidValue("excludeActors");
  refuseUnknownProperties(value, ["customSecurityAttributes"]);
  const attributes = objectList(value["customSecurityAttributes"], "customSecurityAttributes");
  if (attributes.length > MOST_ACTOR_ATTRIBUTES) throw invalidValue("customSecurityAttributes");
  return { customSecurityAttributes: attributes.map(readActorExemption) };
}

function readActorExemption(input: Json): ActorExemption {
  refuseUnknownProperties(input, ["id", "operator", "value"]);
  return {
    "@odata.type": oneOf(input["@odata.type"], [ACTOR_TYPE] as const, "customSecurityAttributes"),
    id: requiredString(input, "id", 64),
    operator: oneOf(input["operator"], ["equals"] as const, "operator"),
    value: requiredString(input, "value", 64),
  };
}

/**
 * Reads `identifierUris`. A complex value is written whole: a restriction the caller leaves out is gone, also the
 * one Microsoft set. Nobody but Microsoft sets isStateSetByMicrosoft, so it survives only while the state does.
 */
export function readIdentifierUris(
  value: unknown,
  before: IdentifierUriConfiguration | null,
): IdentifierUriConfiguration | null {
  if (value === undefined || value === null) return null;
  if (!isObject(value)) throw invalidValue("identifierUris");
  refuseUnknownProperties(value, ["nonDefaultUriAddition", "uriAdditionWithoutUniqueTenantIdentifier"]);
  const read = (name: keyof IdentifierUriConfiguration) =>
    readIdentifierUriRestriction(value[name], before?.[name] ?? null, name);
  return {
    nonDefaultUriAddition: read("nonDefaultUriAddition"),
    uriAdditionWithoutUniqueTenantIdentifier: read("uriAdditionWithoutUniqueTenantIdentifier"),
  };
}

function readIdentifierUriRestriction(
  value: unknown,
  before: IdentifierUriRestriction | null,
  name: string,
): IdentifierUriRestriction | null {
  if (value === undefined || value === null) return null;
  if (!isObject(value)) throw invalidValue(name);
  refuseUnknownProperties(value, [
    "state",
    "restrictForAppsCreatedAfterDateTime",
    "isStateSetByMicrosoft",
    "excludeAppsReceivingV2Tokens",
    "excludeSaml",
    "excludeActors",
  ]);
  const state = oneOf(value["state"], STATES, "state");
  return {
    state,
    restrictForAppsCreatedAfterDateTime: optionalDateTimeText(value, "restrictForAppsCreatedAfterDateTime"),
    isStateSetByMicrosoft: before?.isStateSetByMicrosoft === true && before.state === state,
    excludeAppsReceivingV2Tokens: optionalBoolean(value, "excludeAppsReceivingV2Tokens") ?? false,
    excludeSaml: optionalBoolean(value, "excludeSaml") ?? false,
    excludeActors: readExcludedActors(value["excludeActors"]),
  };
}
