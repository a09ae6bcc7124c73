import { isGuid } from "../../tenant/identifiers";

/** The object id in `/applications/<objectId>` or `/servicePrincipals/<objectId>`. */
export function objectIdOf(resourceId: string, collection: "applications" | "servicePrincipals"): string {
  const objectId = new RegExp(`^/${collection}/([^/]+)$`).exec(resourceId)?.[1];
  if (objectId === undefined || !isGuid(objectId)) throw new Error(idProblem(collection)(resourceId));
  return objectId;
}

/** Check of an input that names an application or service principal by its resource id. */
export function idProblem(collection: "applications" | "servicePrincipals") {
  const [words, parameter] =
    collection === "applications"
      ? ["Application", "applicationId"]
      : ["Service Principal", "servicePrincipalId"];
  return (value: string | number): string | undefined => {
    const [, segment, objectId = "", ...rest] = String(value).split("/");
    return segment === collection && isGuid(objectId) && rest.length === 0
      ? undefined
      : `parsing the ${words} ID: expected the form "/${collection}/{${parameter}}", got "${value}"`;
  };
}

/** A credential's id: `<objectId>/<type>/<keyId>`. */
export interface CredentialId {
  readonly objectId: string;
  readonly keyId: string;
}

export function credentialId(id: string, type: string): CredentialId {
  const [objectId = "", idType, keyId = "", ...rest] = id.split("/");
  if (idType !== type || rest.length > 0 || !isGuid(objectId) || !isGuid(keyId)) {
    throw new Error(`The ID "${id}" should be in the form {objectId}/${type}/{keyId}`);
  }
  return { objectId, keyId };
}

export function guidProblem(value: string | number): string | undefined {
  return isGuid(String(value)) ? undefined : `expected a valid UUID, got "${value}"`;
}

export function notEmpty(value: string | number): string | undefined {
  return value === "" ? "must not be empty" : undefined;
}

export function atMost(length: number) {
  return (value: string | number): string | undefined =>
    String(value).length > length
      ? `expected at most ${length} characters, got ${String(value).length}`
      : undefined;
}

export function webUrlProblem(value: string | number): string | undefined {
  const url = URL.canParse(String(value)) ? new URL(String(value)) : undefined;
  return url && ["http:", "https:"].includes(url.protocol)
    ? undefined
    : `expected a URL with the scheme http or https, got "${value}"`;
}
