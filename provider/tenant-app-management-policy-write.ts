/** Writes the tenant's policy, waits until it shows, and sees to it that nobody else's part got lost. */
import { isDeepStrictEqual } from "node:util";
import {
  changeBetween,
  entryAt,
  type EntryPlace,
  type FoundPolicy,
  fulfils,
  type GraphClient,
  GraphConflictError,
  GraphError,
  lostParts,
  readWholeDefaultPolicy,
  type TenantAppManagementPolicy,
  type TenantAppManagementPolicyChange,
  writeDefaultPolicy,
} from "../graph";
import { describeError, ProviderError } from "./errors";
import type { OperationContext } from "./resource-handler";
import { listed } from "./tenant-app-management-policy-warnings";

/** Waits between looks at the policy after a write, in milliseconds: about a minute in all. */
const LOOKS_MS = [0, 500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000, 8_000, 8_000, 8_000] as const;

/**
 * A second look so long after the first: another deployment that had read the policy before our write and sent its own
 * right after it has overwritten ours by then. Longer than any client takes from its last reading to its writing.
 */
const SETTLED_MS = 1_000;

/** How often the policy is merged anew in one operation because somebody else writes it at the same time. */
const MOST_ROUNDS = 6;

/** Longest wait before another round, in milliseconds; two that collide must not go on in step. */
const APART_MS = 2_000;

export interface PolicyWrite {
  /** The whole policy as it should be, made from the policy found. Called again when somebody else wrote meanwhile. */
  readonly merge: (found: TenantAppManagementPolicy) => TenantAppManagementPolicy;
  /** The entries that must be seen after the write. */
  readonly places: readonly EntryPlace[];
}

/** What a write needs of its surroundings. */
export interface WriteContext extends Omit<OperationContext, "urn"> {
  readonly client: GraphClient;
  /** Waits that many milliseconds; rejects when the signal aborts. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** A number from 0 to below 1, for spreading waits. */
  readonly random: () => number;
}

/**
 * Resolves when reading the policy shows the merge and all that was there before it, and still does a second later.
 *
 * Graph documents no ETag for this object, so the policy is read again right before each write and compared, and an
 * ETag is sent where there is one. What somebody else wrote in between is merged with ours, at most six times. Parts
 * of others that are missing after the write are written back, once.
 *
 * @throws GraphError with `outcome: "not-applied"` when the tenant is certainly as it was
 * @throws ProviderError CERTLOCK_POLICY_CONTENDED, CERTLOCK_WRITE_NOT_VISIBLE, CERTLOCK_POLICY_PART_LOST
 */
export async function writeMerged(
  first: FoundPolicy,
  write: PolicyWrite,
  context: WriteContext,
): Promise<void> {
  let found = first;
  let sent = false;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    if (round > 0) await context.sleep(Math.ceil(context.random() * APART_MS), context.signal);
    const wanted = write.merge(found.policy);
    const change = changeBetween(found.policy, wanted);
    if (change === undefined) return;
    const fresh = await again(found, context);
    if (!isDeepStrictEqual(fresh.policy, found.policy)) {
      found = fresh;
      continue;
    }
    const result = await send(change, fresh, context).catch((error: unknown) => {
      throw sent && error instanceof GraphError ? contended(describeError(error)) : error;
    });
    if (result === "conflict") {
      found = await again(found, context);
      continue;
    }
    sent = true;
    const seen = await watch(fresh, wanted, write.places, context);
    if ("shown" in seen) {
      await keepOthers(seen.shown, wanted, write.places, context);
      await context.sleep(SETTLED_MS, context.signal);
      found = await again(found, context);
      if (shows(found.policy, wanted, write.places)) return;
    } else if ("other" in seen) {
      found = seen.other;
    } else {
      throw result === "sent" ? notVisible() : result;
    }
  }
  throw contended(`it did not come to rest in ${MOST_ROUNDS} attempts`);
}

async function again({ version }: FoundPolicy, { client, signal }: WriteContext): Promise<FoundPolicy> {
  return readWholeDefaultPolicy(client, { signal, version });
}

function shows(
  now: TenantAppManagementPolicy,
  wanted: TenantAppManagementPolicy,
  places: readonly EntryPlace[],
): boolean {
  return (
    now.isEnabled === wanted.isEnabled &&
    places.every((place) => fulfils(entryAt(now, place), entryAt(wanted, place)))
  );
}

/** Sends a change; without a clear answer the policy itself says whether it arrived, so that failure is returned. */
async function send(
  change: TenantAppManagementPolicyChange,
  { version, etag }: FoundPolicy,
  { client, signal }: WriteContext,
): Promise<"sent" | "conflict" | GraphError> {
  try {
    await writeDefaultPolicy(client, change, { signal, version, etag });
    return "sent";
  } catch (error) {
    if (error instanceof GraphConflictError && !signal.aborted) return "conflict";
    if (!(error instanceof GraphError) || error.outcome !== "unknown" || signal.aborted) throw error;
    return error;
  }
}

/**
 * Reads the policy until it shows what was written. What is neither that nor what was there before is somebody else's
 * writing, which is returned to be merged with.
 */
async function watch(
  before: FoundPolicy,
  wanted: TenantAppManagementPolicy,
  places: readonly EntryPlace[],
  context: WriteContext,
): Promise<{ readonly shown: FoundPolicy } | { readonly other: FoundPolicy } | { readonly unchanged: true }> {
  for (const milliseconds of LOOKS_MS) {
    if (milliseconds > 0) await context.sleep(milliseconds, context.signal);
    const now = await again(before, context);
    if (shows(now.policy, wanted, places)) return { shown: now };
    if (!isDeepStrictEqual(now.policy, before.policy)) return { other: now };
  }
  return { unchanged: true };
}

/** Writes back what others had set and the write took away. */
async function keepOthers(
  now: FoundPolicy,
  wanted: TenantAppManagementPolicy,
  places: readonly EntryPlace[],
  context: WriteContext,
): Promise<void> {
  const lost = lostParts(now.policy, wanted);
  if (lost === undefined) return;
  context.warn(
    `The tenant's default app management policy lost ${listed(lost.paths)} with this write; certlock writes it back.`,
  );
  try {
    await send(lost.repair, now, context);
    for (const milliseconds of LOOKS_MS) {
      if (milliseconds > 0) await context.sleep(milliseconds, context.signal);
      const { policy } = await again(now, context);
      if (shows(policy, wanted, places) && lostParts(policy, wanted) === undefined) return;
    }
  } catch (error) {
    throw partLost(lost.paths, describeError(error));
  }
  throw partLost(lost.paths, "it was written back, but reading the policy does not show it");
}

function notVisible(): ProviderError {
  return new ProviderError(
    "CERTLOCK_WRITE_NOT_VISIBLE",
    "Microsoft Graph accepted the change of the default app management policy, but reading it does not show the change after a minute: " +
      "it may still be on its way, or somebody changed the policy at the same time. Run the update again.",
  );
}

function contended(reason: string): ProviderError {
  return new ProviderError(
    "CERTLOCK_POLICY_CONTENDED",
    `Somebody else changes the tenant's default app management policy at the same time: ${reason}. ` +
      "Nothing of theirs was overwritten knowingly. Let the other deployment finish and run this one again; " +
      "if both declare the same restriction, declare it in one of them only.",
  );
}

/** Not a GraphError: its outcome would speak of the repair, and the write before it did arrive. */
function partLost(paths: readonly string[], reason: string): ProviderError {
  return new ProviderError(
    "CERTLOCK_POLICY_PART_LOST",
    `Writing the tenant's default app management policy took away what others had set at ${listed(paths)}, and it could not be put back: ${reason}. ` +
      'Set it again in the Entra admin centre (Enterprise applications, Application policies); the resource\'s output "previous" holds the policy from before.',
  );
}
