/** Certificates whose key is kept elsewhere: whatever form they come in, exactly one public certificate goes on. */
import { X509Certificate } from "node:crypto";
import { certificateBlocks, sha256Of } from "./certificate-pem";
import { derKind, isOneElement } from "./der-kind";
import { checkBelowPolicy } from "./lifetime";
import { describeGiven, type Finding, type Problems } from "./problems";
import { VALIDITY_DAYS } from "./rotation";

/**
 * A certificate without its key: PEM; base64 or hexadecimal digits of DER, also with colons; base64 of PEM, as
 * Kubernetes keeps it; or the bytes of a file with one of these or DER.
 */
export type CertificateSource = string | Uint8Array;

/** Shortest RSA key accepted, in bits. https://learn.microsoft.com/entra/identity-platform/howto-create-self-signed-certificate */
const LEAST_BITS = 2048;
const DAY_MS = 86_400_000;

/** Checks every certificate of the list and answers with those that can be registered. */
export function readExternalCertificates(
  at: string,
  given: unknown,
  { now, limitDays }: { readonly now: Date; readonly limitDays?: number },
  problems: Problems,
): readonly X509Certificate[] {
  if (!Array.isArray(given) || given.length === 0) {
    problems.add(at, {
      code: Array.isArray(given) || given === undefined ? "missing" : "wrong-type",
      given: describeGiven(given),
      allowed: "a list of at least one certificate",
      remedy: "give the public certificate of the key, without the key",
    });
    return [];
  }
  const accepted: X509Certificate[] = [];
  (given as readonly unknown[]).forEach((source, index) => {
    const read = readCertificate(source);
    const finding =
      read instanceof X509Certificate
        ? (checkCertificate(read, now, limitDays) ?? checkUnlike(read, accepted))
        : read;
    problems.add(`${at}[${index}]`, finding);
    if (finding === undefined && read instanceof X509Certificate) accepted.push(read);
  });
  return accepted;
}

/** The one certificate in a source, or what was found instead. Nothing of the source is ever repeated. */
export function readCertificate(source: unknown): X509Certificate | Finding {
  if (source instanceof Uint8Array) return readFile(Buffer.from(source));
  if (typeof source === "string") return readText(source.trim());
  return refused(`a value of type ${typeof source}`);
}

/** A file may hold each of the forms; those that PowerShell 5 redirects into one are in UTF-16. */
function readFile(bytes: Buffer): X509Certificate | Finding {
  const text = bytes.toString(bytes[0] === 0xff ? "utf16le" : "utf8").trim();
  return /^[\t\n\r\x20-\x7e]+$/.test(text) ? readText(text) : readBytes(bytes);
}

function readText(text: string): X509Certificate | Finding {
  if (text.includes("-----BEGIN")) return readPem(text);
  const compact = text.replaceAll(/[\s:]/g, "");
  // DER begins with 30 and PEM with five hyphens: of what could be both hexadecimal and base64 that is hexadecimal.
  if (/^(?:30|(?:2d){5})(?:[0-9a-f]{2})+$/i.test(compact)) return readBytes(Buffer.from(compact, "hex"));
  if (/^[0-9a-z+/]+={0,2}$/i.test(compact)) return readBytes(Buffer.from(compact, "base64"));
  return refused("a text in none of these forms");
}

function readBytes(bytes: Buffer): X509Certificate | Finding {
  const text = bytes.toString("latin1");
  if (text.includes("-----BEGIN")) return readPem(text);
  const kind = derKind(bytes);
  if (kind !== "a certificate") return refused(kind);
  // Node reads the certificate and leaves the rest unread; it would be uploaded.
  return isOneElement(bytes)
    ? parse(() => [new X509Certificate(bytes)])
    : refused("a certificate and more after it");
}

function readPem(text: string): X509Certificate | Finding {
  // Before anything else: a key in the same file must not slip by because the rest is fine.
  if (/-(?:BEGIN|END)\b[^\r\n]{0,60}PRIVATE\s+KEY/i.test(text)) return refused("a private key");
  const labels = [...text.matchAll(/-----BEGIN ([^-\r\n]{1,40})-----/g)].map(([, label = ""]) => label);
  const other = labels.find((label) => label !== "CERTIFICATE");
  if (other === undefined) return parse(() => certificateBlocks(text));
  const kind = PEM_KINDS.find(([labelled]) => labelled.test(other))?.[1] ?? "a PEM block of another kind";
  return refused(labels.length === 1 ? kind : `${kind} and more beside it`);
}

/** What stands on blocks that people take for a certificate. https://www.rfc-editor.org/rfc/rfc7468 */
const PEM_KINDS: readonly (readonly [label: RegExp, kind: string])[] = [
  [/^(?:NEW )?CERTIFICATE REQUEST$/, "a certificate signing request"],
  [/^(?:RSA )?PUBLIC KEY$/, "a public key"],
  [/^(?:PKCS7|CMS)$/, "a PKCS#7 file"],
  [/^TRUSTED CERTIFICATE$/, "a certificate with settings of OpenSSL"],
  [/^X509 CRL$/, "a list of revoked certificates"],
];

function parse(read: () => X509Certificate[]): X509Certificate | Finding {
  try {
    const [certificate, ...more] = read();
    if (certificate === undefined) return refused("a certificate that is cut off");
    if (more.length > 0) return refused(`${more.length + 1} certificates`);
    // Read here, where it may fail: Node leaves the key alone until it is asked for.
    return certificate.publicKey.type === "public" ? certificate : refused("a certificate without a key");
  } catch {
    // The parser's own message may repeat what it was given.
    return refused("a certificate that cannot be read");
  }
}

function checkCertificate(certificate: X509Certificate, now: Date, limitDays?: number): Finding | undefined {
  const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
  const bits = asymmetricKeyDetails?.modulusLength ?? 0;
  if (asymmetricKeyType !== "rsa" || bits < LEAST_BITS) {
    return {
      code: "invalid-certificate",
      given:
        asymmetricKeyType === "rsa"
          ? `an RSA key of ${bits} bits`
          : `a key of kind ${asymmetricKeyType ?? "unknown"}`,
      allowed: `an RSA key of at least ${LEAST_BITS} bits: Entra accepts no other kind`,
      remedy: "make a new key and have a certificate issued for it",
    };
  }
  const [from, until] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
  if (!(until > from)) return refused("a certificate whose dates cannot be read");
  if (until <= now.getTime()) {
    return {
      code: "invalid-certificate",
      given: `a certificate that ended on ${new Date(until).toISOString().slice(0, 10)}`,
      allowed: "a certificate that is still valid, or will be",
      remedy: "remove it: an application cannot sign in with it any more",
    };
  }
  const days = Math.ceil((until - from) / DAY_MS);
  const most = Math.min(limitDays ?? Infinity, VALIDITY_DAYS.most + 1);
  const tooLong = checkBelowPolicy(days, most);
  return tooLong && { ...tooLong, remedy: `have a certificate issued for ${most - 1} days or less` };
}

function checkUnlike(certificate: X509Certificate, others: readonly X509Certificate[]): Finding | undefined {
  const key = (one: X509Certificate): string =>
    one.publicKey.export({ type: "spki", format: "der" }).toString("hex");
  if (!others.some((other) => key(other) === key(certificate))) return undefined;
  const isSame = others.some((other) => sha256Of(other) === sha256Of(certificate));
  return {
    code: "duplicate",
    given: isSame ? "a certificate that is in the list already" : "another certificate for a key in the list",
    allowed: "each key once",
    remedy: isSame
      ? "remove one of the two"
      : "make a new key: a rotation that keeps the key changes nothing",
  };
}

function refused(holds: string): Finding {
  const isKey = holds === "a private key" || holds === "a PFX file";
  return {
    code: isKey ? "private-key" : "invalid-certificate",
    given: `${holds} (not shown)`,
    allowed: "one certificate without its key: PEM, DER, base64 or hexadecimal digits",
    remedy: isKey
      ? "give the certificate alone, and if others can read this configuration make a new key: this one is known"
      : "export the public certificate of the key, for example with: openssl x509 -in <file>",
  };
}
