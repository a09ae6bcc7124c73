/** Makes any key unnecessary where the caller already has an identity elsewhere, such as a GitHub workflow. */
import * as azuread from "@pulumi/azuread";
import * as pulumi from "@pulumi/pulumi";
import {
  checkGitHubWorkflow,
  GITHUB_ISSUER,
  githubSubject,
  type GitHubWorkflow,
  wildcard,
} from "./github-workflow";
import { isGuid } from "./guid";
import { describeGiven, type Finding, Problems, refuseArguments } from "./problems";

/** The audience of Entra's public cloud; the US government and China have their own. */
export const TOKEN_EXCHANGE_AUDIENCE = "api://AzureADTokenExchange";

/**
 * Longest issuer, subject, audience and description, in characters.
 * https://learn.microsoft.com/graph/api/resources/federatedidentitycredential
 */
const FIELD_CHARACTERS = 600;

interface CommonArgs {
  /** The app registration as `/applications/<objectId>`: `applicationId` of a `SecretFreeApplication`. */
  readonly applicationId: pulumi.Input<string>;
  /**
   * Name of the credential: 3 to 120 letters, digits, hyphens and underscores, starting with a letter or digit.
   * It cannot be changed: a new name makes a new credential.
   * @default - the name of the component
   */
  readonly displayName?: string;
  /** What may use this credential, at most 600 characters. @default - issuer and subject in words */
  readonly description?: string;
  /**
   * What the token is issued for.
   * @default "api://AzureADTokenExchange"
   */
  readonly audience?: string;
}

/** Trust in runs of GitHub Actions. */
export interface GitHubCredentialArgs extends CommonArgs {
  /** The workflow that may sign in. */
  readonly github: GitHubWorkflow;
}

/** Trust in any issuer of OpenID Connect tokens signed with RS256. */
export interface IssuerCredentialArgs extends CommonArgs {
  /** The `iss` claim, exactly: an https address without query or fragment, at most 600 characters. */
  readonly issuer: string;
  /** The `sub` claim, exactly, at most 600 characters. A wrong one is accepted by Entra and fails at sign-in. */
  readonly subject: string;
}

export type FederatedCredentialArgs = GitHubCredentialArgs | IssuerCredentialArgs;

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
 * Any other issuer:
 *
 * ```ts
 * issuer: "https://api.pulumi.com/oidc",
 * subject: "pulumi:deploy:org:contoso:project:tenant:stack:dev:operation:update:scope:write",
 * audience: "contoso",
 * ```
 *
 * Creates `<name>-credential`. An application holds at most 20; a new one may take minutes until Entra accepts
 * its tokens (AADSTS70021).
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
    super("certlock:components:FederatedCredential", name, {}, opts);

    const { issuer, subject, description } = trust(args);
    const credential = new azuread.ApplicationFederatedIdentityCredential(
      `${name}-credential`,
      {
        applicationId: args.applicationId,
        displayName: args.displayName ?? name,
        description: args.description ?? description.slice(0, FIELD_CHARACTERS),
        issuer,
        subject,
        audiences: [args.audience ?? TOKEN_EXCHANGE_AUDIENCE],
      },
      { parent: this },
    );

    this.issuer = credential.issuer;
    this.subject = credential.subject;
    this.audience = pulumi.output(args.audience ?? TOKEN_EXCHANGE_AUDIENCE);
    this.registerOutputs({ issuer: this.issuer, subject: this.subject, audience: this.audience });
  }
}

function trust(args: FederatedCredentialArgs): { issuer: string; subject: string; description: string } {
  if ("github" in args) {
    const subject = githubSubject(args.github);
    return { issuer: GITHUB_ISSUER, subject, description: `GitHub Actions: ${subject}` };
  }
  return { issuer: args.issuer, subject: args.subject, description: `${args.issuer}: ${args.subject}` };
}

function checkArguments(name: string, args: FederatedCredentialArgs): void {
  const problems = new Problems();
  if (typeof args.applicationId === "string") {
    problems.add("applicationId", checkApplicationId(args.applicationId));
  }
  problems.add("displayName", checkDisplayName(args.displayName ?? name));
  if (args.description !== undefined) problems.add("description", checkField(args.description));
  if (args.audience !== undefined) problems.add("audience", checkExact(args.audience));
  if ("github" in args) {
    problems.add("issuer", checkAlone(args));
    checkGitHubWorkflow("github", args.github, problems);
    if (problems.found.length === 0) problems.add("github", checkField(githubSubject(args.github)));
  } else {
    problems.add("issuer", checkIssuer(args.issuer));
    problems.add("subject", checkExact(args.subject));
  }
  refuseArguments("FederatedCredential", name, problems);
}

/** The types let both forms through together; one of them would be ignored. */
function checkAlone(args: GitHubCredentialArgs): Finding | undefined {
  if (!("issuer" in args) && !("subject" in args)) return undefined;
  return {
    code: "choose-one",
    given: "github beside issuer or subject",
    allowed: "either github, or issuer and subject",
    remedy: "remove issuer and subject: they follow from github",
  };
}

function checkApplicationId(given: string): Finding | undefined {
  const [before, kind, id = "", ...extra] = given.split("/");
  if (before === "" && kind === "applications" && isGuid(id) && extra.length === 0) return undefined;
  return {
    code: "invalid-id",
    given: describeGiven(given),
    allowed: "the path /applications/<object id of the app registration>",
    remedy: "pass applicationId of a SecretFreeApplication, or id of an ApplicationRegistration",
  };
}

function checkDisplayName(given: unknown): Finding | undefined {
  if (typeof given === "string" && /^[A-Za-z0-9][A-Za-z0-9_-]{2,119}$/.test(given)) return undefined;
  return {
    code: "invalid-name",
    given: describeGiven(given),
    allowed: "3 to 120 letters, digits, hyphens and underscores, starting with a letter or digit",
    remedy: "choose a short name for the caller; it cannot be changed later",
  };
}

function checkIssuer(given: unknown): Finding | undefined {
  const finding = checkExact(given);
  if (finding !== undefined) return finding;
  const url = URL.canParse(String(given)) ? new URL(String(given)) : undefined;
  const plain = url?.search === "" && url.hash === "" && url.username === "" && url.password === "";
  if (url?.protocol === "https:" && plain) return undefined;
  return {
    code: "invalid-text",
    given: describeGiven(given),
    allowed: "an https address without user, query and fragment",
    remedy: 'copy "issuer" from <issuer>/.well-known/openid-configuration, letter by letter',
  };
}

function checkExact(given: unknown): Finding | undefined {
  return wildcard(given) ?? checkField(given);
}

function checkField(given: unknown): Finding | undefined {
  if (typeof given === "string" && given.length > FIELD_CHARACTERS) {
    return {
      code: "too-long",
      given: describeGiven(given),
      allowed: `at most ${FIELD_CHARACTERS} characters, not ${given.length}`,
      remedy: "use a shorter name on the issuer's side",
    };
  }
  if (typeof given === "string" && given.trim() === given && given !== "" && !/\p{C}/u.test(given))
    return undefined;
  return {
    code: "invalid-text",
    given: describeGiven(given),
    allowed: `1 to ${FIELD_CHARACTERS} printable characters without spaces at the ends`,
    remedy: "copy the claim from a token of the issuer",
  };
}
