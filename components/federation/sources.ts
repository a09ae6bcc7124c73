/** Whom a federated credential may trust: one entry for each kind of issuer, and any other by its claims. */
import * as pulumi from "@pulumi/pulumi";
import { isOptions, readOptions } from "../given-options";
import { describeGiven, type Finding, type Problems } from "../problems";
import { aws, type AwsRole } from "./aws";
import { azureDevOps, type AzureDevOpsConnection, type AzureDevOpsNamedConnection } from "./azure-devops";
import { checkClaim, checkIssuer, type Claims, isKnown, type Issuer } from "./claims";
import { type EntraCloud, isEntraIssuer } from "./cloud";
import { githubActions, type GitHubWorkflow } from "./github-actions";
import { gitlab, type GitLabJob } from "./gitlab";
import { googleCloud, type GoogleServiceAccount } from "./google-cloud";
import { kubernetes, type KubernetesServiceAccount } from "./kubernetes";
import { managedIdentity, type ManagedIdentityCredential } from "./managed-identity";
import {
  pulumiDeployment,
  type PulumiDeployment,
  pulumiEnvironment,
  type PulumiEnvironment,
} from "./pulumi-cloud";
import { terraformCloud, type TerraformRun } from "./terraform-cloud";

/** Any issuer of OpenID Connect tokens that are signed with RS256 and that Entra reaches from the internet. */
export interface OtherIssuer {
  /** The `iss` claim, exactly: an https address without query or fragment, at most 600 characters. */
  readonly issuer: pulumi.Input<string>;
  /** The `sub` claim, exactly, at most 600 characters. A wrong one is accepted by Entra and fails at sign-in. */
  readonly subject: pulumi.Input<string>;
}

/** Exactly one of these. */
export type FederationSource =
  | { readonly aws: AwsRole }
  | { readonly azureDevOps: AzureDevOpsConnection | AzureDevOpsNamedConnection }
  | { readonly github: GitHubWorkflow }
  | { readonly gitlab: GitLabJob }
  | { readonly googleCloud: GoogleServiceAccount }
  | { readonly kubernetes: KubernetesServiceAccount }
  | { readonly managedIdentity: ManagedIdentityCredential }
  | { readonly pulumiDeployment: PulumiDeployment }
  | { readonly pulumiEnvironment: PulumiEnvironment }
  | { readonly terraformCloud: TerraformRun }
  | OtherIssuer;

const ISSUERS = {
  aws,
  azureDevOps,
  github: githubActions,
  gitlab,
  googleCloud,
  kubernetes,
  managedIdentity,
  pulumiDeployment,
  pulumiEnvironment,
  terraformCloud,
} as const;

type Kind = keyof typeof ISSUERS;

/** Names of the options, one for each kind of issuer. */
export const FEDERATION_KINDS = Object.keys(ISSUERS) as readonly Kind[];

/** The claims a source stands for, and who that is in words; only for what passed the check. */
export function claimsOf(source: FederationSource, cloud: EntraCloud): Claims & { readonly caller: string } {
  const [kind] = kindsOf(source);
  if (kind === undefined) {
    const { issuer, subject } = source as OtherIssuer;
    return { issuer, subject, caller: typeof issuer === "string" ? issuer : "Another issuer" };
  }
  const issuer = issuerOf(kind);
  return { ...issuer.claims(optionsOf(source, kind), cloud), caller: issuer.caller };
}

/** The same source as soon as everything about it is known. */
export function whenKnown(source: FederationSource): pulumi.Output<FederationSource> {
  const [kind] = kindsOf(source);
  const given = kind === undefined ? pickOptions(source, ["issuer", "subject"]) : optionsOf(source, kind);
  return pulumi
    .all(given as Readonly<Record<string, pulumi.Input<unknown>>>)
    .apply((known) => (kind === undefined ? known : { [kind]: known }) as unknown as FederationSource);
}

/** Adds what is wrong with a source; `place` is put in front of the names of its options. */
export function checkSource(
  place: string,
  source: FederationSource,
  cloud: EntraCloud,
  problems: Problems,
): void {
  const kinds = kindsOf(source);
  const others = (["issuer", "subject"] as const).filter((option) => option in source);
  const [first, ...more] = [...kinds, ...others.slice(0, 1)];
  for (const option of more) problems.add(place + option, tooMany([first ?? "", option]));
  if (first === undefined) problems.add(`${place}issuer`, tooMany([]));
  for (const kind of kinds) {
    const value = given(source, kind);
    const issuer = issuerOf(kind);
    if (!isOptions(value)) {
      problems.add(place + kind, notStructured(value));
      continue;
    }
    const options = readOptions(place + kind, value, issuer.options, problems);
    if (options !== undefined) issuer.check(place + kind, options, problems, cloud);
  }
  if (kinds.length === 0 && others.length > 0) checkOther(place, source as OtherIssuer, problems);
}

function checkOther(place: string, { issuer, subject }: OtherIssuer, problems: Problems): void {
  if (isKnown(issuer)) {
    problems.add(`${place}issuer`, checkIssuer(issuer) ?? checkForeign(issuer, subject));
  }
  if (isKnown(subject)) problems.add(`${place}subject`, checkClaim(subject));
}

/** Entra exchanges tokens of its own only for managed identities and for services of Microsoft. */
function checkForeign(issuer: string, subject: pulumi.Input<string>): Finding | undefined {
  if (!isEntraIssuer(issuer) || (typeof subject === "string" && subject.startsWith("/eid1/")))
    return undefined;
  return {
    code: "entra-issuer",
    given: describeGiven(issuer),
    allowed:
      "an issuer outside Entra: tokens of applications and of other tenants are refused (AADSTS700222)",
    remedy: "use managedIdentity or azureDevOps; for another tenant make the application multi-tenant",
  };
}

function kindsOf(source: FederationSource): readonly Kind[] {
  return FEDERATION_KINDS.filter((kind) => Object.hasOwn(source, kind));
}

/** Each issuer takes what stands under its own name; TypeScript cannot follow that through the list. */
function issuerOf(kind: Kind): Issuer<unknown> {
  return ISSUERS[kind];
}

/** Those that are read and have a value: a resource that serves as a source is not looked at as a whole. */
function optionsOf(source: FederationSource, kind: Kind): object {
  return pickOptions(Object(given(source, kind)) as object, Object.keys(issuerOf(kind).options));
}

function pickOptions(whole: object, names: readonly string[]): object {
  const entries = names.map((name): [string, unknown] => [name, Reflect.get(whole, name)]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined && value !== null));
}

function given(source: FederationSource, kind: Kind): unknown {
  return (source as Partial<Record<Kind, unknown>>)[kind];
}

function tooMany(chosen: readonly string[]): Finding {
  return {
    code: "choose-one",
    given: chosen.length === 0 ? "none of them" : chosen.join(" and "),
    allowed: `exactly one of ${FEDERATION_KINDS.join(", ")}, or issuer and subject`,
    remedy: "keep the one that fits; for two callers declare two federated credentials",
  };
}

function notStructured(value: unknown): Finding {
  return {
    code: "wrong-type",
    given: describeGiven(value),
    allowed: "an object with the options of this issuer",
    remedy: "see the documentation of the option for its members",
  };
}
