import { ArmError } from "./arm-error";

/** `/subscriptions/…/resourceGroups/…/providers/<type with names>`, whatever the case of its fixed parts. */
const RESOURCE = /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+\/providers\/([^/]+)\/(.+)$/i;

/** The type of a resource, lower case, for example `microsoft.network/virtualnetworks/subnets`; undefined for no id. */
export function resourceType(id: string): string | undefined {
  const [, namespace = "", path = ""] = RESOURCE.exec(id) ?? [];
  const segments = path.split("/");
  if (path === "" || segments.length % 2 !== 0 || segments.includes("")) return undefined;
  return [namespace, ...segments.filter((_, index) => index % 2 === 0)].join("/").toLowerCase();
}

/** @throws ArmError `LinkedInvalidPropertyId` for anything but the id of a resource of this type. */
export function requireLinked(id: string, type: string, path: string): void {
  if (resourceType(id) === type.toLowerCase()) return;
  throw new ArmError(
    400,
    "LinkedInvalidPropertyId",
    `Property id '${id}' at path '${path}' is invalid. Expect fully qualified resource Id that start with '/subscriptions/{subscriptionId}' or '/providers/{resourceProviderNamespace}/'.`,
  );
}

export function resourceNotFound(id: string): ArmError {
  return new ArmError(404, "ResourceNotFound", `The Resource '${id}' was not found.`);
}
