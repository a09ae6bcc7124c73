/** What the recorded programs have in common. */
import { CredentialVault, type SecretFreeApplication } from "../../../components";

/** Which of two versions of a program: the one that has been deployed, or the one a pull request proposes. */
export type Step = "before" | "after";

/** Registers the resources of a version, on a day. */
export type StepProgram = (step: Step, now: Date) => void;

export const owners = ["0a0e0000-0000-4000-8000-000000000001", "0a0e0000-0000-4000-8000-000000000002"];
export const tenantId = "7e0a0000-0000-4000-8000-000000000001";
const central = "/subscriptions/5b0a0000-0000-4000-8000-000000000001/resourceGroups/rg-central/providers";

/** A vault with everything the guard asks for, so that a report is about what it is meant to be about. */
export function vaultFor(
  name: string,
  application: SecretFreeApplication,
  networks: readonly string[] = ["198.51.100.0/24"],
): CredentialVault {
  return new CredentialVault(name, {
    vaultName: `kv-${name}`,
    resourceGroupName: "rg-identities",
    location: "westeurope",
    tenantId,
    owner: "finance-platform@contoso.example",
    allowedNetworks: [...networks],
    auditLog: { workspaceId: `${central}/Microsoft.OperationalInsights/workspaces/log-central` },
    expiryAlert: {
      to: "actionGroups",
      actionGroupIds: [`${central}/Microsoft.Insights/actionGroups/identity-on-call`],
    },
    credentials: { [name]: application.certificate },
    readers: { job: { principalId: "0a0e0000-0000-4000-8000-00000000000a" } },
  });
}
