/**
 * The tenant refuses client secrets, and one application is exempt until its vendor can do without: alone, for a time, with
 * a reason, and somebody who answers for it. The first deployment after the end withdraws the exemption by itself.
 *
 * The end is a decision, so it stands in the configuration and is reviewed there:
 * `pulumi config set expires 2027-01-31T00:00:00Z`. The guard allows 90 days.
 */
import * as pulumi from "@pulumi/pulumi";
import { AppManagementPolicy, SecretFreeApplication, TenantCredentialPolicy } from "certlock/components";

const tenant = new TenantCredentialPolicy("tenant-credentials", { certificateMaxLifetimeDays: 180 });

const ledger = new SecretFreeApplication("legacy-ledger", {
  description: "Ledger of the finance team, a vendor's product. Finance platform team.",
  contact: {
    team: "Finance platform",
    repository: "https://github.com/contoso/identities",
    ticket: "FIN-7",
  },
  owners: ["0a0e0000-0000-4000-8000-000000000001", "0a0e0000-0000-4000-8000-000000000002"],
  federatedCredentials: {
    release: { github: { repository: "contoso/ledger", environment: "production" } },
  },
});

const exemption = new AppManagementPolicy(
  "legacy-ledger",
  {
    displayName: "Exemption of legacy-ledger",
    description: "The vendor's product signs in with a client secret until version 9. Ticket FIN-7.",
    owner: "Finance platform team",
    // Whatever else the tenant enforces stays in force for this application too.
    restrictions: { passwordCredentials: [{ restrictionType: "passwordAddition", state: "disabled" }] },
    appliesTo: [ledger.objectId],
    expires: new pulumi.Config().require("expires"),
  },
  { dependsOn: tenant },
);

export const exemptUntil = exemption.expires;
export const stillEnforced = exemption.copied;
