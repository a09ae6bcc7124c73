/** Every application with certificates keeps one that stays valid long enough, and changes keys without a gap. */
import { byOwner } from "../belonging";
import { gaps, isLasting, readGenerations, sharedKeys } from "../generations";
import { certificateCredential } from "../resource-types";
import { defineStackRule } from "../rule";

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
    specification: "Application certificates must be rotated on a regular basis.",
  },
  tags: ["certificate", "rotation", "zta:21992"],
  remediationSteps: [
    "Issue the next generation with a key of its own, and keep the present one until its clients have changed over.",
    "Run the update that rotates on a schedule, often enough for a run to fail without harm.",
  ],
  url: "https://learn.microsoft.com/entra/identity/monitoring-health/recommendation-renew-expiring-application-credential",
  options: {
    minRemainingDays: {
      type: "integer",
      default: 14, // A generation of 125 days that is replaced after 60 leaves 65; one of 85 after 40 leaves 45.
      minimum: 0,
      maximum: 365,
      description:
        "Days from the run that one certificate of each application has to stay valid; half its life if that is less.",
    },
    minOverlapDays: {
      type: "integer",
      default: 5, // Key Vault's own guidance, and what two periods of 60 leave of 125 days, or two of 40 of 85.
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
      const { dated, undecided } = readGenerations(credentials, now);
      const last = dated.at(-1)?.credential ?? credentials[0];
      if (last && !dated.some((each) => isLasting(each, now, minRemainingDays))) {
        for (const { credential, property } of undecided) report.about(credential).undecided(property);
        const problem = `has less than ${minRemainingDays} days left, and no other certificate of its application has more`;
        if (undecided.length === 0) report.about(last).violation(`${problem}; add its successor.`);
      }
      for (const { next, previous, isPast } of gaps(dated, now, minOverlapDays)) {
        const problem = `starts too late: it must overlap its predecessor "${previous.name}" by ${minOverlapDays} days`;
        // A refusal would keep the successor away, and the gap would grow.
        if (isPast) report.about(next).advice(`${problem}; run the rotation earlier.`);
        else report.about(next).violation(`${problem}; let it start earlier.`);
      }
      for (const { credential, first } of sharedKeys(credentials))
        report
          .about(credential)
          .violation(`has the same key as "${first.name}"; each generation needs a key of its own.`);
    }
  },
});
