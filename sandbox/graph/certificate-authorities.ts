import { createHash, X509Certificate } from "node:crypto";
import type {
  CertificateAuthorityConfiguration,
  TrustedCertificateAuthority,
} from "../tenant/certificate-authorities";
import type { GraphResponse } from "../tenant/graph-request";
import { graphDateTime } from "../tenant/identifiers";
import { bodyObject, context, isObject, noContent, type GraphCall, type Json } from "./call";
import { badRequest, GraphError, invalidValue, resourceNotFound } from "./graph-error";
import { collection, entity, type EntitySet } from "./query";
import { objectList, optionalBoolean, optionalString, refuseUnknownProperties } from "./values";

/** Active and deleted ones together. Source: certificateauthoritypath-post-certificatebasedapplicationconfigurations */
const MOST_CONFIGURATIONS = 100;
/** Source: certificatebasedapplicationconfiguration-post-trustedcertificateauthorities */
const MOST_AUTHORITIES = 10;

const CONFIGURATIONS: EntitySet = {
  name: "directory/certificateAuthorities/certificateBasedApplicationConfigurations",
  type: "microsoft.graph.certificateBasedApplicationConfiguration",
  properties: new Set(["id", "deletedDateTime", "displayName", "description"]),
};
const AUTHORITIES: EntitySet = {
  name: `${CONFIGURATIONS.name}/trustedCertificateAuthorities`,
  type: "microsoft.graph.certificateAuthorityAsEntity",
  properties: new Set(["id", "isRootAuthority", "certificate", "issuer", "issuerSubjectKeyIdentifier"]),
};

export function listConfigurations(call: GraphCall): GraphResponse {
  return collection(call, CONFIGURATIONS, active(call).map(withoutAuthorities));
}

/** The authorities come with `$expand=trustedCertificateAuthorities` only. */
export function getConfiguration(call: GraphCall): GraphResponse {
  const found = find(call);
  if (call.query.get("$expand") !== "trustedCertificateAuthorities") {
    return entity(call, CONFIGURATIONS, withoutAuthorities(found));
  }
  return {
    status: 200,
    body: { "@odata.context": context(call, `${CONFIGURATIONS.name}/$entity`), ...found },
  };
}

/** Source: https://learn.microsoft.com/graph/api/certificateauthoritypath-post-certificatebasedapplicationconfigurations */
export function createConfiguration(call: GraphCall): GraphResponse {
  const body = bodyObject(call);
  refuseUnknownProperties(body, ["displayName", "description", "trustedCertificateAuthorities"]);
  const { certificateAuthorityConfigurations: all } = call.tenant;
  if (all.size >= MOST_CONFIGURATIONS) {
    throw badRequest(
      `The tenant has reached the maximum of ${MOST_CONFIGURATIONS} certificateBasedApplicationConfigurations.`,
    );
  }
  const authorities = objectList(body["trustedCertificateAuthorities"], "trustedCertificateAuthorities").map(
    (input) => readAuthority(call, input),
  );
  checkAuthorities(authorities);
  const made: CertificateAuthorityConfiguration = {
    id: call.tenant.newId(),
    deletedDateTime: null,
    displayName: optionalString(body, "displayName", 256),
    description: optionalString(body, "description", 1024),
    trustedCertificateAuthorities: authorities,
  };
  all.set(made.id, made);
  return entity(call, CONFIGURATIONS, { ...made });
}

export function updateConfiguration(call: GraphCall): GraphResponse {
  const before = find(call);
  const body = bodyObject(call);
  refuseUnknownProperties(body, ["displayName", "description"]);
  store(call, {
    ...before,
    displayName: "displayName" in body ? optionalString(body, "displayName", 256) : before.displayName,
    description: "description" in body ? optionalString(body, "description", 1024) : before.description,
  });
  return noContent();
}

/** Deleted softly: it goes on counting. Whether Entra refuses while a policy names it is not documented; this does. */
export function deleteConfiguration(call: GraphCall): GraphResponse {
  const found = find(call);
  const { defaultAppManagementPolicy: tenantWide, appManagementPolicies: custom } = call.tenant;
  const scopes = [
    tenantWide.applicationRestrictions,
    tenantWide.servicePrincipalRestrictions,
    ...[...custom.values()].map(({ restrictions }) => restrictions),
  ];
  const isNamed = scopes
    .flatMap(({ keyCredentials }) => keyCredentials)
    .some(({ certificateBasedApplicationConfigurationIds: ids }) => ids?.includes(found.id) === true);
  if (isNamed) {
    throw new GraphError(
      400,
      "Request_BadRequest",
      `The certificateBasedApplicationConfiguration '${found.id}' is referenced by an app management policy.`,
    );
  }
  store(call, { ...found, deletedDateTime: graphDateTime(call.tenant.clock()) });
  return noContent();
}

export function listAuthorities(call: GraphCall): GraphResponse {
  return collection(
    call,
    AUTHORITIES,
    find(call).trustedCertificateAuthorities.map((one) => ({ ...one })),
  );
}

export function getAuthority(call: GraphCall): GraphResponse {
  return entity(call, AUTHORITIES, { ...findAuthority(call, find(call)) });
}

export function addAuthority(call: GraphCall): GraphResponse {
  const found = find(call);
  const authority = readAuthority(call, bodyObject(call));
  const authorities = [...found.trustedCertificateAuthorities, authority];
  checkAuthorities(authorities);
  store(call, { ...found, trustedCertificateAuthorities: authorities });
  return entity(call, AUTHORITIES, { ...authority }, 201);
}

/** Only whether it is the root can change. Source: https://learn.microsoft.com/graph/api/certificateauthorityasentity-update */
export function updateAuthority(call: GraphCall): GraphResponse {
  const found = find(call);
  const before = findAuthority(call, found);
  const body = bodyObject(call);
  refuseUnknownProperties(body, ["isRootAuthority"]);
  const after = {
    ...before,
    isRootAuthority: optionalBoolean(body, "isRootAuthority") ?? before.isRootAuthority,
  };
  const authorities = found.trustedCertificateAuthorities.map((one) => (one.id === before.id ? after : one));
  checkAuthorities(authorities);
  store(call, { ...found, trustedCertificateAuthorities: authorities });
  return noContent();
}

export function removeAuthority(call: GraphCall): GraphResponse {
  const found = find(call);
  const { id } = findAuthority(call, found);
  const authorities = found.trustedCertificateAuthorities.filter((one) => one.id !== id);
  checkAuthorities(authorities);
  store(call, { ...found, trustedCertificateAuthorities: authorities });
  return noContent();
}

function active({ tenant }: GraphCall): readonly CertificateAuthorityConfiguration[] {
  return [...tenant.certificateAuthorityConfigurations.values()].filter(
    (one) => one.deletedDateTime === null,
  );
}

function find(call: GraphCall): CertificateAuthorityConfiguration {
  const id = call.param("configuration").toLowerCase();
  const found = active(call).find((one) => one.id === id);
  if (!found) throw resourceNotFound(id);
  return found;
}

function findAuthority(
  call: GraphCall,
  { trustedCertificateAuthorities }: CertificateAuthorityConfiguration,
): TrustedCertificateAuthority {
  const id = call.param("authority").toLowerCase();
  const found = trustedCertificateAuthorities.find((one) => one.id === id);
  if (!found) throw resourceNotFound(id);
  return found;
}

function store({ tenant }: GraphCall, configuration: CertificateAuthorityConfiguration): void {
  tenant.certificateAuthorityConfigurations.set(configuration.id, configuration);
}

function withoutAuthorities({
  id,
  deletedDateTime,
  displayName,
  description,
}: CertificateAuthorityConfiguration): Json {
  return { id, deletedDateTime, displayName, description };
}

/** One root at least says the resource's page, one at most says that of the nested POST. */
function checkAuthorities(authorities: readonly TrustedCertificateAuthority[]): void {
  const property = "trustedCertificateAuthorities";
  if (authorities.length === 0)
    throw badRequest(`A value is required for property '${property}' of resource.`);
  if (authorities.length > MOST_AUTHORITIES) {
    throw badRequest(`A maximum of ${MOST_AUTHORITIES} trusted authorities are allowed in '${property}'.`);
  }
  if (authorities.filter(({ isRootAuthority }) => isRootAuthority).length !== 1) {
    throw badRequest(`Exactly one object in '${property}' must be the root authority.`);
  }
}

function readAuthority(call: GraphCall, input: Json): TrustedCertificateAuthority {
  if (!isObject(input)) throw invalidValue("trustedCertificateAuthorities");
  refuseUnknownProperties(input, ["isRootAuthority", "certificate", "issuer", "issuerSubjectKeyIdentifier"]);
  const isRootAuthority = optionalBoolean(input, "isRootAuthority");
  if (isRootAuthority === undefined) throw invalidValue("isRootAuthority");
  const text = input["certificate"];
  if (typeof text !== "string" || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) throw invalidValue("certificate");
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(Buffer.from(text, "base64"));
  } catch {
    throw invalidValue("certificate");
  }
  if (!certificate.ca) throw invalidValue("certificate");
  return {
    id: call.tenant.newId(),
    isRootAuthority,
    certificate: certificate.raw.toString("base64"),
    issuer: optionalString(input, "issuer", 1024) ?? certificate.issuer.replaceAll("\n", ", "),
    issuerSubjectKeyIdentifier:
      optionalString(input, "issuerSubjectKeyIdentifier", 256) ??
      createHash("sha1")
        .update(certificate.publicKey.export({ type: "spki", format: "der" }))
        .digest("hex"),
  };
}

/**
 * Whether the certificate was issued, directly or through intermediates of the same configuration, by its authorities.
 * Self-signed certificates are not, unless they are one of them.
 */
export function isIssuedUnder(
  der: Buffer,
  { trustedCertificateAuthorities }: CertificateAuthorityConfiguration,
): boolean {
  const certificate = new X509Certificate(der);
  return trustedCertificateAuthorities
    .map((authority) => new X509Certificate(Buffer.from(authority.certificate, "base64")))
    .some(
      (authority) =>
        authority.raw.equals(certificate.raw) ||
        (certificate.checkIssued(authority) && certificate.verify(authority.publicKey)),
    );
}
