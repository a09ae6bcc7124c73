/** The identity of an application: registration, service principal, owners, what it may do and whom it trusts. */
import * as azuread from "@pulumi/azuread";
import type * as pulumi from "@pulumi/pulumi";
import { type ApplicationContact, checkContact, checkNotes, notesOf } from "./application-contact";
import { checkOwners, createOwners, type Ownership, OWNERSHIPS } from "./application-owners";
import { ENTRA_CLOUDS, type EntraCloud } from "./federation/cloud";
import {
  checkFederatedCredentials,
  type FederatedCredentials,
  type FederatedTrust,
  fieldsOf,
  placeOf,
} from "./federation/credentials";
import { checkGraphRoles, type GraphRole, grantGraphRoles, privilegesOf } from "./graph-roles";
import { type OptionNames, readItems, readOptions } from "./given-options";
import { checkGuid } from "./guid";
import { checkText } from "./names";
import { checkOneOf, describeGiven, type Finding, type Problems } from "./problems";

/**
 * Who may use the application. Personal Microsoft accounts are left out: no such account can sign in as a workload.
 * https://learn.microsoft.com/graph/api/resources/application
 */
export type SignInAudience = "AzureADMyOrg" | "AzureADMultipleOrgs";

export const SIGN_IN_AUDIENCES: readonly SignInAudience[] = ["AzureADMyOrg", "AzureADMultipleOrgs"];

/** Entra's limits: https://learn.microsoft.com/graph/api/resources/application#properties */
const DISPLAY_NAME_CHARACTERS = 256;
export const DESCRIPTION_CHARACTERS = 1024;

export interface ApplicationIdentityArgs {
  /**
   * Name people see in the admin center, 1 to 256 characters. Changing it renames the application; its first 64
   * characters are the common name of certificates issued from then on.
   * @default - the name of the component
   */
  readonly displayName?: string;
  /** What the workload does and who answers for it, 1 to 1024 characters. Reviewers of credentials read it. */
  readonly description: string;
  /**
   * Team, repository and ticket, written into the notes of the registration.
   * @default - none
   */
  readonly contact?: ApplicationContact;
  /**
   * Object ids of the users or service principals that own the application, 2 to 100. An owner can add
   * credentials: name people who answer for it. Leave the deploying principal out: as creator of the registration
   * it is an owner already and stays one, and naming it ends in "already exists … needs to be imported". Plain
   * strings, because each id is part of a child's name.
   * @default - none, which only `ownership` "none" accepts
   */
  readonly owners?: readonly string[];
  /**
   * "shared" wants two owners or more; "none" wants none, as some frameworks do for privileged applications.
   * @default "shared"
   */
  readonly ownership?: Ownership;
  /** Object ids of those who may own applications here; every owner must be among them. @default - everybody */
  readonly allowedOwners?: readonly string[];
  /**
   * Who may use the application. Conditional Access reaches single-tenant applications only.
   * @default "AzureADMyOrg"
   */
  readonly signInAudience?: SignInAudience;
  /**
   * Application permissions of Microsoft Graph, by their names; a privileged one with its reason.
   * @default - none
   */
  readonly graphRoles?: readonly GraphRole[];
  /**
   * Callers that sign in with a token of their own instead of a key, by a short name: at most 20, each issuer and
   * subject once.
   * @default - none
   */
  readonly federatedCredentials?: FederatedCredentials;
  /** Cloud of the tenant: "public", "usgovernment" or "china". @default "public" */
  readonly cloud?: EntraCloud;
}

/** Every option of an application but for its certificates. */
export const IDENTITY_OPTIONS: OptionNames<ApplicationIdentityArgs> = {
  displayName: "optional",
  description: "checked",
  contact: "optional",
  owners: "optional",
  ownership: "optional",
  allowedOwners: "optional",
  signInAudience: "optional",
  graphRoles: "optional",
  federatedCredentials: "optional",
  cloud: "optional",
};

const CONTACT_OPTIONS: OptionNames<ApplicationContact> = {
  team: "checked",
  repository: "checked",
  ticket: "checked",
  serviceReference: "optional",
};

/** The arguments with every default filled in: what is checked is what is created. */
export interface IdentityPlan {
  readonly displayName: string;
  readonly description: string;
  readonly contact: ApplicationContact | undefined;
  readonly notes: string | undefined;
  readonly owners: readonly string[];
  readonly signInAudience: SignInAudience;
  readonly graphRoles: readonly GraphRole[];
  readonly federatedCredentials: FederatedCredentials;
  readonly cloud: EntraCloud;
}

/** Checks the arguments, and fills in the defaults. */
export function readIdentityArgs(
  name: string,
  args: ApplicationIdentityArgs,
  problems: Problems,
): IdentityPlan {
  const {
    displayName = name,
    description,
    ownership = "shared",
    signInAudience = "AzureADMyOrg",
    cloud = "public",
  } = args;
  problems.add("displayName", checkText(displayName, DISPLAY_NAME_CHARACTERS, "name the application"));
  problems.add(
    "description",
    checkText(description, DESCRIPTION_CHARACTERS, "say what the workload does and who answers for it"),
  );
  const first = problems.found.length;
  const contact =
    args.contact === undefined ? undefined : readOptions("contact", args.contact, CONTACT_OPTIONS, problems);
  if (contact !== undefined) checkContact("contact", contact, problems);
  const owners = readOwners(args, ownership, problems);
  problems.add("signInAudience", checkOneOf(signInAudience, SIGN_IN_AUDIENCES));
  problems.add("cloud", checkOneOf(cloud, ENTRA_CLOUDS));
  const graphRoles = readItems("graphRoles", args.graphRoles ?? [], problems) ?? [];
  const before = problems.found.length;
  checkGraphRoles("graphRoles", graphRoles, problems);
  const privileges = problems.found.length === before ? privilegesOf(graphRoles) : [];
  // What is wrong in them may be no text at all.
  const notes = problems.found.length === first ? notesOf(contact, privileges) : undefined;
  problems.add("contact", checkNotes(notes));
  const federatedCredentials = checkFederatedCredentials(
    "federatedCredentials",
    args.federatedCredentials ?? {},
    cloud,
    problems,
  );
  checkAudience(signInAudience, federatedCredentials, problems);
  return {
    ...{ displayName, description, contact, notes, owners },
    ...{ signInAudience, graphRoles, federatedCredentials, cloud },
  };
}

/** Owners as Entra writes them: in lower case, so that another spelling is no other owner. */
function readOwners(args: ApplicationIdentityArgs, ownership: Ownership, problems: Problems): string[] {
  problems.add("ownership", checkOneOf(ownership, OWNERSHIPS));
  const allowed =
    args.allowedOwners === undefined ? undefined : readItems("allowedOwners", args.allowedOwners, problems);
  allowed?.forEach((id, index) => {
    problems.add(`allowedOwners[${index}]`, checkGuid(id, "object id of a user or service principal"));
  });
  const allowedOwners = allowed?.filter((id: unknown) => typeof id === "string");
  const owners = readItems("owners", args.owners ?? [], problems);
  if (owners === undefined) return [];
  checkOwners("owners", owners, problems, {
    ownership,
    ...(allowedOwners === undefined ? {} : { allowedOwners }),
  });
  // What is no text has been reported.
  return owners.filter((owner: unknown) => typeof owner === "string").map((owner) => owner.toLowerCase());
}

export interface ApplicationIdentity {
  readonly registration: azuread.ApplicationRegistration;
  readonly servicePrincipal: azuread.ServicePrincipal;
}

/**
 * Registers the identity with small resources only: none of them writes a list that another one, or somebody else,
 * also writes to.
 */
export function createIdentity(
  component: string,
  name: string,
  plan: IdentityPlan,
  child: pulumi.CustomResourceOptions,
): ApplicationIdentity {
  const registration = createRegistration(name, plan, child);
  const servicePrincipal = createServicePrincipal(name, registration, child);
  createOwners(name, registration, plan.owners, child);
  const principalId = servicePrincipal.objectId;
  grantGraphRoles({ component, name, principalId, applicationId: registration.id }, plan.graphRoles, child);
  const taken = new Map<string, string>();
  for (const [credential, trust] of Object.entries(plan.federatedCredentials)) {
    trustCaller({ component, name, credential, taken }, registration, trust, plan.cloud, child);
  }
  return { registration, servicePrincipal };
}

function createRegistration(
  name: string,
  { displayName, description, contact, notes, signInAudience }: IdentityPlan,
  child: pulumi.CustomResourceOptions,
): azuread.ApplicationRegistration {
  return new azuread.ApplicationRegistration(
    `${name}-registration`,
    {
      displayName,
      description,
      signInAudience,
      ...(notes === undefined ? {} : { notes }),
      ...(contact?.serviceReference === undefined
        ? {}
        : { serviceManagementReference: contact.serviceReference }),
    },
    child,
  );
}

function createServicePrincipal(
  name: string,
  registration: azuread.ApplicationRegistration,
  child: pulumi.CustomResourceOptions,
): azuread.ServicePrincipal {
  return new azuread.ServicePrincipal(
    `${name}-service-principal`,
    {
      clientId: registration.clientId,
      // Nobody gets a token for this application who was not assigned to it.
      appRoleAssignmentRequired: true,
      // Nothing here that could ever change: the provider's update of a service principal writes all of its
      // properties and would undo what others have set. Description and notes are on the registration.
    },
    child,
  );
}

function trustCaller(
  of: {
    readonly component: string;
    readonly name: string;
    readonly credential: string;
    readonly taken: Map<string, string>;
  },
  registration: azuread.ApplicationRegistration,
  trust: FederatedTrust,
  cloud: EntraCloud,
  child: pulumi.CustomResourceOptions,
): void {
  const { component, name, credential, taken } = of;
  const at = `${placeOf("federatedCredentials", credential)}.`;
  const { issuer, subject, audience, description } = fieldsOf(trust, cloud, { component, name, at, taken });
  new azuread.ApplicationFederatedIdentityCredential(
    `${name}-federated-${credential}`,
    {
      applicationId: registration.id,
      displayName: credential,
      description,
      issuer,
      subject,
      audiences: [audience],
    },
    child,
  );
}

/** https://learn.microsoft.com/azure/devops/pipelines/release/troubleshoot-workload-identity (AADSTS70052) */
function checkAudience(
  signInAudience: SignInAudience,
  credentials: FederatedCredentials,
  problems: Problems,
): void {
  if (signInAudience === "AzureADMyOrg") return;
  for (const [name, trust] of Object.entries(credentials)) {
    const connection: unknown = "azureDevOps" in trust ? trust.azureDevOps : undefined;
    if (typeof connection !== "object" || connection === null || !("connectionId" in connection)) continue;
    problems.add(`${placeOf("federatedCredentials", name)}.azureDevOps`, singleTenantOnly(signInAudience));
  }
}

function singleTenantOnly(signInAudience: SignInAudience): Finding {
  return {
    code: "choose-one",
    given: `a connection by its id on an application for ${describeGiven(signInAudience)}`,
    allowed: "single-tenant applications: Entra issues tokens of Azure DevOps for no others (AADSTS70052)",
    remedy: 'set signInAudience to "AzureADMyOrg", or name organization, project and connection',
  };
}
