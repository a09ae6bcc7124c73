import { isIPv6 } from "node:net";
import { child, children, text, texts } from "../property-readers";
import type { PropertyMap } from "../property-values";
import type { ResourceKind, ResourceState } from "../resource-kind";
import { isGuid } from "../../tenant/identifiers";
import { during, type GraphClient } from "./graph-client";
import { notEmpty } from "./identifiers";

const PATH = "/identity/conditionalAccess/namedLocations";
/** Entra's shortest prefix; the provider checks it before Graph does. */
const SHORTEST_PREFIX = 8;

/** azuread.NamedLocation: an IP range or a set of countries. */
export function namedLocationKind(graph: GraphClient): ResourceKind {
  const read = (id: string): ResourceState | undefined => {
    const location = graph.find(pathOf(id));
    return location && { id, outputs: outputs(location) };
  };
  return {
    schema: "closed",
    fields: {
      displayName: { type: "text", required: true, problem: notEmpty },
      ip: {
        type: "object",
        forceNew: true,
        fields: {
          ipRanges: { type: "texts", required: true, problem: rangeProblem },
          trusted: { type: "flag" },
        },
      },
      country: {
        type: "object",
        forceNew: true,
        fields: {
          countriesAndRegions: { type: "texts", required: true, problem: notEmpty },
          countryLookupMethod: {
            type: "text",
            default: "clientIpAddress",
            oneOf: ["authenticatorAppGps", "clientIpAddress"],
          },
          includeUnknownCountriesAndRegions: { type: "flag" },
        },
      },
    },
    computed: ["objectId"],
    secrets: [],
    check: (inputs) =>
      (inputs["ip"] === undefined) === (inputs["country"] === undefined)
        ? [
            {
              property: "ip",
              reason: 'Invalid combination of arguments: exactly one of "country", "ip" must be specified',
            },
          ]
        : [],
    create: (inputs) => {
      const created = during("Could not create named location", () =>
        graph.post(PATH, { displayName: inputs["displayName"], ...locationBody(inputs) }),
      );
      const state = read(`${PATH}/${text(created, "id") ?? ""}`);
      if (!state) throw new Error("Could not create named location: it vanished");
      return state;
    },
    read,
    update: (id, inputs, state) => {
      during(`Updating named location (${id})`, () => {
        graph.patch(pathOf(id), { displayName: inputs["displayName"], ...locationBody(inputs) });
      });
      return read(id)?.outputs ?? state;
    },
    delete: (id) => {
      const location = graph.find(pathOf(id));
      if (!location) return;
      during(`deleting named location (${id})`, () => {
        // A trusted location cannot be deleted; the provider takes the trust away first.
        if (location["isTrusted"] === true) {
          graph.patch(pathOf(id), { "@odata.type": location["@odata.type"], isTrusted: false });
        }
        graph.delete(pathOf(id));
      });
    },
  };
}

function pathOf(id: string): string {
  if (!id.startsWith(`${PATH}/`) || !isGuid(id.slice(PATH.length + 1))) {
    throw new Error(
      `parsing the named location ID: expected the form "${PATH}/{namedLocationId}", got "${id}"`,
    );
  }
  return id;
}

function locationBody(inputs: PropertyMap): object {
  const ip = child(inputs, "ip");
  if (ip) {
    return {
      "@odata.type": "#microsoft.graph.ipNamedLocation",
      isTrusted: ip["trusted"] ?? false,
      ipRanges: (texts(ip, "ipRanges") ?? []).map((cidrAddress) => ({
        "@odata.type": `#microsoft.graph.${isIPv6(cidrAddress.split("/")[0] ?? "") ? "iPv6" : "iPv4"}CidrRange`,
        cidrAddress,
      })),
    };
  }
  const country = child(inputs, "country") ?? {};
  return {
    "@odata.type": "#microsoft.graph.countryNamedLocation",
    countriesAndRegions: country["countriesAndRegions"],
    includeUnknownCountriesAndRegions: country["includeUnknownCountriesAndRegions"] ?? false,
    countryLookupMethod: country["countryLookupMethod"],
  };
}

function outputs(location: PropertyMap): PropertyMap {
  const common: PropertyMap = { displayName: location["displayName"], objectId: location["id"] };
  if (location["@odata.type"] === "#microsoft.graph.ipNamedLocation") {
    const ipRanges = children(location, "ipRanges").map((range) => text(range, "cidrAddress") ?? "");
    const ip: PropertyMap = { ipRanges, trusted: location["isTrusted"] ?? false };
    return { ...common, ip };
  }
  const country: PropertyMap = {
    countriesAndRegions: location["countriesAndRegions"],
    countryLookupMethod: location["countryLookupMethod"],
    includeUnknownCountriesAndRegions: location["includeUnknownCountriesAndRegions"] ?? false,
  };
  return { ...common, country };
}

function rangeProblem(value: string | number): string | undefined {
  const prefix = /\/(\d{1,3})$/.exec(String(value))?.[1];
  return prefix !== undefined && Number(prefix) >= SHORTEST_PREFIX
    ? undefined
    : `expected a CIDR range with a prefix length of at least ${SHORTEST_PREFIX}, got "${value}"`;
}
