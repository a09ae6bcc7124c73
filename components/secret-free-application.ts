/** Makes the client secret of an app registration unnecessary: the application signs in with a certificate. */
import * as pulumi from "@pulumi/pulumi";
import { declareCertificates } from "./application-certificates";
import {
  type ApplicationIdentityArgs,
  createIdentity,
  IDENTITY_OPTIONS,
  type IdentityPlan,
  readIdentityArgs,
} from "./application-identity";
import { type CertificateArgs, type CertificatePlan, readCertificateArgs } from "./certificate-args";
import { readCertificateOptions } from "./certificate-options";
import { type ClientConfiguration, clientConfigurationOf } from "./client-configuration";
import { type OptionNames, readOptions } from "./given-options";
import { ArgumentError, type Finding, Problems, refuseArguments } from "./problems";
import type { RegisteredCertificate } from "./registered-certificate";
import { rotationOutputOf } from "./rotation-output";

/** Upper bound of an X.520 common name: https://www.rfc-editor.org/rfc/rfc5280#appendix-A.1 */
const COMMON_NAME_CHARACTERS = 64;

export interface SecretFreeApplicationArgs extends ApplicationIdentityArgs {
  /**
   * Certificates the application signs in with, and where their keys are kept: "tls", the state of the stack; "vault",
   * the vault they are born in; "external", elsewhere.
   * @default - none: the application needs a federated credential to sign in
   */
  readonly certificate?: CertificateArgs;
  /**
   * The moment certificates are planned for. Give the same one to have the same plan.
   * @default - the day of the run, in UTC
   */
  readonly now?: Date;
}

/**
 * An app registration with its service principal and owners, and no place for a client secret.
 *
 * ```ts
 * const billing = new SecretFreeApplication("billing-nightly", {
 *   description: "Nightly billing run of the finance team",
 *   contact: {
 *     team: "Finance platform",
 *     repository: "https://github.com/contoso/identities",
 *     ticket: "FIN-1234",
 *   },
 *   owners: ["0a0e0000-0000-4000-8000-000000000001", "0a0e0000-0000-4000-8000-000000000002"],
 *   certificate: {},
 * });
 * ```
 *
 * Without `certificate` it carries no key at all, and trusts those who have an identity elsewhere:
 *
 * ```ts
 * new SecretFreeApplication("deploy-pipeline", {
 *   description, owners,
 *   graphRoles: ["Group.Read.All"],
 *   federatedCredentials: {
 *     production: { github: { repository: "contoso/platform", environment: "production" } },
 *   },
 * });
 * ```
 *
 * Counted from the day of the first deployment, with a new certificate every 40 days:
 *
 * ```ts
 * certificate: { rotation: { epoch: "2026-11-21", periodDays: 40 } }
 * ```
 *
 * A key that is born in a vault, and one that is kept elsewhere:
 *
 * ```ts
 * certificate: { key: "vault", vaultUri: vault.vaultUri }
 * certificate: { key: "external", certificates: [readFileSync("billing.cer")] }
 * ```
 *
 * Creates `<name>-registration`, `<name>-service-principal`, one `<name>-owner-<object id>` each, for Graph
 * permissions `<name>-api-access` and one `<name>-role-<permission>` each, for callers with a token of their own one
 * `<name>-federated-<short name>` each and, for each generation that is declared on the day (the current one and the one
 * before it), `<name>-key-g<n>`, `<name>-certificate-g<n>` and `<name>-credential-g<n>`; with an authority also
 * `<name>-request-g<n>`, with keys from a vault no key, and with certificates from elsewhere
 * `<name>-credential-<start of the SHA-256>` alone. What happens on which day: docs/rotation.md. Which credential to take:
 * docs/choosing-a-credential.md.
 *
 * Keys of the kind "tls" are kept in the stack's state as encrypted secrets: use a secrets provider you trust. To change
 * a child beyond these options use Pulumi's resource option `transforms`.
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
  /** The certificate clients sign in with from now on, if one was asked for. */
  readonly certificate: RegisteredCertificate | undefined;
  /** Every registered certificate, the current one last. */
  readonly certificates: readonly RegisteredCertificate[];
  /** What a client has to be told to sign in; nothing of it is secret. */
  readonly clientConfiguration: ClientConfiguration;

  constructor(name: string, args: SecretFreeApplicationArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const declared = readArguments(name, args);
    super(`certlock:components:${COMPONENT}`, name, {}, opts);
    const child = { parent: this };

    const { registration, servicePrincipal } = createIdentity(COMPONENT, name, declared.identity, child);

    this.clientId = registration.clientId;
    this.objectId = registration.objectId;
    this.applicationId = registration.id;
    this.servicePrincipalObjectId = servicePrincipal.objectId;
    const bearer = {
      name,
      applicationId: registration.id,
      commonName: commonName(declared.identity.displayName),
    };
    const certificates = declareCertificates(bearer, declared.certificate, declared.now, child);
    this.certificate = certificates.current;
    this.certificates = certificates.all;
    this.clientConfiguration = clientConfigurationOf(
      { tenantId: servicePrincipal.applicationTenantId, clientId: this.clientId },
      certificates,
    );
    this.registerOutputs({
      clientId: this.clientId,
      objectId: this.objectId,
      applicationId: this.applicationId,
      servicePrincipalObjectId: this.servicePrincipalObjectId,
      // The key is left out: one copy in the state is enough.
      clientConfiguration: this.clientConfiguration,
      validUntil: this.certificate?.validUntil,
      rotation: rotationOutputOf(declared.certificate),
    });
  }
}

const COMPONENT = "SecretFreeApplication";

function commonName(displayName: string): string {
  // No half of a surrogate pair at the end: the certificate could not hold it.
  return displayName.slice(0, COMMON_NAME_CHARACTERS).replace(/[\uD800-\uDBFF]$/, "");
}

/** The arguments with every default filled in: what is checked is what is created. */
interface Declared {
  readonly identity: IdentityPlan;
  readonly certificate: CertificatePlan | undefined;
  readonly now: Date;
}

function readArguments(name: string, args: SecretFreeApplicationArgs): Declared {
  const problems = new Problems();
  const read = readOptions("", args, OPTIONS, problems);
  if (read === undefined) throw new ArgumentError(COMPONENT, name, problems.found);
  const identity = readIdentityArgs(name, read, problems);
  const { certificate: given, now = new Date() } = read;
  const isMoment = now instanceof Date && now.getUTCFullYear() <= LATEST_YEAR;
  if (!isMoment) problems.add("now", NO_MOMENT);
  const options = given === undefined ? undefined : readCertificateOptions("certificate", given, problems);
  const certificate =
    options && isMoment ? readCertificateArgs("certificate", options, { name, now }, problems) : undefined;
  refuseArguments(COMPONENT, name, problems);
  return { identity, certificate, now };
}

const OPTIONS: OptionNames<SecretFreeApplicationArgs> = {
  ...IDENTITY_OPTIONS,
  certificate: "optional",
  now: "optional",
};

/** The turn after the last day of it still has a year of four digits, as dates are written. An invalid Date has none. */
const LATEST_YEAR = 9998;

const NO_MOMENT: Finding = {
  code: "wrong-type",
  allowed: `a valid Date before the year ${LATEST_YEAR + 1}`,
  remedy: "leave it out, or give a moment such as new Date()",
};
