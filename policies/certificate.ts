/**
 * Reads the `value` of a certificate credential the way the azuread provider sends it: with encoding `pem` the whole
 * string is uploaded as it stands, other blocks and stray text included; with `base64` and `hex` it is DER.
 * https://github.com/hashicorp/terraform-provider-azuread/blob/main/internal/helpers/credentials/credentials.go
 */
import { X509Certificate } from "node:crypto";
import { isOneSequence, kindOf } from "./der";
import { Property } from "./property";

export type CertificateReading =
  | { readonly kind: "certificate"; readonly certificate: X509Certificate }
  /** @prop holds what stands there instead of one certificate, in words that continue "holds" */
  | { readonly kind: "refused"; readonly holds: string }
  | { readonly kind: "undecided"; readonly property: Property };

type PemBlock = { readonly label: string; readonly body: string };

export function readCertificate(credential: Property): CertificateReading {
  const value = credential.at("value");
  const encoding = credential.at("encoding");
  if (value.isUndecided) return { kind: "undecided", property: value };
  if (encoding.isUndecided) return { kind: "undecided", property: encoding };
  const text = value.text?.trim();
  if (text === undefined) return refused("no certificate");
  // Decided before any parsing: a key in clear text must not slip by because the rest is malformed.
  if (/PRIVATE\s+KEY/i.test(text)) return refused("a private key");

  const format = encoding.state === "absent" ? "pem" : encoding.text;
  if (format === "pem") return readPem(text);
  if (format === "base64" || format === "hex") return readEncoded(text, format);
  return refused("a value in an encoding that does not exist");
}

function readPem(text: string): CertificateReading {
  const { blocks, stray } = pemBlocks(text);
  const [block] = blocks;
  if (block === undefined) return refused("no PEM block");
  if (blocks.length > 1) return refused(`${blocks.length} PEM blocks`);
  if (stray) return refused("text beside the certificate block");
  if (block.label !== "CERTIFICATE") return refused("a PEM block of another type");
  return readEncoded(block.body, "base64");
}

function readEncoded(text: string, format: "base64" | "hex"): CertificateReading {
  const compact = text.replace(/\s/g, "");
  const wellFormed = format === "hex" ? /^[0-9a-f]+$/i.test(compact) : /^[0-9a-z+/]+={0,2}$/i.test(compact);
  const bytes = Buffer.from(wellFormed ? compact : "", format);
  if (bytes.length === 0) return refused("no certificate");
  if (/-----BEGIN [^-]*PRIVATE KEY/.test(bytes.toString("latin1"))) return refused("a private key");
  // OpenSSL would accept and ignore bytes after the certificate; the provider would upload them.
  const certificate = isOneSequence(bytes) ? parse(bytes) : undefined;
  if (certificate !== undefined) return { kind: "certificate", certificate };
  const found = kindOf(bytes);
  return refused(found === "something else" ? "no certificate" : found);
}

function parse(bytes: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(bytes);
  } catch {
    return undefined; // Not a certificate: what it is instead is told by its bytes.
  }
}

// Walks with indexOf, so that a hostile string costs linear time.
function pemBlocks(text: string): { blocks: readonly PemBlock[]; stray: boolean } {
  const blocks: PemBlock[] = [];
  let stray = false;
  let position = 0;
  for (;;) {
    const begin = text.indexOf("-----BEGIN ", position);
    if (begin < 0) return { blocks, stray: stray || text.slice(position).trim() !== "" };
    stray ||= text.slice(position, begin).trim() !== "";
    const labelEnd = text.indexOf("-----", begin + 11);
    const label = labelEnd < 0 ? "" : text.slice(begin + 11, labelEnd);
    const footer = `-----END ${label}-----`;
    const end = labelEnd < 0 ? -1 : text.indexOf(footer, labelEnd + 5);
    if (end < 0) return { blocks: [...blocks, { label, body: "" }], stray };
    blocks.push({ label, body: text.slice(labelEnd + 5, end) });
    position = end + footer.length;
  }
}

function refused(holds: string): CertificateReading {
  return { kind: "refused", holds };
}
