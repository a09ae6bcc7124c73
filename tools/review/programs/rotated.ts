/** A certificate on the day its next generation takes over, with the vault its key is fetched from. */
import { SecretFreeApplication } from "../../../components";
import { owners, type StepProgram, vaultFor } from "./stack";

export const program: StepProgram = (_step, now) => {
  const billing = new SecretFreeApplication("billing-nightly", {
    description: "Nightly billing run, writes invoices to the archive. Finance platform team.",
    owners,
    now,
    certificate: { rotation: { epoch: "2026-01-01" } },
  });
  vaultFor("billing-nightly", billing);
};
