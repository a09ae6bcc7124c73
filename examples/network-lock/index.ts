/**
 * A stolen key that is worthless elsewhere: sign-ins from other networks are noted first, and refused once you change `mode`.
 * A second policy refuses whatever Entra ID Protection suspects. Both need Workload Identities Premium.
 */
import { SecretFreeApplication, WorkloadAccessPolicy } from "certlock/components";

const owners = ["0a0e0000-0000-4000-8000-000000000001", "0a0e0000-0000-4000-8000-000000000002"];
const daemons = [
  ["partner-orders", "Sends orders to the logistics partner. Integration team."],
  ["partner-stock", "Reads the partner's stock every hour. Integration team."],
] as const;

const applications = daemons.map(
  ([name, description]) =>
    new SecretFreeApplication(name, {
      description,
      owners,
      certificate: { rotation: { epoch: "2026-01-01" } },
    }),
);
// Conditional Access takes one call a second, so what has the same networks shares a policy.
const servicePrincipalObjectIds = applications.map((each) => each.servicePrincipalObjectId);

new WorkloadAccessPolicy("partner-networks", {
  servicePrincipalObjectIds,
  networks: ["198.51.100.0/24", "203.0.113.0/24"],
  // After a week without surprises in the sign-in log: "enforced".
  mode: "reportOnly",
});

new WorkloadAccessPolicy("partner-risk", { servicePrincipalObjectIds, riskLevels: ["high", "medium"] });
