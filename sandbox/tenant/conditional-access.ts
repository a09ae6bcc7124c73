/** Networks and the policies that name them, as Graph v1.0 shapes them. */
export type CidrRange =
  | { readonly "@odata.type": "#microsoft.graph.iPv4CidrRange"; readonly cidrAddress: string }
  | { readonly "@odata.type": "#microsoft.graph.iPv6CidrRange"; readonly cidrAddress: string };

interface NamedLocationRecord {
  readonly id: string;
  readonly displayName: string;
  readonly createdDateTime: string;
  readonly modifiedDateTime: string;
}

export interface IpNamedLocation extends NamedLocationRecord {
  readonly "@odata.type": "#microsoft.graph.ipNamedLocation";
  readonly isTrusted: boolean;
  readonly ipRanges: readonly CidrRange[];
}

export interface CountryNamedLocation extends NamedLocationRecord {
  readonly "@odata.type": "#microsoft.graph.countryNamedLocation";
  readonly countriesAndRegions: readonly string[];
  readonly includeUnknownCountriesAndRegions: boolean;
  readonly countryLookupMethod: "clientIpAddress" | "authenticatorAppGps";
}

export type NamedLocation = IpNamedLocation | CountryNamedLocation;

export type ConditionalAccessState = "enabled" | "disabled" | "enabledForReportingButNotEnforced";

/** A Conditional Access policy: what the token service reads is typed, the rest is kept as written. */
export interface ConditionalAccessPolicy {
  readonly id: string;
  readonly displayName: string;
  readonly createdDateTime: string;
  readonly modifiedDateTime: string | null;
  readonly state: ConditionalAccessState;
  readonly conditions: ConditionalAccessConditions;
  readonly grantControls:
    ({ readonly builtInControls: readonly string[] } & Readonly<Record<string, unknown>>) | null;
  readonly sessionControls: unknown;
}

export interface ConditionalAccessConditions extends Readonly<Record<string, unknown>> {
  readonly clientApplications: {
    readonly includeServicePrincipals: readonly string[];
    readonly excludeServicePrincipals: readonly string[];
  } | null;
  readonly locations: {
    readonly includeLocations: readonly string[];
    readonly excludeLocations: readonly string[];
  } | null;
}
