/** The program's configuration, read once into one typed object; all its problems are reported together. */
import {
  DESCRIPTION_CHARACTERS,
  SIGN_IN_AUDIENCES,
  type SignInAudience,
} from "./components/application-identity";
import { checkOwners } from "./components/application-owners";
import { checkGitHubWorkflow, type GitHubWorkflow } from "./components/federation/github-actions";
import { checkGuid } from "./components/guid";
import { checkDays, POLICY_LIMIT_DAYS } from "./components/lifetime";
import { checkLocation, checkResourceGroupName, checkShortName, checkText } from "./components/names";
import {
  count,
  describeGiven,
  type Finding,
  type Problem,
  Problems,
  ProblemsError,
} from "./components/problems";
import { ACCESS_MODES, type AccessMode, checkLockNetworks } from "./components/workload-access-policy";
import {
  type CertificateSettings,
  type CertificateSurroundings,
  readCertificateSettings,
} from "./settings/certificate-settings";
import { addUnlessNew } from "./settings/distinct";
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

export type { CertificateSettings };

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
 * @param now the moment certificates are planned for; default: the present
 * @throws SettingsError with all problems at once
 */
export function readSettings(config: Readonly<Record<string, string>>, now = new Date()): Settings {
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
    applications: readApplications(given.get("applications"), { limitDays: limit, now }, problems),
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

/** What holds for every application of the run. */
type Run = Omit<CertificateSurroundings, "networks">;

function readApplications(given: unknown, run: Run, problems: Problems): ApplicationSettings[] {
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
    const application = readApplication(place, item, run, problems);
    addUnlessNew(`${place}.name`, application.name, names, problems);
    if (application.credential.kind === "certificate") {
      addUnlessNew(`${place}.certificate.vault`, application.credential.vault, vaults, problems);
    }
    return application;
  });
}

function readApplication(at: string, given: unknown, run: Run, problems: Problems): ApplicationSettings {
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
    credential: readCredential(at, values, { networks: textsOf(networks), ...run }, problems),
    networks: textsOf(networks),
  };
}

function readCredential(
  at: string,
  values: Values,
  surroundings: CertificateSurroundings,
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
    ? readCertificateSettings(`${at}.certificate`, values.get("certificate"), surroundings, problems)
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

function checkDescription(text: string): Finding | undefined {
  return checkText(text, DESCRIPTION_CHARACTERS, "say what the workload does and who answers for it");
}

function notLockable(signInAudience: string): Finding {
  return {
    code: "audience-not-lockable",
    given: describeGiven(signInAudience),
    allowed: "networks on single-tenant applications only: Conditional Access does not reach others",
    remedy: "set signInAudience to AzureADMyOrg, or remove networks",
  };
}
