/**
 * Certificates the stack issues itself, found from the credentials they are registered as. While neither certificate
 * nor dates are known, what is declared here already decides how long they will be valid and how strong their key is.
 */
import { millisecondsPerHour } from "./lifetime";
import { Property } from "./property";
import { issuedCertificate, privateKey, ResourceType, type } from "./resource-types";
import { StackResource } from "./stack";

const certificateRequest = type("Certificate request", /^tls:[^:]+:CertRequest$/);

/** The certificate that flows into a property of a credential; none when several things do. */
export function issuedFor(credential: StackResource, property = "value"): StackResource | undefined {
  return only(credential, [property], issuedCertificate);
}

/** A date that is taken from the very certificate the credential registers. */
export function isDateOfCertificate(credential: StackResource, property: string): boolean {
  const certificate = issuedFor(credential);
  return certificate !== undefined && issuedFor(credential, property) === certificate;
}

/** The key a certificate is made for, which is not that of the authority that signs it. */
export function keyOf(certificate: StackResource): StackResource | undefined {
  const request = only(certificate, ["certRequestPem"], certificateRequest);
  return only(request ?? certificate, ["privateKeyPem", "privateKeyPemWo"], privateKey);
}

/** How long a certificate will be valid, in milliseconds. */
export function declaredLifetime(certificate: StackResource): number | undefined {
  const hours = certificate.properties.at("validityPeriodHours").number;
  return hours === undefined ? undefined : hours * millisecondsPerHour;
}

/** What `tls.PrivateKey` makes when it is not told. https://www.pulumi.com/registry/packages/tls/api-docs/privatekey/ */
const defaultRsaBits = 2048;

/** @returns undefined while what is declared is not known; a length that cannot be read counts as none */
export function declaredKey(key: Property): { isRsa: boolean; bits: number } | undefined {
  const [algorithm, bits] = [key.at("algorithm"), key.at("rsaBits")];
  if (algorithm.isUndecided || bits.isUndecided) return undefined;
  return { isRsa: algorithm.isText("RSA"), bits: bits.isPresent ? (bits.number ?? 0) : defaultRsaBits };
}

function only(
  resource: StackResource,
  properties: readonly string[],
  type: ResourceType,
): StackResource | undefined {
  const sources = properties.flatMap((property) => resource.propertyDependencies.get(property) ?? []);
  const found = [...new Set(sources)].filter((source) => source.is(type));
  return found.length === 1 ? found[0] : undefined;
}
