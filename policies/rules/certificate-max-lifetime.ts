/** Certificates that sign in to Entra ID live less than the configured number of days. */
import { readCertificate } from "../certificate";
import { declaredLifetime, isDateOfCertificate, issuedFor } from "../issued";
import { lifetimeLimit, statedLifetime } from "../lifetime";
import { certificateCredential } from "../resource-types";
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
    specification: "Maximum certificate lifetime for applications does not exceed 180 days.",
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
  appliesTo: [certificateCredential],
  check({ properties }, report, { maxLifetimeDays }, run) {
    const { isTooLong, limit } = lifetimeLimit(maxLifetimeDays);
    const reading = readCertificate(properties);
    if (reading.kind === "certificate") {
      const { validFrom, validTo } = reading.certificate;
      if (isTooLong(Date.parse(validTo) - Date.parse(validFrom)))
        report.violation(`holds a certificate that lives too long: it ${limit}.`);
    }
    const stated = statedLifetime(properties, run.now());
    if (stated.kind === "known" && isTooLong(stated.milliseconds))
      report.violation(`lives too long: from start to end it ${limit}.`);
    if (stated.kind === "unreadable")
      report.violation(
        `has no readable lifetime: "${stated.property.path}" is not a valid time, and it ${limit}.`,
      );
  },
  // What the stack issues is judged by what it is for, which only the stack shows: certificates serve others, too.
  checkStack(stack, report, { maxLifetimeDays }, run) {
    const { isTooLong, limit } = lifetimeLimit(maxLifetimeDays);
    for (const credential of stack.ofType(certificateCredential)) {
      const reading = readCertificate(credential.properties);
      const certificate = reading.kind === "undecided" ? issuedFor(credential) : undefined;
      const lifetime = certificate && declaredLifetime(certificate);
      const about = report.about(credential);
      if (certificate && lifetime !== undefined && isTooLong(lifetime))
        about.violation(`lives too long: "validityPeriodHours" of "${certificate.name}" ${limit}.`);

      const stated = statedLifetime(credential.properties, run.now());
      const isSettled = lifetime !== undefined && isDateOfCertificate(credential, "endDate");
      if (stated.kind === "undecided" && !isSettled) about.undecided(stated.property);
      // Without an end of its own the credential ends with the certificate.
      if (stated.kind === "not stated" && reading.kind === "undecided" && lifetime === undefined)
        about.undecided(reading.property);
    }
  },
});
