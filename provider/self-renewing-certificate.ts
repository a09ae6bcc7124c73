/** The resource `certlock:index:SelfRenewingCertificate`: a certificate that Key Vault makes anew by itself, each time with a new key. */
import { randomUUID } from "node:crypto";
import { ProviderError } from "./errors";
import { hasUnknown, type PropertyMap, UNKNOWN } from "./properties";
import type {
  ChangeContext,
  ChangeKind,
  Changes,
  CheckContext,
  CheckResult,
  OperationContext,
  ReadResult,
  ResourceHandler,
} from "./resource-handler";
import {
  type CertificateName,
  checkSelfRenewing,
  claimOf,
  COMPUTED,
  firstVersion,
  inputsAmong,
  isPolicyRight,
  keyDigest,
  liveInputs,
  outputsOf,
  ownMarks,
  policyFrom,
  type RenewalRequest,
  renewalRequest,
  sameJson,
  sameTags,
  sameWord,
  versionTags,
} from "./self-renewing-certificate-values";
import { readWholeCertificateId, vaultAt, wholeCertificateId } from "./vault-address";
import { diffTags, type VaultCertificateOptions } from "./vault-certificate";
import { issue, type IssueContext, nameOf } from "./vault-certificate-issue";
import { text } from "./vault-certificate-request";
import { isSelfRenewing, readTags, renewalTags } from "./vault-certificate-tags";
import {
  type CertificateBundle,
  listVersions,
  readBundle,
  type VersionItem,
  versionOf,
} from "./vault-certificate-values";
import type { VaultClient } from "./vault-client";

/** What makes it another certificate. */
const REPLACING = ["vaultUri", "certificateName"] as const;
/** What a change makes a version for at once. */
const NEW_KEY = ["subject", "keyBits", "issuerName", "contentType"] as const;

/** The newest version, and all that the vault says about the certificate. */
interface Found {
  readonly version: string;
  readonly bundle: CertificateBundle;
  readonly versions: readonly VersionItem[];
}

/** One operation on one certificate. */
interface Work extends Pick<OperationContext, "signal" | "warn"> {
  readonly client: VaultClient;
  readonly name: CertificateName;
}

/**
 * Makes, reads, changes and deletes certificates that a vault renews.
 *
 * - The vault makes all versions but the first. Whatever it makes is never a difference: outputs follow the newest
 *   version, and no input is compared with them.
 * - Months and renewal are changed in the policy, for the versions to come. Subject, key size, issuer and form make a
 *   version at once. Another vault or name makes another certificate.
 * - Versions bear what was asked for and a random claim as tags. A run that was killed finds its version again by them,
 *   and a certificate that bears no such tags, or another claim, is not touched.
 * - Deleting disables every version and deletes the certificate softly. Nothing is ever purged.
 */
export class SelfRenewingCertificateHandler implements ResourceHandler {
  readonly #options: VaultCertificateOptions;

  constructor(options: VaultCertificateOptions) {
    this.#options = options;
  }

  check(news: PropertyMap, secretKeys: ReadonlySet<string>, context: CheckContext): CheckResult {
    return checkSelfRenewing(news, secretKeys, this.#options.service(), context);
  }

  diff(outputs: PropertyMap, news: PropertyMap): Changes {
    const changes = new Map<string, ChangeKind>();
    for (const name of REPLACING) {
      if (outputs[name] !== news[name]) changes.set(name, "update-replace");
    }
    for (const name of [...changedKeyInputs(outputs, news), "validityMonths"]) {
      if (outputs[name] !== news[name]) changes.set(name, "update");
    }
    if (hasUnknown(news["renewal"]) || !sameJson(outputs["renewal"], news["renewal"])) {
      changes.set("renewal", "update");
    }
    diffTags(outputs, news, changes);
    if (outputs["autoRenew"] === false) changes.set("autoRenew", "update");
    if (outputs["reusesKey"] === true) changes.set("reusesKey", "update");
    return changes;
  }

  async create(inputs: PropertyMap, context: ChangeContext): Promise<{ id: string; outputs: PropertyMap }> {
    if (context.preview) {
      return { id: "", outputs: { ...inputs, ...unknown(COMPUTED) } };
    }
    const request = renewalRequest(inputs);
    const vault = vaultAt(request.vaultUri, this.#options.service());
    const name = { vault, certificateName: request.certificateName };
    const work = await this.#work(name, context);
    const claim = (this.#options.newClaim ?? randomUUID)();
    await issue(this.#firstIssue(work, request, claim));
    const found = await settle(work, request, claim);
    return {
      id: wholeCertificateId(name),
      outputs: outputsOf(name, found.version, inputs, { bundle: found.bundle, claim }),
    };
  }

  async read(
    id: string,
    outputs: PropertyMap,
    inputs: PropertyMap,
    context: OperationContext,
  ): Promise<ReadResult> {
    const name = readWholeCertificateId(id, this.#options.service());
    const work = await this.#work(name, context);
    const found = await find(work);
    const gone: ReadResult = { id: "", outputs: {}, inputs: {} };
    if (found === undefined) return gone;
    const { version, bundle, versions } = found;
    const imported = outputs["version"] === undefined;
    if (!bundle.enabled) {
      if (imported) throw disabled(name);
      context.warn(
        `${nameOf(name)} has a newest version (${version}) that somebody disabled, so nobody can read its key; it counts as gone, and the next update makes a new key.`,
      );
      return gone;
    }
    const claim = claimOf(ownMarks(versions)?.marks);
    if (!imported && claim !== text(outputs["claim"])) {
      context.warn(
        `${nameOf(name)} has been taken over by another resource since. Declare it in one program alone, and take it out of the other one with: pulumi state delete`,
      );
    }
    const declared = inputsAmong(Object.keys(inputs).length > 0 ? inputs : outputs);
    const live = liveInputs(name, imported ? {} : declared, bundle);
    // The claim of another resource is not taken over by looking at it.
    const own = imported ? claim : text(outputs["claim"]);
    return {
      id: wholeCertificateId(name),
      inputs: live,
      outputs: outputsOf(name, version, live, { bundle, claim: own }),
    };
  }

  async update(
    id: string,
    outputs: PropertyMap,
    news: PropertyMap,
    context: ChangeContext,
  ): Promise<PropertyMap> {
    const newKey = changedKeyInputs(outputs, news).length > 0;
    if (context.preview || isUnclear(news)) return planned(outputs, news, newKey);
    const name = readWholeCertificateId(id, this.#options.service());
    const work = await this.#work(name, context);
    const request = renewalRequest(news);
    const claim = text(outputs["claim"]);
    if (newKey) await issue(await this.#nextIssue(work, request, claim));
    else refuseOthers(name, await listVersions(work.client, name, work.signal), claim);
    const { version, bundle } = await settle(work, request, claim);
    return outputsOf(name, version, news, { bundle, claim });
  }

  async delete(id: string, outputs: PropertyMap, context: OperationContext): Promise<void> {
    const name = readWholeCertificateId(id, this.#options.service());
    const work = await this.#work(name, context);
    const { client, signal } = work;
    const { vault } = name;
    const versions = await listVersions(client, name, signal);
    const own = ownMarks(versions);
    if (versions.length > 0 && claimOf(own?.marks) !== text(outputs["claim"])) {
      context.warn(`${nameOf(name)} has been taken over by another resource since, so it stays as it is.`);
      return;
    }
    for (const [index, { version, enabled, tags }] of versions.entries()) {
      if (!enabled && index > 0) continue;
      // A later create knows the deleted certificate by the tags of its newest version.
      const marked =
        index === 0 && own !== undefined
          ? { tags: renewalTags(readTags(tags).others, own.marks.request ?? "", own.marks.claim ?? "") }
          : {};
      const body = { attributes: { enabled: false }, ...marked };
      await client.find({ method: "PATCH", vault, path: pathOf(name, `/${version}`), body, signal });
    }
    await client.find({ method: "DELETE", vault, path: pathOf(name), signal });
  }

  async #work(name: CertificateName, { signal, warn }: OperationContext): Promise<Work> {
    return { client: await this.#options.client(), name, signal, warn };
  }

  #firstIssue(work: Work, request: RenewalRequest, claim: string): IssueContext {
    const { client, name, signal, warn } = work;
    return {
      ...this.#issueOf(work, request, claim, firstVersion(request, claim)),
      takeOver: async (versions) => {
        const left = ownMarks(versions);
        if (left?.marks.request !== keyDigest(request) || versions[0]?.enabled !== true) return undefined;
        warn(
          `${nameOf(name)} is there already, made with the same settings; certlock takes it over instead of making a second key.`,
        );
        const body = { tags: { ...left.tags, ...versionTags(request, claim) } };
        const path = pathOf(name, `/${left.version}`);
        await client.send({ method: "PATCH", vault: name.vault, path, body, signal });
        return left.version;
      },
      refuse: (versions) => {
        const [newest] = versions;
        if (newest === undefined) return;
        // Left by a destroy, or out of use: a new key is what is asked for.
        if (!newest.enabled && ownMarks(versions) !== undefined) return;
        throw taken(name);
      },
    };
  }

  /** A version at once, with the policy that is there and what is declared in it. */
  async #nextIssue(work: Work, request: RenewalRequest, claim: string): Promise<IssueContext> {
    const { client, name, signal } = work;
    const there = await client.send({
      method: "GET",
      vault: name.vault,
      path: pathOf(name, "/policy"),
      signal,
    });
    const body = {
      policy: policyFrom(there.body, request),
      attributes: { enabled: true },
      tags: versionTags(request, claim),
    };
    return {
      ...this.#issueOf(work, request, claim, body),
      takeOver: () => Promise.resolve(undefined),
      refuse: (versions) => {
        refuseOthers(name, versions, claim);
      },
    };
  }

  #issueOf(
    { client, name, signal, warn }: Work,
    request: RenewalRequest,
    claim: string,
    body: object,
  ): Omit<IssueContext, "takeOver" | "refuse"> {
    return {
      client,
      signal,
      warn,
      body,
      ...name,
      issuerName: request.issuerName,
      clock: this.#options.clock ?? (() => new Date()),
      mine: (versions) => {
        const own = ownMarks(versions);
        const { claim: said, request: asked } = own?.marks ?? {};
        return own?.enabled === true && said === claim && asked === keyDigest(request) ? own : undefined;
      },
      mayRecover: isSelfRenewing,
    };
  }
}

function isUnclear(news: PropertyMap): boolean {
  return Object.values(inputsAmong(news)).some((value) => hasUnknown(value));
}

function changedKeyInputs(outputs: PropertyMap, news: PropertyMap): readonly string[] {
  return NEW_KEY.filter((name) =>
    name === "issuerName" ? !sameWord(outputs[name], news[name]) : outputs[name] !== news[name],
  );
}

function unknown(names: readonly string[]): PropertyMap {
  return Object.fromEntries(names.map((name) => [name, UNKNOWN]));
}

/** What a preview can say of an update. */
function planned(outputs: PropertyMap, news: PropertyMap, newKey: boolean): PropertyMap {
  const kept = Object.fromEntries(COMPUTED.map((name) => [name, outputs[name]]));
  return {
    ...inputsAmong(news),
    ...kept,
    ...unknown(["renewalDue"]),
    ...(newKey ? unknown(["version", "thumbprintSha1", "thumbprintSha256", "validFrom", "validUntil"]) : {}),
    autoRenew: true,
    reusesKey: false,
  };
}

/** Brings policy and tags to what is declared; answers with the certificate as it is then. */
async function settle(work: Work, request: RenewalRequest, claim: string): Promise<Found> {
  const { client, name, signal } = work;
  const { vault } = name;
  const found = await find(work);
  if (found === undefined) throw vanished(name);
  const { policy, tags, version } = { ...found.bundle, version: found.version };
  const isRight = isPolicyRight(policy, request);
  if (!isRight) {
    const body = policyFrom(policy, request);
    await client.send({ method: "PATCH", vault, path: pathOf(name, "/policy"), body, signal });
  }
  const wanted = versionTags(request, claim);
  const isTagged = sameTags(tags, wanted);
  if (!isTagged) {
    const body = { tags: wanted };
    await client.send({ method: "PATCH", vault, path: pathOf(name, `/${version}`), body, signal });
  }
  if (isRight && isTagged) return found;
  const after = await find(work);
  if (after === undefined) throw vanished(name);
  return after;
}

async function find({ client, name, signal }: Work): Promise<Found | undefined> {
  const versions = await listVersions(client, name, signal);
  const [newest] = versions;
  if (newest === undefined) return undefined;
  const path = pathOf(name, `/${newest.version}`);
  const answer = await client.find({ method: "GET", vault: name.vault, path, signal });
  if (answer === undefined) return undefined;
  const version = versionOf(answer.body["id"]) ?? newest.version;
  return { version, versions, bundle: readBundle(answer.body, { ...name, version }) };
}

function pathOf({ certificateName }: CertificateName, rest = ""): string {
  return `/certificates/${certificateName}${rest}`;
}

function refuseOthers(name: CertificateName, versions: readonly VersionItem[], claim: string): void {
  if (versions.length > 0 && claimOf(ownMarks(versions)?.marks) !== claim) throw taken(name);
}

function taken(name: CertificateName): ProviderError {
  return new ProviderError(
    "CERTLOCK_CERTIFICATE_TAKEN",
    `${nameOf(name)} is there already, and was not made by this resource. Take another certificateName; or, if it shall be managed here, adopt it with its keys: ` +
      `pulumi import certlock:index:SelfRenewingCertificate <name> ${wholeCertificateId(name)}`,
  );
}

function vanished(name: CertificateName): ProviderError {
  return new ProviderError(
    "CERTLOCK_CERTIFICATE_CANCELLED",
    `${nameOf(name)} was made and removed again by somebody else. Run the update again.`,
  );
}

function disabled(name: CertificateName): ProviderError {
  return new ProviderError(
    "CERTLOCK_CERTIFICATE_NOT_USABLE",
    `${nameOf(name)} has a newest version that is disabled, so nobody can read its key; enable it, or import another certificate.`,
  );
}
