/** A client secret that lives on for a while by an exemption. */
import * as azuread from "@pulumi/azuread";
import { SecretFreeApplication } from "../../../components";
import { owners, type StepProgram } from "./stack";

export const program: StepProgram = (step, now) => {
  const printer = new SecretFreeApplication("print-service", {
    description: "Talks to printers that know no certificates. Workplace team.",
    owners,
    now,
    federatedCredentials: {
      production: { github: { repository: "contoso/printing", environment: "production" } },
    },
  });
  if (step === "before") return;
  new azuread.ApplicationPassword("print-service-legacy", {
    applicationId: printer.applicationId,
    displayName: "printers",
  });
};
