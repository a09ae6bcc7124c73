/** Words change and nothing that decides who may sign in. */
import { SecretFreeApplication, TenantCredentialPolicy } from "../../../components";
import { owners, type StepProgram } from "./stack";

export const program: StepProgram = (step, now) => {
  new TenantCredentialPolicy("tenant-credentials");
  new SecretFreeApplication("deploy-pipeline", {
    description:
      step === "before"
        ? "Deploys the platform from GitHub Actions. Platform team."
        : "Deploys the platform from GitHub Actions, environment production. Platform team.",
    owners,
    now,
    federatedCredentials: {
      production: { github: { repository: "contoso/platform", environment: "production" } },
    },
  });
};
