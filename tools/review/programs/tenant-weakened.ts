/** The tenant's policy stops forbidding client secrets "for a migration", and lets certificates live longer. */
import { TenantAppManagementPolicy } from "../../../components";
import type { StepProgram } from "./stack";

export const program: StepProgram = (step) => {
  const before = step === "before";
  const restrictions = {
    passwordCredentials: [
      { restrictionType: "passwordAddition", state: before ? "enabled" : "disabled" },
      { restrictionType: "customPasswordAddition", state: "enabled" },
      { restrictionType: "symmetricKeyAddition", state: "enabled" },
    ],
    keyCredentials: [
      { restrictionType: "asymmetricKeyLifetime", state: "enabled", maxLifetime: before ? "P180D" : "P365D" },
    ],
  } as const;
  new TenantAppManagementPolicy("tenant-credentials", {
    applicationRestrictions: {
      ...restrictions,
      passwordCredentials: [...restrictions.passwordCredentials],
      keyCredentials: [...restrictions.keyCredentials],
    },
    servicePrincipalRestrictions: {
      passwordCredentials: [{ restrictionType: "passwordAddition", state: "enabled" }],
    },
  });
};
