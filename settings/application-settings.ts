/** What the configuration says of one application: who answers for it, what it may do, and how it signs in. */
import type { ApplicationContact } from "../components/application-contact";
import {
  DESCRIPTION_CHARACTERS,
  readIdentityArgs,
  SIGN_IN_AUDIENCES,
  type SignInAudience,
} from "../components/application-identity";
import { type Ownership, OWNERSHIPS } from "../components/application-owners";
import type { GraphRole } from "../components/graph-roles";
import { checkShortName, checkText } from "../components/names";
import { describeGiven, type Finding, Problems } from "../components/problems";
import { type AccessRules, readNetworks } from "./access-settings";
import {
  type CertificateSettings,
  type CertificateSurroundings,
  readCertificateSettings,
} from "./certificate-settings";
import { addUnlessNew } from "./distinct";
import {
  type FederationSettings,
  type FederationSurroundings,
  readFederation,
  readFederations,
} from "./federation-settings";
import {
  addBelow,
  isAbsent,
  readChoice,
  readList,
  readObject,
  readText,
  type Shape,
  textsOf,
  type Values,
} from "./structured-value";

export interface ApplicationSettings {
  /** 3 to 64 letters, digits and hyphens. */
  readonly name: string;
  readonly description: string;
  /** Team, repository and ticket, for the notes. Default: none. */
  readonly contact?: ApplicationContact;
  /** "shared" or "none". Default: that of all applications. */
  readonly ownership: Ownership;
  /** Object ids. Default: those of all applications; none with ownership "none". */
  readonly owners: readonly string[];
  /** Application permissions of Microsoft Graph. Default: none. */
  readonly graphRoles: readonly GraphRole[];
  /** Default "AzureADMyOrg". */
  readonly signInAudience: SignInAudience;
  readonly credential: CertificateSettings | FederationSettings;
  /** Public ranges the application may sign in from. Default: none, which means from everywhere. */
  readonly networks: readonly string[];
  /** Name of these ranges in `conditionalAccess.networks`, where they were given by it. */
  readonly networksName?: string;
}

/** What holds for every application of the stack. */
export interface ApplicationSurroundings
  extends Omit<CertificateSurroundings, "networks">, FederationSurroundings {
  readonly owners: readonly string[];
  readonly ownership: Ownership;
  readonly allowedOwners: readonly string[] | undefined;
  readonly access: AccessRules;
}

const APPLICATION: Shape = {
  name: "required",
  description: "required",
  contact: "optional",
  owners: "optional",
  ownership: "optional",
  graphRoles: "optional",
  certificate: "optional",
  federation: "optional",
  federatedCredentials: "optional",
  networks: "optional",
  signInAudience: "optional",
};

const CREDENTIALS = ["certificate", "federation", "federatedCredentials"] as const;

export function readApplications(
  at: string,
  given: unknown,
  surroundings: ApplicationSurroundings,
  problems: Problems,
): readonly ApplicationSettings[] {
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
  return (list ?? []).flatMap((item, index) => {
    const place = `${at}[${index}]`;
    const values = readObject(place, item, APPLICATION, problems);
    if (values === undefined) return [];
    const application = readApplication(place, values, surroundings, problems);
    addUnlessNew(`${place}.name`, application.name, names, problems);
    const { credential } = application;
    if ("vault" in credential) addUnlessNew(`${place}.certificate.vault`, credential.vault, vaults, problems);
    return [application];
  });
}

function readApplication(
  at: string,
  values: Values,
  surroundings: ApplicationSurroundings,
  problems: Problems,
): ApplicationSettings {
  const networks = readNetworks(
    `${at}.networks`,
    values.get("networks"),
    surroundings.access.networks,
    problems,
  );
  const signInAudience = readChoice(
    `${at}.signInAudience`,
    values.get("signInAudience"),
    SIGN_IN_AUDIENCES,
    "AzureADMyOrg",
    problems,
  );
  if (!isAbsent(values.get("networks")) && signInAudience !== "AzureADMyOrg")
    problems.add(`${at}.networks`, notLockable(signInAudience));
  const name = readText(`${at}.name`, values.get("name"), problems, checkShortName);
  const description = readText(`${at}.description`, values.get("description"), problems, (text) =>
    checkText(text, DESCRIPTION_CHARACTERS, "say what the workload does and who answers for it"),
  );
  return {
    name,
    description,
    signInAudience,
    ...readAnswerable(at, values, surroundings, problems),
    credential: readCredential(
      at,
      name,
      values,
      { ...surroundings, networks: networks?.networks ?? [] },
      problems,
    ),
    networks: [],
    ...networks,
  };
}

/** Who answers for it and what it may do: the component's own checks say what is wrong. */
function readAnswerable(
  at: string,
  values: Values,
  { owners: common, ownership: usual, allowedOwners, cloud }: ApplicationSurroundings,
  problems: Problems,
): Pick<ApplicationSettings, "contact" | "graphRoles" | "owners" | "ownership"> {
  const ownership = readChoice(`${at}.ownership`, values.get("ownership"), OWNERSHIPS, usual, problems);
  const own = readList(`${at}.owners`, values.get("owners"), problems);
  const graphRoles = (readList(`${at}.graphRoles`, values.get("graphRoles"), problems) ?? []) as GraphRole[];
  const contact = values.get("contact") as ApplicationContact | null | undefined;
  const found = new Problems();
  readIdentityArgs(
    "any",
    {
      description: "any",
      cloud,
      graphRoles,
      ...(isAbsent(contact) ? {} : { contact: contact as ApplicationContact }),
      // Those of all applications have been checked where they stand.
      ownership: own === undefined && (usual === "shared" || ownership === "none") ? "none" : ownership,
      owners: (own ?? []) as readonly string[],
      ...(allowedOwners !== undefined && { allowedOwners }),
    },
    found,
  );
  addBelow(
    at,
    found.found.filter(({ at: place }) => !place.startsWith("allowedOwners")),
    problems,
  );
  const inherited = ownership === "none" ? [] : common;
  return {
    ...(isAbsent(contact) ? {} : { contact: contact as ApplicationContact }),
    ownership,
    owners: own === undefined ? inherited : textsOf(own),
    graphRoles,
  };
}

function readCredential(
  at: string,
  name: string,
  values: Values,
  surroundings: ApplicationSurroundings & { readonly networks: readonly string[] },
  problems: Problems,
): CertificateSettings | FederationSettings {
  const kinds = CREDENTIALS.filter((kind) => values.has(kind));
  if (kinds.length !== 1) {
    problems.add(at, {
      code: "choose-one",
      given: kinds.length === 0 ? "none of them" : kinds.join(" and "),
      allowed: `exactly one of ${CREDENTIALS.join(", ")}`,
      remedy:
        "take federation where the caller has an identity of its own, such as a pipeline; else certificate",
    });
  }
  // All are read where several are given, so that no problem waits for a second run.
  const read = {
    federation: () =>
      readFederation(`${at}.federation`, name, values.get("federation"), surroundings, problems),
    federatedCredentials: () =>
      readFederations(
        `${at}.federatedCredentials`,
        values.get("federatedCredentials"),
        surroundings,
        problems,
      ),
    certificate: () =>
      readCertificateSettings(`${at}.certificate`, values.get("certificate"), surroundings, problems),
  };
  const found = (["federation", "federatedCredentials", "certificate"] as const)
    .filter((kind) => !isAbsent(values.get(kind)))
    .map((kind) => read[kind]());
  return found.at(-1) ?? { kind: "federation", callers: {} };
}

function notLockable(signInAudience: string): Finding {
  return {
    code: "audience-not-lockable",
    given: describeGiven(signInAudience),
    allowed: "networks on single-tenant applications only: Conditional Access does not reach others",
    remedy: "set signInAudience to AzureADMyOrg, or remove networks",
  };
}
