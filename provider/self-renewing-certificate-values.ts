/** Between Key Vault's answers about a certificate that it renews by itself and property values. */
import { Problems } from "./check-problems";
import type { PropertyMap } from "./properties";
import type { CheckContext, CheckResult } from "./resource-handler";
import {
  checkRenewal,
  DEFAULT_RENEWAL,
  lifetimeActions,
  type Renewal,
  renewalDue,
  renewalFrom,
  renewalOf,
} from "./self-renewing-renewal";
import type { VaultService } from "./settings";
import { type CertificateAddress, wholeCertificateId } from "./vault-address";
import { checkCertificate, DEFAULTS } from "./vault-certificate-check";
import { createBody } from "./vault-certificate-policy";
import { type CertificateRequest, requestFrom } from "./vault-certificate-request";
import { digestOf, isSelfRenewing, type Marks, renewalTags, type Tags } from "./vault-certificate-tags";
import { type CertificateBundle, secretUri, utcSeconds, type VersionItem } from "./vault-certificate-values";
import { isObject, type JsonObject } from "./vault-client";

export const INPUTS = [
  "vaultUri",
  "certificateName",
  "subject",
  "keyBits",
  "validityMonths",
  "renewal",
  "issuerName",
  "contentType",
  "tags",
] as const;

/** The outputs that a preview cannot know. */
export const COMPUTED = [
  "certificateUri",
  "secretUri",
  "version",
  "thumbprintSha1",
  "thumbprintSha256",
  "validFrom",
  "validUntil",
  "renewalDue",
  "autoRenew",
  "reusesKey",
  "claim",
] as const;

export type CertificateName = Omit<CertificateAddress, "version">;

export interface RenewalRequest extends Omit<CertificateRequest, "generation"> {
  readonly renewal: Renewal;
}

/** Fills in defaults and lists all problems. Unknown values of a preview are taken to be right. */
export function checkSelfRenewing(
  news: PropertyMap,
  secretKeys: ReadonlySet<string>,
  service: VaultService,
  { warn }: Pick<CheckContext, "warn">,
): CheckResult {
  const problems = new Problems(secretKeys);
  const given = news["renewal"] === undefined ? { ...news, renewal: DEFAULT_RENEWAL } : news;
  const inputs = checkCertificate(given, INPUTS, problems, service, (all) => {
    checkRenewal(all, problems, warn);
  });
  return { inputs, problems: problems.list };
}

/** For inputs that have passed the check and hold no unknown value. */
export function renewalRequest(inputs: PropertyMap): RenewalRequest {
  return { ...requestFrom(inputs), renewal: renewalFrom(inputs["renewal"]) ?? DEFAULT_RENEWAL };
}

/** Tells versions apart by everything that makes another key at once. */
export function keyDigest({ subject, keyBits, issuerName, contentType }: RenewalRequest): string {
  return digestOf(["renewed", subject, keyBits, issuerName, contentType]);
}

export function versionTags(request: RenewalRequest, claim: string): Tags {
  return renewalTags(request.tags, keyDigest(request), claim);
}

/**
 * What says whose a certificate is: the marks of the newest version that has any. Whether the versions a vault makes by
 * itself take over the tags of those before is documented nowhere; this holds in both cases.
 */
export function ownMarks(versions: readonly VersionItem[]): VersionItem | undefined {
  return versions.find(({ marks }) => isSelfRenewing(marks));
}

/** The body of a first version, with the policy for all that follow. */
export function firstVersion(request: RenewalRequest, claim: string): object {
  return createBody(request, versionTags(request, claim), lifetimeActions(request.renewal));
}

/** The policy that is there with what is declared in it. What nobody declares here, such as usages, stays as it is. */
export function policyFrom(there: JsonObject, request: RenewalRequest): JsonObject {
  const part = (name: string): JsonObject => (isObject(there[name]) ? there[name] : {});
  return {
    key_props: { ...part("key_props"), kty: "RSA", key_size: request.keyBits, reuse_key: false },
    secret_props: { ...part("secret_props"), contentType: request.contentType },
    x509_props: {
      ...part("x509_props"),
      subject: request.subject,
      validity_months: request.validityMonths,
    },
    issuer: { ...part("issuer"), name: request.issuerName },
    lifetime_actions: lifetimeActions(request.renewal),
  };
}

/** Whether a policy makes the certificates that are declared, each with a key of its own. */
export function isPolicyRight(policy: JsonObject, request: RenewalRequest): boolean {
  const facts = policyFacts(policy);
  return (
    facts.autoRenew &&
    !facts.reusesKey &&
    sameJson(facts.inputs["renewal"], request.renewal) &&
    facts.inputs["subject"] === request.subject &&
    facts.inputs["keyBits"] === request.keyBits &&
    facts.inputs["validityMonths"] === request.validityMonths &&
    sameWord(facts.inputs["issuerName"], request.issuerName) &&
    facts.inputs["contentType"] === request.contentType
  );
}

interface PolicyFacts {
  /** Inputs as the policy has them; `renewal` is missing where it does not renew. */
  readonly inputs: PropertyMap;
  readonly autoRenew: boolean;
  readonly reusesKey: boolean;
}

function policyFacts(policy: JsonObject): PolicyFacts {
  const valueOf = (part: string, name: string): unknown =>
    isObject(policy[part]) ? policy[part][name] : undefined;
  const subject = valueOf("x509_props", "subject");
  const bits = valueOf("key_props", "key_size");
  const months = valueOf("x509_props", "validity_months");
  const issuer = valueOf("issuer", "name");
  const form = valueOf("secret_props", "contentType");
  const renewal = renewalOf(policy);
  return {
    inputs: {
      ...(typeof subject === "string" && { subject }),
      ...(typeof bits === "number" && { keyBits: bits }),
      ...(typeof months === "number" && { validityMonths: months }),
      ...(renewal !== undefined && { renewal }),
      ...(typeof issuer === "string" && { issuerName: issuer }),
      ...(typeof form === "string" && { contentType: form }),
    },
    autoRenew: renewal !== undefined,
    reusesKey: valueOf("key_props", "reuse_key") === true,
  };
}

/** The inputs as they stand in the vault: those of the policy, and the tags where they are ours. */
export function liveInputs(
  name: CertificateName,
  declared: PropertyMap,
  bundle: Pick<CertificateBundle, "policy" | "marks" | "others">,
): PropertyMap {
  const { inputs } = policyFacts(bundle.policy);
  const imported = declared["certificateName"] === undefined;
  const issuerName = sameWord(inputs["issuerName"], declared["issuerName"])
    ? declared["issuerName"]
    : inputs["issuerName"];
  const { tags: said, ...rest } = declared;
  const tags = imported || isSelfRenewing(bundle.marks) ? bundle.others : undefined;
  const same = tags === undefined || sameTags(renewalRequest(declared).tags, tags);
  const kept: PropertyMap = said === undefined ? {} : { tags: said };
  const found: PropertyMap = tags === undefined || Object.keys(tags).length === 0 ? {} : { tags };
  return {
    ...DEFAULTS,
    renewal: { ...DEFAULT_RENEWAL },
    ...rest,
    vaultUri: name.vault.uri,
    certificateName: name.certificateName,
    ...inputs,
    ...(issuerName !== undefined && { issuerName }),
    ...(same ? kept : found),
  };
}

/** Everything the state keeps: the inputs and what the newest version is. All of it is public. */
export function outputsOf(
  name: CertificateName,
  version: string,
  inputs: PropertyMap,
  { bundle, claim }: { readonly bundle: CertificateBundle; readonly claim: string },
): PropertyMap {
  const { certificate, policy } = bundle;
  const { autoRenew, reusesKey } = policyFacts(policy);
  const [from, until] = [new Date(certificate.validFrom), new Date(certificate.validTo)];
  const renewal = renewalOf(policy);
  return {
    ...inputsAmong(inputs),
    certificateUri: wholeCertificateId(name),
    secretUri: secretUri(name),
    version,
    thumbprintSha1: certificate.fingerprint.replaceAll(":", ""),
    thumbprintSha256: certificate.fingerprint256.replaceAll(":", ""),
    validFrom: utcSeconds(certificate.validFrom),
    validUntil: utcSeconds(certificate.validTo),
    // Where nothing renews, none is due.
    renewalDue: renewal === undefined ? "" : utcSeconds(renewalDue(renewal, from, until).toISOString()),
    autoRenew,
    reusesKey,
    claim,
  };
}

/** The inputs among inputs or outputs. */
export function inputsAmong(values: PropertyMap): PropertyMap {
  return Object.fromEntries(
    INPUTS.filter((key) => values[key] !== undefined).map((key) => [key, values[key]]),
  );
}

export function claimOf(marks: Marks | undefined): string {
  return marks?.claim ?? "";
}

export function sameTags(left: Tags, right: Tags): boolean {
  return sameJson(sorted(left), sorted(right));
}

export function sameJson(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** Key Vault tells names of issuers apart by their letters alone. */
export function sameWord(left: unknown, right: unknown): boolean {
  return typeof left === "string" && typeof right === "string" && left.toLowerCase() === right.toLowerCase();
}

function sorted(tags: Tags): [string, string][] {
  return Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1));
}
