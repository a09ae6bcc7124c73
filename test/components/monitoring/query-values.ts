/** What a stack tells the queries, in tests. */
import type { QueryValues } from "../../../components/monitoring/alert-query";

export const TENANT = "7e0a0000-0000-4000-8000-000000000001";
export const PIPELINE = "0a0e0000-0000-4000-8000-0000000000dd";
export const VAULT =
  "/subscriptions/5b0a0000-0000-4000-8000-000000000001/resourcegroups/rg-identities/providers/microsoft.keyvault/vaults/kv-billing";
export const BILLING = {
  application: "billing-nightly",
  objectId: "0b0e0000-0000-4000-8000-000000000001",
  principalId: "0b0e0000-0000-4000-8000-000000000002",
  networks: ["198.51.100.0/24", "2001:db8::/32"],
};
export const READER = "0a0e0000-0000-4000-8000-00000000000a";

export const VALUES: QueryValues = {
  homeTenant: TENANT,
  allowedInitiators: [PIPELINE],
  guarded: [BILLING],
  credentials: [
    {
      application: "billing-nightly",
      generation: 2,
      validFrom: "2026-11-21T00:00:00Z",
      validUntil: "2027-03-26T00:00:00Z",
      due: "2027-01-20",
    },
  ],
  vaults: [{ vaultId: VAULT, readers: [READER] }],
  graceDays: 7,
};
