/** Makes any key unnecessary where the caller already has an identity elsewhere, such as a GitHub workflow. */
import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import { isKnown } from "./federation/claims";
import { ENTRA_CLOUDS, type EntraCloud } from "./federation/cloud";
import { checkCredentialName, checkTrust, type FederatedTrust, fieldsOf } from "./federation/credentials";
import { EMPTY, isOptions, wrongType } from "./given-options";
import { isGuid } from "./guid";
import {
  ArgumentError,
  checkOneOf,
  describeGiven,
  type Finding,
  Problems,
  refuseArguments,
} from "./problems";

export type FederatedCredentialArgs = FederatedTrust & {
  /** The app registration as `/applications/<objectId>`: `applicationId` of a `SecretFreeApplication`. */
  readonly applicationId: pulumi.Input<string>;
  /**
   * Name of the credential: 3 to 120 letters, digits, hyphens and underscores, starting with a letter or digit.
   * It cannot be changed: a new name makes a new credential.
   * @default - the name of the component
   */
  readonly displayName?: string;
  /** Cloud of the tenant: "public", "usgovernment" or "china". @default "public" */
  readonly cloud?: EntraCloud;
};

/**
 * Lets a workload sign in with the token it already has. There is no key to store, rotate or lose.
 *
 * ```ts
 * new FederatedCredential("deploy-pipeline", {
 *   applicationId: pipeline.applicationId,
 *   github: { repository: "contoso/platform", environment: "production" },
 * });
 * ```
 *
 * A repository created since 15 July 2026 carries ids in its tokens:
 *
 * ```ts
 * github: { repository: "contoso/platform", ownerId: 9919, repositoryId: 1296269, branch: "main" },
 * ```
 *
 * Instead of `github` one of `aws`, `azureDevOps`, `gitlab`, `googleCloud`, `kubernetes`, `managedIdentity`,
 * `pulumiDeployment`, `pulumiEnvironment` and `terraformCloud`; or any other issuer:
 *
 * ```ts
 * issuer: "https://oidc.example.com",
 * subject: "workload:billing",
 * ```
 *
 * Creates `<name>-credential`. An application holds at most 20; give all of an application to its
 * `federatedCredentials` to have them checked together. A new one may take minutes until Entra accepts its tokens
 * (AADSTS70021, 700211 or 700213).
 *
 * @throws ArgumentError listing every bad argument, before anything is registered
 */
export class FederatedCredential extends pulumi.ComponentResource {
  /** The `iss` claim that is trusted. */
  readonly issuer: pulumi.Output<string>;
  /** The `sub` claim that is trusted. */
  readonly subject: pulumi.Output<string>;
  /** The `aud` claim that is expected. */
  readonly audience: pulumi.Output<string>;

  constructor(name: string, args: FederatedCredentialArgs, opts: pulumi.ComponentResourceOptions = {}) {
    checkArguments(name, args);
    super(`certlock:components:${COMPONENT}`, name, {}, opts);

    const fields = fieldsOf(args, args.cloud ?? "public", {
      component: COMPONENT,
      name,
      at: "",
      taken: new Map(),
    });
    const credential = new azuread.ApplicationFederatedIdentityCredential(
      `${name}-credential`,
      {
        applicationId: args.applicationId,
        displayName: args.displayName ?? name,
        description: fields.description,
        issuer: fields.issuer,
        subject: fields.subject,
        audiences: [fields.audience],
      },
      { parent: this },
    );

    this.issuer = credential.issuer;
    this.subject = credential.subject;
    this.audience = pulumi.output(fields.audience);
    this.registerOutputs({ issuer: this.issuer, subject: this.subject, audience: this.audience });
  }
}

const COMPONENT = "FederatedCredential";

function checkArguments(name: string, args: FederatedCredentialArgs): void {
  const problems = new Problems();
  if (!isOptions(args)) {
    problems.add("arguments", wrongType(args, "an object with applicationId and the caller"));
    throw new ArgumentError(COMPONENT, name, problems.found);
  }
  const cloud = args.cloud ?? "public";
  if (isKnown(args.applicationId)) problems.add("applicationId", checkApplicationId(args.applicationId));
  for (const option of ["displayName", "cloud"] as const) {
    if ((args[option] as unknown) === null) problems.add(option, EMPTY);
  }
  problems.add("displayName", checkCredentialName(args.displayName ?? name));
  problems.add("cloud", checkOneOf(cloud, ENTRA_CLOUDS));
  checkTrust("", args, cloud, problems, ["applicationId", "displayName", "cloud"]);
  refuseArguments(COMPONENT, name, problems);
}

function checkApplicationId(given: unknown): Finding | undefined {
  const [before, kind, id = "", ...extra] = typeof given === "string" ? given.split("/") : [];
  if (before === "" && kind === "applications" && isGuid(id) && extra.length === 0) return undefined;
  return {
    code: "invalid-id",
    given: describeGiven(given),
    allowed: "the path /applications/<object id of the app registration>",
    remedy: "pass applicationId of a SecretFreeApplication, or id of an ApplicationRegistration",
  };
}
