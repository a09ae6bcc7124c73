/** The resource `certlock:index:VaultCertificate`: one version of a certificate whose key is born in Key Vault and stays there. */
import { randomUUID } from "node:crypto";
import { ProviderError } from "./errors";
import { hasUnknown, isMap, type PropertyMap, UNKNOWN } from "./properties";
import type {
  ChangeContext,
  ChangeKind,
  Changes,
  CheckResult,
  OperationContext,
  ReadResult,
  ResourceHandler,
} from "./resource-handler";
import type { VaultService } from "./settings";
import { type CertificateAddress, certificateId, readCertificateId, vaultAt } from "./vault-address";
import { checkVaultCertificate } from "./vault-certificate-check";
import { generationIssue } from "./vault-certificate-generation";
import { issue } from "./vault-certificate-issue";
import { noticeOnly } from "./vault-certificate-policy";
import { requestFrom, text } from "./vault-certificate-request";
import { readTags, tagsToWrite } from "./vault-certificate-tags";
import {
  addressOf,
  type CertificateBundle,
  COMPUTED,
  importedInputs,
  inputsAmong,
  listVersions,
  outputsOf,
  readBundle,
  type VersionItem,
} from "./vault-certificate-values";
import type { VaultClient } from "./vault-client";

/** Of both handlers of certificates. */
export interface VaultCertificateOptions {
  /** Called in check already, so it reads the environment and nothing else. */
  readonly service: () => VaultService;
  /** Called when a vault is needed for the first time in an operation, never in a preview. */
  readonly client: () => Promise<VaultClient>;
  /** @default - the system's clock */
  readonly clock?: () => Date;
  /** Makes the mark of each create. @default - a random UUID */
  readonly newClaim?: () => string;
}

/** What makes another key or another certificate, and so another version. */
const NEW_VERSION = [
  "vaultUri",
  "certificateName",
  "generation",
  "subject",
  "keyBits",
  "validityMonths",
  "issuerName",
  "contentType",
] as const;

/**
 * Makes, reads and retires versions of certificates.
 *
 * - A version is never changed, only its tags: whatever makes another key or certificate replaces the resource, which
 *   makes the new version first and retires the old one last.
 * - Versions bear the generation, what was asked for, and a random claim as tags. A run that was killed after Key
 *   Vault had made the version finds it again by them, and no resource retires a version that another has taken over.
 * - Deleting disables the version. Only when no version of the certificate is enabled any more is the certificate
 *   deleted, softly: its retention in the vault begins. Nothing is ever purged.
 */
export class VaultCertificateHandler implements ResourceHandler {
  readonly #options: VaultCertificateOptions;
  /** Ends of the operations on each certificate: its generations are worked on one after the other. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(options: VaultCertificateOptions) {
    this.#options = options;
  }

  check(news: PropertyMap, secretKeys: ReadonlySet<string>): CheckResult {
    return checkVaultCertificate(news, secretKeys, this.#options.service());
  }

  diff(outputs: PropertyMap, news: PropertyMap): Changes {
    const changes = new Map<string, ChangeKind>();
    for (const name of NEW_VERSION) {
      if (outputs[name] !== news[name]) changes.set(name, "update-replace");
    }
    diffTags(outputs, news, changes);
    if (outputs["autoRenew"] === true) changes.set("autoRenew", "update");
    return changes;
  }

  async create(inputs: PropertyMap, context: ChangeContext): Promise<{ id: string; outputs: PropertyMap }> {
    if (context.preview) {
      return {
        id: "",
        outputs: { ...inputs, ...Object.fromEntries(COMPUTED.map((name) => [name, UNKNOWN])) },
      };
    }
    const { service, clock = () => new Date(), newClaim = randomUUID } = this.#options;
    const request = requestFrom(inputs);
    const vault = vaultAt(request.vaultUri, service());
    const { certificateName } = request;
    return this.#inTurn(`${vault.uri}${certificateName}`, async () => {
      const client = await this.#options.client();
      const { signal, warn } = context;
      const claim = newClaim();
      const version = await issue(generationIssue({ client, vault, request, claim, clock, signal, warn }));
      const address = addressOf(vault, certificateName, version);
      const bundle = await fetchBundle(client, address, context);
      if (bundle === undefined) throw vanished(address);
      return { id: certificateId(address), outputs: outputsOf(address, inputs, bundle) };
    });
  }

  async read(
    id: string,
    outputs: PropertyMap,
    inputs: PropertyMap,
    context: OperationContext,
  ): Promise<ReadResult> {
    const address = readCertificateId(id, this.#options.service());
    const client = await this.#options.client();
    const imported = outputs["version"] === undefined;
    const bundle = await fetchBundle(client, address, context);
    const gone: ReadResult = { id: "", outputs: {}, inputs: {} };
    if (bundle === undefined) return gone;
    const declared = inputsAmong(Object.keys(inputs).length > 0 ? inputs : outputs);
    const live = imported ? importedInputs(address, bundle) : withTags(declared, bundle);
    const versions = await listVersions(client, address, context.signal);
    if (!bundle.enabled) {
      if (imported) throw disabled(address);
      const newest = versions[0]?.version === address.version;
      context.warn(
        newest
          ? `Version ${address.version} of the certificate "${address.certificateName}" was disabled by somebody, so nobody can read its key; it counts as gone, and the next update makes a new key.`
          : `Version ${address.version} of the certificate "${address.certificateName}" was disabled by somebody. A newer version is there to be read; only clients that hold this key already can use it.`,
      );
      if (newest) return gone;
    }
    warnOfStrangers(address, live, versions, context);
    return { id: certificateId(address), inputs: live, outputs: outputsOf(address, live, bundle) };
  }

  async update(
    id: string,
    outputs: PropertyMap,
    news: PropertyMap,
    context: ChangeContext,
  ): Promise<PropertyMap> {
    const kept = Object.fromEntries(COMPUTED.map((name) => [name, outputs[name]]));
    const changed = { ...inputsAmong(news), ...kept, autoRenew: false };
    if (context.preview || hasUnknown(news["tags"])) return changed;
    const address = readCertificateId(id, this.#options.service());
    const client = await this.#options.client();
    const path = `/certificates/${address.certificateName}`;
    const { vault } = address;
    const { signal } = context;
    const tags = tagsToWrite(requestFrom(news), text(outputs["claim"]));
    await client.send({ method: "PATCH", vault, path: `${path}/${address.version}`, body: { tags }, signal });
    if (outputs["autoRenew"] === true) {
      await client.send({ method: "PATCH", vault, path: `${path}/policy`, body: noticeOnly(), signal });
    }
    return changed;
  }

  async delete(id: string, outputs: PropertyMap, context: OperationContext): Promise<void> {
    const address = readCertificateId(id, this.#options.service());
    const { vault, certificateName, version } = address;
    await this.#inTurn(`${vault.uri}${certificateName}`, async () => {
      const client = await this.#options.client();
      const { signal } = context;
      const path = `/certificates/${certificateName}`;
      const answer = await client.find({ method: "GET", vault, path: `${path}/${version}`, signal });
      if (answer === undefined) return;
      if ((readTags(answer.body["tags"]).marks.claim ?? "") !== text(outputs["claim"])) {
        context.warn(
          `Version ${version} of the certificate "${certificateName}" has been taken over by another resource since, so it stays enabled.`,
        );
        return;
      }
      const body = { attributes: { enabled: false } };
      await client.send({ method: "PATCH", vault, path: `${path}/${version}`, body, signal });
      const others = await listVersions(client, address, signal);
      if (others.some((other) => other.enabled && other.version !== version)) return;
      const pending = await client.find({ method: "GET", vault, path: `${path}/pending`, signal });
      if (String(pending?.body["status"]).toLowerCase() === "inprogress") return;
      await client.find({ method: "DELETE", vault, path, signal });
    });
  }

  /** Runs an operation after those before it on the same certificate, however they ended. */
  async #inTurn<T>(key: string, operation: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(key.toLowerCase()) ?? Promise.resolve();
    const turn = before.then(operation);
    this.#turns.set(
      key.toLowerCase(),
      turn.catch(() => undefined),
    );
    return turn;
  }
}

export function diffTags(outputs: PropertyMap, news: PropertyMap, changes: Map<string, ChangeKind>): void {
  const after = news["tags"];
  if (after === UNKNOWN) {
    changes.set("tags", isMap(outputs["tags"]) ? "update" : "add");
    return;
  }
  const had = isMap(outputs["tags"]) ? outputs["tags"] : {};
  const has = isMap(after) ? after : {};
  for (const name of new Set([...Object.keys(had), ...Object.keys(has)])) {
    if (had[name] === has[name]) continue;
    const kind = had[name] === undefined ? "add" : has[name] === undefined ? "delete" : "update";
    changes.set(`tags[${JSON.stringify(name)}]`, kind);
  }
}

async function fetchBundle(
  client: VaultClient,
  address: CertificateAddress,
  { signal }: OperationContext,
): Promise<CertificateBundle | undefined> {
  const path = `/certificates/${address.certificateName}/${address.version}`;
  const answer = await client.find({ method: "GET", vault: address.vault, path, signal });
  return answer === undefined ? undefined : readBundle(answer.body, address);
}

/** The declared inputs with the tags found; absent and empty are the same. */
function withTags(declared: PropertyMap, { others }: CertificateBundle): PropertyMap {
  const same = JSON.stringify(sorted(requestFrom(declared).tags)) === JSON.stringify(sorted(others));
  return same ? declared : { ...declared, tags: others };
}

function sorted(tags: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** A newest version without our marks is a key that nobody registered, and everybody reads it. */
function warnOfStrangers(
  { certificateName }: CertificateAddress,
  inputs: PropertyMap,
  versions: readonly VersionItem[],
  { warn }: OperationContext,
): void {
  const newest = versions[0];
  if (newest === undefined || newest.marks.generation !== undefined) return;
  // One of the generations says it: the last.
  const generation = Number(inputs["generation"]);
  const marked = versions.filter(({ enabled, marks }) => enabled && marks.generation !== undefined);
  if (marked.length === 0 || marked.some(({ marks }) => (marks.generation ?? 0) > generation)) return;
  warn(
    `The newest version of the certificate "${certificateName}" (${newest.version}) was not made by certlock. Whoever reads the secret gets its key, which may be registered nowhere: find out who made it, and raise generation to put a registered key in front.`,
  );
}

function vanished({ certificateName, version }: CertificateAddress): ProviderError {
  return new ProviderError(
    "CERTLOCK_CERTIFICATE_CANCELLED",
    `Version ${version} of the certificate "${certificateName}" was made and removed again by somebody else. Run the update again.`,
  );
}

function disabled({ certificateName, version }: CertificateAddress): ProviderError {
  return new ProviderError(
    "CERTLOCK_CERTIFICATE_NOT_USABLE",
    `Version ${version} of the certificate "${certificateName}" is disabled, so nobody can read its key; import an enabled version, or let certlock make a new one.`,
  );
}
