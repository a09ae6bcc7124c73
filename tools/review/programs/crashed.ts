/** A program that fails half-way. */
import { SecretFreeApplication } from "../../../components";
import { owners, type StepProgram } from "./stack";

export const program: StepProgram = (step, now) => {
  new SecretFreeApplication("billing-reports", {
    description: "Sends the weekly reports. Finance platform team.",
    owners,
    now,
    federatedCredentials: {
      production: { github: { repository: "contoso/reports", environment: "production" } },
    },
  });
  if (step === "after") throw new Error("The list of applications cannot be read.");
};
