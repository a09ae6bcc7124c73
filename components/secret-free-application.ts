/** Makes the client secret of an app registration unnecessary: the application signs in with a certificate. */
import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import { type CertificateArgs, checkCertificate, withCertificateDefaults } from "./certificate-args";
import { type RegisteredCertificate, registerGeneration } from "./certificate-generation";
import { checkGuid } from "./guid";
import { checkText } from "./names";
import { checkOneOf, describeGiven, Problems, refuseArguments } from "./problems";

/**
 * Who may use the application. Personal Microsoft accounts are left out: no such account can sign in as a workload.
 * https://learn.microsoft.com/graph/api/resources/application
 */
export type SignInAudience = "AzureADMyOrg" | "AzureADMultipleOrgs";

export const SIGN_IN_AUDIENCES: readonly SignInAudience[] = ["AzureADMyOrg", "AzureADMultipleOrgs"];

/** Entra's limits: https://learn.microsoft.com/graph/api/resources/application#properties */
const DISPLAY_NAME_CHARACTERS = 256;
export const DESCRIPTION_CHARACTERS = 1024;
/** https://learn.microsoft.com/entra/identity/users/directory-service-limits-restrictions */
const MOST_OWNERS = 100;
/** Upper bound of an X.520 common name: https://www.rfc-editor.org/rfc/rfc5280#appendix-A.1 */
const COMMON_NAME_CHARACTERS = 64;

export interface SecretFreeApplicationArgs {
  /**
   * Name people see in the admin center, 1 to 256 characters. Changing it renames the application; its first 64
   * characters are the certificate's common name, so key and certificate are issued anew.
   * @default - the name of the component
   */
  readonly displayName?: string;
  /** What the workload does and who answers for it, 1 to 1024 characters. Reviewers of credentials read it. */
  readonly description: string;
  /**
   * Object ids of the users or service principals that own the application, 1 to 100. An owner can add
   * credentials: name people who answer for it. Leave the deploying principal out: as creator of the registration
   * it is an owner already and stays one, and naming it ends in "already exists … needs to be imported". Plain
   * strings, because each id is part of a child's name.
   */
  readonly owners: readonly string[];
  /**
   * Who may use the application. Conditional Access reaches single-tenant applications only.
   * @default "AzureADMyOrg"
   */
  readonly signInAudience?: SignInAudience;
  /**
   * Certificate the application signs in with.
   * @default - none: the application needs a federated credential to sign in
   */
  readonly certificate?: CertificateArgs;
}

/**
 * An app registration with its service principal and owners, and no place for a client secret.
 *
 * ```ts
 * const billing = new SecretFreeApplication("billing-nightly", {
 *   description: "Nightly billing run of the finance team",
 *   owners: ["0a0e0000-0000-4000-8000-000000000001"],
 *   certificate: {},
 * });
 * ```
 *
 * Without `certificate` it carries no key at all; pair it with a `FederatedCredential`:
 *
 * ```ts
 * const pipeline = new SecretFreeApplication("deploy-pipeline", { description, owners });
 * new FederatedCredential("deploy-pipeline", {
 *   applicationId: pipeline.applicationId,
 *   github: { repository: "contoso/platform", environment: "production" },
 * });
 * ```
 *
 * A stronger key, a shorter life, the second generation:
 *
 * ```ts
 * certificate: { keyBits: 4096, validityDays: 30, generation: 2 }
 * ```
 *
 * Creates `<name>-registration`, `<name>-service-principal`, one `<name>-owner-<object id>` each and, with a
 * certificate, `<name>-key-g<n>`, `<name>-certificate-g<n>` (self-signed), `<name>-credential-g<n>`, and
 * `<name>-term-key-g<n>`, `<name>-term-g<n>`: a certificate that is used nowhere and only ends in time, so that
 * the key ends with it. Keys are kept in the stack's state as encrypted secrets: use a secrets provider you
 * trust. To change a child beyond these options use Pulumi's resource option `transforms`.
 *
 * @throws ArgumentError listing every bad argument, before anything is registered
 */
export class SecretFreeApplication extends pulumi.ComponentResource {
  /** Application (client) id: what the workload signs in as. */
  readonly clientId: pulumi.Output<string>;
  /** Object id of the app registration. */
  readonly objectId: pulumi.Output<string>;
  /** The registration as other azuread resources want it: `/applications/<objectId>`. */
  readonly applicationId: pulumi.Output<string>;
  /** Object id of the service principal: what Conditional Access and role assignments want. */
  readonly servicePrincipalObjectId: pulumi.Output<string>;
  /** The registered certificate, if one was asked for. */
  readonly certificate: RegisteredCertificate | undefined;

  constructor(name: string, args: SecretFreeApplicationArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const declared = withDefaults(name, args);
    checkArguments(name, declared);
    super("certlock:components:SecretFreeApplication", name, {}, opts);
    const child = { parent: this };

    const registration = createRegistration(name, declared, child);
    const servicePrincipal = createServicePrincipal(name, registration, child);
    createOwners(name, registration, declared.owners, child);

    this.clientId = registration.clientId;
    this.objectId = registration.objectId;
    this.applicationId = registration.id;
    this.servicePrincipalObjectId = servicePrincipal.objectId;
    this.certificate = createCertificate(name, registration, declared, child);
    this.registerOutputs({
      clientId: this.clientId,
      objectId: this.objectId,
      applicationId: this.applicationId,
      servicePrincipalObjectId: this.servicePrincipalObjectId,
      // The key is left out: one copy in the state is enough.
      thumbprintSha256: this.certificate?.thumbprintSha256,
      validUntil: this.certificate?.validUntil,
    });
  }
}

/** The arguments with every default filled in: what is checked is what is created. */
interface Declared {
  readonly displayName: string;
  readonly description: string;
  readonly owners: readonly string[];
  readonly signInAudience: SignInAudience;
  readonly certificate: Required<CertificateArgs> | undefined;
}

function withDefaults(name: string, args: SecretFreeApplicationArgs): Declared {
  return {
    displayName: args.displayName ?? name,
    description: args.description,
    owners: args.owners,
    signInAudience: args.signInAudience ?? "AzureADMyOrg",
    certificate: args.certificate && withCertificateDefaults(args.certificate),
  };
}

function createRegistration(
  name: string,
  { displayName, description, signInAudience }: Declared,
  child: pulumi.CustomResourceOptions,
): azuread.ApplicationRegistration {
  return new azuread.ApplicationRegistration(
    `${name}-registration`,
    { displayName, description, signInAudience },
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
    { clientId: registration.clientId },
    child,
  );
}

function createOwners(
  name: string,
  registration: azuread.ApplicationRegistration,
  owners: readonly string[],
  child: pulumi.CustomResourceOptions,
): void {
  for (const owner of owners) {
    new azuread.ApplicationOwner(
      `${name}-owner-${owner.toLowerCase()}`,
      { applicationId: registration.id, ownerObjectId: owner },
      child,
    );
  }
}

function createCertificate(
  name: string,
  registration: azuread.ApplicationRegistration,
  { displayName, certificate }: Declared,
  child: pulumi.CustomResourceOptions,
): RegisteredCertificate | undefined {
  if (certificate === undefined) return undefined;
  const applicationId = registration.id;
  return registerGeneration(
    name,
    { applicationId, commonName: commonName(displayName), ...certificate },
    child,
  );
}

function commonName(displayName: string): string {
  // No half of a surrogate pair at the end: the certificate could not hold it.
  return displayName.slice(0, COMMON_NAME_CHARACTERS).replace(/[\uD800-\uDBFF]$/, "");
}

function checkArguments(name: string, declared: Declared): void {
  const { displayName, description, owners, signInAudience, certificate } = declared;
  const problems = new Problems();
  problems.add("displayName", checkText(displayName, DISPLAY_NAME_CHARACTERS, "name the application"));
  problems.add(
    "description",
    checkText(description, DESCRIPTION_CHARACTERS, "say what the workload does and who answers for it"),
  );
  checkOwners("owners", owners, problems);
  problems.add("signInAudience", checkOneOf(signInAudience, SIGN_IN_AUDIENCES));
  if (certificate !== undefined) checkCertificate("certificate", certificate, problems);
  refuseArguments("SecretFreeApplication", name, problems);
}

/** Owners as the settings check them too: at least one, at most 100, each an object id, none twice. */
export function checkOwners(at: string, owners: readonly unknown[], problems: Problems): void {
  if (owners.length === 0 || owners.length > MOST_OWNERS) {
    problems.add(at, {
      code: owners.length === 0 ? "missing" : "too-many",
      given: describeGiven(owners),
      allowed: `1 to ${MOST_OWNERS} object ids of users or service principals`,
      remedy: "name the people who answer for the application; two are better than one",
    });
  }
  const seen = new Set<string>();
  owners.forEach((owner, index) => {
    problems.add(`${at}[${index}]`, checkGuid(owner, "object id of a user or service principal"));
    const key = String(owner).toLowerCase();
    if (seen.has(key)) {
      problems.add(`${at}[${index}]`, {
        code: "duplicate",
        given: describeGiven(owner),
        allowed: "each owner once",
        remedy: "remove one of the two",
      });
    }
    seen.add(key);
  });
}
