/** What the configuration says of an application's certificates and of the vault their key lies in. */
import { dayOf } from "../components/calendar";
import { CERTIFICATE_DEFAULTS } from "../components/certificate-args";
import { checkGuid } from "../components/guid";
import { checkVaultName } from "../components/names";
import { checkNetworks, parseNetwork, VAULT_RANGES } from "../components/networks";
import { checkOneOf, type Problems } from "../components/problems";
import { KEY_BITS, type KeyBits, type RotationArgs } from "../components/rotation";
import { readRotation } from "../components/rotation-reading";
import { addUnlessNew } from "./distinct";
import {
  isAbsent,
  readFlag,
  readList,
  readNumber,
  readObject,
  readText,
  type Shape,
  textsOf,
} from "./structured-value";

export interface CertificateSettings {
  readonly kind: "certificate";
  /**
   * When certificates follow each other, period and validity always given: 60 and 125 days by default. A tenant policy
   * with a lower limit refuses them, and says which numbers fit.
   */
  readonly rotation: RotationArgs;
  /** Size of the RSA keys: 2048, 3072 or 4096. Default 3072. */
  readonly keyBits: KeyBits;
  /** Whether the vault gets a PKCS#12 file too, under the name with "-pfx" at its end. Default false. */
  readonly pfx: boolean;
  /** Name of the vault the key lies in. */
  readonly vault: string;
  /** Public IPv4 ranges that reach the vault. Default: the IPv4 ranges among the application's networks. */
  readonly vaultNetworks: readonly string[];
  /** Object ids of the service principals, such as managed identities, that may read the key. Default: none. */
  readonly readers: readonly string[];
}

/** What the certificate has to fit, beside itself. */
export interface CertificateSurroundings {
  /** Networks of the application. */
  readonly networks: readonly string[];
  /** Limit of the tenant policy in days. */
  readonly limitDays: number;
  readonly now: Date;
}

const CERTIFICATE: Shape = {
  vault: "required",
  rotation: "optional",
  keyBits: "optional",
  pfx: "optional",
  vaultNetworks: "optional",
  readers: "optional",
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
  const values = readObject(at, given, CERTIFICATE, problems) ?? new Map<string, unknown>();
  const keyBits = readNumber(
    `${at}.keyBits`,
    values.get("keyBits"),
    CERTIFICATE_DEFAULTS.keyBits,
    (bits) => checkOneOf(bits, KEY_BITS),
    problems,
  );
  const vaultNetworks = readList(`${at}.vaultNetworks`, values.get("vaultNetworks"), problems);
  checkNetworks(`${at}.vaultNetworks`, vaultNetworks ?? [], problems, { most: VAULT_RANGES, families: [4] });
  const readers = readList(`${at}.readers`, values.get("readers"), problems) ?? [];
  checkReaders(`${at}.readers`, readers, problems);
  return {
    kind: "certificate",
    rotation: readRotationSettings(`${at}.rotation`, values.get("rotation"), keyBits, surroundings, problems),
    keyBits,
    pfx: readFlag(`${at}.pfx`, values.get("pfx"), false, problems),
    vault: readText(`${at}.vault`, values.get("vault"), problems, checkVaultName),
    vaultNetworks:
      vaultNetworks === undefined
        ? surroundings.networks.filter((range) => parseNetwork(range)?.family === 4)
        : textsOf(vaultNetworks),
    readers: textsOf(readers),
  };
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

/** What is given under known keys. */
function known(values: ReadonlyMap<string, unknown> | undefined, shape: Shape): Record<string, unknown> {
  const keys = Object.keys(shape).filter((key) => !isAbsent(values?.get(key)));
  return Object.fromEntries(keys.map((key) => [key, values?.get(key)]));
}

function checkReaders(at: string, readers: readonly unknown[], problems: Problems): void {
  const seen = new Set<string>();
  readers.forEach((reader, index) => {
    problems.add(
      `${at}[${index}]`,
      checkGuid(reader, "object id of a service principal or managed identity"),
    );
    addUnlessNew(`${at}[${index}]`, reader, seen, problems);
  });
}
