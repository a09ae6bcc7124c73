/** The recorded previews: which program, deployed when, previewed when, and under which circumstances. */
import { program as accessEnforced } from "./programs/access-enforced";
import { program as boundaries } from "./programs/boundaries";
import { program as clean } from "./programs/clean";
import { program as crashed } from "./programs/crashed";
import { program as exemption } from "./programs/exemption";
import { program as hostile } from "./programs/hostile";
import { program as ownerAdded } from "./programs/owner-added";
import { program as replaced } from "./programs/replaced";
import { program as rotated } from "./programs/rotated";
import { program as secretAdded } from "./programs/secret-added";
import type { StepProgram } from "./programs/stack";
import { program as tenantWeakened } from "./programs/tenant-weakened";

export interface Scenario {
  readonly name: string;
  readonly program: StepProgram;
  /**
   * Days before the preview on which the program was deployed, each with its certificates of the time. The provider of
   * certlock signs in with the machine's clock, so what uses it is deployed today.
   */
  readonly deployedDaysAgo: readonly number[];
  /** Default true. */
  readonly withPack?: boolean;
  /** An exemption for a resource, with the days it has left. */
  readonly exemption?: { readonly rule: string; readonly scope: string; readonly daysLeft: number };
}

export const scenarios: readonly Scenario[] = [
  { name: "clean", program: clean, deployedDaysAgo: [0] },
  { name: "secret-added", program: secretAdded, deployedDaysAgo: [90, 32] },
  { name: "certificate-rotated", program: rotated, deployedDaysAgo: [150, 95, 40] },
  { name: "certificate-replaced", program: replaced, deployedDaysAgo: [70] },
  { name: "tenant-weakened", program: tenantWeakened, deployedDaysAgo: [0] },
  { name: "access-enforced", program: accessEnforced, deployedDaysAgo: [8] },
  { name: "owner-added", program: ownerAdded, deployedDaysAgo: [30] },
  {
    name: "exemption-expiring",
    program: exemption,
    deployedDaysAgo: [60],
    exemption: {
      rule: "no-client-secret-resource",
      scope:
        "urn:pulumi:prod::identities::azuread:index/applicationPassword:ApplicationPassword::print-service-legacy",
      daysLeft: 11,
    },
  },
  { name: "preview-crashed", program: crashed, deployedDaysAgo: [30] },
  { name: "pack-missing", program: ownerAdded, deployedDaysAgo: [30], withPack: false },
  { name: "boundaries", program: boundaries, deployedDaysAgo: [30] },
  { name: "hostile-names", program: hostile, deployedDaysAgo: [] },
];
