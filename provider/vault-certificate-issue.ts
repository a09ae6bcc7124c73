/** Makes one version of a certificate in Key Vault, or finds the one an interrupted run made. */
import { redact } from "../graph";
import { ProviderError } from "./errors";
import { quoted } from "./quote";
import type { OperationContext } from "./resource-handler";
import type { VaultAddress } from "./vault-address";
import { type Marks, readTags } from "./vault-certificate-tags";
import { listVersions, type VersionItem } from "./vault-certificate-values";
import { isObject, type VaultAnswer, type VaultClient } from "./vault-client";
import { VaultError } from "./vault-error";

/** What one create works with. */
export interface IssueContext extends Pick<OperationContext, "signal" | "warn"> {
  readonly client: VaultClient;
  readonly vault: VaultAddress;
  readonly certificateName: string;
  readonly issuerName: string;
  readonly clock: () => Date;
  /** Policy, attributes and tags of the version. */
  readonly body: object;
  /** The version that this very request made. */
  readonly mine: (versions: readonly VersionItem[]) => VersionItem | undefined;
  /** A version that a killed run made of the same request, taken over. */
  readonly takeOver: (versions: readonly VersionItem[]) => Promise<string | undefined>;
  /** Throws where a version made now would be wrong. */
  readonly refuse: (versions: readonly VersionItem[]) => void;
  /** Whether a deleted certificate whose newest version bears these marks may be brought back. */
  readonly mayRecover: (marks: Marks) => boolean;
}

/** A role assignment of the same run works after some minutes. In milliseconds, about three minutes in all. */
const ROLE_WAITS_MS = [5_000, 10_000, 15_000, 30_000, 30_000, 45_000, 45_000] as const;
/** A deletion or recovery of the same name is finished within seconds to two minutes. */
const SETTLE_WAITS_MS = [2_000, 5_000, 10_000, 15_000, 30_000, 30_000, 30_000] as const;
/** What Key Vault itself asks for between looks at a pending operation; used when it names no time. */
const LOOK_MS = 10_000;
/** Longest time to wait for a certificate. An issuer outside may ask people; a self-signed one takes seconds. */
const LONGEST_MS = { self: 10 * 60_000, issuer: 60 * 60_000 } as const;
/** Each reason to begin anew (pending operation, deleted name, lost answer) happens once or twice. */
const MAX_ROUNDS = 6;

/**
 * The version that was asked for: made now, or made by a run that was cut off before it could say so.
 *
 * @throws VaultError, ProviderError CERTLOCK_CERTIFICATE_PENDING, _FAILED, _CANCELLED, _DELETED, and what `refuse` throws
 */
export async function issue(context: IssueContext): Promise<string> {
  let lost: VaultError | undefined;
  let recovered = false;
  let made = false;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const pending = await whenPermitted(context, () => findPending(context));
    if (pending !== undefined && statusOf(pending) === "inprogress") {
      await waitForOther(context, pending);
      continue;
    }
    // After the operation: the other way round, one that ends in between would be seen in neither.
    const versions = await versionsOf(context);
    const found = context.mine(versions)?.version ?? (await context.takeOver(versions));
    if (found !== undefined) return found;
    if (made) throw hidden(context);
    context.refuse(versions);
    // A POST without an answer is sent once more at most: by now its effect would be seen.
    if (lost !== undefined && round > 1) throw lost;
    try {
      const started = await start(context);
      await waitForEnd(context, started);
      made = true;
      await whenShown(context);
    } catch (error) {
      if (!(error instanceof VaultError)) throw error;
      if (error.outcome === "unknown" && error.code !== "VAULT_ABORTED") lost = error;
      else if (error.vaultCode === "ObjectIsDeletedButRecoverable" && !recovered) {
        await recover(context);
        recovered = true;
      } else if (!/pending key vault certificate/i.test(error.message)) throw error;
    }
  }
  throw (
    lost ??
    new ProviderError(
      "CERTLOCK_CERTIFICATE_PENDING",
      `${nameOf(context)} is being changed by somebody else all the time; run the update again when that is over.`,
    )
  );
}

/** The name for messages, already safe to print. */
export function nameOf({ certificateName, vault }: Pick<IssueContext, "certificateName" | "vault">): string {
  return `The certificate "${certificateName}" of the vault ${vault.name}`;
}

function pathOf({ certificateName }: Pick<IssueContext, "certificateName">, rest = ""): string {
  return `/certificates/${certificateName}${rest}`;
}

function versionsOf({ client, vault, certificateName, signal }: IssueContext): Promise<VersionItem[]> {
  return listVersions(client, { vault, certificateName }, signal);
}

/** The list may lag behind the operation; making a second version because of that would be wrong. */
async function whenShown(context: IssueContext): Promise<void> {
  const { client, vault, signal } = context;
  for (const wait of SETTLE_WAITS_MS) {
    if (context.mine(await versionsOf(context)) !== undefined) return;
    await client.sleep(wait, { method: "GET", vault, path: pathOf(context, "/versions"), signal });
  }
}

function hidden(context: IssueContext): ProviderError {
  return new ProviderError(
    "CERTLOCK_CERTIFICATE_PENDING",
    `${nameOf(context)} was made, but its list of versions does not show it after two minutes. Run the update again; it takes the version over.`,
  );
}

async function start(context: IssueContext): Promise<VaultAnswer> {
  const { client, vault, body, signal } = context;
  for (const wait of SETTLE_WAITS_MS) {
    try {
      return await client.send({ method: "POST", vault, path: pathOf(context, "/create"), body, signal });
    } catch (error) {
      const settling =
        error instanceof VaultError && /^ObjectIsBeing(?:Deleted|Recovered)$/.test(error.vaultCode ?? "");
      if (!settling) throw error;
      await client.sleep(wait, { method: "GET", vault, path: pathOf(context), signal });
    }
  }
  return client.send({ method: "POST", vault, path: pathOf(context, "/create"), body, signal });
}

async function findPending(context: IssueContext): Promise<VaultAnswer | undefined> {
  const { client, vault, signal } = context;
  return client.find({ method: "GET", vault, path: pathOf(context, "/pending"), signal });
}

function statusOf({ body }: VaultAnswer): string {
  const status = body["status"];
  return typeof status === "string" ? status.toLowerCase() : "";
}

/** Somebody's operation, or our own of a run that was killed: in both cases nothing can be made before it ends. */
async function waitForOther(context: IssueContext, pending: VaultAnswer): Promise<void> {
  const issuer = isObject(pending.body["issuer"]) ? pending.body["issuer"]["name"] : undefined;
  if (String(issuer).toLowerCase() === "unknown") {
    throw new ProviderError(
      "CERTLOCK_CERTIFICATE_PENDING",
      `${nameOf(context)} waits for somebody to merge a certificate by hand (a signing request with issuer "Unknown"). ` +
        `Merge it, or remove it: ${removal(context)}`,
    );
  }
  context.warn(
    `${nameOf(context)} is being made already, perhaps by a run that was cut off; certlock waits for it.`,
  );
  try {
    await waitForEnd(context, pending);
  } catch (error) {
    // How somebody else's attempt ended is no reason not to make our own.
    const over = error instanceof ProviderError && error.code !== "CERTLOCK_CERTIFICATE_PENDING";
    if (!over) throw error;
  }
}

function removal({ certificateName, vault }: Pick<IssueContext, "certificateName" | "vault">): string {
  return `az keyvault certificate pending delete --vault-name ${vault.name} --name ${certificateName}`;
}

/** Looks at a pending operation until it has ended well. */
async function waitForEnd(context: IssueContext, first: VaultAnswer): Promise<void> {
  const { client, vault, signal, clock } = context;
  const requestId = first.body["request_id"];
  const look = {
    method: "GET",
    vault,
    path: pathOf(context, "/pending"),
    signal,
    ...(typeof requestId === "string" ? { query: { request_id: requestId } } : {}),
  } as const;
  const self = context.issuerName.toLowerCase() === "self";
  const deadline = clock().getTime() + (self ? LONGEST_MS.self : LONGEST_MS.issuer);
  let answer: VaultAnswer | undefined = first;
  for (;;) {
    if (answer === undefined) throw cancelled(context, "its operation was removed or replaced");
    const status = statusOf(answer);
    if (status === "completed") return;
    if (/^cancell?ed$/.test(status)) throw cancelled(context, "its operation was cancelled");
    if (status !== "inprogress") throw failed(context, answer);
    const wait = answer.retryAfterMs ?? LOOK_MS;
    if (clock().getTime() + wait > deadline) throw stillPending(context);
    await client.sleep(wait, look);
    answer = await client.find(look);
  }
}

function cancelled(context: IssueContext, what: string): ProviderError {
  return new ProviderError(
    "CERTLOCK_CERTIFICATE_CANCELLED",
    `${nameOf(context)} was not made: ${what} by somebody else. Run the update again.`,
  );
}

function failed(context: IssueContext, { body }: VaultAnswer): ProviderError {
  const error = isObject(body["error"]) ? body["error"] : {};
  const said = [error["code"], error["message"]]
    .filter((part): part is string => typeof part === "string" && part !== "")
    .map((part) => redact(part))
    .join(": ");
  return new ProviderError(
    "CERTLOCK_CERTIFICATE_FAILED",
    `${nameOf(context)} was not made by its issuer ${quoted(context.issuerName)}${said === "" ? "" : `, which says: ${said.replace(/\.$/, "")}`}. ` +
      "Check the issuer's account in the vault and what it allows as subject, key size and validity; then run the update again.",
  );
}

function stillPending(context: IssueContext): ProviderError {
  return new ProviderError(
    "CERTLOCK_CERTIFICATE_PENDING",
    `${nameOf(context)} is still being made; the vault goes on with it, and the next update takes it up. If nobody waits for it: ${removal(context)}`,
  );
}

/** Brings back a name that certlock deleted; one that somebody else deleted is theirs to decide about. */
async function recover(context: IssueContext): Promise<void> {
  const { client, vault, certificateName: name, signal } = context;
  const path = `/deletedcertificates/${name}`;
  const deleted = await whenThere(context, path);
  if (!context.mayRecover(readTags(deleted?.body["tags"]).marks)) {
    throw new ProviderError(
      "CERTLOCK_CERTIFICATE_DELETED",
      `${nameOf(context)} is deleted, was not made by certlock, and holds its name until it is recovered or its retention ends. ` +
        `Take another certificateName, or recover it: az keyvault certificate recover --vault-name ${vault.name} --name ${name}`,
    );
  }
  context.warn(
    `${nameOf(context)} was deleted by an earlier destroy; certlock recovers it and adds a version.`,
  );
  await client.send({ method: "POST", vault, path: `${path}/recover`, body: {}, signal });
  await whenThere(context, pathOf(context));
}

/** Reads what is on its way between being there and being deleted; undefined when it does not show in two minutes. */
async function whenThere(
  { client, vault, signal }: IssueContext,
  path: string,
): Promise<VaultAnswer | undefined> {
  const request = { method: "GET", vault, path, signal } as const;
  for (const wait of SETTLE_WAITS_MS) {
    const there = await client.find(request);
    if (there !== undefined) return there;
    await client.sleep(wait, request);
  }
  return client.find(request);
}

/** A role that was assigned minutes ago, in this very run perhaps, is waited for. */
async function whenPermitted<T>(context: IssueContext, ask: () => Promise<T>): Promise<T> {
  for (const [index, wait] of ROLE_WAITS_MS.entries()) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof VaultError) || error.vaultCode !== "ForbiddenByRbac") throw error;
      if (index === 0) {
        context.warn(
          `The vault ${context.vault.name} does not let this identity manage certificates yet; certlock tries again for three minutes, in case the role was assigned just now.`,
        );
      }
      await context.client.sleep(wait, {
        method: "GET",
        vault: context.vault,
        path: pathOf(context),
        signal: context.signal,
      });
    }
  }
  return ask();
}
