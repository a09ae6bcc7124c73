/** Every vault secret says what it is and when it ends. */
import { classicSecret, nativeSecret } from "../azure-types";
import { millisecondsPerDay } from "../lifetime";
import { Property } from "../property";
import { defineRule } from "../rule";

/** A moment in seconds that lies beyond the year 5000 has been written in milliseconds. */
const latestSeconds = 100_000_000_000;

export const vaultSecretMetadata = defineRule({
  id: "vault-secret-metadata",
  name: "Vault secrets that say what they are",
  description: "Every vault secret has a content type and an end, within the days allowed.",
  severity: "medium",
  // Vaults also hold secrets that never were meant to end: advice, until the team says otherwise.
  level: "advisory",
  framework: {
    name: "Azure Landing Zones",
    version: "1.0.0",
    reference: "Enforce-Guardrails-KeyVault_20260203",
    specification:
      "Secrets have a content type and are not valid for longer than allowed (Deny-Kv-Secret-Content-Type, Deny-KV-Secrets-ValidityDays).",
  },
  tags: ["vault", "metadata", "alz:Enforce-Guardrails-KeyVault_20260203", "cis-azure-6:8.3.3"],
  remediationSteps: [
    'Set "contentType", for a PEM with key and certificate to application/x-pem-file.',
    "Set the end of the secret to the end of the certificate in it, in seconds since 1970.",
  ],
  url: "https://learn.microsoft.com/azure/key-vault/secrets/about-secrets",
  options: {
    maxValidityDays: {
      type: "integer",
      default: 180,
      minimum: 1,
      maximum: 3650,
      description: "Days from the run within which a secret has to end; Azure Landing Zones allow 90.",
    },
  },
  appliesTo: [nativeSecret, classicSecret],
  check(subject, report, { maxValidityDays }, run) {
    const isNative = subject.is(nativeSecret);
    const top = isNative ? subject.properties.at("properties") : subject.properties;
    const contentType = top.at("contentType");
    const end = isNative ? top.at("attributes", "expires") : top.at("expirationDate");

    // What is unknown is there, and more is not asked of a content type.
    if (!contentType.isPresent) report.violation(`does not say what it holds; set "${contentType.path}".`);
    if (!end.isPresent) {
      report.violation(`never ends; set "${end.path}" to the end of what it holds.`);
      return;
    }
    if (end.isUndecided) {
      report.undecided(end);
      return;
    }
    if (isNative && (end.number ?? 0) > latestSeconds) {
      report.violation(`ends in milliseconds; "${end.path}" counts seconds since 1970.`);
      return;
    }
    const until = isNative ? (end.number ?? NaN) * 1000 : momentOf(end);
    if (Number.isNaN(until)) {
      report.violation(`has no readable end; "${end.path}" is not a valid time.`);
      return;
    }
    if (until - run.now().getTime() > maxValidityDays * millisecondsPerDay)
      report.violation(`ends too late; set "${end.path}" to at most ${maxValidityDays} days from now.`);
  },
});

function momentOf(date: Property): number {
  return Date.parse(date.text ?? "");
}
