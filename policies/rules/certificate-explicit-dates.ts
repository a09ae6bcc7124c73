/** Every certificate credential states the date on which it ends, and it is one that its certificate reaches. */
import { readCertificate } from "../certificate";
import { isDateOfCertificate } from "../issued";
import { certificateCredential } from "../resource-types";
import { defineRule } from "../rule";

/** Graph rounds to seconds; a credential may end in the same second as its certificate. */
const tolerance = 1000;

export const certificateExplicitDates = defineRule({
  id: "certificate-explicit-dates",
  name: "Certificates with explicit dates",
  description: "Every certificate credential has an end date of its own, not beyond that of the certificate.",
  severity: "medium",
  level: "mandatory",
  framework: {
    name: "Microsoft Graph",
    version: "v1.0",
    reference: "keyCredential.endDateTime",
    specification: "The end of a key credential lies within the validity of its certificate.",
  },
  tags: ["certificate", "rotation", "graph:KeyCredentialsInvalidEndDate"],
  remediationSteps: [
    'Set "endDate" to "validityEndTime" of the certificate resource, or to a fixed date.',
    'Remove "endDateRelative": it is deprecated, drifts from the certificate, and fails together with "startDate".',
  ],
  url: "https://www.pulumi.com/registry/packages/azuread/api-docs/applicationcertificate/",
  options: {
    requireStartDate: {
      type: "boolean",
      default: false,
      description: "Whether a start date is required too; without one the credential starts when it is made.",
    },
  },
  appliesTo: [certificateCredential],
  check({ properties }, report, { requireStartDate }) {
    // A symmetric key is refused as what it is.
    if (properties.at("type").isText("Symmetric")) return;
    const [start, end] = [properties.at("startDate"), properties.at("endDate")];
    const relative = properties.at("endDateRelative");
    if (relative.isPresent)
      report.violation(`ends relative to its creation; replace "${relative.path}" by "${end.path}".`);
    else if (!end.isPresent)
      report.violation(`does not state when it ends; set "${end.path}" to the end of its certificate.`);
    if (requireStartDate && !start.isPresent)
      report.violation(`does not state when it starts; set "${start.path}" to the start of its certificate.`);

    const reading = readCertificate(properties);
    const until = Date.parse(end.text ?? "");
    if (end.state === "known" && Number.isNaN(until))
      report.violation(`has no readable end; "${end.path}" is not a valid date.`);
    else if (reading.kind === "certificate" && until - Date.parse(reading.certificate.validTo) >= tolerance)
      report.violation(`ends after its certificate; set "${end.path}" to the end of the certificate.`);
  },
  // An end that is not known yet is fine when it is that of the certificate, which only the stack shows.
  checkStack(stack, report) {
    for (const credential of stack.ofType(certificateCredential)) {
      const [type, end] = [credential.properties.at("type"), credential.properties.at("endDate")];
      if (end.isUndecided && !type.isText("Symmetric") && !isDateOfCertificate(credential, "endDate"))
        report.about(credential).undecided(end);
    }
  },
});
