import { isIP } from "node:net";
import type {
  CidrRange,
  CountryNamedLocation,
  IpNamedLocation,
  NamedLocation,
} from "../tenant/conditional-access";
import type { GraphResponse } from "../tenant/graph-request";
import { graphDateTime } from "../tenant/identifiers";
import { auditPolicy } from "./audit";
import { bodyObject, noContent, type GraphCall, type Json } from "./call";
import { badQuery, GraphError, invalidValue } from "./graph-error";
import { collection, entity, type EntitySet } from "./query";
import {
  objectList,
  oneOf,
  optionalBoolean,
  refuseUnknownProperties,
  requiredString,
  stringList,
} from "./values";

/** Source: https://learn.microsoft.com/entra/identity/conditional-access/concept-assignment-network */
const MOST_LOCATIONS = 195;
const MOST_RANGES = 2000;
const SHORTEST_PREFIX = 8;

const IP_TYPE = "#microsoft.graph.ipNamedLocation";
const COUNTRY_TYPE = "#microsoft.graph.countryNamedLocation";
const IP_FIELDS = ["isTrusted", "ipRanges"];
const COUNTRY_FIELDS = ["countriesAndRegions", "includeUnknownCountriesAndRegions", "countryLookupMethod"];
const READ_ONLY = ["id", "createdDateTime", "modifiedDateTime"];

const LOCATIONS: EntitySet = {
  name: "identity/conditionalAccess/namedLocations",
  type: "microsoft.graph.namedLocation",
  properties: new Set([...READ_ONLY, "displayName", ...IP_FIELDS, ...COUNTRY_FIELDS]),
};

export function listNamedLocations(call: GraphCall): GraphResponse {
  return collection(call, LOCATIONS, [...call.tenant.namedLocations.values()].map(toJson));
}

export function getNamedLocation(call: GraphCall): GraphResponse {
  return entity(call, LOCATIONS, toJson(findLocation(call)));
}

export function createNamedLocation(call: GraphCall): GraphResponse {
  const { tenant } = call;
  const body = bodyObject(call);
  const type = oneOf(body["@odata.type"], [IP_TYPE, COUNTRY_TYPE] as const, "@odata.type");
  if (tenant.namedLocations.size >= MOST_LOCATIONS) {
    throw badQuery(`The number of named locations must not exceed ${MOST_LOCATIONS}.`);
  }
  const now = graphDateTime(tenant.clock());
  const record = {
    id: tenant.newId(),
    displayName: requiredString(body, "displayName", 256),
    createdDateTime: now,
    modifiedDateTime: now,
  };
  const location: NamedLocation =
    type === IP_TYPE
      ? readIpLocation(body, { ...record, "@odata.type": type, isTrusted: false, ipRanges: [] })
      : readCountryLocation(body, {
          ...record,
          "@odata.type": type,
          countriesAndRegions: [],
          includeUnknownCountriesAndRegions: false,
          countryLookupMethod: "clientIpAddress",
        });
  tenant.namedLocations.set(location.id, location);
  auditPolicy(call, "Add named location", "Add", location, undefined, "Conditional Access");
  return entity(call, LOCATIONS, toJson(location), 201);
}

export function updateNamedLocation(call: GraphCall): GraphResponse {
  const before = findLocation(call);
  const body = bodyObject(call);
  if ((body["@odata.type"] ?? before["@odata.type"]) !== before["@odata.type"])
    throw invalidValue("@odata.type");
  const record = {
    displayName: "displayName" in body ? requiredString(body, "displayName", 256) : before.displayName,
    modifiedDateTime: graphDateTime(call.tenant.clock()),
  };
  const after =
    before["@odata.type"] === IP_TYPE
      ? readIpLocation(body, { ...before, ...record })
      : readCountryLocation(body, { ...before, ...record });
  call.tenant.namedLocations.set(after.id, after);
  auditPolicy(call, "Update named location", "Update", after, before, "Conditional Access");
  return noContent();
}

/** A trusted location, or one a policy names, cannot go. The numbers of the refusals are not documented. */
export function deleteNamedLocation(call: GraphCall): GraphResponse {
  const location = findLocation(call);
  if (location["@odata.type"] === IP_TYPE && location.isTrusted) {
    throw badQuery(
      "Named location is marked as trusted: set isTrusted to false before deleting the named location.",
    );
  }
  const user = [...call.tenant.conditionalAccessPolicies.values()].find(({ conditions }) =>
    [
      ...(conditions.locations?.includeLocations ?? []),
      ...(conditions.locations?.excludeLocations ?? []),
    ].includes(location.id),
  );
  if (user) {
    throw badQuery(`Named location is referenced by the Conditional Access policy '${user.id}'.`);
  }
  call.tenant.namedLocations.delete(location.id);
  auditPolicy(call, "Delete named location", "Delete", location, undefined, "Conditional Access");
  return noContent();
}

function toJson(location: NamedLocation): Json {
  return { ...location };
}

function findLocation(call: GraphCall): NamedLocation {
  const id = call.param("location").toLowerCase();
  const location = call.tenant.namedLocations.get(id);
  if (!location) {
    throw new GraphError(404, "NotFound", `${id} not found in the directory: ${call.tenant.id}`);
  }
  return location;
}

function readIpLocation(body: Json, before: IpNamedLocation): IpNamedLocation {
  refuseUnknownProperties(body, [...READ_ONLY, "displayName", ...IP_FIELDS]);
  const ipRanges = "ipRanges" in body ? readRanges(body["ipRanges"]) : before.ipRanges;
  if (ipRanges.length === 0 || ipRanges.length > MOST_RANGES) throw invalidValue("ipRanges");
  return { ...before, isTrusted: optionalBoolean(body, "isTrusted") ?? before.isTrusted, ipRanges };
}

function readRanges(value: unknown): readonly CidrRange[] {
  return objectList(value, "ipRanges").map((input) => {
    refuseUnknownProperties(input, ["cidrAddress"]);
    const type = oneOf(
      input["@odata.type"],
      ["#microsoft.graph.iPv4CidrRange", "#microsoft.graph.iPv6CidrRange"] as const,
      "ipRanges",
    );
    const cidrAddress = requiredString(input, "cidrAddress", 64);
    const family = type === "#microsoft.graph.iPv4CidrRange" ? 4 : 6;
    if (!isCidr(cidrAddress, family)) throw invalidValue("cidrAddress");
    return { "@odata.type": type, cidrAddress };
  });
}

function isCidr(text: string, family: 4 | 6): boolean {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text);
  const prefix = Number(match?.[2]);
  return (
    isIP(match?.[1] ?? "") === family && prefix >= SHORTEST_PREFIX && prefix <= (family === 4 ? 32 : 128)
  );
}

function readCountryLocation(body: Json, before: CountryNamedLocation): CountryNamedLocation {
  refuseUnknownProperties(body, [...READ_ONLY, "displayName", ...COUNTRY_FIELDS]);
  const countriesAndRegions =
    "countriesAndRegions" in body
      ? stringList(body["countriesAndRegions"], "countriesAndRegions")
      : before.countriesAndRegions;
  const wellFormed = countriesAndRegions.every((code) => /^[A-Z]{2}$/.test(code));
  if (countriesAndRegions.length === 0 || !wellFormed) throw invalidValue("countriesAndRegions");
  return {
    ...before,
    countriesAndRegions,
    includeUnknownCountriesAndRegions:
      optionalBoolean(body, "includeUnknownCountriesAndRegions") ?? before.includeUnknownCountriesAndRegions,
    countryLookupMethod:
      "countryLookupMethod" in body
        ? oneOf(
            body["countryLookupMethod"],
            ["clientIpAddress", "authenticatorAppGps"] as const,
            "countryLookupMethod",
          )
        : before.countryLookupMethod,
  };
}
