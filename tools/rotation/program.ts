/** The identity of docs/day-58.md, with its vault; and one whose key is kept elsewhere. */
import { SecretFreeApplication } from "../../components";
import { owners, vaultFor } from "../review/programs/stack";

/** Day 0. */
export const EPOCH = "2026-11-21";

export function program(now: Date, certificate: string): void {
  const billing = new SecretFreeApplication("billing-nightly", {
    description: "Nightly billing run, writes invoices to the archive. Finance platform team.",
    owners,
    now,
    certificate: { rotation: { epoch: EPOCH } },
  });
  vaultFor("billing-nightly", billing);
  new SecretFreeApplication("partner-upload", {
    description: "Uploads to a partner; its key stays in the partner's hardware module.",
    owners,
    now,
    certificate: { key: "external", certificates: [certificate] },
  });
}
