/**
 * Custom app management policies: restrictions for chosen applications and service principals, which overrule the
 * tenant's default policy entry by entry.
 *
 * @see https://learn.microsoft.com/graph/api/resources/appmanagementpolicy
 */
import type { GraphVersion } from "./address";
import { holdsUnknown, type RestrictionEntry } from "./app-management-policy";
import type { GraphClient, GraphRequestOptions } from "./client";
import { GraphError, GraphInvalidAnswerError, GraphNotFoundError, GraphRejectedError } from "./errors";

const POLICIES_PATH = "/policies/appManagementPolicies";

/** Permissions: https://learn.microsoft.com/graph/api/appmanagementpolicy-post-appliesto#permissions */
const READ_PERMISSION = "Policy.Read.All";
const WRITE_PERMISSION = "Policy.ReadWrite.ApplicationConfiguration";
const ASSIGN_PERMISSION = "Application.Read.All together with Policy.ReadWrite.ApplicationConfiguration";

/**
 * Restrictions of a custom policy. Unlike in the tenant's default, the two lists stand here directly, and
 * `applicationRestrictions` holds identifier URIs alone.
 */
export interface CustomRestrictions {
  readonly passwordCredentials?: readonly RestrictionEntry[] | null;
  readonly keyCredentials?: readonly RestrictionEntry[] | null;
  readonly applicationRestrictions?: { readonly identifierUris?: object | null } | null;
}

export interface CustomPolicy {
  readonly id: string;
  readonly displayName: string;
  readonly description: string;
  readonly isEnabled: boolean;
  readonly restrictions: CustomRestrictions;
}

/** What a policy is assigned to. */
export interface PolicyTarget {
  readonly kind: "application" | "servicePrincipal";
  /** Object id, not the client id. */
  readonly id: string;
}

export type PolicyName = Pick<CustomPolicy, "id" | "displayName">;

type Options = Pick<GraphRequestOptions, "signal" | "version">;

/** Creates a policy that is assigned to nobody yet. Give beta as version where a restriction needs it. */
export async function createCustomPolicy(
  client: GraphClient,
  policy: Omit<CustomPolicy, "id">,
  options: Options = {},
): Promise<string> {
  const made = await client.post(POLICIES_PATH, policy, { ...options, permission: WRITE_PERMISSION });
  const id = made?.["id"];
  if (typeof id === "string" && id !== "") return id;
  throw new GraphInvalidAnswerError(
    "Microsoft Graph created an app management policy and did not say its id; look for it under policies/appManagementPolicies.",
    { outcome: "applied" },
  );
}

/** Reads a policy, with beta where v1.0 shows a value that it has no word for; undefined when it is gone. */
export async function readCustomPolicy(
  client: GraphClient,
  id: string,
  options: Options = {},
): Promise<CustomPolicy | undefined> {
  const ask = async (version: GraphVersion | undefined): Promise<CustomPolicy> =>
    customPolicy(
      await client.get(`${POLICIES_PATH}/${encodeURIComponent(id)}`, {
        ...options,
        version,
        permission: READ_PERMISSION,
      }),
    );
  try {
    const found = await ask(options.version);
    if (options.version === "beta" || !holdsUnknown(found.restrictions)) return found;
    return await ask("beta").catch(() => found);
  } catch (error) {
    if (error instanceof GraphNotFoundError) return undefined;
    throw error;
  }
}

/** All custom policies of the tenant, page by page. */
export async function* listCustomPolicies(
  client: GraphClient,
  options: Options = {},
): AsyncGenerator<CustomPolicy> {
  for await (const one of client.list(POLICIES_PATH, { ...options, permission: READ_PERMISSION })) {
    yield customPolicy(one);
  }
}

/** Changes a policy; every list in `change` replaces the one in the tenant. */
export async function updateCustomPolicy(
  client: GraphClient,
  id: string,
  change: Partial<Omit<CustomPolicy, "id">>,
  options: Options = {},
): Promise<void> {
  const path = `${POLICIES_PATH}/${encodeURIComponent(id)}`;
  await client.patch(path, change, { ...options, permission: WRITE_PERMISSION });
}

/** Deletes a policy; one that is gone already is fine. */
export async function deleteCustomPolicy(
  client: GraphClient,
  id: string,
  options: Options = {},
): Promise<void> {
  const path = `${POLICIES_PATH}/${encodeURIComponent(id)}`;
  await unlessGone(client.delete(path, { ...options, permission: WRITE_PERMISSION }));
}

/** What a policy is assigned to, as far as it is applications and service principals. */
export async function targetsOf(
  client: GraphClient,
  id: string,
  options: Options = {},
): Promise<PolicyTarget[]> {
  const path = `${POLICIES_PATH}/${encodeURIComponent(id)}/appliesTo?$select=id`;
  const targets: PolicyTarget[] = [];
  const permission = `Application.Read.All together with ${READ_PERMISSION}`;
  for await (const { id: target, "@odata.type": type } of client.list(path, { ...options, permission })) {
    if (typeof target !== "string") continue;
    const kind = String(type).endsWith(".servicePrincipal") ? "servicePrincipal" : "application";
    targets.push({ kind, id: target });
  }
  return targets;
}

/** The object with this id and the policies assigned to it, of which Graph allows one; undefined when there is none. */
export async function findTarget(
  client: GraphClient,
  id: string,
  options: Options = {},
): Promise<{ readonly target: PolicyTarget; readonly policies: readonly PolicyName[] } | undefined> {
  for (const kind of ["application", "servicePrincipal"] as const) {
    const target: PolicyTarget = { kind, id };
    try {
      const policies: PolicyName[] = [];
      const permission = ASSIGN_PERMISSION;
      for await (const { id: policy, displayName } of client.list(assignments(target), {
        ...options,
        permission,
      })) {
        policies.push({
          id: String(policy),
          displayName: typeof displayName === "string" ? displayName : "",
        });
      }
      return { target, policies };
    } catch (error) {
      if (!(error instanceof GraphNotFoundError)) throw error;
    }
  }
  return undefined;
}

/** The object id of the application with this client id; undefined when there is none or it may not be read. */
export async function objectIdOf(
  client: GraphClient,
  appId: string,
  options: Options = {},
): Promise<string | undefined> {
  try {
    const path = `/applications(appId='${encodeURIComponent(appId)}')?$select=id`;
    const { id } = await client.get(path, options);
    return typeof id === "string" ? id : undefined;
  } catch (error) {
    if (error instanceof GraphRejectedError || error instanceof GraphNotFoundError) return undefined;
    throw error;
  }
}

/**
 * Assigns a policy. The call is documented for v1.0; a deployer in the field reports that it needed beta, so that is
 * tried where v1.0 does not take it.
 */
export async function assignPolicy(
  client: GraphClient,
  target: PolicyTarget,
  policyId: string,
  options: Options = {},
): Promise<void> {
  const send = async (version: GraphVersion): Promise<void> => {
    const reference = client.address(`${POLICIES_PATH}/${encodeURIComponent(policyId)}`, version);
    await client.post(
      `${assignments(target)}/$ref`,
      { "@odata.id": reference },
      { ...options, version, effect: "idempotent", permission: ASSIGN_PERMISSION },
    );
  };
  try {
    await send("v1.0");
  } catch (error) {
    if (!(error instanceof GraphRejectedError || error instanceof GraphNotFoundError)) throw error;
    // What beta says of a call that is wrong in both is no news.
    await send("beta").catch((second: unknown) => {
      throw second instanceof GraphError && second.outcome !== "not-applied" ? second : error;
    });
  }
}

/** Takes a policy away from an object; one that has it no more, or is gone, is fine. */
export async function unassignPolicy(
  client: GraphClient,
  target: PolicyTarget,
  policyId: string,
  options: Options = {},
): Promise<void> {
  const path = `${assignments(target)}/${encodeURIComponent(policyId)}/$ref`;
  await unlessGone(client.delete(path, { ...options, permission: ASSIGN_PERMISSION }));
}

function assignments({ kind, id }: PolicyTarget): string {
  return `/${kind}s/${encodeURIComponent(id)}/appManagementPolicies`;
}

async function unlessGone(deletion: Promise<void>): Promise<void> {
  try {
    await deletion;
  } catch (error) {
    if (!(error instanceof GraphNotFoundError)) throw error;
  }
}

function customPolicy(answer: Record<string, unknown>): CustomPolicy {
  const { id, displayName, description, isEnabled, restrictions } = answer;
  if (typeof id !== "string" || typeof isEnabled !== "boolean") {
    throw new GraphInvalidAnswerError(
      'An app management policy as Microsoft Graph shows it lacks "id" or "isEnabled".',
    );
  }
  const isObject = typeof restrictions === "object" && restrictions !== null && !Array.isArray(restrictions);
  return {
    id,
    isEnabled,
    displayName: typeof displayName === "string" ? displayName : "",
    description: typeof description === "string" ? description : "",
    restrictions: isObject ? restrictions : {},
  };
}
