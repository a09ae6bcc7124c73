/** Every application with certificates keeps one that stays valid long enough, and changes keys without a gap. */
import { byOwner } from "../belonging";
import { Dated, gaps, sharedKeys } from "../generations";
import { millisecondsPerDay } from "../lifetime";
import { certificateCredential } from "../resource-types";
import { defineStackRule } from "../rule";
import { validityOf } from "../validity";

export const certificateRotationOverlap = defineStackRule({
  id: "certificate-rotation-overlap",
  name: "Certificates that overlap",
  description:
    "Each application keeps a certificate valid beyond the days ahead, generations overlap, and each has its own key.",
  severity: "high",
  level: "mandatory",
  framework: {
    name: "Microsoft Zero Trust Assessment",
    version: "2",
    reference: "21992",
    specification: "Application certificates are rotated on a regular basis.",
  },
  tags: ["certificate", "rotation", "zta:21992", "maester:MT.1199"],
  remediationSteps: [
    "Issue the next generation with a key of its own, and keep the present one until its clients have changed over.",
    "Run the update that rotates on a schedule, often enough for a run to fail without harm.",
  ],
  url: "https://learn.microsoft.com/entra/identity/monitoring-health/recommendation-renew-expiring-application-credential",
  options: {
    minRemainingDays: {
      type: "integer",
      default: 30, // Entra's own recommendation and Key Vault's near-expiry event warn at 30 days.
      minimum: 0,
      maximum: 365,
      description: "Days from the run that at least one certificate of each application has to stay valid.",
    },
    minOverlapDays: {
      type: "integer",
      default: 7, // Clients read a vault at least daily; delays of three days and a weekend happen.
      minimum: 0,
      maximum: 180,
      description: "Days that a certificate and its successor have to be valid together.",
    },
  },
  appliesTo: [certificateCredential],
  checkStack(stack, report, { minRemainingDays, minOverlapDays }, run) {
    const now = run.now().getTime();
    const certificates = stack
      .ofType(certificateCredential)
      .filter((each) => !each.properties.at("type").isText("Symmetric")); // refused as what it is
    for (const credentials of byOwner(certificates).values()) {
      const read = credentials.map((credential) => ({
        credential,
        ...validityOf(credential.properties, now),
      }));
      const dated = read.filter((each) => each.kind === "known");
      const isLasting = ({ until }: Dated): boolean => until >= now + minRemainingDays * millisecondsPerDay;
      if (!dated.some(isLasting)) {
        const undecided = read.filter((each) => each.kind === "undecided");
        for (const { credential, property } of undecided) report.about(credential).undecided(property);
        const last = dated.toSorted((one, other) => other.until - one.until)[0]?.credential ?? credentials[0];
        if (undecided.length === 0 && last)
          report
            .about(last)
            .violation(
              `must not be the last of its application: none stays valid for ${minRemainingDays} days from now.`,
            );
      }
      for (const { next, previous } of gaps(dated, now, minOverlapDays)) {
        const predecessor = `its predecessor "${previous.name}" by ${minOverlapDays} days`;
        report.about(next).violation(`starts too late: it must overlap ${predecessor}.`);
      }
      for (const { credential, first } of sharedKeys(credentials))
        report
          .about(credential)
          .violation(`has the same key as "${first.name}"; each generation needs a key of its own.`);
    }
  },
});
