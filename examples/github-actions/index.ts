/**
 * A pipeline without any key: Entra trusts the token GitHub gives to runs in one environment of one repository. Protect
 * that environment with approvals, it is what stands for the application.
 */
import { FederatedCredential, SecretFreeApplication } from "certlock/components";

const pipeline = new SecretFreeApplication("deploy-pipeline", {
  description: "Deploys the platform from GitHub Actions. Platform team.",
  owners: ["0a0e0000-0000-4000-8000-000000000001", "0a0e0000-0000-4000-8000-000000000002"],
});

const trust = new FederatedCredential("deploy-pipeline", {
  applicationId: pipeline.applicationId,
  github: { repository: "contoso/platform", environment: "production" },
});

/** For azure/login: client id, tenant id, and permission `id-token: write`. */
export const clientConfiguration = pipeline.clientConfiguration;
export const subject = trust.subject;
