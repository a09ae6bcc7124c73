/** Service accounts of Google Cloud. */
import type * as pulumi from "@pulumi/pulumi";
import { describeGiven, type Finding } from "../problems";
import { isKnown, type Issuer } from "./claims";

/** Workloads that run as one service account of Google Cloud. */
export interface GoogleServiceAccount {
  /**
   * Unique id of the service account, 21 digits as text; not its address, which may be given to another one later:
   * `gcloud iam service-accounts describe <address> --format='value(uniqueId)'` prints it.
   */
  readonly uniqueId: pulumi.Input<string>;
}

/** Source: https://learn.microsoft.com/entra/workload-id/workload-identity-federation-google-cloud */
export const googleCloud: Issuer<GoogleServiceAccount> = {
  caller: "Google Cloud",
  options: { uniqueId: "checked" },
  check(at, { uniqueId }, problems) {
    if (isKnown(uniqueId)) problems.add(`${at}.uniqueId`, checkUniqueId(uniqueId));
  },
  claims: ({ uniqueId }) => ({ issuer: "https://accounts.google.com", subject: uniqueId }),
};

function checkUniqueId(given: unknown): Finding | undefined {
  if (typeof given === "string" && /^[1-9][0-9]{20}$/.test(given)) return undefined;
  return {
    code: "invalid-id",
    given: describeGiven(given),
    allowed: "21 digits as text",
    remedy:
      typeof given === "number"
        ? "put it in quotes: as a number it loses its last digits"
        : "take uniqueId of the service account, not its e-mail address",
  };
}
