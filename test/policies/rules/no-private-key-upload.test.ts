import { createPublicKey } from "node:crypto";
import { issueCertificate } from "../certificates";
import { unknown } from "../harness/wire";
import { encrypted, testRule, undecided, violation } from "../rule-cases";
import { application, certificateCredential, certificateCredentialTokens, change } from "../samples";

const rule = "no-private-key-upload";
const subject = 'Certificate credential "billing-api"';
const holding = (what: string) => [
  violation(rule, `${subject} holds ${what} in "value"; upload exactly one certificate and nothing else.`),
];
const issued = issueCertificate();
const credential = certificateCredential();

type Issued = Awaited<typeof issued>;

async function holds(value: (certificate: Issued) => unknown, encoding?: string) {
  return change(change(await credential, "value", value(await issued)), "encoding", encoding);
}

/** A DER element; enough to build the outside of formats that Node cannot write. */
function der(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const length = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

const integer = (value: number) => der(0x02, Buffer.from([value]));
const filler = der(0x04, Buffer.alloc(200, 7));
const pfx = der(0x30, integer(3), der(0x30, filler));
const pfxOfWindows = Buffer.concat([
  Buffer.from([0x30, 0x80]),
  integer(3),
  der(0x30, filler),
  Buffer.alloc(2),
]);
const pkcs7 = der(0x30, der(0x06, Buffer.from("2a864886f70d010702", "hex")), der(0xa0, filler));

const pkcs8 = ({ privateKey }: Issued) => privateKey.export({ type: "pkcs8", format: "der" });
const pkcs1 = ({ privateKey }: Issued) => privateKey.export({ type: "pkcs1", format: "der" });
const locked = ({ privateKey }: Issued) =>
  privateKey.export({ type: "pkcs8", format: "der", cipher: "aes-256-cbc", passphrase: "passphrase" });
const publicKey = ({ privateKey }: Issued) =>
  createPublicKey(privateKey).export({ type: "spki", format: "der" });

testRule(rule, [
  { title: "accepts one certificate in PEM", resource: credential, expect: "passes" },
  { title: "accepts PEM that is named as such", resource: holds(({ pem }) => pem, "pem"), expect: "passes" },
  {
    title: "accepts white space around PEM",
    resource: holds(({ pem }) => `\n ${pem}\r\n`),
    expect: "passes",
  },
  {
    title: "accepts DER in base64",
    resource: holds((each) => each.der.toString("base64"), "base64"),
    expect: "passes",
  },
  {
    title: "accepts DER in hex",
    resource: holds((each) => each.der.toString("hex"), "hex"),
    expect: "passes",
  },
  {
    title: "accepts a base64 text with line breaks",
    resource: holds((each) => each.der.toString("base64").replace(/.{64}/g, "$&\n"), "base64"),
    expect: "passes",
  },

  ...certificateCredentialTokens.map((type) => ({
    title: `rejects a bundle of key and certificate in ${type}`,
    resource: holds((each) => each.privateKeyPem + each.pem).then((resource) => ({ ...resource, type })),
    expect: holding("a private key"),
  })),
  {
    title: "rejects a key alone",
    resource: holds((each) => each.privateKeyPem),
    expect: holding("a private key"),
  },
  {
    title: "rejects a key whose header is damaged",
    resource: holds((each) => each.privateKeyPem.replace("-----BEGIN", "--BEGIN")),
    expect: holding("a private key"),
  },
  {
    title: "rejects a key behind the header of a certificate",
    resource: holds((each) => each.privateKeyPem.replaceAll("PRIVATE KEY", "CERTIFICATE")),
    expect: holding("a private key"),
  },
  {
    title: "rejects a chain of certificates",
    resource: holds(({ pem }) => pem + pem),
    expect: holding("2 PEM blocks"),
  },
  {
    title: "rejects text beside the certificate",
    resource: holds(({ pem }) => `Bag Attributes\n    localKeyID: 01\n${pem}`),
    expect: holding("text beside the certificate block"),
  },
  {
    title: "rejects text after the certificate",
    resource: holds(({ pem }) => `${pem}\nthe rest`),
    expect: holding("text beside the certificate block"),
  },
  {
    title: "rejects a certificate request",
    resource: holds(({ pem }) => pem.replaceAll("CERTIFICATE", "CERTIFICATE REQUEST")),
    expect: holding("a PEM block of another type"),
  },
  {
    title: "rejects a certificate that breaks off",
    resource: holds(({ pem }) => pem.slice(0, 400)),
    expect: holding("no certificate"),
  },
  {
    title: "rejects DER where PEM is announced",
    resource: holds((each) => each.der.toString("base64")),
    expect: holding("no PEM block"),
  },

  {
    title: "rejects a PFX in base64",
    resource: holds(() => pfx.toString("base64"), "base64"),
    expect: holding("a PKCS#12 bundle"),
  },
  {
    title: "rejects a PFX in hex",
    resource: holds(() => pfx.toString("hex"), "hex"),
    expect: holding("a PKCS#12 bundle"),
  },
  {
    title: "rejects a PFX as Windows writes it",
    resource: holds(() => pfxOfWindows.toString("base64"), "base64"),
    expect: holding("a PKCS#12 bundle"),
  },
  {
    title: "rejects a PKCS#7 bundle",
    resource: holds(() => pkcs7.toString("base64"), "base64"),
    expect: holding("a PKCS#7 bundle"),
  },
  {
    title: "rejects a PKCS#8 key in base64",
    resource: holds((each) => pkcs8(each).toString("base64"), "base64"),
    expect: holding("a private key"),
  },
  {
    title: "rejects a PKCS#8 key in hex",
    resource: holds((each) => pkcs8(each).toString("hex"), "hex"),
    expect: holding("a private key"),
  },
  {
    title: "rejects a PKCS#1 key",
    resource: holds((each) => pkcs1(each).toString("base64"), "base64"),
    expect: holding("a private key"),
  },
  {
    title: "rejects an elliptic key in the form of its own",
    resource: holds(() => unknown.string, "base64").then(async (resource) => {
      const { privateKey } = await issueCertificate("p256");
      return change(resource, "value", privateKey.export({ type: "sec1", format: "der" }).toString("base64"));
    }),
    expect: holding("a private key"),
  },
  {
    title: "rejects a key under a passphrase",
    resource: holds((each) => locked(each).toString("base64"), "base64"),
    expect: holding("an encrypted private key"),
  },
  {
    title: "rejects a bare public key",
    resource: holds((each) => publicKey(each).toString("base64"), "base64"),
    expect: holding("a public key"),
  },
  {
    title: "rejects a bundle in PEM inside base64",
    resource: holds((each) => Buffer.from(each.pem + each.privateKeyPem).toString("base64"), "base64"),
    expect: holding("a private key"),
  },
  {
    title: "rejects a certificate with a key after it, which OpenSSL would not notice",
    resource: holds((each) => Buffer.concat([each.der, pkcs8(each)]).toString("base64"), "base64"),
    expect: holding("no certificate"),
  },
  {
    title: "rejects what is not base64",
    resource: holds(() => "ä".repeat(64), "base64"),
    expect: holding("no certificate"),
  },
  {
    title: "rejects what is not hex",
    resource: holds(() => "xyz", "hex"),
    expect: holding("no certificate"),
  },
  { title: "rejects an empty value", resource: holds(() => ""), expect: holding("no certificate") },
  { title: "rejects a value that is no text", resource: holds(() => 42), expect: holding("no certificate") },
  {
    title: "rejects an encoding it does not know",
    resource: holds(({ pem }) => pem, "pkcs12"),
    expect: holding("a value in an encoding that does not exist"),
  },

  {
    title: "waits for a certificate that is issued in the update",
    resource: holds(() => unknown.string),
    expect: [undecided(rule, subject, "value")],
  },
  {
    title: "waits for an encoding that is decided in the update",
    resource: holds(({ pem }) => pem, unknown.string),
    expect: [undecided(rule, subject, "encoding")],
  },
  {
    title: "says so when the value is encrypted in stored state",
    resource: holds(() => "[secret]"),
    expect: [undecided(rule, subject, "value", encrypted)],
  },
  {
    title: "leaves symmetric keys to the rule about them",
    resource: holds(() => "c3ltbWV0cmljLWtleQ==").then((resource) => change(resource, "type", "Symmetric")),
    expect: [
      violation(
        "no-symmetric-application-key",
        `${subject} must not be a symmetric key; set "type" to AsymmetricX509Cert and upload a certificate.`,
      ),
    ],
  },
  { title: "leaves applications alone", resource: application, expect: "not applicable" },
]);
