/** The resource `certlock:index:AppManagementPolicy`: restrictions, or an exemption with an end, for chosen objects. */
import {
  createCustomPolicy,
  type CustomEntry,
  customEntries,
  type CustomPolicy,
  customRestrictions,
  deleteCustomPolicy,
  type GraphClient,
  GraphError,
  GraphNotFoundError,
  listCustomPolicies,
  loosened,
  type PolicyTarget,
  readCustomPolicy,
  readWholeDefaultPolicy,
  strayEntries,
  targetsOf,
  updateCustomPolicy,
} from "../graph";
import { checkAppManagementPolicy, INPUTS } from "./app-management-policy-check";
import { diffAppManagementPolicy } from "./app-management-policy-diff";
import { freeTargets, reassign, type TargetContext } from "./app-management-policy-targets";
import {
  declaredRestrictions,
  fullDescription,
  idsOf,
  importedPolicy,
  isMarked,
  livePolicy,
  markOf,
  versionOf,
} from "./app-management-policy-values";
import { describeError, PartialFailureError } from "./errors";
import { type PropertyMap, UNKNOWN } from "./properties";
import type {
  ChangeContext,
  Changes,
  CheckContext,
  CheckResult,
  OperationContext,
  ReadResult,
  ResourceHandler,
} from "./resource-handler";
import { listed } from "./tenant-app-management-policy-warnings";

interface AppManagementPolicyOptions {
  /** Called when Graph is needed for the first time in an operation, never in a preview. */
  readonly client: () => Promise<GraphClient>;
  /** Waits that many milliseconds; rejects when the signal aborts. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** @default - the system's clock */
  readonly clock?: () => Date;
}

/** What is to be written, made from inputs without unknown values. */
interface Wanted {
  readonly entries: readonly CustomEntry[];
  readonly body: Omit<CustomPolicy, "id">;
  readonly outputs: PropertyMap;
}

/**
 * Makes, changes and assigns custom app management policies.
 *
 * - Before anything is written, every object is looked up; one that has another custom policy is refused with its name.
 * - Whatever the tenant's default enforces and the declaration does not name is written out too, so that neither reading
 *   of the documents lifts it (custom-restrictions.ts).
 * - A new policy is assigned last, and withdrawn first: a run that is killed leaves no more exempt than it had.
 * - A policy that a killed run made is found by the mark in its description and taken over.
 */
export class AppManagementPolicyHandler implements ResourceHandler {
  readonly #options: AppManagementPolicyOptions;

  constructor(options: AppManagementPolicyOptions) {
    this.#options = options;
  }

  check(news: PropertyMap, secretKeys: ReadonlySet<string>, context: CheckContext): CheckResult {
    const now = (this.#options.clock ?? (() => new Date()))();
    return checkAppManagementPolicy(news, secretKeys, { ...context, now });
  }

  diff(outputs: PropertyMap, news: PropertyMap): Changes {
    return diffAppManagementPolicy(outputs, news);
  }

  async create(inputs: PropertyMap, context: ChangeContext): Promise<{ id: string; outputs: PropertyMap }> {
    if (context.preview) {
      return { id: "", outputs: { ...inputs, fullDescription: UNKNOWN, copied: UNKNOWN, strays: [] } };
    }
    const surroundings = await this.#surroundings(context);
    const { client } = surroundings;
    const { signal } = context;
    const mark = markOf(context.urn);
    const left = await findMarked(client, mark, signal);
    const targets = await freeTargets(idsOf(inputs["appliesTo"]), left?.id, surroundings);
    const wanted = await this.#wanted(inputs, mark, targets, context, client);
    if (left !== undefined) {
      context.warn(
        `Takes over the policy "${listed([left.displayName])}" (${left.id}), which an interrupted run of this stack made. If another stack of the same project and name manages it, give one of them another name.`,
      );
      const outputs = await this.#write(left.id, wanted, targets, surroundings, inputs);
      return { id: left.id, outputs };
    }
    const id = await createOrFind(client, wanted, mark, signal);
    const outputs = await this.#assign(
      id,
      { from: [], to: targets, before: [] },
      wanted.outputs,
      surroundings,
    );
    return { id, outputs };
  }

  async update(
    id: string,
    outputs: PropertyMap,
    news: PropertyMap,
    context: ChangeContext,
  ): Promise<PropertyMap> {
    if (context.preview) return { ...news, fullDescription: UNKNOWN, copied: UNKNOWN, strays: [] };
    const surroundings = await this.#surroundings(context);
    const targets = await freeTargets(idsOf(news["appliesTo"]), id, surroundings);
    const wanted = await this.#wanted(news, markOf(context.urn), targets, context, surroundings.client);
    return this.#write(id, wanted, targets, surroundings, outputs);
  }

  async read(
    id: string,
    outputs: PropertyMap,
    inputs: PropertyMap,
    { signal }: OperationContext,
  ): Promise<ReadResult> {
    const client = await this.#options.client();
    const found = await readCustomPolicy(client, id, { signal });
    if (found === undefined) return { id: "", outputs: {}, inputs: {} };
    const targets = await targetsOf(client, id, { signal });
    if (outputs["displayName"] === undefined) {
      const imported = importedPolicy(found, targets);
      // Without the mark somebody else wrote it, and neither owner nor end are part of it.
      const written = isMarked(found.description) ? { fullDescription: found.description } : {};
      return { id: found.id, inputs: imported, outputs: { ...imported, ...written, copied: [], strays: [] } };
    }
    const declared = Object.keys(inputs).length > 0 ? inputs : inputsFrom(outputs);
    const { fullDescription: written, copied } = outputs;
    const live = livePolicy(declared, found, targets, written);
    const { policy } = await readWholeDefaultPolicy(client, { signal });
    const wanted = customEntries(declaredRestrictions(declared), policy, kindsOf(targets));
    // Declared entries show by themselves.
    const own = customEntries(declaredRestrictions(declared), { isEnabled: false }, []).map(nameOf);
    const strays = strayEntries(found.restrictions, wanted).filter((name) => !own.includes(name));
    return { id, inputs: live, outputs: { ...live, fullDescription: written, copied, strays } };
  }

  async delete(id: string, _outputs: PropertyMap, context: OperationContext): Promise<void> {
    const surroundings = await this.#surroundings(context);
    const { client, signal } = surroundings;
    const targets = await currentTargets(id, surroundings);
    await reassign(id, { from: targets, to: [], before: targets }, surroundings, () => undefined);
    await deleteCustomPolicy(client, id, { signal });
  }

  async #surroundings({ signal }: OperationContext): Promise<TargetContext> {
    return { client: await this.#options.client(), sleep: this.#options.sleep, signal };
  }

  async #wanted(
    inputs: PropertyMap,
    mark: string,
    targets: readonly PolicyTarget[],
    { signal, warn }: OperationContext,
    client: GraphClient,
  ): Promise<Wanted> {
    const { policy } = await readWholeDefaultPolicy(client, { signal });
    const declared = declaredRestrictions(inputs);
    const entries = customEntries(declared, policy, kindsOf(targets));
    warnLoosened(loosened(declared, policy), inputs, warn);
    const own = customEntries(declared, { isEnabled: false }, []).map(nameOf);
    const description = fullDescription(inputs, mark);
    return {
      entries,
      body: {
        displayName: typeof inputs["displayName"] === "string" ? inputs["displayName"] : "",
        description,
        isEnabled: inputs["isEnabled"] !== false,
        restrictions: customRestrictions(entries),
      },
      outputs: {
        ...inputs,
        fullDescription: description,
        copied: entries.map(nameOf).filter((name) => !own.includes(name)),
        strays: [],
      },
    };
  }

  /** Withdraws, changes and assigns, in this order. */
  async #write(
    id: string,
    { body, entries, outputs }: Wanted,
    targets: readonly PolicyTarget[],
    surroundings: TargetContext,
    before: PropertyMap,
  ): Promise<PropertyMap> {
    const { client, signal } = surroundings;
    const current = await targetsOf(client, id, { signal });
    const from = current.filter((one) => !targets.some((target) => target.id === one.id));
    const to = targets.filter((target) => !current.some((one) => target.id === one.id));
    const kept = current.filter((one) => !from.includes(one));
    // Until the policy itself is written, the state says what it said before.
    await this.#assign(
      id,
      { from, to: [], before: current },
      { ...before, appliesTo: kept.map((one) => one.id) },
      surroundings,
    );
    try {
      await updateCustomPolicy(client, id, body, { signal, version: versionOf(entries) });
    } catch (error) {
      const untouched = error instanceof GraphError && error.outcome === "not-applied" && from.length === 0;
      if (untouched) throw error;
      throw new PartialFailureError(
        id,
        { ...before, appliesTo: kept.map((one) => one.id) },
        describeError(error),
      );
    }
    return this.#assign(id, { from: [], to, before: kept }, outputs, surroundings);
  }

  /** Changes assignments; a failure half way keeps in the state what the policy is assigned to by then. */
  async #assign(
    id: string,
    change: Parameters<typeof reassign>[1],
    outputs: PropertyMap,
    surroundings: TargetContext,
  ): Promise<PropertyMap> {
    let assigned: readonly string[] = change.before.map((one) => one.id);
    try {
      await reassign(id, change, surroundings, (now) => (assigned = now));
    } catch (error) {
      throw new PartialFailureError(id, { ...outputs, appliesTo: [...assigned] }, describeError(error));
    }
    return outputs;
  }
}

/** The policy with this mark, if a run before this one left one. */
async function findMarked(
  client: GraphClient,
  mark: string,
  signal: AbortSignal,
): Promise<CustomPolicy | undefined> {
  for await (const policy of listCustomPolicies(client, { signal })) {
    if (policy.description.endsWith(mark)) return policy;
  }
  return undefined;
}

/** Creates the policy; where no clear answer comes, the mark says whether it was made. */
async function createOrFind(
  client: GraphClient,
  { body, entries }: Wanted,
  mark: string,
  signal: AbortSignal,
): Promise<string> {
  try {
    return await createCustomPolicy(client, body, { signal, version: versionOf(entries) });
  } catch (error) {
    if (!(error instanceof GraphError) || error.outcome === "not-applied" || signal.aborted) throw error;
    const made = await findMarked(client, mark, signal);
    if (made === undefined) throw error;
    return made.id;
  }
}

async function currentTargets(id: string, { client, signal }: TargetContext): Promise<PolicyTarget[]> {
  try {
    return await targetsOf(client, id, { signal });
  } catch (error) {
    if (error instanceof GraphNotFoundError) return [];
    throw error;
  }
}

function warnLoosened(names: readonly string[], inputs: PropertyMap, warn: (message: string) => void): void {
  if (names.length === 0 || typeof inputs["expires"] === "string" || inputs["isEnabled"] === false) return;
  warn(
    `Allows more than the tenant's own policy without an end: ${listed(names)}. Give it one with "expires", or the tenant's limits.`,
  );
}

function kindsOf(targets: readonly PolicyTarget[]): PolicyTarget["kind"][] {
  return targets.map(({ kind }) => kind);
}

function nameOf({ part, entry }: CustomEntry): string {
  return `${part} ${entry.restrictionType}`;
}

function inputsFrom(outputs: PropertyMap): PropertyMap {
  return Object.fromEntries(
    INPUTS.filter((key) => outputs[key] !== undefined).map((key) => [key, outputs[key]]),
  );
}
