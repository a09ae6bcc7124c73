/** The tenant's policy and the exemption of one application, as the settings of a test say. */
import * as pulumi from "@pulumi/pulumi";
import { AppManagementPolicy, SecretFreeApplication, TenantAppManagementPolicy } from "../../components";

interface Settings {
  /** Restrictions of applications and service principals. */
  readonly blocked: readonly ("passwordAddition" | "symmetricKeyAddition" | "customPasswordAddition")[];
  readonly exemption?: { readonly expires: string; readonly import?: string };
}

const settings = new pulumi.Config("certlock-tenant").requireObject<Settings>("appManagement");

const scope = {
  passwordCredentials: settings.blocked.map((restrictionType) => ({
    restrictionType,
    state: "enabled" as const,
  })),
};
const tenant = new TenantAppManagementPolicy("tenant", {
  applicationRestrictions: scope,
  servicePrincipalRestrictions: scope,
});

const application = new SecretFreeApplication("legacy-ledger", {
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

if (settings.exemption !== undefined) {
  const { expires, import: id } = settings.exemption;
  new AppManagementPolicy(
    "ledger",
    {
      displayName: "Exemption of legacy-ledger",
      description: "The vendor cannot use certificates before June. Ticket FIN-7.",
      owner: "Finance platform team",
      restrictions: { passwordCredentials: [{ restrictionType: "passwordAddition", state: "disabled" }] },
      appliesTo: [application.objectId],
      expires,
    },
    { dependsOn: tenant, ...(id === undefined ? {} : { import: id }) },
  );
}

export const objectId = application.objectId;
