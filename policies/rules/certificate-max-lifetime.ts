/** Certificates that sign in to Entra ID live less than the configured number of days. */
import { readCertificate } from "../certificate";
import { millisecondsPerDay, millisecondsPerHour, statedLifetime } from "../lifetime";
import { Property } from "../property";
import { certificateCredential, issuedCertificate } from "../resource-types";
import { defineRule } from "../rule";

/** CIS Microsoft 365 7.0.0, 5.1.5.6, and Zero Trust Assessment 21773. Entra compares strictly: 180 days is too long. */
const defaultMaxLifetimeDays = 180;

export const certificateMaxLifetime = defineRule({
  id: "certificate-max-lifetime",
  name: "Short-lived certificates",
  description: "The lifetime of a certificate, and of the credential made from it, is below the limit.",
  severity: "high",
  level: "mandatory",
  framework: {
    name: "CIS Microsoft 365 Foundations Benchmark",
    version: "7.0.0",
    reference: "5.1.5.6",
    specification: "The lifetime of application certificates is at most 180 days.",
  },
  tags: ["certificate", "cis-m365-7:5.1.5.6", "scuba:MS.AAD.5.7v1", "zta:21773", "maester:MT.1198"],
  remediationSteps: [
    "Issue the certificate for a shorter time; 125 days with a new one every 60 days leaves room for a late run.",
    'Set "endDate" of the credential to the end of the certificate.',
  ],
  url: "https://learn.microsoft.com/entra/identity/enterprise-apps/configure-app-management-policies",
  options: {
    maxLifetimeDays: {
      type: "integer",
      default: defaultMaxLifetimeDays,
      minimum: 1,
      maximum: 730,
      description:
        "Days that a lifetime has to stay below; a lifetime of exactly this many days is too long.",
    },
  },
  appliesTo: [certificateCredential, issuedCertificate],
  check(subject, report, { maxLifetimeDays }, run) {
    const tooLong = (milliseconds: number): boolean => !(milliseconds < maxLifetimeDays * millisecondsPerDay);
    const limit = `must stay below ${maxLifetimeDays} days`;

    if (subject.is(issuedCertificate)) {
      const hours = subject.properties.at("validityPeriodHours");
      if (!isForSignIn(subject.properties)) return;
      if (hours.isUndecided) report.undecided(hours);
      else if (hours.isPresent && tooLong((hours.number ?? NaN) * millisecondsPerHour))
        report.violation(`lives too long: "${hours.path}" ${limit}.`);
      return;
    }

    const reading = readCertificate(subject.properties);
    if (reading.kind === "certificate") {
      const { validFrom, validTo } = reading.certificate;
      if (tooLong(Date.parse(validTo) - Date.parse(validFrom)))
        report.violation(`holds a certificate that lives too long: it ${limit}.`);
    }
    const stated = statedLifetime(subject.properties, run.now());
    if (stated.kind === "known" && tooLong(stated.milliseconds))
      report.violation(`lives too long: from start to end it ${limit}.`);
    if (stated.kind === "unreadable")
      report.violation(
        `has no readable lifetime: "${stated.property.path}" is not a valid time, and it ${limit}.`,
      );
    if (stated.kind === "undecided") report.undecided(stated.property);
    // Without an end of its own the credential ends with the certificate.
    if (stated.kind === "not stated" && reading.kind === "undecided") report.undecided(reading.property);
  },
});

/** Authorities and pure server certificates are not what an application signs in with. */
function isForSignIn(certificate: Property): boolean {
  const uses = certificate.at("allowedUses").elements();
  const isForServers =
    uses.some((use) => use.is("server_auth")) &&
    !uses.some((use) => use.is("client_auth") || use.isUndecided);
  return !certificate.at("isCaCertificate").is(true) && !isForServers;
}
