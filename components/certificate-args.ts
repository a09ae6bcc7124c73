/** What can be said about the certificates of an application, by where the key is kept. */
import { X509Certificate } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { type DayNumber, dayOf } from "./calendar";
import { type CertificateIssuer, checkIssuer, issuerOn } from "./certificate-issuer";
import { monthsFor, type VaultKeys } from "./certificate-generation";
import { PEM_CONTENT_TYPE } from "./certificate-pem";
import { type CertificateSource, readExternalCertificates } from "./external-certificate";
import { isKnown } from "./federation/claims";
import { checkSecretName } from "./names";
import { PFX_CONTENT_TYPE } from "./pfx";
import { checkOneOf, describeGiven, type Problems } from "./problems";
import { daysOfMonths } from "./resources/vault-certificate";
import { KEY_BITS, type KeyBits, type RotationArgs } from "./rotation";
import { readRotation, type RotationBounds } from "./rotation-reading";
import { planOn, type RotationPlan, type Schedule } from "./rotation-schedule";

interface RotatingCertificateArgs {
  /**
   * When a certificate gives way to the next one.
   * @default - every 60 days, each certificate being valid for 125
   */
  readonly rotation?: RotationArgs;
  /**
   * Size of the RSA keys in bits: 2048, 3072 or 4096. Editing it replaces every certificate there is at once, unless
   * its key was born in a vault; a change of the rotation with `keyBits` does it at the next turn.
   * @default 3072
   */
  readonly keyBits?: KeyBits;
}

/** Keys made by the stack and kept in its state, encrypted; a `CredentialVault` hands them over. */
export interface TlsCertificateArgs extends RotatingCertificateArgs {
  /** @default "tls" */
  readonly key?: "tls";
  /**
   * The authority that issues the certificates.
   * @default - none: certificates are self-signed, which tenants can refuse and Microsoft advises against in production
   */
  readonly issuer?: CertificateIssuer;
  /**
   * Whether key, certificate and chain are also made into a PKCS#12 file, for .NET, PowerShell and Azure Automation.
   * @default false
   */
  readonly pfx?: boolean;
}

/**
 * Keys born in Key Vault: they are never in state, and the deployment cannot read them. What is edited, but for the
 * place in the vault, is for the next generation: those that exist stay as they were made.
 */
export interface VaultCertificateKeyArgs extends RotatingCertificateArgs {
  readonly key: "vault";
  /** Address of the vault's data, such as "https://kv-billing.vault.azure.net/"; the deployment has to reach it. */
  readonly vaultUri: pulumi.Input<string>;
  /** Name of the certificate in the vault, and of the secret clients read. @default - the name of the component */
  readonly certificateName?: string;
  /** "Self", or an issuer set up in the vault. @default "Self" */
  readonly issuerName?: string;
  /** Whether the secret is a PKCS#12 file instead of PEM. @default false */
  readonly pfx?: boolean;
}

/** Keys kept elsewhere, such as in a hardware module: only public certificates come here. */
export interface ExternalCertificateArgs {
  readonly key: "external";
  /**
   * The certificates to register, one for each key: PEM, DER, base64 or hexadecimal digits. A file that also holds a
   * key is refused. Certificates that have ended have to be taken out.
   */
  readonly certificates: readonly CertificateSource[];
}

export type CertificateArgs = TlsCertificateArgs | VaultCertificateKeyArgs | ExternalCertificateArgs;

export const CERTIFICATE_DEFAULTS = { keyBits: 3072 } as const;

/** What a run declares, checked and with every default. */
export type CertificatePlan =
  | {
      readonly key: "tls";
      readonly schedule: Schedule;
      readonly rotation: RotationPlan;
      readonly issuer: CertificateIssuer | undefined;
      readonly pfx: boolean;
    }
  | {
      readonly key: "vault";
      readonly schedule: Schedule;
      readonly rotation: RotationPlan;
      readonly keys: VaultKeys;
    }
  | { readonly key: "external"; readonly certificates: readonly X509Certificate[] };

export interface CertificateBounds {
  /** Name of the component. */
  readonly name: string;
  readonly now: Date;
  /** Limit of the tenant policy in days. Default: none known. */
  readonly limitDays?: number;
}

/** Checks everything, and answers with undefined where something is wrong. */
export function readCertificateArgs(
  at: string,
  args: CertificateArgs,
  bounds: CertificateBounds,
  problems: Problems,
): CertificatePlan | undefined {
  switch (args.key) {
    case undefined:
    case "tls":
      return readTls(at, args, bounds, problems);
    case "vault":
      return readVault(at, args, bounds, problems);
    case "external": {
      const before = problems.found.length;
      const certificates = readExternalCertificates(
        `${at}.certificates`,
        args.certificates,
        bounds,
        problems,
      );
      return problems.found.length > before ? undefined : { key: "external", certificates };
    }
    default:
      problems.add(`${at}.key`, checkOneOf((args as { key: unknown }).key, ["tls", "vault", "external"]));
      return undefined;
  }
}

function readTls(
  at: string,
  args: TlsCertificateArgs,
  bounds: CertificateBounds,
  problems: Problems,
): CertificatePlan | undefined {
  const before = problems.found.length;
  const schedule = readSchedule(at, args, bounds, problems);
  const rotation = schedule && planOn(schedule, dayOf(bounds.now));
  const { issuer, pfx = false } = args;
  problems.add(`${at}.pfx`, checkFlag(pfx));
  if (issuer !== undefined && rotation !== undefined) {
    const issued = rotation.declared.filter(({ begins }) => issuerOn(begins, issuer) !== undefined);
    const longest = Math.max(0, ...issued.map(({ validityDays }) => validityDays));
    const until = new Date(bounds.now.getTime() + longest * 86_400_000);
    checkIssuer(`${at}.issuer`, issuer, { until }, problems);
  }
  if (problems.found.length > before || schedule === undefined || rotation === undefined) return undefined;
  return { key: "tls", schedule, rotation, issuer, pfx };
}

function readVault(
  at: string,
  args: VaultCertificateKeyArgs,
  bounds: CertificateBounds,
  problems: Problems,
): CertificatePlan | undefined {
  const before = problems.found.length;
  // A validity in whole months is longer than that in days.
  const daysAsIssued = (days: number): number => daysOfMonths(monthsFor(days)).most;
  const schedule = readSchedule(at, args, { ...bounds, daysAsIssued }, problems);
  const { certificateName = bounds.name, issuerName = "Self", pfx = false } = args;
  problems.add(`${at}.certificateName`, checkSecretName(certificateName));
  problems.add(`${at}.issuerName`, checkSecretName(issuerName));
  problems.add(`${at}.pfx`, checkFlag(pfx));
  if (isMissing(args.vaultUri) || (isKnown(args.vaultUri) && !isVaultUri(args.vaultUri))) {
    problems.add(`${at}.vaultUri`, {
      code: isMissing(args.vaultUri) ? "missing" : "invalid-url",
      ...(isMissing(args.vaultUri) ? {} : { given: describeGiven(args.vaultUri) }),
      allowed: "the address of a vault, such as https://kv-billing.vault.azure.net/",
      remedy: "pass vaultUri of a CredentialVault, or the address of a vault that exists",
    });
  }
  if (problems.found.length > before || schedule === undefined) return undefined;
  const contentType = pfx ? PFX_CONTENT_TYPE : PEM_CONTENT_TYPE;
  const keys = { vaultUri: args.vaultUri, certificateName, issuerName, contentType };
  return { key: "vault", schedule, rotation: planOn(schedule, dayOf(bounds.now)), keys };
}

/** The schedule of both kinds of key that rotate here. */
function readSchedule(
  at: string,
  { rotation = {}, keyBits = CERTIFICATE_DEFAULTS.keyBits }: RotatingCertificateArgs,
  { now, limitDays, daysAsIssued }: CertificateBounds & Pick<RotationBounds, "daysAsIssued">,
  problems: Problems,
): Schedule | undefined {
  const today: DayNumber = dayOf(now);
  problems.add(`${at}.keyBits`, checkOneOf(keyBits, KEY_BITS));
  const bounds = {
    keyBits,
    today,
    ...(limitDays !== undefined && { limitDays }),
    ...(daysAsIssued !== undefined && { daysAsIssued }),
  };
  return readRotation(`${at}.rotation`, rotation, bounds, problems);
}

function checkFlag(given: unknown) {
  if (typeof given === "boolean") return undefined;
  return {
    code: "wrong-type",
    given: describeGiven(given),
    allowed: "true or false",
    remedy: "correct it, or leave it out",
  } as const;
}

/** Whose vault it is, the provider looks at: a token is sent there. */
function isVaultUri(given: unknown): boolean {
  return typeof given === "string" && /^https:\/\/[a-z0-9-]+(?:\.[a-z0-9-]+)+\/?$/i.test(given);
}

function isMissing(given: unknown): boolean {
  return given === undefined || given === null || given === "";
}
