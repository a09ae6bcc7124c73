import { FederatedCredential, SecretFreeApplication } from "certlock/components";

const pipeline = new SecretFreeApplication("deploy-pipeline", {
  description: "Deploys the platform from GitHub Actions. Platform team.",
  owners: ["0a0e0000-0000-4000-8000-000000000001", "0a0e0000-0000-4000-8000-000000000002"],
});

new FederatedCredential("deploy-pipeline", {
  applicationId: pipeline.applicationId,
  github: { repository: "contoso/platform", environment: "production" },
});
