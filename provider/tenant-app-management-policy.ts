/** The resource `certlock:index:TenantAppManagementPolicy`: one tenant's default app management policy. */
import {
  assertPolicy,
  changeBetween,
  type DeclaredPolicy,
  entryAt,
  type EntryPlace,
  type GraphClient,
  GraphError,
  mergePolicy,
  placesOf,
  readDefaultPolicy,
  rememberEntries,
  restoreEntries,
  restorePolicy,
  sameMeaning,
  samePlace,
  type TenantAppManagementPolicy,
  writeDefaultPolicy,
} from "../graph";
import { describeError, PartialFailureError, ProviderError } from "./errors";
import { hasUnknown, type PropertyMap, UNKNOWN } from "./properties";
import type { Changes, CheckResult, OperationContext, ReadResult, ResourceHandler } from "./resource-handler";
import { checkInputs } from "./tenant-app-management-policy-check";
import { diffInputs } from "./tenant-app-management-policy-diff";
import { declaredFrom, importedInputs, inputsFrom, liveInputs } from "./tenant-app-management-policy-values";

/** Id of the one policy of a tenant, also for `pulumi import`. */
export const POLICY_ID = "defaultAppManagementPolicy";

/** Waits between looks at the policy after a write, in milliseconds: about a minute in all. */
const LOOKS_MS = [0, 500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000, 8_000, 8_000, 8_000] as const;

export interface TenantAppManagementPolicyOptions {
  /** Called when Graph is needed for the first time in an operation, never in a preview. */
  readonly client: () => Promise<GraphClient>;
  /** Waits that many milliseconds; rejects when the signal aborts. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** What the state remembers beside the inputs. */
interface Memory {
  /** The policy as it was before each entry was first written. */
  readonly previous: TenantAppManagementPolicy;
  /** What was written last, whatever a refresh has found since. */
  readonly applied: DeclaredPolicy;
}

interface Write {
  /** The policy to have, from the policy found. */
  readonly plan: (found: TenantAppManagementPolicy) => TenantAppManagementPolicy;
  /** The entries that must be seen after the write. */
  readonly places: readonly EntryPlace[];
}

/**
 * Reads, merges and writes the tenant's default policy.
 *
 * - The entries declared are owned, with the main switch; all others stay as found.
 * - What was there before is kept in the output `previous` and returns when an entry is no longer declared or
 *   the resource is deleted (`onDelete: "restore"`); entries that somebody changed since stay as they are.
 * - The policy is written once per operation, right after reading it. A write whose outcome is not certain is
 *   not sent again: the policy is read until it shows, and the state keeps `previous` in any case.
 */
export class TenantAppManagementPolicyHandler implements ResourceHandler {
  readonly #options: TenantAppManagementPolicyOptions;
  /** One read-merge-write at a time: two resources of one stack would overwrite each other otherwise. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: TenantAppManagementPolicyOptions) {
    this.#options = options;
  }

  check(news: PropertyMap, secretKeys: ReadonlySet<string>): CheckResult {
    return checkInputs(news, secretKeys);
  }

  diff(outputs: PropertyMap, news: PropertyMap): Changes {
    return diffInputs(outputs, news);
  }

  async create(
    inputs: PropertyMap,
    { preview, signal }: OperationContext,
  ): Promise<{ id: string; outputs: PropertyMap }> {
    if (preview) return { id: "", outputs: { ...inputs, previous: UNKNOWN, applied: UNKNOWN } };
    const declared = declaredFrom(inputs);
    const outputs = await this.#change(signal, (found) => ({
      plan: (current) => mergePolicy(current, declared),
      places: placesOf(declared),
      outputs: { ...inputs, ...remember({ previous: found, applied: declared }) },
    }));
    return { id: POLICY_ID, outputs };
  }

  async update(
    _id: string,
    outputs: PropertyMap,
    news: PropertyMap,
    { preview, signal }: OperationContext,
  ): Promise<PropertyMap> {
    if (preview && Object.values(news).some(hasUnknown)) {
      return { ...news, previous: UNKNOWN, applied: UNKNOWN };
    }
    const declared = declaredFrom(news);
    const { previous, applied } = recall(outputs);
    const taken = without(placesOf(declared), placesOf(applied));
    const dropped = without(placesOf(applied), placesOf(declared));
    if (preview) {
      const known = taken.length === 0 ? remember({ previous, applied }).previous : UNKNOWN;
      return { ...news, previous: known, applied: JSON.stringify(declared) };
    }
    return this.#change(signal, (found) => ({
      plan: (current) => mergePolicy(restoreEntries(current, applied, previous, dropped), declared),
      places: [...placesOf(declared), ...dropped],
      outputs: {
        ...news,
        ...remember({ previous: rememberEntries(previous, found, taken), applied: declared }),
      },
    }));
  }

  async read(
    id: string,
    outputs: PropertyMap,
    inputs: PropertyMap,
    signal: AbortSignal,
  ): Promise<ReadResult> {
    const found = await readDefaultPolicy(await this.#options.client(), { signal });
    if (outputs["applied"] === undefined) {
      if (id !== POLICY_ID && id !== found.id) {
        throw new ProviderError(
          "CERTLOCK_IMPORT_ID_UNKNOWN",
          `A tenant has one default app management policy; import it with the id "${POLICY_ID}".`,
        );
      }
      // Nothing was written yet, so what is there is also what a deletion returns to.
      const imported = importedInputs(found);
      const memory = remember({ previous: found, applied: declaredFrom(imported) });
      return { id: POLICY_ID, inputs: imported, outputs: { ...imported, ...memory } };
    }
    const { previous, applied } = outputs;
    const declared = Object.keys(inputs).length > 0 ? inputs : inputsFrom(outputs);
    const live = liveInputs(declared, found);
    return { id, inputs: live, outputs: { ...live, previous, applied } };
  }

  async delete(_id: string, outputs: PropertyMap, signal: AbortSignal): Promise<void> {
    if (outputs["onDelete"] === "keep") return;
    const { previous, applied } = recall(outputs);
    await this.#change(signal, () => ({
      plan: (current) => restorePolicy(current, applied, previous),
      places: placesOf(applied),
      outputs: undefined,
    }));
  }

  /** Reads, plans, writes and waits until the write shows; at most one such sequence at a time. */
  async #change<Outputs extends PropertyMap | undefined>(
    signal: AbortSignal,
    plan: (found: TenantAppManagementPolicy) => Write & { readonly outputs: Outputs },
  ): Promise<Outputs> {
    const turn = this.#queue.then(async () => {
      const client = await this.#options.client();
      const found = await readDefaultPolicy(client, { signal });
      const write = plan(found);
      const wanted = write.plan(found);
      const change = changeBetween(found, wanted);
      if (change !== undefined) {
        try {
          await this.#writeAndSee(client, change, wanted, write.places, signal);
        } catch (error) {
          if (error instanceof GraphError && error.outcome === "not-applied") throw error;
          const { outputs } = write;
          if (outputs === undefined) throw error;
          throw new PartialFailureError(POLICY_ID, outputs, describeError(error));
        }
      }
      return write.outputs;
    });
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async #writeAndSee(
    client: GraphClient,
    change: NonNullable<ReturnType<typeof changeBetween>>,
    wanted: TenantAppManagementPolicy,
    places: readonly EntryPlace[],
    signal: AbortSignal,
  ): Promise<void> {
    let uncertain: GraphError | undefined;
    try {
      await writeDefaultPolicy(client, change, { signal });
    } catch (error) {
      // Without a clear answer the policy itself says whether the write arrived.
      if (!(error instanceof GraphError) || error.outcome !== "unknown" || signal.aborted) throw error;
      uncertain = error;
    }
    for (const milliseconds of LOOKS_MS) {
      if (milliseconds > 0) await this.#options.sleep(milliseconds, signal);
      const now = await readDefaultPolicy(client, { signal });
      const shows = (place: EntryPlace): boolean => sameMeaning(entryAt(now, place), entryAt(wanted, place));
      if (now.isEnabled === wanted.isEnabled && places.every(shows)) return;
    }
    if (uncertain !== undefined) throw uncertain;
    throw new ProviderError(
      "CERTLOCK_WRITE_NOT_VISIBLE",
      "Microsoft Graph accepted the change of the default app management policy, but reading it does not show the change after a minute: " +
        "it may still be on its way, or somebody changed the policy at the same time. Run the update again.",
    );
  }
}

function remember({ previous, applied }: Memory): { previous: string; applied: string } {
  // As text, because a policy holds nulls and unknown members that must come back exactly.
  return { previous: JSON.stringify(previous), applied: JSON.stringify(applied) };
}

function recall(outputs: PropertyMap): Memory {
  const { previous, applied } = outputs;
  try {
    if (typeof previous === "string" && typeof applied === "string") {
      const before: unknown = JSON.parse(previous);
      assertPolicy(before);
      return { previous: before, applied: JSON.parse(applied) as DeclaredPolicy };
    }
  } catch {
    // Told below: whichever way the memory is damaged, the remedy is the same.
  }
  throw new ProviderError(
    "CERTLOCK_STATE_INCOMPLETE",
    'The stack\'s state lacks what the default app management policy was before ("previous" and "applied"), so it cannot be restored. ' +
      'Restore the state from a backup; or remove the resource from the state (pulumi state delete) and import it again with the id "defaultAppManagementPolicy".',
  );
}

function without(places: readonly EntryPlace[], others: readonly EntryPlace[]): EntryPlace[] {
  return places.filter((place) => !others.some((other) => samePlace(place, other)));
}
