import * as authorities from "./certificate-authorities";
import type { Permission } from "./permissions";
import { betaRoute, type Route } from "./routing";

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
  betaRoute("GET", CONFIGURATIONS, READ, authorities.listConfigurations),
  betaRoute("POST", CONFIGURATIONS, WRITE, authorities.createConfiguration),
  betaRoute("GET", CONFIGURATION, READ, authorities.getConfiguration),
  betaRoute("PATCH", CONFIGURATION, WRITE, authorities.updateConfiguration),
  betaRoute("DELETE", CONFIGURATION, WRITE, authorities.deleteConfiguration),
  betaRoute("GET", AUTHORITIES, READ, authorities.listAuthorities),
  betaRoute("POST", AUTHORITIES, WRITE, authorities.addAuthority),
  betaRoute("GET", `${AUTHORITIES}/{authority}`, READ, authorities.getAuthority),
  betaRoute("PATCH", `${AUTHORITIES}/{authority}`, WRITE, authorities.updateAuthority),
  betaRoute("DELETE", `${AUTHORITIES}/{authority}`, WRITE, authorities.removeAuthority),
];
