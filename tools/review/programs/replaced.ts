/** A certificate without generations: a longer key takes the place of the old one in one step. */
import * as azuread from "@pulumi/azuread";
import * as tls from "@pulumi/tls";
import { owners, type StepProgram } from "./stack";

export const program: StepProgram = (step) => {
  const application = new azuread.Application("archive-writer", {
    displayName: "archive-writer",
    description: "Writes to the archive. Records team.",
    owners,
  });
  new azuread.ServicePrincipal("archive-writer", { clientId: application.clientId, owners });
  const key = new tls.PrivateKey("archive-writer", {
    algorithm: "RSA",
    rsaBits: step === "before" ? 2048 : 3072,
  });
  const certificate = new tls.SelfSignedCert("archive-writer", {
    privateKeyPem: key.privateKeyPem,
    subject: { commonName: "archive-writer" },
    validityPeriodHours: 120 * 24,
    allowedUses: ["digital_signature", "client_auth"],
  });
  new azuread.ApplicationCertificate("archive-writer", {
    applicationId: application.id,
    type: "AsymmetricX509Cert",
    encoding: "pem",
    value: certificate.certPem,
    startDate: certificate.validityStartTime,
    endDate: certificate.validityEndTime,
  });
};
