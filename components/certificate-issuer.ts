/** The authority that issues an application's certificates, for tenants that take no self-signed ones. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { dateOf, parseDay } from "./calendar";
import { chainFrom, isIssuedBy } from "./certificate-chain";
import { certificateBlocks, pemOf } from "./certificate-pem";
import { checkDate } from "./date-check";
import { ArgumentError, type Finding, Problems } from "./problems";

/**
 * An authority whose key the deployment has. The key is stored in the state of every certificate it issues, encrypted:
 * take an intermediate authority that issues nothing else.
 *
 * Another authority is used from the next generation on; certificates that exist stay as they are.
 * https://learn.microsoft.com/graph/api/resources/certificatebasedapplicationconfiguration
 */
export interface CertificateIssuer {
  /**
   * Day from which certificates are issued by it, such as "2026-11-21": those of the generations that begin on this day
   * or after it; older ones stay self-signed, as they are. Where certificates exist take tomorrow; for a new application
   * the epoch of its rotation. Not edited once its day has come.
   */
  readonly from: string;
  /** Certificate of the authority: one PEM block, valid for longer than what it issues. */
  readonly certificatePem: pulumi.Input<string>;
  /** Key of the authority: PEM, not encrypted. It becomes a secret here if it is none yet. */
  readonly privateKeyPem: pulumi.Input<string>;
  /**
   * Certificates above the authority, PEM, in any order; the root above others may be left out. Each certificate that is
   * in use is stored with those that are above its own authority: after a change to another one, leave the old
   * authority's here too, until the last certificate it issued has gone, two turns later.
   * @default - none: the authority is a root, or clients send no chain
   */
  readonly chainPem?: pulumi.Input<string>;
}

/** A certificate just issued and the chain that goes with it. */
export interface Issued {
  readonly certificatePem: pulumi.Output<string>;
  readonly chainPem: pulumi.Output<string>;
}

/** What a certificate is for. Nothing more is needed to sign in. */
const ALLOWED_USES = ["digital_signature", "client_auth"];

/** The authority that issues the generation whose turn begins on this day; undefined where it is self-signed. */
export function issuerOn(
  begins: string,
  issuer: CertificateIssuer | undefined,
): CertificateIssuer | undefined {
  const from = parseDay(issuer?.from);
  // Dates in this form have the order of their text.
  return from !== undefined && begins >= dateOf(from) ? issuer : undefined;
}

/**
 * Issues a certificate for a key, self-signed where there is no authority.
 *
 * There are no earlyRenewalHours: they renew the certificate for the old key, in whatever run comes first. Subject and
 * authority are looked at once: another name of the application or another authority must not replace a certificate in
 * use, only the next one has it.
 */
export function issueCertificate(
  name: string,
  suffix: string,
  args: {
    readonly privateKeyPem: pulumi.Output<string>;
    readonly commonName: string;
    readonly validityPeriodHours: number;
    readonly issuer: CertificateIssuer | undefined;
    /** The moment of the run: the certificate is valid from then on. */
    readonly now: Date;
  },
  opts: pulumi.CustomResourceOptions,
): Issued {
  const { privateKeyPem, validityPeriodHours, issuer } = args;
  const subject = { commonName: args.commonName };
  const kept = (...ignoreChanges: string[]) => ({ ...opts, ignoreChanges });
  if (issuer === undefined) {
    const issued = new tls.SelfSignedCert(
      `${name}-certificate-${suffix}`,
      { privateKeyPem, subject, validityPeriodHours, allowedUses: ALLOWED_USES },
      kept("subject"),
    );
    return { certificatePem: issued.certPem, chainPem: pulumi.output("") };
  }
  const request = new tls.CertRequest(
    `${name}-request-${suffix}`,
    { privateKeyPem, subject },
    kept("subject"),
  );
  const until = new Date(args.now.getTime() + validityPeriodHours * 3_600_000);
  const known = pulumi
    .all([issuer.certificatePem, issuer.privateKeyPem, issuer.chainPem])
    .apply(([certificatePem, privateKeyPem, chainPem]) => {
      const problems = new Problems();
      const given = { from: issuer.from, certificatePem, privateKeyPem, ...(chainPem && { chainPem }) };
      checkIssuer("certificate.issuer", given, { until }, problems);
      if (problems.found.length > 0)
        throw new ArgumentError("SecretFreeApplication", name, problems.found, "later");
      return given;
    });
  const issued = new tls.LocallySignedCert(
    `${name}-certificate-${suffix}`,
    {
      certRequestPem: pulumi.unsecret(request.certRequestPem),
      // It is public, whatever it was given with.
      caCertPem: pulumi.unsecret(known.apply(({ certificatePem }) => pemOf(authorityIn(certificatePem)))),
      caPrivateKeyPem: pulumi.secret(known.apply(({ privateKeyPem }) => privateKeyPem)),
      validityPeriodHours,
      allowedUses: ALLOWED_USES,
    },
    kept("caCertPem", "caPrivateKeyPem"),
  );
  // Of the authority that did issue it, which may be another than the one given now.
  const chainPem = pulumi
    .all([issued.caCertPem, issuer.certificatePem, issuer.chainPem ?? ""])
    .apply(([nearest, ...others]) => {
      const candidates = certificateBlocks(others.join("\n"));
      return certificateBlocks(nearest)
        .slice(0, 1)
        .flatMap((authority) => chainFrom(authority, candidates).map(pemOf))
        .join("");
    });
  return { certificatePem: issued.certPem, chainPem: pulumi.unsecret(chainPem) };
}

/** Checks what is known already; what is an output is checked when it is. Nothing given is repeated. */
export function checkIssuer(
  at: string,
  issuer: CertificateIssuer,
  { until }: { readonly until: Date },
  problems: Problems,
): void {
  const { from, certificatePem, privateKeyPem, chainPem } = issuer;
  problems.add(`${at}.from`, isGiven(from) ? checkDate(from) : FROM_MISSING);
  if (typeof certificatePem === "string") {
    problems.add(`${at}.certificatePem`, checkAuthority(certificatePem, until));
    if (typeof privateKeyPem === "string")
      problems.add(`${at}.privateKeyPem`, checkKey(certificatePem, privateKeyPem));
  }
  if (typeof chainPem === "string") problems.add(`${at}.chainPem`, checkChain(chainPem, certificatePem));
}

const FROM_MISSING: Finding = {
  code: "missing",
  allowed: 'the day from which certificates are issued, such as "2026-11-21"',
  remedy:
    "where certificates exist, take tomorrow: they keep their keys, and the next generation is the first that is " +
    "issued; for a new application take the epoch of its rotation",
};

function isGiven(given: unknown): boolean {
  return given !== undefined && given !== null;
}

function checkAuthority(pem: string, until: Date): Finding | undefined {
  const wanted = {
    code: "invalid-certificate",
    allowed: `one CERTIFICATE block of an authority that is valid until ${until.toISOString().slice(0, 10)} at least`,
    remedy: "give the certificate of the authority that issues, alone; those above it belong into chainPem",
  } as const;
  let authority: X509Certificate;
  try {
    authority = authorityIn(pem);
  } catch (error) {
    return { ...wanted, given: (error as Error).message };
  }
  if (Date.parse(authority.validTo) > until.getTime()) return undefined;
  return {
    ...wanted,
    given: `an authority that ends on ${new Date(authority.validTo).toISOString().slice(0, 10)}`,
  };
}

/** Beside its own, those of an authority that issued before may stand there. */
function checkChain(chainPem: string, certificatePem: pulumi.Input<string>): Finding | undefined {
  if (/PRIVATE\s+KEY/i.test(chainPem) || !isCertificates(chainPem)) {
    return {
      code: "invalid-certificate",
      given: "something else than certificates (not shown)",
      allowed: "CERTIFICATE blocks in PEM and nothing else",
      remedy: "give the certificates above the authority, without any key",
    };
  }
  if (typeof certificatePem !== "string" || !isCertificates(certificatePem)) return undefined;
  const [authority] = certificateBlocks(certificatePem);
  const candidates = certificateBlocks(chainPem);
  if (authority === undefined || [authority, ...candidates].some((each) => isIssuedBy(authority, each)))
    return undefined;
  return {
    code: "invalid-certificate",
    given: `${candidates.length === 1 ? "a certificate" : `${candidates.length} certificates`} of which none issued the authority`,
    allowed: "the certificates above the authority, the one that issued it among them",
    remedy: "give the chain of this authority, or leave chainPem out where clients send none",
  };
}

/** @throws Error that says what was found instead, and repeats nothing */
function authorityIn(pem: string): X509Certificate {
  if (/PRIVATE\s+KEY/i.test(pem))
    throw new Error("the issuer's certificate comes with a private key (not shown)");
  const [authority, ...more] = isCertificates(pem) ? certificateBlocks(pem) : [];
  if (authority === undefined) throw new Error("the issuer's certificate holds no certificate (not shown)");
  if (more.length > 0) throw new Error(`the issuer's certificate holds ${more.length + 1} certificates`);
  if (!authority.ca)
    throw new Error("the issuer's certificate is not that of an authority (basic constraints)");
  return authority;
}

function isCertificates(pem: string): boolean {
  try {
    return certificateBlocks(pem).length > 0;
  } catch {
    return false;
  }
}

function checkKey(certificatePem: string, privateKeyPem: string): Finding | undefined {
  const problem = {
    code: "private-key",
    allowed: "the private key of the authority: PEM, not encrypted",
    remedy: "give the key that belongs to the issuer's certificate",
  } as const;
  try {
    const [authority] = certificateBlocks(certificatePem);
    if (authority === undefined || authority.checkPrivateKey(createPrivateKey(privateKeyPem)))
      return undefined;
    return { ...problem, given: "a key that belongs to another certificate (not shown)" };
  } catch {
    return { ...problem, given: "something that is no such key (not shown)" };
  }
}
