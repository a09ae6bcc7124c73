/** The program's configuration, read once into one typed object; all its problems are reported together. */
import { CERTIFICATE_DEFAULTS, checkGeneration, KEY_BITS, type KeyBits } from "./components/certificate-args";
import { checkGitHubWorkflow, type GitHubWorkflow } from "./components/federation/github-actions";
import { checkGuid } from "./components/guid";
import { CERTIFICATE_DAYS, checkBelowPolicy, checkDays, POLICY_LIMIT_DAYS } from "./components/lifetime";
import {
  checkLocation,
  checkResourceGroupName,
  checkShortName,
  checkText,
  checkVaultName,
} from "./components/names";
import { checkNetworks, parseNetwork, VAULT_RANGES } from "./components/networks";
import {
  checkOneOf,
  count,
  describeGiven,
  type Finding,
  type Problem,
  Problems,
  ProblemsError,
} from "./components/problems";
import {
  checkOwners,
  DESCRIPTION_CHARACTERS,
  SIGN_IN_AUDIENCES,
  type SignInAudience,
} from "./components/secret-free-application";
import { ACCESS_MODES, type AccessMode, checkLockNetworks } from "./components/workload-access-policy";
import {
  isAbsent,
  NAMESPACE,
  parseStructured,
  readChoice,
  readKeys,
  readList,
  readNumber,
  readObject,
  readText,
  textsOf,
  type Shape,
  type Values,
} from "./settings/structured-value";

/** Configuration of the tenant, checked. */
export interface Settings {
  /** Id of the Entra tenant. */
  readonly tenantId: string;
  /** Object ids of the people who own every application, from 1. */
  readonly owners: readonly string[];
  /** Region of the vaults. */
  readonly location: string;
  /** Existing resource group of the vaults. */
  readonly resourceGroup: string;
  /** Limit of the tenant policy for certificates, in days, 2 to 366. Default 180. */
  readonly certificateMaxLifetimeDays: number;
  /** Whether locks to networks are enforced. Default mode "reportOnly". */
  readonly conditionalAccess: { readonly mode: AccessMode };
  /** From 1; names differ in more than upper and lower case. */
  readonly applications: readonly ApplicationSettings[];
}

export interface ApplicationSettings {
  /** 3 to 64 letters, digits and hyphens. */
  readonly name: string;
  readonly description: string;
  /** Default "AzureADMyOrg". */
  readonly signInAudience: SignInAudience;
  readonly credential: CertificateSettings | FederationSettings;
  /** Public ranges the application may sign in from. Default: none, which means from everywhere. */
  readonly networks: readonly string[];
}

export interface CertificateSettings {
  readonly kind: "certificate";
  /** Lifetime in days, below the tenant policy's limit. Default 90, or one day below a smaller limit. */
  readonly validityDays: number;
  /** Size of the RSA key: 2048, 3072 or 4096. Default 3072. */
  readonly keyBits: KeyBits;
  /** Number of the key, from 1; raising it by one rotates key and certificate. Default 1. */
  readonly generation: number;
  /** Name of the vault the key lies in. */
  readonly vault: string;
  /** Public IPv4 ranges that reach the vault. Default: the IPv4 ranges among the application's networks. */
  readonly vaultNetworks: readonly string[];
  /** Object ids of the service principals, such as managed identities, that may read the key. Default: none. */
  readonly readers: readonly string[];
}

export interface FederationSettings {
  readonly kind: "federation";
  readonly github: GitHubWorkflow;
}

/** Thrown before anything is registered, with every problem of the configuration. */
export class SettingsError extends ProblemsError {
  readonly code = "CERTLOCK_SETTINGS";
  override readonly name = "SettingsError";

  constructor(problems: readonly Problem[]) {
    super(
      `CERTLOCK_SETTINGS: the configuration ${NAMESPACE} has ${count(problems)}; nothing was registered.`,
      problems,
    );
  }
}

/**
 * Reads the configuration of a stack.
 * @param config all configuration as Pulumi holds it: full key to text, structured values as JSON
 * @throws SettingsError with all problems at once
 */
export function readSettings(config: Readonly<Record<string, string>>): Settings {
  const problems = new Problems();
  const given = readKeys("", takeApart(config, problems), SETTINGS, problems);

  const limit = readNumber(
    "certificateMaxLifetimeDays",
    given.get("certificateMaxLifetimeDays"),
    POLICY_LIMIT_DAYS.default,
    (days) => checkDays(days, POLICY_LIMIT_DAYS),
    problems,
  );
  const settings: Settings = {
    tenantId: readText("tenantId", given.get("tenantId"), problems, (id) =>
      checkGuid(id, "id of the tenant"),
    ),
    owners: readOwners(given.get("owners"), problems),
    location: readText("location", given.get("location"), problems, checkLocation),
    resourceGroup: readText("resourceGroup", given.get("resourceGroup"), problems, checkResourceGroupName),
    certificateMaxLifetimeDays: limit,
    conditionalAccess: readConditionalAccess(given.get("conditionalAccess"), problems),
    applications: readApplications(given.get("applications"), limit, problems),
  };
  if (problems.found.length > 0) throw new SettingsError(problems.found);
  return settings;
}

const SETTINGS = {
  tenantId: "required",
  owners: "required",
  location: "required",
  resourceGroup: "required",
  certificateMaxLifetimeDays: "optional",
  conditionalAccess: "optional",
  applications: "required",
} as const satisfies Shape;

const APPLICATION: Shape = {
  name: "required",
  description: "required",
  certificate: "optional",
  federation: "optional",
  networks: "optional",
  signInAudience: "optional",
};

const CERTIFICATE: Shape = {
  vault: "required",
  validityDays: "optional",
  keyBits: "optional",
  generation: "optional",
  vaultNetworks: "optional",
  readers: "optional",
};

const GITHUB: Shape = {
  repository: "required",
  ownerId: "optional",
  repositoryId: "optional",
  environment: "optional",
  branch: "optional",
  tag: "optional",
  pullRequest: "optional",
};

/** Keys whose value Pulumi hands over as plain text; all others are JSON. */
const TEXTS: readonly string[] = [
  "tenantId",
  "location",
  "resourceGroup",
] satisfies (keyof typeof SETTINGS)[];

/** Our part of the configuration: key without namespace to value. */
function takeApart(config: Readonly<Record<string, string>>, problems: Problems): Values {
  const values = new Map<string, unknown>();
  for (const fullKey of Object.keys(config).sort()) {
    if (!fullKey.startsWith(`${NAMESPACE}:`)) continue;
    const key = fullKey.slice(NAMESPACE.length + 1);
    const text = config[fullKey] ?? "";
    const structured = Object.hasOwn(SETTINGS, key) && !TEXTS.includes(key);
    values.set(key, structured ? parseStructured(key, text, problems) : text);
  }
  return values;
}

function readOwners(given: unknown, problems: Problems): readonly string[] {
  const owners = readList("owners", given, problems);
  if (owners !== undefined) checkOwners("owners", owners, problems);
  return textsOf(owners);
}

function readConditionalAccess(given: unknown, problems: Problems): Settings["conditionalAccess"] {
  const at = "conditionalAccess";
  const values = isAbsent(given) ? undefined : readObject(at, given, { mode: "optional" }, problems);
  return { mode: readChoice(`${at}.mode`, values?.get("mode"), ACCESS_MODES, "reportOnly", problems) };
}

function readApplications(given: unknown, limit: number, problems: Problems): ApplicationSettings[] {
  const at = "applications";
  const list = readList(at, given, problems);
  if (list?.length === 0) {
    problems.add(at, {
      code: "missing",
      given: describeGiven(list),
      allowed: "at least one application",
      remedy: "declare one with name, description and certificate or federation",
    });
  }
  const names = new Set<string>();
  const vaults = new Set<string>();
  return (list ?? []).map((item, index) => {
    const place = `${at}[${index}]`;
    const application = readApplication(place, item, limit, problems);
    addUnlessNew(`${place}.name`, application.name, names, problems);
    if (application.credential.kind === "certificate") {
      addUnlessNew(`${place}.certificate.vault`, application.credential.vault, vaults, problems);
    }
    return application;
  });
}

function readApplication(at: string, given: unknown, limit: number, problems: Problems): ApplicationSettings {
  const values = readObject(at, given, APPLICATION, problems);
  if (values === undefined) return UNREADABLE;
  const networks = readList(`${at}.networks`, values.get("networks"), problems);
  if (networks !== undefined) checkLockNetworks(`${at}.networks`, networks, problems);
  const signInAudience = readChoice(
    `${at}.signInAudience`,
    values.get("signInAudience"),
    SIGN_IN_AUDIENCES,
    "AzureADMyOrg",
    problems,
  );
  if (networks !== undefined && signInAudience !== "AzureADMyOrg") {
    problems.add(`${at}.networks`, notLockable(signInAudience));
  }
  return {
    name: readText(`${at}.name`, values.get("name"), problems, checkShortName),
    description: readText(`${at}.description`, values.get("description"), problems, checkDescription),
    signInAudience,
    credential: readCredential(at, values, textsOf(networks), limit, problems),
    networks: textsOf(networks),
  };
}

function readCredential(
  at: string,
  values: Values,
  networks: readonly string[],
  limit: number,
  problems: Problems,
): CertificateSettings | FederationSettings {
  const kinds = ["certificate", "federation"].filter((kind) => values.has(kind));
  if (kinds.length !== 1) {
    problems.add(at, {
      code: "choose-one",
      given: kinds.length === 0 ? "none of them" : kinds.join(" and "),
      allowed: "exactly one of certificate, federation",
      remedy:
        "take federation where the caller has an identity of its own, such as a pipeline; else certificate",
    });
  }
  // Both are read where both are given, so that no problem waits for a second run.
  const federation = values.has("federation")
    ? readFederation(`${at}.federation`, values.get("federation"), problems)
    : undefined;
  const certificate = values.has("certificate")
    ? readCertificate(`${at}.certificate`, values.get("certificate"), networks, limit, problems)
    : undefined;
  return certificate ?? federation ?? UNREADABLE.credential;
}

/** Stands for an application that could not be read and was reported. */
const UNREADABLE: ApplicationSettings = {
  name: "",
  description: "",
  signInAudience: "AzureADMyOrg",
  credential: { kind: "federation", github: { repository: "" } },
  networks: [],
};

function readCertificate(
  at: string,
  given: unknown,
  networks: readonly string[],
  limit: number,
  problems: Problems,
): CertificateSettings {
  const values = readObject(at, given, CERTIFICATE, problems) ?? new Map<string, unknown>();
  const fallback = Math.min(CERTIFICATE_DAYS.default, limit - 1);
  const place = `${at}.validityDays`;
  const validityDays = readNumber(
    place,
    values.get("validityDays"),
    fallback,
    checkCertificateDays,
    problems,
  );
  problems.add(place, checkBelowPolicy(validityDays, limit));
  const { keyBits, generation } = CERTIFICATE_DEFAULTS;
  const vaultNetworks = readList(`${at}.vaultNetworks`, values.get("vaultNetworks"), problems);
  checkNetworks(`${at}.vaultNetworks`, vaultNetworks ?? [], problems, { most: VAULT_RANGES, families: [4] });
  const readers = readList(`${at}.readers`, values.get("readers"), problems) ?? [];
  checkReaders(`${at}.readers`, readers, problems);
  return {
    kind: "certificate",
    validityDays,
    keyBits: readNumber(`${at}.keyBits`, values.get("keyBits"), keyBits, checkKeyBits, problems),
    generation: readNumber(
      `${at}.generation`,
      values.get("generation"),
      generation,
      checkGeneration,
      problems,
    ),
    vault: readText(`${at}.vault`, values.get("vault"), problems, checkVaultName),
    vaultNetworks:
      vaultNetworks === undefined
        ? networks.filter((range) => parseNetwork(range)?.family === 4)
        : textsOf(vaultNetworks),
    readers: textsOf(readers),
  };
}

function readFederation(at: string, given: unknown, problems: Problems): FederationSettings | undefined {
  const place = `${at}.github`;
  const inner = readObject(at, given, { github: "required" }, problems)?.get("github");
  const values = isAbsent(inner) ? undefined : readObject(place, inner, GITHUB, problems);
  if (values === undefined || isAbsent(values.get("repository"))) return undefined;
  const known = Object.keys(GITHUB).filter((key) => !isAbsent(values.get(key)));
  // Of any type still: the check that follows says more about them than reading could.
  const github = Object.fromEntries(known.map((key) => [key, values.get(key)])) as unknown as GitHubWorkflow;
  checkGitHubWorkflow(place, github, problems);
  return { kind: "federation", github };
}

const checkCertificateDays = (given: unknown) => checkDays(given, CERTIFICATE_DAYS);
const checkKeyBits = (given: unknown) => checkOneOf(given, KEY_BITS);

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

function checkDescription(text: string): Finding | undefined {
  return checkText(text, DESCRIPTION_CHARACTERS, "say what the workload does and who answers for it");
}

/** Entra and Azure tell names apart without regard to upper and lower case. */
function addUnlessNew(at: string, given: unknown, seen: Set<string>, problems: Problems): void {
  if (typeof given !== "string" || given === "") return;
  if (seen.has(given.toLowerCase())) {
    problems.add(at, {
      code: "duplicate",
      given: describeGiven(given),
      allowed: "each once; upper and lower case are the same",
      remedy: "choose another, or remove one of the two",
    });
  }
  seen.add(given.toLowerCase());
}

function notLockable(signInAudience: string): Finding {
  return {
    code: "audience-not-lockable",
    given: describeGiven(signInAudience),
    allowed: "networks on single-tenant applications only: Conditional Access does not reach others",
    remedy: "set signInAudience to AzureADMyOrg, or remove networks",
  };
}
