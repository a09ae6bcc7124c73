/** The resource `certlock:index:TenantAppManagementPolicy`: one tenant's default app management policy. */
import {
  type ActorExemption,
  actorExemptions,
  type DeclaredPolicy,
  entryAt,
  type EntryPlace,
  type GraphClient,
  GraphError,
  type GraphVersion,
  mergePolicy,
  placesOf,
  readWholeDefaultPolicy,
  rememberEntries,
  restoreEntries,
  restoreMembers,
  restorePolicy,
  samePlace,
  type TenantAppManagementPolicy,
  TRUSTED_AUTHORITY,
} from "../graph";
import { describeError, PartialFailureError, ProviderError } from "./errors";
import { hasUnknown, type PropertyMap, type PropertyValue, UNKNOWN } from "./properties";
import type {
  ChangeContext,
  Changes,
  CheckContext,
  CheckResult,
  OperationContext,
  ReadResult,
  ResourceHandler,
} from "./resource-handler";
import { checkInputs } from "./tenant-app-management-policy-check";
import { diffInputs } from "./tenant-app-management-policy-diff";
import { recall, remember, withDropped } from "./tenant-app-management-policy-memory";
import { declaredFrom, importedInputs, inputsFrom, liveInputs } from "./tenant-app-management-policy-values";
import { activated, alreadyInPlace, exempted, oneSided } from "./tenant-app-management-policy-warnings";
import { writeMerged } from "./tenant-app-management-policy-write";

/** Id of the one policy of a tenant, also for `pulumi import`. */
const POLICY_ID = "defaultAppManagementPolicy";

interface TenantAppManagementPolicyOptions {
  /** Called when Graph is needed for the first time in an operation, never in a preview. */
  readonly client: () => Promise<GraphClient>;
  /** Waits that many milliseconds; rejects when the signal aborts. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** A number from 0 to below 1, for spreading waits. @default - Math.random */
  readonly random?: () => number;
}

/** The outputs that a preview cannot know. */
const NOT_KNOWN_YET = { previous: UNKNOWN, applied: UNKNOWN, exemptActors: UNKNOWN } as const;

/** One change of the policy, made from the policy found. */
interface Plan<Outputs extends PropertyMap | undefined> {
  /** The whole policy as it should be; made again when somebody else wrote meanwhile. */
  readonly merge: (found: TenantAppManagementPolicy) => TenantAppManagementPolicy;
  /** The entries that must be seen after the write. */
  readonly places: readonly EntryPlace[];
  readonly warnings: readonly (string | undefined)[];
  readonly outputs: Outputs;
  /** The state to keep when it is not certain that the write arrived; undefined keeps the old one. */
  readonly uncertain?: PropertyMap;
}

/**
 * Reads, merges and writes the tenant's default policy.
 *
 * - The entries declared are owned, with the main switch; all others stay as found.
 * - What was there before is kept in the output `previous` and returns when an entry is no longer declared or
 *   the resource is deleted (`onDelete: "restore"`); entries that somebody changed since stay as they are.
 * - The policy is read again right before it is written, and looked at twice afterwards: what somebody else writes at
 *   the same time is merged with. A write whose outcome is not certain is not sent again: the policy is read until it
 *   shows, and the state keeps `previous` in any case.
 * - Callers that others exempted from a declared restriction stay exempt; the output `exemptActors` names them.
 */
export class TenantAppManagementPolicyHandler implements ResourceHandler {
  readonly #options: TenantAppManagementPolicyOptions;
  /** One read-merge-write at a time: two resources of one stack would overwrite each other otherwise. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: TenantAppManagementPolicyOptions) {
    this.#options = options;
  }

  check(news: PropertyMap, secretKeys: ReadonlySet<string>, { warn }: CheckContext): CheckResult {
    const result = checkInputs(news, secretKeys);
    const isKnown = result.problems.length === 0 && !Object.values(news).some(hasUnknown);
    const warning = isKnown ? oneSided(declaredFrom(news)) : undefined;
    if (warning !== undefined) warn(warning);
    return result;
  }

  diff(outputs: PropertyMap, news: PropertyMap): Changes {
    return diffInputs(outputs, news);
  }

  async create(inputs: PropertyMap, context: ChangeContext): Promise<{ id: string; outputs: PropertyMap }> {
    if (context.preview) return { id: "", outputs: { ...inputs, ...NOT_KNOWN_YET } };
    const declared = declaredFrom(inputs);
    const places = placesOf(declared);
    const outputs = await this.#change(context, versionFor(declared), (found) => {
      const merge = (now: TenantAppManagementPolicy): TenantAppManagementPolicy => mergePolicy(now, declared);
      const wanted = merge(found);
      const exemptions = actorExemptions(wanted, places);
      const state: PropertyMap = {
        ...inputs,
        ...remember({ previous: found, applied: declared }),
        ...exemptActorsOf(exemptions),
      };
      const warnings = [
        alreadyInPlace(found, declared),
        activated(found, wanted, declared),
        exempted(actorExemptions(wanted, undeclared(places, declared))),
      ];
      return { merge, places, warnings, outputs: state, uncertain: state };
    });
    return { id: POLICY_ID, outputs };
  }

  async update(
    _id: string,
    outputs: PropertyMap,
    news: PropertyMap,
    context: ChangeContext,
  ): Promise<PropertyMap> {
    const { preview } = context;
    if (preview && Object.values(news).some(hasUnknown)) return { ...news, ...NOT_KNOWN_YET };
    const declared = declaredFrom(news);
    const { previous, applied } = recall(outputs);
    const taken = without(placesOf(declared), placesOf(applied));
    const dropped = without(placesOf(applied), placesOf(declared));
    if (preview) {
      const known = taken.length === 0 ? remember({ previous, applied }).previous : UNKNOWN;
      const same = taken.length === 0 && dropped.length === 0;
      const exemptActors = same ? outputs["exemptActors"] : UNKNOWN;
      return { ...news, previous: known, applied: JSON.stringify(declared), exemptActors };
    }
    return this.#change(context, versionFor(declared, applied), (found) => {
      const merge = (now: TenantAppManagementPolicy): TenantAppManagementPolicy => {
        const without = restoreEntries(now, applied, previous, dropped);
        return mergePolicy(restoreMembers(without, applied, declared, previous), declared);
      };
      const wanted = merge(found);
      const before = rememberEntries(previous, found, taken);
      const state: PropertyMap = {
        ...news,
        ...remember({ previous: before, applied: declared }),
        ...exemptActorsOf(actorExemptions(wanted, placesOf(declared))),
      };
      return {
        merge,
        places: [...placesOf(declared), ...dropped],
        warnings: [
          activated(found, wanted, declared),
          exempted(actorExemptions(wanted, undeclared(taken, declared))),
        ],
        outputs: state,
        uncertain: {
          ...state,
          ...remember({ previous: before, applied: withDropped(declared, applied, dropped) }),
        },
      };
    });
  }

  async read(
    id: string,
    outputs: PropertyMap,
    inputs: PropertyMap,
    { signal }: OperationContext,
  ): Promise<ReadResult> {
    const { policy: found } = await readWholeDefaultPolicy(await this.#options.client(), { signal });
    if (outputs["applied"] === undefined) {
      if (id !== POLICY_ID && id !== found.id) {
        throw new ProviderError(
          "CERTLOCK_IMPORT_ID_UNKNOWN",
          `A tenant has one default app management policy; import it with the id "${POLICY_ID}".`,
        );
      }
      // Nothing was written yet, so what is there is also what a deletion returns to.
      const imported = importedInputs(found);
      const applied = declaredFrom(imported);
      const memory = remember({ previous: found, applied });
      const exempt = exemptActorsOf(actorExemptions(found, placesOf(applied)));
      return { id: POLICY_ID, inputs: imported, outputs: { ...imported, ...memory, ...exempt } };
    }
    const { previous, applied } = outputs;
    const declared = Object.keys(inputs).length > 0 ? inputs : inputsFrom(outputs);
    const live = liveInputs(declared, found);
    const exempt = exemptActorsOf(actorExemptions(found, placesOf(declaredFrom(live))));
    return { id, inputs: live, outputs: { ...live, previous, applied, ...exempt } };
  }

  async delete(_id: string, outputs: PropertyMap, context: OperationContext): Promise<void> {
    if (outputs["onDelete"] === "keep") return;
    const { previous, applied } = recall(outputs);
    await this.#change(context, versionFor(applied), () => ({
      merge: (now) => restorePolicy(now, applied, previous),
      places: placesOf(applied),
      warnings: [],
      outputs: undefined,
    }));
  }

  /** Reads, plans, writes and waits until the write shows; at most one such sequence at a time. */
  async #change<Outputs extends PropertyMap | undefined>(
    context: OperationContext,
    version: GraphVersion,
    plan: (found: TenantAppManagementPolicy) => Plan<Outputs>,
  ): Promise<Outputs> {
    const turn = this.#queue.then(async () => {
      const { sleep } = this.#options;
      const { signal, warn } = context;
      const client = await this.#options.client();
      const first = await readWholeDefaultPolicy(client, { signal, version });
      const { merge, places, warnings, outputs, uncertain } = plan(first.policy);
      for (const warning of warnings) if (warning !== undefined) warn(warning);
      try {
        const { random = Math.random } = this.#options;
        await writeMerged(first, { merge, places }, { client, sleep, signal, warn, random });
      } catch (error) {
        if (error instanceof GraphError && error.outcome === "not-applied") throw error;
        if (uncertain === undefined) throw error;
        throw new PartialFailureError(POLICY_ID, uncertain, describeError(error));
      }
      return outputs;
    });
    this.#queue = turn.catch(() => undefined);
    return turn;
  }
}

/** The places whose exempt callers are somebody else's business. */
function undeclared(places: readonly EntryPlace[], declared: DeclaredPolicy): EntryPlace[] {
  return places.filter((place) => entryAt(declared, place)?.excludeActors === undefined);
}

/** Some restrictions can be written with beta alone. */
function versionFor(...policies: readonly DeclaredPolicy[]): GraphVersion {
  const isBeta = policies.some((policy) =>
    placesOf(policy).some(({ restrictionType }) => restrictionType === TRUSTED_AUTHORITY),
  );
  return isBeta ? "beta" : "v1.0";
}

function without(places: readonly EntryPlace[], others: readonly EntryPlace[]): EntryPlace[] {
  return places.filter((place) => !others.some((other) => samePlace(place, other)));
}

/** Who is exempt from the declared restrictions, as an output. */
function exemptActorsOf(exemptions: readonly ActorExemption[]): { exemptActors: PropertyValue } {
  return { exemptActors: exemptions.map((exemption) => ({ ...exemption })) };
}
