/** After a week of looking at the sign-in log: a network lock that only reported is enforced. */
import { SecretFreeApplication, WorkloadAccessPolicy } from "../../../components";
import { owners, type StepProgram } from "./stack";

export const program: StepProgram = (step, now) => {
  const partner = new SecretFreeApplication("partner-orders", {
    description: "Sends orders to the logistics partner. Integration team.",
    owners,
    now,
    federatedCredentials: {
      orders: {
        kubernetes: {
          issuer: "https://oidc.partner.example/",
          namespace: "orders",
          serviceAccount: "sender",
        },
      },
    },
  });
  new WorkloadAccessPolicy("partner-networks", {
    servicePrincipalObjectIds: [partner.servicePrincipalObjectId],
    networks: ["198.51.100.0/24", "203.0.113.0/24"],
    mode: step === "before" ? "reportOnly" : "enforced",
  });
};
