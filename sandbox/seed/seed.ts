import { SandboxError } from "../sandbox-error";
import { problemsOf, type Fields, type Shape } from "./shape";

export interface SeededCredential {
  readonly displayName?: string;
  /** @default - 30 days ago */
  readonly startDateTime?: string;
  /** @default - in 90 days */
  readonly endDateTime?: string;
}

export interface SeededApplication {
  readonly displayName: string;
  readonly id?: string;
  readonly appId?: string;
  readonly createdDateTime?: string;
  readonly signInAudience?: string;
  /** "ada", "grace" or an object id. */
  readonly owners?: readonly string[];
  /** @default true */
  readonly servicePrincipal?: boolean;
  /** Secrets nobody knows the value of. */
  readonly secrets?: readonly SeededCredential[];
  readonly symmetricKeys?: readonly SeededCredential[];
  /** Certificates nobody has the key of, unless a PEM is given. */
  readonly certificates?: readonly (SeededCredential & { readonly certificatePem?: string })[];
  readonly federatedCredentials?: readonly {
    readonly name: string;
    readonly issuer: string;
    readonly subject: string;
    readonly audience?: string;
  }[];
  /** Graph application permissions, e.g. "Application.Read.All". */
  readonly permissions?: readonly string[];
  /** displayName of a policy of the file. */
  readonly appManagementPolicy?: string;
  /** By attribute set, then by name; set and attribute must be defined in the file. */
  readonly customSecurityAttributes?: Readonly<Record<string, unknown>>;
}

export interface SeededSignIn {
  /** displayName of an application of the file. */
  readonly application: string;
  readonly clientCredentialType: "clientSecret" | "certificate" | "federatedIdentityCredential";
  readonly createdDateTime: string;
  readonly ipAddress?: string;
  /** 0, or an AADSTS number. @default 0 */
  readonly errorCode?: number;
}

/** Applications made up from a number; shares are from 0 to 1. */
export interface Generation {
  /** 10 to 100,000. */
  readonly applications: number;
  /** @default 0 */
  readonly seed?: number;
  readonly withSecret?: number;
  readonly withCertificate?: number;
  readonly withFederation?: number;
  readonly withSymmetricKey?: number;
  readonly withoutOwner?: number;
  readonly withoutServicePrincipal?: number;
  /** Of the credentials. */
  readonly expired?: number;
  readonly multiTenant?: number;
  /** With a sign-in during the last 30 days. */
  readonly signedIn?: number;
}

/** What a tenant is filled with before anybody calls. */
export interface Seed {
  readonly generate?: Generation;
  readonly applications?: readonly SeededApplication[];
  /** Bodies as Graph takes them. */
  readonly attributeSets?: readonly object[];
  readonly customSecurityAttributeDefinitions?: readonly object[];
  readonly appManagementPolicies?: readonly object[];
  readonly defaultAppManagementPolicy?: object;
  readonly namedLocations?: readonly object[];
  readonly conditionalAccessPolicies?: readonly object[];
  readonly signIns?: readonly SeededSignIn[];
}

const TEXT: Shape = { kind: "text" };
const TIME: Shape = { kind: "time" };
const SHARE: Shape = { kind: "number", least: 0, most: 1, whole: false };
const BODIES: Shape = { kind: "list", of: { kind: "body" } };
const CREDENTIAL: Fields = { displayName: TEXT, startDateTime: TIME, endDateTime: TIME };

const list = (of: Shape): Shape => ({ kind: "list", of });

const SEED: Shape = {
  kind: "object",
  fields: {
    generate: {
      kind: "object",
      required: ["applications"],
      fields: {
        applications: { kind: "number", least: 10, most: 100_000, whole: true },
        seed: { kind: "number", least: 0, most: 4_294_967_295, whole: true },
        withSecret: SHARE,
        withCertificate: SHARE,
        withFederation: SHARE,
        withSymmetricKey: SHARE,
        withoutOwner: SHARE,
        withoutServicePrincipal: SHARE,
        expired: SHARE,
        multiTenant: SHARE,
        signedIn: SHARE,
      },
    },
    applications: list({
      kind: "object",
      required: ["displayName"],
      fields: {
        displayName: TEXT,
        id: { kind: "guid" },
        appId: { kind: "guid" },
        createdDateTime: TIME,
        signInAudience: {
          kind: "text",
          allowed: [
            "AzureADMyOrg",
            "AzureADMultipleOrgs",
            "AzureADandPersonalMicrosoftAccount",
            "PersonalMicrosoftAccount",
          ],
        },
        owners: list(TEXT),
        servicePrincipal: { kind: "truth" },
        secrets: list({ kind: "object", fields: CREDENTIAL }),
        symmetricKeys: list({ kind: "object", fields: CREDENTIAL }),
        certificates: list({
          kind: "object",
          fields: { ...CREDENTIAL, certificatePem: { kind: "text", most: 20_000 } },
        }),
        federatedCredentials: list({
          kind: "object",
          required: ["name", "issuer", "subject"],
          fields: {
            name: TEXT,
            issuer: { kind: "text", most: 600 },
            subject: { kind: "text", most: 600 },
            audience: { kind: "text", most: 600 },
          },
        }),
        permissions: list(TEXT),
        appManagementPolicy: TEXT,
        customSecurityAttributes: { kind: "body" },
      },
    }),
    attributeSets: BODIES,
    customSecurityAttributeDefinitions: BODIES,
    appManagementPolicies: BODIES,
    defaultAppManagementPolicy: { kind: "body" },
    namedLocations: BODIES,
    conditionalAccessPolicies: BODIES,
    signIns: list({
      kind: "object",
      required: ["application", "clientCredentialType", "createdDateTime"],
      fields: {
        application: TEXT,
        clientCredentialType: {
          kind: "text",
          allowed: ["clientSecret", "certificate", "federatedIdentityCredential"],
        },
        createdDateTime: TIME,
        ipAddress: TEXT,
        errorCode: { kind: "number", least: 0, most: 9_999_999, whole: true },
      },
    }),
  },
};

/**
 * Takes a seed that came from outside.
 * @throws SandboxError `SANDBOX_SEED_INVALID` with every problem at once.
 */
export function checkedSeed(value: unknown): Seed {
  const problems = problemsOf(value, SEED);
  if (problems.length > 0) throw invalidSeed(problems);
  return value as Seed;
}

/**
 * Reads the text of a seed file.
 * @throws SandboxError `SANDBOX_SEED_INVALID`
 */
export function parseSeed(text: string): Seed {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // The parser quotes what it stumbled over; where it did is enough.
    const place = /at position \d+( \(line \d+ column \d+\))?/.exec(
      error instanceof Error ? error.message : "",
    );
    throw invalidSeed([`The file is not JSON${place ? `: ${place[0]}` : ""}.`]);
  }
  return checkedSeed(value);
}

export function invalidSeed(problems: readonly string[]): SandboxError {
  return new SandboxError("SANDBOX_SEED_INVALID", problems.join("\n"));
}
