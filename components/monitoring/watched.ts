/** What alerts are told of the stack: its applications, their certificates and its vaults. */
import * as pulumi from "@pulumi/pulumi";
import { parseDay } from "../calendar";
import { isKnown } from "../federation/claims";
import {
  isOptions,
  type OptionNames,
  readEntries,
  readItems,
  readOptions,
  wrongType,
} from "../given-options";
import { checkGuid } from "../guid";
import { checkText } from "../names";
import { checkNetworks, NAMED_LOCATION_RANGES, parseNetwork } from "../networks";
import { describeGiven, type Problems } from "../problems";
import { checkResourceId } from "../resource-id";
import { createAuditLog } from "../vault-audit-log";
import type { CredentialRow, GuardedRow, VaultRow } from "./alert-query";
import { checkOnce } from "./once";

/** A certificate with the dates it bears; a `RegisteredCertificate` is one. */
export interface WatchedCertificate {
  /** Number of its generation. */
  readonly generation?: number;
  /** Day its successor is due, `2027-01-20`. @default - rotation is not watched */
  readonly rotatesOn?: string;
  /** Start of validity: RFC 3339. */
  readonly validFrom: pulumi.Input<string>;
  /** End of validity: RFC 3339. */
  readonly validUntil: pulumi.Input<string>;
}

export interface WatchedApplication {
  /** A `SecretFreeApplication`, or the same ids of an application made elsewhere. */
  readonly application: {
    /** Object id of the application. */
    readonly objectId: pulumi.Input<string>;
    /** Object id of its service principal. */
    readonly servicePrincipalObjectId: pulumi.Input<string>;
    /** The certificate new clients take. @default - no end and no rotation is watched */
    readonly certificate?: WatchedCertificate | undefined;
  };
  /**
   * Public ranges it signs in from, as in its `WorkloadAccessPolicy`. @default - its sign-ins may come from anywhere
   */
  readonly networks?: readonly string[];
  /**
   * "elsewhere" where something else than this stack's deployment renews the certificate, for example a runbook: the
   * dates written into the queries would be old ones. Let the vault announce the end then.
   * @default "deployment"
   */
  readonly renewedBy?: "deployment" | "elsewhere";
}

export interface WatchedVault {
  /** Id of the vault; `vaultId` of a `CredentialVault`. */
  readonly vaultId: pulumi.Input<string>;
  /**
   * Object ids of the principals that read secrets from it, at least one. @default - reads are not looked at
   */
  readonly readers?: readonly pulumi.Input<string>[];
  /**
   * Whether the audit log of the vault is to be switched on here: for a vault that was made elsewhere. A
   * `CredentialVault` has its own `auditLog`, of the same name.
   * @default false
   */
  readonly log?: boolean;
}

/** Names stand in alerts and in the queries. */
const NAME_CHARACTERS = 64;
export const VAULT_TYPE = "Microsoft.KeyVault/vaults";

export function guardedRows(
  applications: Readonly<Record<string, WatchedApplication>>,
): pulumi.Output<GuardedRow[]> {
  return pulumi.all(
    Object.entries(applications).map(([name, { application, networks = [] }]) =>
      pulumi
        .all([application.objectId, application.servicePrincipalObjectId])
        .apply(([objectId, principalId]) => ({
          application: name,
          objectId: objectId.toLowerCase(),
          principalId: principalId.toLowerCase(),
          networks: networks.map((range) => parseNetwork(range)?.text ?? range),
        })),
    ),
  );
}

export function credentialRows(
  applications: Readonly<Record<string, WatchedApplication>>,
): pulumi.Output<CredentialRow[]> {
  return pulumi.all(
    Object.entries(applications).flatMap(([name, watched]) => {
      const certificate = datedCertificate(watched);
      if (certificate === undefined) return [];
      const { generation, rotatesOn } = certificate;
      return [
        pulumi.all([certificate.validFrom, certificate.validUntil]).apply(([validFrom, validUntil]) => ({
          application: name,
          generation,
          validFrom,
          validUntil,
          due: rotatesOn,
        })),
      ];
    }),
  );
}

export function vaultRows(vaults: Readonly<Record<string, WatchedVault>>): pulumi.Output<VaultRow[]> {
  return pulumi.all(
    Object.values(vaults).map(({ vaultId, readers }) =>
      pulumi.all([vaultId, pulumi.all([...(readers ?? [])])]).apply(([id, ids]) => ({
        vaultId: id.toLowerCase(),
        readers: readers === undefined ? undefined : ids.map((reader) => reader.toLowerCase()),
      })),
    ),
  );
}

/** Creates `<name>-<vault>-audit-log` for each vault nobody else logs. */
export function createAuditLogs(
  name: string,
  vaults: Readonly<Record<string, WatchedVault>>,
  workspaceId: pulumi.Output<string>,
  child: pulumi.CustomResourceOptions,
): void {
  for (const [vault, { vaultId, log }] of Object.entries(vaults)) {
    if (log === true) createAuditLog(`${name}-${vault}`, { workspaceId }, { id: vaultId }, child);
  }
}

/** The certificate whose dates the queries may trust. */
export function datedCertificate({
  application,
  renewedBy,
}: WatchedApplication): WatchedCertificate | undefined {
  return renewedBy === "elsewhere" ? undefined : application.certificate;
}

const APPLICATION: OptionNames<WatchedApplication> = {
  application: "required",
  networks: "optional",
  renewedBy: "optional",
};
const VAULT: OptionNames<WatchedVault> = { vaultId: "required", readers: "optional", log: "optional" };

export function checkApplications(
  given: Readonly<Record<string, WatchedApplication>>,
  problems: Problems,
): void {
  const seen = new Set<string>();
  for (const [name, watched] of readEntries("applications", given, problems) ?? []) {
    const at = `applications[${describeGiven(name)}]`;
    problems.add(at, checkText(name, NAME_CHARACTERS, "name the application"));
    const args = readOptions(at, watched, APPLICATION, problems);
    if (args === undefined) continue;
    checkIds(`${at}.application`, args.application, seen, problems);
    const networks = readItems(`${at}.networks`, args.networks, problems);
    checkNetworks(`${at}.networks`, networks ?? [], problems, { most: NAMED_LOCATION_RANGES });
    const renewedBy: unknown = args.renewedBy ?? "deployment";
    if (renewedBy !== "deployment" && renewedBy !== "elsewhere") {
      problems.add(`${at}.renewedBy`, {
        code: "out-of-range",
        given: describeGiven(renewedBy),
        allowed: "one of deployment, elsewhere",
        remedy: "leave it out where this stack's own deployment renews the certificate",
      });
    }
  }
}

/** A component with the ids is as good as a plain object; what else it has is its own. */
function checkIds(at: string, given: unknown, seen: Set<string>, problems: Problems): void {
  if (given === undefined) return;
  if (!isOptions(given)) {
    problems.add(
      at,
      wrongType(given, "a SecretFreeApplication, or an object with objectId and servicePrincipalObjectId"),
    );
    return;
  }
  for (const [name, what] of [
    ["objectId", "object id of an application"],
    ["servicePrincipalObjectId", "object id of a service principal"],
  ] as const) {
    const id = given[name];
    if (isKnown(id)) problems.add(`${at}.${name}`, checkGuid(id, what) ?? checkOnce(id, seen));
  }
  const { certificate } = given;
  if (certificate === undefined) return;
  if (!isOptions(certificate)) {
    problems.add(`${at}.certificate`, wrongType(certificate, "a RegisteredCertificate"));
    return;
  }
  for (const name of ["validFrom", "validUntil"]) {
    const date = certificate[name];
    if (isKnown(date)) checkDate(`${at}.certificate.${name}`, date, DATE_TIME, problems);
  }
  const { validFrom, validUntil } = certificate;
  if (
    isDate(validFrom, DATE_TIME) &&
    isDate(validUntil, DATE_TIME) &&
    Date.parse(validUntil) <= Date.parse(validFrom)
  ) {
    problems.add(`${at}.certificate.validUntil`, {
      code: "out-of-range",
      given: describeGiven(validUntil),
      allowed: "a time after validFrom",
      remedy: "pass the certificate of a SecretFreeApplication",
    });
  }
  const { rotatesOn, generation } = certificate;
  if (rotatesOn !== undefined) checkDate(`${at}.certificate.rotatesOn`, rotatesOn, DAY, problems);
  if (generation !== undefined && !Number.isSafeInteger(generation))
    problems.add(`${at}.certificate.generation`, wrongType(generation, "a whole number"));
}

const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** JavaScript takes the 30th of February for the 2nd of March; the calendar does not. */
function isDate(given: unknown, shape: RegExp): given is string {
  if (typeof given !== "string" || !shape.test(given) || Number.isNaN(Date.parse(given))) return false;
  return parseDay(given.slice(0, 10)) !== undefined;
}

function checkDate(at: string, given: unknown, shape: RegExp, problems: Problems): void {
  if (isDate(given, shape)) return;
  problems.add(at, {
    code: "invalid-date",
    given: describeGiven(given),
    allowed: shape === DAY ? "a day such as 2027-01-20" : "a time such as 2027-01-20T00:00:00Z",
    remedy: "pass the certificate of a SecretFreeApplication",
  });
}

export function checkVaults(given: Readonly<Record<string, WatchedVault>>, problems: Problems): void {
  const seen = new Set<string>();
  for (const [name, watched] of readEntries("vaults", given, problems) ?? []) {
    const at = `vaults[${describeGiven(name)}]`;
    problems.add(at, checkText(name, NAME_CHARACTERS, "name the vault"));
    const args = readOptions(at, watched, VAULT, problems);
    if (args === undefined) continue;
    const id: unknown = args.vaultId;
    if (id !== undefined && isKnown(id))
      problems.add(`${at}.vaultId`, checkResourceId(id, VAULT_TYPE) ?? checkOnce(id, seen));
    const log: unknown = args.log ?? false;
    if (typeof log !== "boolean") problems.add(`${at}.log`, wrongType(log, "true or false"));
    if (args.readers === undefined) continue;
    const readers = readItems(`${at}.readers`, args.readers, problems);
    readers?.forEach((reader, index) => {
      if (isKnown(reader))
        problems.add(`${at}.readers[${index}]`, checkGuid(reader, "object id of a reader"));
    });
    if (readers?.length === 0) {
      problems.add(`${at}.readers`, {
        code: "missing",
        given: "an empty list",
        allowed: "at least one object id",
        remedy: "leave it out where reads are not to be looked at",
      });
    }
  }
}
