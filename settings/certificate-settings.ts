/** What the configuration says of an application's certificates and of the vault their key lies in. */
import { dayOf } from "../components/calendar";
import { CERTIFICATE_DEFAULTS, readCertificateArgs } from "../components/certificate-args";
import type { CertificateSource } from "../components/external-certificate";
import { checkGuid } from "../components/guid";
import { nearestKey } from "../components/nearest-key";
import { checkSecretName, checkVaultName } from "../components/names";
import { checkNetworks, parseNetwork, VAULT_RANGES } from "../components/networks";
import { checkOneOf, describeGiven, type Finding, Problems } from "../components/problems";
import { KEY_BITS, type KeyBits, type RotationArgs } from "../components/rotation";
import { readRotation } from "../components/rotation-reading";
import { addUnlessNew } from "./distinct";
import {
  addBelow,
  isAbsent,
  known,
  readChoice,
  readFlag,
  readList,
  readNumber,
  readObject,
  readText,
  type Shape,
  textsOf,
  type Values,
} from "./structured-value";

/** A key that clients fetch from a vault. */
export interface KeyInVaultSettings {
  readonly kind: "certificate";
  /**
   * When certificates follow each other, period and validity always given: 60 and 125 days by default. A tenant policy
   * with a lower limit refuses them, and says which numbers fit.
   */
  readonly rotation: RotationArgs;
  /** Size of the RSA keys: 2048, 3072 or 4096. Default 3072. */
  readonly keyBits: KeyBits;
  /**
   * Whether the key is handed out as a PKCS#12 file: beside the PEM, under the name with "-pfx" at its end; with a key
   * born in the vault, instead of it. Default false.
   */
  readonly pfx: boolean;
  /** Name of the vault the key lies in. */
  readonly vault: string;
  /**
   * Public IPv4 ranges that reach the vault. Default: the IPv4 ranges among the application's networks; none with a
   * private endpoint.
   */
  readonly vaultNetworks: readonly string[];
  /** Who may read the key: object ids of principals, or names of `identities`. Default: none. */
  readonly readers: readonly string[];
}

/** A key made by the stack, encrypted in its state. The default. */
export interface StackCertificateSettings extends KeyInVaultSettings {
  readonly key: "tls";
}

/** A key born in the vault, which the deployment has to reach. */
export interface VaultCertificateSettings extends KeyInVaultSettings {
  readonly key: "vault";
  /** Who issues in the vault. Default "Self". */
  readonly issuerName: string;
}

/** A key kept elsewhere. */
export interface ExternalCertificateSettings {
  readonly kind: "certificate";
  readonly key: "external";
  /** Public certificates: PEM, or base64 or hexadecimal digits of DER. */
  readonly certificates: readonly CertificateSource[];
}

export type CertificateSettings =
  ExternalCertificateSettings | StackCertificateSettings | VaultCertificateSettings;

/** What the certificate has to fit, beside itself. */
export interface CertificateSurroundings {
  /** Networks of the application. */
  readonly networks: readonly string[];
  /** Limit of the tenant policy in days. */
  readonly limitDays: number;
  readonly now: Date;
  /** Names of the managed identities of the stack. */
  readonly identities: readonly string[];
  /** Whether vaults are reached over a private endpoint alone. */
  readonly privateVaults: boolean;
}

const KEYS = ["tls", "vault", "external"] as const;

const IN_VAULT: Shape = {
  key: "optional",
  vault: "required",
  rotation: "optional",
  keyBits: "optional",
  pfx: "optional",
  vaultNetworks: "optional",
  readers: "optional",
};

const SHAPES: Readonly<Record<(typeof KEYS)[number], Shape>> = {
  tls: IN_VAULT,
  vault: { ...IN_VAULT, issuerName: "optional" },
  external: { key: "optional", certificates: "required" },
};

const ROTATION: Shape = {
  epoch: "optional",
  periodDays: "optional",
  validityDays: "optional",
  generation: "optional",
  changes: "optional",
};

const CHANGE: Shape = {
  from: "optional", // required: the check of the whole rotation says so
  periodDays: "optional",
  validityDays: "optional",
  keyBits: "optional",
  withdraw: "optional",
};

export function readCertificateSettings(
  at: string,
  given: unknown,
  surroundings: CertificateSurroundings,
  problems: Problems,
): CertificateSettings {
  const wanted: unknown = typeof given === "object" ? (given as { key?: unknown } | null)?.key : undefined;
  const key = readChoice(`${at}.key`, wanted, KEYS, "tls", problems);
  const values = readObject(at, given, SHAPES[key], problems) ?? new Map<string, unknown>();
  if (key === "external") return readExternal(at, values, surroundings, problems);
  const inVault = readKeyInVault(at, values, surroundings, problems);
  if (key === "tls") return { ...inVault, key };
  const issuerName = isAbsent(values.get("issuerName"))
    ? "Self"
    : readText(`${at}.issuerName`, values.get("issuerName"), problems, checkSecretName);
  checkMonths(at, inVault, surroundings, problems);
  return { ...inVault, key, issuerName };
}

function readKeyInVault(
  at: string,
  values: Values,
  surroundings: CertificateSurroundings,
  problems: Problems,
): KeyInVaultSettings {
  const keyBits = readNumber(
    `${at}.keyBits`,
    values.get("keyBits"),
    CERTIFICATE_DEFAULTS.keyBits,
    (bits) => checkOneOf(bits, KEY_BITS),
    problems,
  );
  const vaultNetworks = readList(`${at}.vaultNetworks`, values.get("vaultNetworks"), problems);
  checkNetworks(`${at}.vaultNetworks`, vaultNetworks ?? [], problems, { most: VAULT_RANGES, families: [4] });
  if (surroundings.privateVaults && vaultNetworks !== undefined && vaultNetworks.length > 0)
    problems.add(`${at}.vaultNetworks`, noPublicDoor(vaultNetworks));
  const readers = readList(`${at}.readers`, values.get("readers"), problems) ?? [];
  checkReaders(`${at}.readers`, readers, surroundings.identities, problems);
  const fromApplication = surroundings.privateVaults ? [] : surroundings.networks;
  return {
    kind: "certificate",
    rotation: readRotationSettings(`${at}.rotation`, values.get("rotation"), keyBits, surroundings, problems),
    keyBits,
    pfx: readFlag(`${at}.pfx`, values.get("pfx"), false, problems),
    vault: readText(`${at}.vault`, values.get("vault"), problems, checkVaultName),
    vaultNetworks:
      vaultNetworks === undefined
        ? fromApplication.filter((range) => parseNetwork(range)?.family === 4)
        : textsOf(vaultNetworks),
    readers: textsOf(readers),
  };
}

function readExternal(
  at: string,
  values: Values,
  { now, limitDays }: CertificateSurroundings,
  problems: Problems,
): ExternalCertificateSettings {
  const given = values.get("certificates");
  const certificates = (readList(`${at}.certificates`, given, problems) ??
    []) as readonly CertificateSource[];
  if (Array.isArray(given)) {
    const found = new Problems();
    readCertificateArgs("", { key: "external", certificates }, { name: "any", now, limitDays }, found);
    addBelow(
      at,
      found.found.map((problem) => ({ ...problem, at: problem.at.replace(/^\./, "") })),
      problems,
    );
  }
  return { kind: "certificate", key: "external", certificates };
}

/** A vault counts validity in months, which are longer than the days asked for. */
function checkMonths(
  at: string,
  { rotation }: KeyInVaultSettings,
  { now, limitDays }: CertificateSurroundings,
  problems: Problems,
): void {
  const found = new Problems();
  const vaultUri = "https://kv-any.vault.azure.net/";
  readCertificateArgs("", { key: "vault", vaultUri, rotation }, { name: "any", now, limitDays }, found);
  const [tooLong] = found.found.filter(({ code }) => code === "certificate-outlives-policy");
  // Said already where the days alone are too many.
  if (tooLong === undefined || problems.found.some(({ at: place }) => place.startsWith(`${at}.rotation`)))
    return;
  addBelow(at, [{ ...tooLong, at: "rotation.validityDays" }], problems);
}

function readRotationSettings(
  at: string,
  given: unknown,
  keyBits: KeyBits,
  { limitDays, now }: CertificateSurroundings,
  problems: Problems,
): RotationArgs {
  const values = isAbsent(given) ? undefined : readObject(at, given, ROTATION, problems);
  const changes = readList(`${at}.changes`, values?.get("changes"), problems)?.map((entry, index) => {
    if (typeof entry !== "object" || entry === null || Array.isArray(entry)) return entry;
    return known(readObject(`${at}.changes[${index}]`, entry, CHANGE, problems), CHANGE);
  });
  // Of any type still: the check says more about them than reading could.
  const rotation = { ...known(values, ROTATION), changes: changes ?? [] } as unknown as RotationArgs;
  const schedule = readRotation(at, rotation, { keyBits, today: dayOf(now), limitDays }, problems);
  const { periodDays = NaN, validityDays = NaN } = schedule?.terms[0] ?? {};
  return { ...rotation, periodDays, validityDays };
}

function checkReaders(
  at: string,
  readers: readonly unknown[],
  identities: readonly string[],
  problems: Problems,
): void {
  const seen = new Set<string>();
  readers.forEach((reader, index) => {
    const place = `${at}[${index}]`;
    if (!identities.some((name) => name === reader)) problems.add(place, checkReader(reader, identities));
    addUnlessNew(place, reader, seen, problems);
  });
}

function checkReader(given: unknown, identities: readonly string[]): Finding | undefined {
  const finding = checkGuid(given, "object id of a service principal or managed identity");
  if (finding === undefined || identities.length === 0) return finding;
  const near = typeof given === "string" ? nearestKey(given, identities) : undefined;
  return {
    ...finding,
    allowed: `${finding.allowed}; or one of identities: ${identities.join(", ")}`,
    ...(near !== undefined && { remedy: `did you mean "${near}"?` }),
  };
}

function noPublicDoor(given: readonly unknown[]): Finding {
  return {
    code: "choose-one",
    given: describeGiven(given),
    allowed: "vaults.privateEndpoint or vaultNetworks: with a private endpoint a vault has no public door",
    remedy: "leave out vaultNetworks, and reach the vault from the endpoint's network",
  };
}
