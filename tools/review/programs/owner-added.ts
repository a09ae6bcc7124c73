/** A third owner, who could add credentials to the application. */
import { SecretFreeApplication } from "../../../components";
import { owners, type StepProgram } from "./stack";

export const program: StepProgram = (step, now) => {
  new SecretFreeApplication("billing-reports", {
    description: "Sends the weekly reports. Finance platform team.",
    owners: step === "before" ? owners : [...owners, "0a0e0000-0000-4000-8000-000000000003"],
    now,
    federatedCredentials: {
      production: { github: { repository: "contoso/reports", environment: "production" } },
    },
  });
};
