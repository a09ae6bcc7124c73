/** What a custom policy is assigned to: looked up before anything is written, assigned and withdrawn one by one. */
import {
  assignPolicy,
  findTarget,
  type GraphClient,
  GraphError,
  objectIdOf,
  type PolicyTarget,
  redact,
  unassignPolicy,
} from "../graph";
import { ProviderError } from "./errors";
import type { OperationContext } from "./resource-handler";

/** Waits for an object that was made in the same run and is not known everywhere yet, in milliseconds. */
const WAITS_MS = [0, 1_000, 2_000, 4_000, 8_000, 8_000] as const;

/** What looking up and assigning needs of its surroundings. */
export interface TargetContext extends Pick<OperationContext, "signal"> {
  readonly client: GraphClient;
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/**
 * The objects with these ids, each of which may have no other custom policy than `own`.
 *
 * @throws ProviderError CERTLOCK_POLICY_ASSIGNED_ALREADY, CERTLOCK_POLICY_TARGET_UNKNOWN, naming all that stand in the way
 */
export async function freeTargets(
  ids: readonly string[],
  own: string | undefined,
  context: TargetContext,
): Promise<PolicyTarget[]> {
  const targets: PolicyTarget[] = [];
  const taken: string[] = [];
  for (const id of ids) {
    const found = await lookUp(id, context);
    targets.push(found.target);
    for (const { id: policy, displayName } of found.policies) {
      if (policy !== own) taken.push(`${found.target.kind} ${id} has "${redact(displayName)}" (${policy})`);
    }
  }
  if (taken.length === 0) return targets;
  throw new ProviderError(
    "CERTLOCK_POLICY_ASSIGNED_ALREADY",
    `An application or service principal can have one custom app management policy, and these have another: ${taken.join("; ")}. Nothing was written. ` +
      "Where that policy is for this object alone, import it with its id and change it; else withdraw it from the object first.",
  );
}

async function lookUp(
  id: string,
  { client, signal, sleep }: TargetContext,
): Promise<NonNullable<Awaited<ReturnType<typeof findTarget>>>> {
  for (const milliseconds of WAITS_MS) {
    if (milliseconds > 0) await sleep(milliseconds, signal);
    const found = await findTarget(client, id, { signal });
    if (found !== undefined) return found;
    const meant = await objectIdOf(client, id, { signal });
    if (meant === undefined) continue;
    throw unknownTarget(`${id} is the client id of an application; its object id is ${meant}`);
  }
  throw unknownTarget(`${id} is the object id of no application and no service principal in this tenant`);
}

function unknownTarget(what: string): ProviderError {
  return new ProviderError(
    "CERTLOCK_POLICY_TARGET_UNKNOWN",
    `"appliesTo" takes object ids: ${what}. Nothing was written. Give the output "objectId" of the azuread resource.`,
  );
}

/** Withdraws the policy from these objects, and assigns it to those. `onDone` is told what it is assigned to so far. */
export async function reassign(
  policyId: string,
  {
    from,
    to,
    before,
  }: {
    readonly from: readonly PolicyTarget[];
    readonly to: readonly PolicyTarget[];
    readonly before: readonly PolicyTarget[];
  },
  { client, signal }: TargetContext,
  onDone: (assigned: readonly string[]) => void,
): Promise<void> {
  let assigned = before.map(({ id }) => id);
  for (const target of from) {
    await unassignPolicy(client, target, policyId, { signal });
    assigned = assigned.filter((id) => id !== target.id);
    onDone(assigned);
  }
  for (const target of to) {
    await assign(policyId, target, { client, signal });
    assigned = [...assigned, target.id];
    onDone(assigned);
  }
}

/** What failed may have happened all the same, or somebody was faster: the object itself says. */
async function assign(
  policyId: string,
  target: PolicyTarget,
  { client, signal }: Pick<TargetContext, "client" | "signal">,
): Promise<void> {
  try {
    await assignPolicy(client, target, policyId, { signal });
  } catch (error) {
    if (!(error instanceof GraphError) || signal.aborted) throw error;
    const now = await findTarget(client, target.id, { signal });
    if (now?.policies.some(({ id }) => id === policyId) === true) return;
    const [other] = now?.policies ?? [];
    if (other === undefined) throw error;
    throw new ProviderError(
      "CERTLOCK_POLICY_ASSIGNED_ALREADY",
      `Somebody assigned "${redact(other.displayName)}" (${other.id}) to ${target.kind} ${target.id} meanwhile, and an object can have one custom policy. Withdraw that one or leave the object out.`,
    );
  }
}
