/** The resource `certlock:index:CertificateAuthorityConfiguration`: whose certificates applications may have. */
import {
  addTrustedAuthority,
  type AuthorityConfiguration,
  createAuthorityConfiguration,
  deleteAuthorityConfiguration,
  type GraphClient,
  GraphError,
  GraphForbiddenError,
  GraphRejectedError,
  listAuthorityConfigurations,
  listCustomPolicies,
  MOST_AUTHORITY_CONFIGURATIONS,
  readAuthorityConfiguration,
  readWholeDefaultPolicy,
  redact,
  removeTrustedAuthority,
  type RestrictionEntry,
  SCOPES,
  type TrustedAuthority,
  updateAuthorityConfiguration,
} from "../graph";
import { checkAuthorityConfiguration, INPUTS, readAuthority } from "./certificate-authority-check";
import { describeError, PartialFailureError, ProviderError } from "./errors";
import { hasUnknown, isList, isMap, type PropertyMap, type PropertyValue, UNKNOWN } from "./properties";
import type {
  ChangeContext,
  ChangeKind,
  Changes,
  CheckResult,
  OperationContext,
  ReadResult,
  ResourceHandler,
} from "./resource-handler";

const LIST = "trustedCertificateAuthorities";

interface CertificateAuthorityOptions {
  /** Called when Graph is needed for the first time in an operation, never in a preview. */
  readonly client: () => Promise<GraphClient>;
}

/**
 * Makes and changes configurations of trusted authorities, with Graph's beta version.
 *
 * Certificates go in as PEM and are compared by their DER form. Exactly one root is allowed, so another root makes the
 * configuration anew: policies that name it follow before the old one is deleted, and trust has no gap.
 */
export class CertificateAuthorityHandler implements ResourceHandler {
  readonly #options: CertificateAuthorityOptions;

  constructor(options: CertificateAuthorityOptions) {
    this.#options = options;
  }

  check(news: PropertyMap, secretKeys: ReadonlySet<string>): CheckResult {
    return checkAuthorityConfiguration(news, secretKeys);
  }

  diff(outputs: PropertyMap, news: PropertyMap): Changes {
    const changes = new Map<string, ChangeKind>();
    for (const key of ["displayName", "description"]) {
      const old = outputs[key] ?? undefined;
      const wanted = news[key] ?? undefined;
      if (old === wanted || (old ?? "") === (wanted ?? "")) continue;
      changes.set(key, old === undefined ? "add" : wanted === undefined ? "delete" : "update");
    }
    const after = news[LIST];
    if (after === UNKNOWN) return changes.set(LIST, "update");
    const [olds, wanted] = [authoritiesOf(outputs[LIST]), authoritiesOf(after)];
    const [oldRoot, newRoot] = [olds, wanted].map((list) =>
      list.find(({ isRootAuthority }) => isRootAuthority),
    );
    const values = isList(after) ? after : [];
    if (oldRoot !== undefined && newRoot !== undefined && oldRoot.certificate !== newRoot.certificate) {
      return changes.set(LIST, "update-replace");
    }
    const added = values.flatMap((value, index) => {
      if (hasUnknown(value)) return [index];
      const [one] = authoritiesOf([value]);
      return olds.some(({ certificate }) => certificate === one?.certificate) ? [] : [index];
    });
    const undecided = values.some(hasUnknown);
    const removed = olds.flatMap(({ certificate }, index) =>
      undecided || wanted.some((one) => one.certificate === certificate) ? [] : [index],
    );
    if (added.some((index) => removed.includes(index))) return changes.set(LIST, "update");
    for (const index of added) changes.set(`${LIST}[${index}]`, hasUnknown(values[index]) ? "update" : "add");
    for (const index of removed) changes.set(`${LIST}[${index}]`, "delete");
    return changes;
  }

  async create(
    inputs: PropertyMap,
    { preview, signal, warn }: ChangeContext,
  ): Promise<{ id: string; outputs: PropertyMap }> {
    if (preview) return { id: "", outputs: inputs };
    const client = await this.#options.client();
    const body = bodyOf(inputs);
    try {
      return { id: await createAuthorityConfiguration(client, body, { signal }), outputs: inputs };
    } catch (error) {
      if (!(error instanceof GraphError) || signal.aborted) throw error;
      if (error.outcome !== "not-applied") {
        const made = await findSame(client, body, signal);
        if (made === undefined) throw error;
        warn(`Graph gave no clear answer; the configuration ${made} has the same content and is taken over.`);
        return { id: made, outputs: inputs };
      }
      throw await translated(client, error, signal);
    }
  }

  async update(
    id: string,
    outputs: PropertyMap,
    news: PropertyMap,
    { preview, signal }: ChangeContext,
  ): Promise<PropertyMap> {
    if (preview) return news;
    const client = await this.#options.client();
    const found = await readAuthorityConfiguration(client, id, { signal });
    if (found === undefined) {
      throw new ProviderError(
        "CERTLOCK_AUTHORITIES_GONE",
        `The configuration of certificate authorities ${id} is gone. Run pulumi refresh, and then the update again.`,
      );
    }
    const wanted = bodyOf(news);
    const there = found.trustedCertificateAuthorities;
    const missing = without(wanted.trustedCertificateAuthorities, there);
    const surplus = without(there, wanted.trustedCertificateAuthorities);
    let isChanged = false;
    try {
      if (found.displayName !== wanted.displayName || found.description !== wanted.description) {
        const { displayName, description } = wanted;
        await updateAuthorityConfiguration(client, id, { displayName, description }, { signal });
        isChanged = true;
      }
      // Removed first, since ten are all there may be; the root is never among them.
      for (const authority of surplus) {
        await removeTrustedAuthority(client, id, authority.id ?? "", { signal });
        isChanged = true;
      }
      for (const authority of missing) {
        await addTrustedAuthority(client, id, authority, { signal });
        isChanged = true;
      }
    } catch (error) {
      const untouched = !isChanged && error instanceof GraphError && error.outcome === "not-applied";
      if (untouched) throw error;
      const now = await readAuthorityConfiguration(client, id, { signal }).catch(() => undefined);
      throw new PartialFailureError(
        id,
        now === undefined ? outputs : valuesOf(now, news),
        describeError(error),
      );
    }
    return news;
  }

  async read(
    id: string,
    outputs: PropertyMap,
    inputs: PropertyMap,
    { signal }: OperationContext,
  ): Promise<ReadResult> {
    const found = await readAuthorityConfiguration(await this.#options.client(), id, { signal });
    if (found === undefined) return { id: "", outputs: {}, inputs: {} };
    const declared = Object.keys(inputs).length > 0 ? inputs : outputs;
    const live = valuesOf(found, declared);
    return { id: found.id, inputs: live, outputs: live };
  }

  async delete(id: string, _outputs: PropertyMap, { signal }: OperationContext): Promise<void> {
    const client = await this.#options.client();
    const names = await policiesNaming(client, id, signal);
    if (names.length > 0) throw inUse(id, names.join("; "));
    try {
      await deleteAuthorityConfiguration(client, id, { signal });
    } catch (error) {
      if (error instanceof GraphRejectedError && /referenc|in use/i.test(error.message)) {
        throw inUse(id, `Graph says: ${error.message}`);
      }
      throw error;
    }
  }
}

function inUse(id: string, who: string): ProviderError {
  return new ProviderError(
    "CERTLOCK_AUTHORITIES_IN_USE",
    `The configuration of certificate authorities ${id} is not deleted, because an app management policy names it: ${who}. ` +
      "Without it no certificate would be accepted there. Take its id out of the policy first.",
  );
}

/** The policies that name a configuration, as far as they may be read. */
async function policiesNaming(client: GraphClient, id: string, signal: AbortSignal): Promise<string[]> {
  const isNaming = (entries: readonly RestrictionEntry[] | null | undefined): boolean =>
    (entries ?? []).some(
      ({ certificateBasedApplicationConfigurationIds: ids }) => Array.isArray(ids) && ids.includes(id),
    );
  const names: string[] = [];
  try {
    const { policy } = await readWholeDefaultPolicy(client, { signal });
    if (SCOPES.some((scope) => isNaming(policy[scope]?.keyCredentials)))
      names.push("the tenant's default policy");
    for await (const custom of listCustomPolicies(client, { signal, version: "beta" })) {
      if (isNaming(custom.restrictions.keyCredentials))
        names.push(`"${redact(custom.displayName)}" (${custom.id})`);
    }
  } catch (error) {
    // Graph itself may still refuse.
    if (!(error instanceof GraphForbiddenError)) throw error;
  }
  return names;
}

/** The refusals of a creation that have a known reason. */
async function translated(client: GraphClient, error: GraphError, signal: AbortSignal): Promise<Error> {
  if (error instanceof GraphForbiddenError) {
    return new ProviderError(
      "CERTLOCK_AUTHORITIES_FORBIDDEN",
      `${describeError(error)} Microsoft's permissions reference lists this permission for signed-in people only: where it cannot be granted to the application, let an administrator run this stack (az login), or create the configuration by hand and give its id to the policy.`,
    );
  }
  let count = 0;
  try {
    for await (const { id } of listAuthorityConfigurations(client, { signal })) count += id === "" ? 0 : 1;
  } catch {
    return error;
  }
  const isFull = /maximum|limit|quota/i.test(error.message) || count >= MOST_AUTHORITY_CONFIGURATIONS;
  if (!(error instanceof GraphRejectedError) || !isFull) return error;
  return new ProviderError(
    "CERTLOCK_AUTHORITIES_FULL",
    `A tenant holds at most ${MOST_AUTHORITY_CONFIGURATIONS} configurations of certificate authorities, deleted ones included; ${count} are listed. Purge deleted ones, or add the authority to a configuration there is. Graph says: ${describeError(error)}`,
  );
}

/** The configuration with the same names and authorities, where exactly one has them. */
async function findSame(
  client: GraphClient,
  body: Omit<AuthorityConfiguration, "id">,
  signal: AbortSignal,
): Promise<string | undefined> {
  const same: string[] = [];
  for await (const { id, displayName, description } of listAuthorityConfigurations(client, { signal })) {
    if (displayName !== body.displayName || description !== body.description) continue;
    const found = await readAuthorityConfiguration(client, id, { signal });
    const there = found?.trustedCertificateAuthorities ?? [];
    const wanted = body.trustedCertificateAuthorities;
    if (without(wanted, there).length === 0 && without(there, wanted).length === 0) same.push(id);
  }
  return same.length === 1 ? same[0] : undefined;
}

function without(some: readonly TrustedAuthority[], others: readonly TrustedAuthority[]): TrustedAuthority[] {
  return some.filter((one) => !others.some(({ certificate }) => certificate === one.certificate));
}

function bodyOf(inputs: PropertyMap): Omit<AuthorityConfiguration, "id"> {
  const { displayName, description } = inputs;
  return {
    displayName: typeof displayName === "string" ? displayName : "",
    description: typeof description === "string" ? description : "",
    trustedCertificateAuthorities: authoritiesOf(inputs[LIST]),
  };
}

/** Authorities in Graph's form; what cannot be read yet is left out. */
function authoritiesOf(value: PropertyValue | undefined): TrustedAuthority[] {
  return (isList(value) ? value : []).filter(isMap).flatMap((authority) => {
    const pem = authority["certificate"];
    const read = typeof pem === "string" ? readAuthority(pem) : undefined;
    if (read === undefined || "problem" in read) return [];
    return [{ isRootAuthority: authority["isRootAuthority"] === true, certificate: read.der }];
  });
}

/** What is found as inputs; certificates that are declared keep their declared spelling and order. */
function valuesOf(found: AuthorityConfiguration, declared: PropertyMap): PropertyMap {
  const there = found.trustedCertificateAuthorities;
  const values = isList(declared[LIST]) ? declared[LIST] : [];
  const kept = values.filter((value) => {
    const [one] = authoritiesOf([value]);
    return one !== undefined && there.some(({ certificate }) => certificate === one.certificate);
  });
  const further = without(there, authoritiesOf(kept)).map(({ certificate, isRootAuthority }) => ({
    certificate: pemOf(certificate),
    isRootAuthority,
  }));
  const plain = INPUTS.filter((key) => key !== LIST && declared[key] !== undefined);
  return {
    ...(Object.fromEntries(plain.map((key) => [key, declared[key]])) as PropertyMap),
    displayName: found.displayName,
    ...(found.description === "" && declared["description"] === undefined
      ? {}
      : { description: found.description }),
    [LIST]: [...kept, ...further],
  };
}

function pemOf(der: string): string {
  const lines = der.replace(/[^A-Za-z0-9+/=]/g, "").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
