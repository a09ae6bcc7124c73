/** The program's configuration, read once into one typed object; all its problems are reported together. */
import { checkOwners, type Ownership, OWNERSHIPS } from "./components/application-owners";
import type { CertificateIssuer } from "./components/certificate-issuer";
import { ENTRA_CLOUDS, type EntraCloud } from "./components/federation/cloud";
import { checkGuid } from "./components/guid";
import { checkDays, POLICY_LIMIT_DAYS } from "./components/lifetime";
import { checkLocation, checkResourceGroupName } from "./components/names";
import { count, type Problem, Problems, ProblemsError } from "./components/problems";
import { type AccessSettings, policiesFor, readAccessRules } from "./settings/access-settings";
import { type ApplicationSettings, readApplications } from "./settings/application-settings";
import type { StackCertificateSettings } from "./settings/certificate-settings";
import { type IdentitySettings, readIdentities } from "./settings/identity-settings";
import { readIssuer } from "./settings/issuer-settings";
import {
  isAbsent,
  NAMESPACE,
  parseStructured,
  readChoice,
  readKeys,
  readList,
  readNumber,
  readText,
  type Shape,
  textsOf,
  type Values,
} from "./settings/structured-value";
import { readVaultSettings, type VaultSettings } from "./settings/vault-settings";

/** Configuration of the tenant, checked. */
export interface Settings {
  /** Id of the Entra tenant. */
  readonly tenantId: string;
  /** Cloud of tenant and subscription. Default "public". */
  readonly cloud: EntraCloud;
  /** Object ids of those who own every application that names no others, from 2; none with `ownership` "none". */
  readonly owners: readonly string[];
  /** Whether applications have two owners or more, or none. Default "shared". */
  readonly ownership: Ownership;
  /** Object ids of those who may own applications here. Default: everybody. */
  readonly allowedOwners?: readonly string[];
  /** Region of vaults and identities. */
  readonly location: string;
  /** Existing resource group of vaults and identities. */
  readonly resourceGroup: string;
  /** Limit of the tenant policy for certificates, in days, 2 to 366. Default 180. */
  readonly certificateMaxLifetimeDays: number;
  /** Authority of all certificates whose key the stack makes. Default: none, they are self-signed. */
  readonly certificateIssuer?: CertificateIssuer;
  /** What all vaults have in common. */
  readonly vaults: VaultSettings;
  /** Where applications sign in from, and what is refused. */
  readonly conditionalAccess: AccessSettings;
  /** Managed identities, for workloads inside Azure. Default: none. */
  readonly identities: readonly IdentitySettings[];
  /** From 1; names differ in more than upper and lower case. */
  readonly applications: readonly ApplicationSettings[];
}

export type { ApplicationSettings };
export * from "./settings/component-arguments";
export type { CallerSettings, FederationSettings } from "./settings/federation-settings";
export type { CertificateSettings, KeyInVaultSettings } from "./settings/certificate-settings";

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
 * @param now the moment certificates are planned for; default: the present
 * @throws SettingsError with all problems at once
 */
export function readSettings(config: Readonly<Record<string, string>>, now = new Date()): Settings {
  const problems = new Problems();
  const given = takeApart(config, problems);
  const ownership = readChoice("ownership", given.get("ownership"), OWNERSHIPS, "shared", problems);
  readKeys("", given, { ...SETTINGS, owners: ownership === "none" ? "optional" : "required" }, problems);

  const limitDays = readNumber(
    "certificateMaxLifetimeDays",
    given.get("certificateMaxLifetimeDays"),
    POLICY_LIMIT_DAYS.default,
    (days) => checkDays(days, POLICY_LIMIT_DAYS),
    problems,
  );
  const tenantId = readText("tenantId", given.get("tenantId"), problems, (id) =>
    checkGuid(id, "id of the tenant"),
  );
  const cloud = readChoice("cloud", given.get("cloud"), ENTRA_CLOUDS, "public", problems);
  const allowedOwners = readAllowedOwners(given.get("allowedOwners"), problems);
  const owners = readOwners(given.get("owners"), { ownership, allowedOwners }, problems);
  const location = readText("location", given.get("location"), problems, checkLocation);
  const resourceGroup = readText(
    "resourceGroup",
    given.get("resourceGroup"),
    problems,
    checkResourceGroupName,
  );
  const access = readAccessRules("conditionalAccess", given.get("conditionalAccess"), problems);
  const vaults = readVaultSettings("vaults", given.get("vaults"), problems);
  const places = { location, resourceGroup, cloud };
  const identities = readIdentities("identities", given.get("identities"), places, problems);
  const surroundings = {
    ...{ tenantId, cloud, owners, ownership, allowedOwners, limitDays, now, access },
    identities: identities.map(({ name }) => name),
    privateVaults: vaults.privateEndpoint !== undefined,
  };
  const applications = readApplications("applications", given.get("applications"), surroundings, problems);
  const issued = applications
    .map(({ credential }) => credential)
    .filter((each): each is StackCertificateSettings => "key" in each && each.key === "tls");
  const issuer = readIssuer("certificateIssuer", given.get("certificateIssuer"), issued, now, problems);
  const policies = policiesFor("conditionalAccess", access, applications, problems);
  if (problems.found.length > 0) throw new SettingsError(problems.found);
  return {
    ...{ tenantId, cloud, owners, ownership, location, resourceGroup, vaults, identities, applications },
    ...(allowedOwners !== undefined && { allowedOwners }),
    certificateMaxLifetimeDays: limitDays,
    ...(issuer !== undefined && { certificateIssuer: issuer }),
    conditionalAccess: { mode: access.mode, policies },
  };
}

const SETTINGS = {
  tenantId: "required",
  cloud: "optional",
  owners: "required",
  ownership: "optional",
  allowedOwners: "optional",
  location: "required",
  resourceGroup: "required",
  certificateMaxLifetimeDays: "optional",
  certificateIssuer: "optional",
  vaults: "optional",
  conditionalAccess: "optional",
  identities: "optional",
  applications: "required",
} as const satisfies Shape;

/** Keys whose value Pulumi hands over as plain text; all others are JSON. */
const TEXTS: readonly string[] = [
  "tenantId",
  "cloud",
  "ownership",
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

function readOwners(
  given: unknown,
  rules: { readonly ownership: Ownership; readonly allowedOwners: readonly string[] | undefined },
  problems: Problems,
): readonly string[] {
  const owners = readList("owners", given, problems);
  const { ownership, allowedOwners } = rules;
  if (owners !== undefined) {
    const allowed = allowedOwners === undefined ? {} : { allowedOwners };
    checkOwners("owners", owners, problems, { ownership, ...allowed });
  }
  return textsOf(owners);
}

function readAllowedOwners(given: unknown, problems: Problems): readonly string[] | undefined {
  if (isAbsent(given)) return undefined;
  const list = readList("allowedOwners", given, problems);
  list?.forEach((id, index) => {
    problems.add(`allowedOwners[${index}]`, checkGuid(id, "object id of a user or service principal"));
  });
  return textsOf(list);
}
