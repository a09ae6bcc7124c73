/**
 * Explains why Entra refused a credential: which app management policy, which restriction of it, since when, and what
 * to do instead. Graph itself says hardly more than the id of a policy.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/configure-app-management-policies
 */
import { readWholeDefaultPolicy, type RestrictionEntry, SCOPES } from "./app-management-policy";
import type { GraphClient, GraphRequestOptions } from "./client";
import { type CustomPolicy, readCustomPolicy } from "./custom-policy";
import { durationSeconds } from "./duration";
import { GraphError, GraphForbiddenError } from "./errors";
import { redact } from "./redact";

/** The tenant's default policy has this id in every tenant. */
export const DEFAULT_POLICY_ID = "00000000-0000-0000-0000-000000000000";

/** What was tried. `certificate` and `symmetricKey` are both key credentials of Graph. */
export type CredentialKind = "password" | "symmetricKey" | "certificate";

/** A refusal as Graph sends it: `code` and `message` of its error object. */
export interface PolicyRefusal {
  readonly code: string | undefined;
  readonly message: string;
}

/** A policy that may have refused, as far as it could be read. */
export interface RefusingPolicy {
  readonly id: string;
  readonly displayName: string;
  readonly isDefault: boolean;
  /** Its entries by the place they stand in; undefined where the policy could not be read. */
  readonly entries: readonly RestrictionEntry[] | undefined;
  /** Why it could not be read. */
  readonly unread?: string | undefined;
}

/** An explanation for a person; holds names and limits from the tenant, never a credential. */
export interface RefusalExplanation {
  readonly policyId: string | undefined;
  readonly policyName: string | undefined;
  /** Restrictions that are enabled in that policy and can have refused it, such as `passwordAddition`. */
  readonly restrictions: readonly string[];
  /** Whole sentences: what happened, then what to do. */
  readonly message: string;
}

const CODES = {
  type: "CredentialTypeNotAllowedAsPerAppPolicy",
  lifetime: "CredentialInvalidLifetimeAsPerAppPolicy",
} as const;

// After the word: the sentence around it may hold the ids of the object and of the request as well.
const POLICY_ID = /\bpolicy\W{1,3}([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/i;

/** Which of the two refusals it is; undefined for any other error. Where the code is missing, the text decides. */
export function refusalKind({ code, message }: PolicyRefusal): keyof typeof CODES | undefined {
  if (code === CODES.type) return "type";
  if (code === CODES.lifetime) return "lifetime";
  if (!/as per assigned policy/i.test(message)) return undefined;
  return /lifetime/i.test(message) ? "lifetime" : "type";
}

/** The id of the policy that the refusal names. */
export function refusingPolicyId({ message }: PolicyRefusal): string | undefined {
  return POLICY_ID.exec(message)?.[1]?.toLowerCase();
}

const FITTING: Readonly<Record<keyof typeof CODES, Readonly<Record<CredentialKind, readonly string[]>>>> = {
  type: {
    password: ["passwordAddition", "customPasswordAddition"],
    symmetricKey: ["symmetricKeyAddition"],
    certificate: ["trustedCertificateAuthority", "unknownFutureValue"],
  },
  lifetime: {
    password: ["passwordLifetime"],
    symmetricKey: ["symmetricKeyLifetime"],
    certificate: ["asymmetricKeyLifetime"],
  },
};
const KINDS = ["password", "symmetricKey", "certificate"] as const;

const WHAT: Readonly<Record<CredentialKind, string>> = {
  password: "a client secret",
  symmetricKey: "a symmetric key",
  certificate: "a certificate",
};

/**
 * Puts a refusal into words. Pure.
 *
 * @param refusal what Graph said.
 * @param policy the policy that it names, as far as it could be read; undefined when it names none.
 * @param tried what was to be added, where that is known.
 * @returns undefined when the error is no refusal by an app management policy
 */
export function explainRefusal(
  refusal: PolicyRefusal,
  policy: RefusingPolicy | undefined,
  tried?: CredentialKind,
): RefusalExplanation | undefined {
  const kind = refusalKind(refusal);
  if (kind === undefined) return undefined;
  const types = (tried === undefined ? KINDS : [tried]).flatMap((one) => FITTING[kind][one]);
  const entries = (policy?.entries ?? []).filter(
    ({ restrictionType, state }) => types.includes(restrictionType) && (state ?? "enabled") === "enabled",
  );
  const what = tried === undefined ? "the credential" : WHAT[tried];
  const why = kind === "type" ? `does not allow ${what}` : `does not allow ${what} to live that long`;
  const restrictions = [...new Set(entries.map(({ restrictionType }) => restrictionType))];
  return {
    policyId: policy?.id ?? refusingPolicyId(refusal),
    policyName: policy?.displayName,
    restrictions,
    message: [`${subject(policy)} ${why}.`, ...details(policy, entries), remedy(kind, tried, policy)].join(
      " ",
    ),
  };
}

function subject(policy: RefusingPolicy | undefined): string {
  if (policy === undefined) return "An app management policy of the tenant, which Graph does not name,";
  const name = policy.displayName === "" ? "" : ` "${shown(policy.displayName)}"`;
  if (policy.isDefault) return `The tenant's default app management policy${name} (${policy.id})`;
  return `The app management policy${name} (${policy.id}), which is assigned to this object,`;
}

function details(policy: RefusingPolicy | undefined, entries: readonly RestrictionEntry[]): string[] {
  if (policy === undefined) return [];
  if (policy.entries === undefined) {
    return [
      `Which restriction it is could not be read (${policy.unread ?? "no reason given"}): that takes the permission Policy.Read.All.`,
    ];
  }
  if (entries.length === 0) {
    return ["None of its restrictions explains that now: somebody may have changed the policy since."];
  }
  const said = new Set(entries.map(sentence));
  return [`Restriction${said.size === 1 ? "" : "s"}: ${[...said].join("; ")}.`];
}

function sentence({
  restrictionType,
  maxLifetime,
  restrictForAppsCreatedAfterDateTime: after,
  certificateBasedApplicationConfigurationIds: ids,
}: RestrictionEntry): string {
  const since = after == null ? undefined : new Date(after);
  const isDated = since !== undefined && !Number.isNaN(since.getTime()) && since.getUTCFullYear() > 1;
  const bound = maxLifetime == null ? "" : `, shorter than ${spoken(maxLifetime)}`;
  const trusted = Array.isArray(ids) ? `, issued under ${shown(ids.map(String).join(", "))}` : "";
  const name = restrictionType === "unknownFutureValue" ? "one that only beta names" : shown(restrictionType);
  return `${name}${bound}${trusted}, for objects created ${isDated ? `after ${since.toISOString()}` : "at any time"}`;
}

function spoken(duration: string): string {
  const seconds = durationSeconds(duration);
  if (seconds === undefined) return shown(duration);
  const days = seconds / 86_400;
  return Number.isInteger(days)
    ? `${days} day${days === 1 ? "" : "s"} (${days} exactly is too long)`
    : shown(duration);
}

function remedy(
  kind: keyof typeof CODES,
  tried: CredentialKind | undefined,
  policy: RefusingPolicy | undefined,
): string {
  const instead =
    tried === "certificate"
      ? kind === "type"
        ? "Use a certificate issued under one of the trusted authorities"
        : "Issue a shorter certificate and rotate it"
      : "Use a federated credential or a managed identity, else a certificate within the allowed lifetime";
  const exempt =
    policy?.isDefault === false
      ? "where that is impossible, have the policy's owner change it"
      : "where that is impossible, ask for an exemption with an end (a custom app management policy for this one application)";
  return `${instead}; ${exempt}. Repeating the request changes nothing.`;
}

function shown(text: string): string {
  return redact(
    text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f]/g, " "),
  ).slice(0, 120);
}

/**
 * Explains a failed request, reading the policy that it names. Where that may not be read, the explanation says so.
 *
 * @returns undefined when the error is no refusal by an app management policy
 */
export async function explainRefusedCredential(
  client: GraphClient,
  error: unknown,
  options: Pick<GraphRequestOptions, "signal"> & { readonly tried?: CredentialKind | undefined } = {},
): Promise<RefusalExplanation | undefined> {
  if (!(error instanceof GraphError)) return undefined;
  const refusal: PolicyRefusal = { code: error.graphCode, message: error.message };
  if (refusalKind(refusal) === undefined) return undefined;
  const id = refusingPolicyId(refusal);
  const policy = id === undefined ? undefined : await readRefusing(client, id, options.signal);
  return explainRefusal(refusal, policy, options.tried);
}

async function readRefusing(
  client: GraphClient,
  id: string,
  signal: AbortSignal | undefined,
): Promise<RefusingPolicy> {
  const isDefault = id === DEFAULT_POLICY_ID;
  try {
    if (isDefault) {
      const { policy } = await readWholeDefaultPolicy(client, { signal });
      const { displayName } = policy;
      const entries = SCOPES.flatMap((scope) => [
        ...(policy[scope]?.passwordCredentials ?? []),
        ...(policy[scope]?.keyCredentials ?? []),
      ]);
      return { id, isDefault, displayName: typeof displayName === "string" ? displayName : "", entries };
    }
    const found = await readCustomPolicy(client, id, { signal });
    if (found === undefined) return unread(id, isDefault, "it is gone");
    return { id, isDefault, displayName: found.displayName, entries: entriesOfCustom(found) };
  } catch (reason) {
    if (!(reason instanceof GraphError)) throw reason;
    return unread(id, isDefault, reason instanceof GraphForbiddenError ? "not permitted" : reason.code);
  }
}

function entriesOfCustom({ restrictions }: CustomPolicy): RestrictionEntry[] {
  return [...(restrictions.passwordCredentials ?? []), ...(restrictions.keyCredentials ?? [])];
}

function unread(id: string, isDefault: boolean, reason: string): RefusingPolicy {
  return { id, isDefault, displayName: "", entries: undefined, unread: reason };
}
