import * as authorities from "./certificate-authorities";
import type { Permission } from "./permissions";
import { segmentNotFound } from "./graph-error";
import { route, type Handler, type Route } from "./routing";

/**
 * The API's pages name these as permissions of applications; the permissions reference knows them as delegated ones
 * only. The sandbox follows the pages.
 * Source: https://learn.microsoft.com/graph/api/certificateauthoritypath-post-certificatebasedapplicationconfigurations
 */
const READ: Permission = {
  anyOf: [["AppCertTrustConfiguration.Read.All"], ["AppCertTrustConfiguration.ReadWrite.All"]],
};
const WRITE: Permission = { anyOf: [["AppCertTrustConfiguration.ReadWrite.All"]] };

const CONFIGURATIONS = "/directory/certificateAuthorities/certificateBasedApplicationConfigurations";
const CONFIGURATION = `${CONFIGURATIONS}/{configuration}`;
const AUTHORITIES = `${CONFIGURATION}/trustedCertificateAuthorities`;

/** Trusted certificate authorities for the certificates of applications; beta only. */
export const certificateAuthorityRoutes: readonly Route[] = [
  route("GET", CONFIGURATIONS, READ, beta(authorities.listConfigurations)),
  route("POST", CONFIGURATIONS, WRITE, beta(authorities.createConfiguration)),
  route("GET", CONFIGURATION, READ, beta(authorities.getConfiguration)),
  route("PATCH", CONFIGURATION, WRITE, beta(authorities.updateConfiguration)),
  route("DELETE", CONFIGURATION, WRITE, beta(authorities.deleteConfiguration)),
  route("GET", AUTHORITIES, READ, beta(authorities.listAuthorities)),
  route("POST", AUTHORITIES, WRITE, beta(authorities.addAuthority)),
  route("GET", `${AUTHORITIES}/{authority}`, READ, beta(authorities.getAuthority)),
  route("PATCH", `${AUTHORITIES}/{authority}`, WRITE, beta(authorities.updateAuthority)),
  route("DELETE", `${AUTHORITIES}/{authority}`, WRITE, beta(authorities.removeAuthority)),
];

function beta(handle: Handler): Handler {
  return (call) => {
    if (call.version !== "beta") throw segmentNotFound("certificateAuthorities");
    return handle(call);
  };
}
