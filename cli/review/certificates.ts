/** What is known of a certificate before and after the update: dates, key, thumbprint, issuer, where its key lives. */
import { X509Certificate } from "node:crypto";
import { clean } from "./clean-text";
import { sha256 } from "./fingerprint";
import type { PlannedResource, Sides } from "./resources";
import { isType, partsOf } from "./urn";
import { at, numberAt, stateOf, textAt } from "./values";

export type Side = "before" | "after";
export type KeyPlace = "state" | "vault" | "external";

export interface CertificateFacts {
  readonly key?: string;
  /** First 12 hexadecimal digits of the SHA-256, lower case. */
  readonly thumbprint?: string;
  readonly validFrom?: Date;
  readonly validUntil?: Date;
  readonly lifetimeDays?: number;
  readonly issuer?: string;
  readonly keyPlace: KeyPlace;
  /** Name of the secret in the vault its key was born in. */
  readonly vaultSecret?: string;
  /** Hash of the public key, where the certificate is there to be read. */
  readonly publicKey?: string;
  /** What makes its key, where that is of this stack, and whether the update makes it anew. */
  readonly keyMaker?: { readonly urn: string; readonly makesNew: boolean };
}

const DAY = 86_400_000;
/** A certificate is a few kilobytes; nothing longer is parsed. */
const PEM_CHARACTERS = 20_000;

export class CertificateReader {
  readonly #byUrn: ReadonlyMap<string, PlannedResource>;
  readonly #siblings = new Map<string, PlannedResource[]>();

  constructor(resources: readonly PlannedResource[]) {
    this.#byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
    for (const resource of resources) {
      if (!isIssued(resource) && !isKey(resource)) continue;
      const place = `${resource.parent ?? ""} ${generationOf(resource) ?? ""}`;
      this.#siblings.set(place, [...(this.#siblings.get(place) ?? []), resource]);
    }
  }

  /** @param credential the registration of the certificate with an application */
  read(credential: PlannedResource, side: Side): CertificateFacts {
    const sides = credential[side];
    const issued = this.#issuedFor(credential);
    const parsed = parse(textAt(sides?.inputs, "value")) ?? parse(pemOf(issued?.[side]));
    const known = issued === undefined ? {} : issuedFacts(issued, side);
    const validFrom = momentAt(sides, "startDate") ?? known.validFrom ?? parsed?.validFrom;
    const validUntil = momentAt(sides, "endDate") ?? known.validUntil ?? parsed?.validUntil;
    const maker = issued && this.#keyMaker(credential, issued);
    const key = parsed?.key ?? known.key ?? plannedKey(maker?.[side]);
    const thumbprint = parsed?.thumbprint ?? known.thumbprint;
    const lifetimeDays =
      validFrom !== undefined && validUntil !== undefined
        ? Math.round((validUntil.getTime() - validFrom.getTime()) / DAY)
        : known.lifetimeDays;
    const issuer = known.issuer ?? parsed?.issuer;
    return {
      keyPlace:
        issued === undefined
          ? "external"
          : isType(issued.type, "certlock", "VaultCertificate")
            ? "vault"
            : "state",
      ...(key !== undefined && { key }),
      ...(thumbprint !== undefined && { thumbprint }),
      ...(validFrom !== undefined && { validFrom }),
      ...(validUntil !== undefined && { validUntil }),
      ...(lifetimeDays !== undefined && { lifetimeDays }),
      ...(issuer !== undefined && { issuer }),
      ...(known.vaultSecret !== undefined && { vaultSecret: known.vaultSecret }),
      ...(parsed && { publicKey: parsed.publicKey }),
      ...(maker && {
        keyMaker: {
          urn: maker.urn,
          makesNew: maker.operation === "create" || maker.operation === "replace",
        },
      }),
    };
  }

  /** The certificate that is registered: what its value is made from, or else what stands beside it. */
  #issuedFor(credential: PlannedResource): PlannedResource | undefined {
    return this.#among(credential.dependencies["value"], isIssued) ?? this.#beside(credential, isIssued);
  }

  /** A key of its own resource, or the certificate of a vault, which makes its own. */
  #keyMaker(credential: PlannedResource, issued: PlannedResource): PlannedResource | undefined {
    if (isType(issued.type, "certlock", "VaultCertificate")) return issued;
    return this.#among(issued.dependencies["privateKeyPem"], isKey) ?? this.#beside(credential, isKey);
  }

  #among(
    urns: readonly string[] | undefined,
    isWanted: (resource: PlannedResource) => boolean,
  ): PlannedResource | undefined {
    return (urns ?? [])
      .map((urn) => this.#byUrn.get(urn))
      .find((found) => found !== undefined && isWanted(found));
  }

  /** Components name the parts of a generation alike, and events tell of no dependencies. */
  #beside(
    resource: PlannedResource,
    isWanted: (candidate: PlannedResource) => boolean,
  ): PlannedResource | undefined {
    const candidates = (
      this.#siblings.get(`${resource.parent ?? ""} ${generationOf(resource) ?? ""}`) ?? []
    ).filter(isWanted);
    if (generationOf(resource) !== undefined && isPart(resource)) return only(candidates);
    return only(candidates.filter(({ name }) => name === resource.name));
  }
}

function plannedKey(sides: Sides | undefined): string | undefined {
  const algorithm = textAt(sides?.inputs, "algorithm");
  if (algorithm === "RSA") return `RSA-${numberAt(sides?.inputs, "rsaBits") ?? 2048}`;
  const curve = textAt(sides?.inputs, "ecdsaCurve");
  return algorithm === "ECDSA" ? clean(`EC ${curve ?? ""}`, 20) : undefined;
}

/** A child of a component, which names its own children. */
function isPart({ parent }: PlannedResource): boolean {
  return parent !== undefined && partsOf(parent).type !== "pulumi:pulumi:Stack";
}

function only<T>(list: readonly T[]): T | undefined {
  return list.length === 1 ? list[0] : undefined;
}

function isIssued({ type }: PlannedResource): boolean {
  return (
    isType(type, "tls", "SelfSignedCert", "LocallySignedCert") || isType(type, "certlock", "VaultCertificate")
  );
}

function isKey({ type }: PlannedResource): boolean {
  return isType(type, "tls", "PrivateKey");
}

/** `billing-credential-g4` is generation 4. */
export function generationOf(resource: PlannedResource): number | undefined {
  const declared = numberAt(resource.after?.inputs ?? resource.before?.inputs, "generation");
  if (declared !== undefined && Number.isSafeInteger(declared)) return declared;
  const match = /-g(\d{1,6})$/.exec(resource.name);
  return match === null ? undefined : Number(match[1]);
}

type IssuedFacts = Omit<CertificateFacts, "keyPlace">;

function issuedFacts(issued: PlannedResource, side: Side): IssuedFacts {
  const sides = issued[side];
  if (isType(issued.type, "certlock", "VaultCertificate")) {
    const bits = numberAt(sides?.inputs, "keyBits") ?? 3072;
    const thumbprint = textAt(sides?.outputs, "thumbprintSha256");
    const vault = /^https:\/\/([a-z0-9-]{3,24})\./i.exec(textAt(sides?.inputs, "vaultUri") ?? "")?.[1];
    const name = textAt(sides?.inputs, "certificateName");
    const issuer = textAt(sides?.inputs, "issuerName") ?? "Self";
    const from = momentAt(sides, "validFrom");
    const until = momentAt(sides, "validUntil");
    return {
      key: `RSA-${bits}`,
      issuer: issuer === "Self" ? "self-signed" : clean(issuer, 40),
      ...(thumbprint !== undefined &&
        /^[0-9A-F]{64}$/i.test(thumbprint) && { thumbprint: short(thumbprint) }),
      ...(from !== undefined && { validFrom: from }),
      ...(until !== undefined && { validUntil: until }),
      ...(name !== undefined && { vaultSecret: clean(`${vault ?? "vault"}/${name}`, 160) }),
    };
  }
  const hours = numberAt(sides?.inputs, "validityPeriodHours");
  const from = momentAt(sides, "validityStartTime");
  const until = momentAt(sides, "validityEndTime");
  return {
    issuer: isType(issued.type, "tls", "SelfSignedCert") ? "self-signed" : "CA in this stack",
    ...(hours !== undefined && { lifetimeDays: Math.round(hours / 24) }),
    ...(from !== undefined && { validFrom: from }),
    ...(until !== undefined && { validUntil: until }),
  };
}

function pemOf(sides: Sides | undefined): string | undefined {
  return textAt(sides?.outputs, "certPem") ?? textAt(sides?.outputs, "certificatePem");
}

interface ParsedCertificate {
  readonly publicKey: string;
  readonly key?: string;
  readonly thumbprint: string;
  readonly validFrom?: Date;
  readonly validUntil?: Date;
  readonly issuer: string;
}

/** A public certificate in PEM, or base64 of DER; anything else is none. */
function parse(text: string | undefined): ParsedCertificate | undefined {
  if (text === undefined || text.length > PEM_CHARACTERS || text.includes("PRIVATE")) return undefined;
  try {
    const isPem = text.includes("-----BEGIN CERTIFICATE-----");
    const certificate = new X509Certificate(isPem ? text : Buffer.from(text, "base64"));
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = certificate.publicKey;
    const key = type === "rsa" ? `RSA-${details?.modulusLength ?? 0}` : (type ?? "").toUpperCase();
    const [validFrom, validUntil] = [momentOf(certificate.validFrom), momentOf(certificate.validTo)];
    return {
      publicKey: sha256([certificate.publicKey.export({ format: "der", type: "spki" }).toString("hex")]),
      thumbprint: short(certificate.fingerprint256.replaceAll(":", "")),
      issuer: certificate.issuer === certificate.subject ? "self-signed" : commonName(certificate.issuer),
      ...(key !== "" && { key }),
      ...(validFrom !== undefined && { validFrom }),
      ...(validUntil !== undefined && { validUntil }),
    };
  } catch {
    return undefined;
  }
}

function commonName(name: string): string {
  return clean(/^CN=(.+)$/m.exec(name)?.[1] ?? "a CA", 40);
}

function short(thumbprint: string): string {
  return thumbprint.slice(0, 12).toLowerCase();
}

/** A date of the planned inputs, else of the outputs. */
function momentAt(sides: Sides | undefined, property: string): Date | undefined {
  for (const values of [sides?.inputs, sides?.outputs]) {
    if (stateOf(at(values, property)) === "unknown") return undefined;
    const moment = momentOf(textAt(values, property));
    if (moment !== undefined) return moment;
  }
  return undefined;
}

/** @returns undefined for what is no date of our time */
export function momentOf(text: string | undefined): Date | undefined {
  if (text === undefined || text.length > 40) return undefined;
  const moment = new Date(text);
  const year = moment.getUTCFullYear();
  return Number.isNaN(year) || year < 1970 || year > 9999 ? undefined : moment;
}
