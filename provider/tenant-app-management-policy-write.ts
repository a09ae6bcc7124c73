/** Writes the tenant's policy, waits until it shows, and sees to it that nobody else's part got lost. */
import {
  changeBetween,
  entryAt,
  type EntryPlace,
  type GraphClient,
  GraphError,
  lostParts,
  readDefaultPolicy,
  sameMeaning,
  type TenantAppManagementPolicy,
  type TenantAppManagementPolicyChange,
  writeDefaultPolicy,
} from "../graph";
import { describeError, ProviderError } from "./errors";
import type { OperationContext } from "./resource-handler";
import { listed } from "./tenant-app-management-policy-warnings";

/** Waits between looks at the policy after a write, in milliseconds: about a minute in all. */
const LOOKS_MS = [0, 500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000, 8_000, 8_000, 8_000] as const;

export interface PolicyWrite {
  /** The difference to what was found. */
  readonly change: NonNullable<ReturnType<typeof changeBetween>>;
  /** The whole policy as it should be afterwards. */
  readonly wanted: TenantAppManagementPolicy;
  /** The entries that must be seen after the write. */
  readonly places: readonly EntryPlace[];
}

/** What a write needs of its surroundings. */
export interface WriteContext extends OperationContext {
  readonly client: GraphClient;
  /** Waits that many milliseconds; rejects when the signal aborts. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Resolves when reading the policy shows the change and all that was there before it.
 *
 * Parts of others that are missing after the write are written back, once.
 *
 * @throws GraphError with `outcome: "not-applied"` when the tenant is certainly as it was
 * @throws ProviderError CERTLOCK_WRITE_NOT_VISIBLE, CERTLOCK_POLICY_PART_LOST
 */
export async function writeAndSee(
  { change, wanted, places }: PolicyWrite,
  context: WriteContext,
): Promise<void> {
  const shows = (now: TenantAppManagementPolicy): boolean =>
    now.isEnabled === wanted.isEnabled &&
    places.every((place) => sameMeaning(entryAt(now, place), entryAt(wanted, place)));

  const uncertain = await send(change, context);
  const now = await look(shows, context);
  if (now === undefined) {
    if (uncertain !== undefined) throw uncertain;
    throw new ProviderError(
      "CERTLOCK_WRITE_NOT_VISIBLE",
      "Microsoft Graph accepted the change of the default app management policy, but reading it does not show the change after a minute: " +
        "it may still be on its way, or somebody changed the policy at the same time. Run the update again.",
    );
  }
  const lost = lostParts(now, wanted);
  if (lost === undefined) return;
  context.warn(
    `The tenant's default app management policy lost ${listed(lost.paths)} with this write; certlock writes it back.`,
  );
  try {
    await send(lost.repair, context);
    const whole = (policy: TenantAppManagementPolicy): boolean =>
      shows(policy) && lostParts(policy, wanted) === undefined;
    if ((await look(whole, context)) !== undefined) return;
  } catch (error) {
    throw partLost(lost.paths, describeError(error));
  }
  throw partLost(lost.paths, "it was written back, but reading the policy does not show it");
}

/** Sends a change; without a clear answer the policy itself says whether it arrived, so that failure is returned. */
async function send(
  change: TenantAppManagementPolicyChange,
  { client, signal }: WriteContext,
): Promise<GraphError | undefined> {
  try {
    await writeDefaultPolicy(client, change, { signal });
    return undefined;
  } catch (error) {
    if (!(error instanceof GraphError) || error.outcome !== "unknown" || signal.aborted) throw error;
    return error;
  }
}

/** Reads the policy until it is as it should be; undefined when it is not after a minute. */
async function look(
  isRight: (now: TenantAppManagementPolicy) => boolean,
  { client, signal, sleep }: WriteContext,
): Promise<TenantAppManagementPolicy | undefined> {
  for (const milliseconds of LOOKS_MS) {
    if (milliseconds > 0) await sleep(milliseconds, signal);
    const now = await readDefaultPolicy(client, { signal });
    if (isRight(now)) return now;
  }
  return undefined;
}

/** Not a GraphError: its outcome would speak of the repair, and the write before it did arrive. */
function partLost(paths: readonly string[], reason: string): ProviderError {
  return new ProviderError(
    "CERTLOCK_POLICY_PART_LOST",
    `Writing the tenant's default app management policy took away what others had set at ${listed(paths)}, and it could not be put back: ${reason}. ` +
      'Set it again in the Entra admin centre (Enterprise applications, Application policies); the resource\'s output "previous" holds the policy from before.',
  );
}
