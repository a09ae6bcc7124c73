import { issueCertificate, KeyKind } from "../certificates";
import { unknown } from "../harness/wire";
import { encrypted, testRule, undecided, violation } from "../rule-cases";
import {
  application,
  certificateCredential,
  certificateCredentialTokens,
  change,
  tlsPrivateKey,
} from "../samples";

const rule = "certificate-key-strength";
const subject = 'Certificate credential "billing-api"';
const short = (bits = 2048) => [
  violation(
    rule,
    `Private key "billing-api" is too short: "rsaBits" is below the limit; use RSA with at least ${bits} bits.`,
  ),
];
const shortHeld = (bits = 2048) => [
  violation(
    rule,
    `${subject} holds a certificate whose RSA key is too short; use RSA with at least ${bits} bits.`,
  ),
];
const notRsa = [
  violation(
    rule,
    `${subject} holds a certificate whose key is not RSA, which Entra ID does not accept; use RSA with at least 2048 bits.`,
  ),
];
const bits = (value: unknown) => change(tlsPrivateKey, "rsaBits", value);
const credential = certificateCredential();
const certificateOf = async (key: KeyKind) =>
  change(await credential, "value", (await issueCertificate(key)).pem);

testRule(rule, [
  { title: "accepts a key of 2048 bits", resource: tlsPrivateKey, expect: "passes" },
  { title: "rejects a key of one bit less", resource: bits(2047), expect: short() },
  { title: "rejects a key of 1024 bits", resource: bits(1024), expect: short() },
  { title: "rejects a length that is no number", resource: bits("long"), expect: short() },
  { title: "accepts the provider's own default", resource: bits(undefined), expect: "passes" },
  {
    title: "rejects the provider's default where more is asked for",
    resource: bits(undefined),
    options: { minRsaBits: 3072 },
    expect: short(3072),
  },
  {
    title: "accepts more where more is asked for",
    resource: bits(3072),
    options: { minRsaBits: 3072 },
    expect: "passes",
  },
  {
    title: "leaves the curve of an elliptic key to what the key is for",
    resource: change(bits(undefined), "algorithm", "ECDSA"),
    expect: "passes",
  },
  {
    title: "waits for a length that is decided in the update",
    resource: bits(unknown.number),
    expect: [undecided(rule, 'Private key "billing-api"', "rsaBits")],
  },
  {
    title: "waits for the algorithm where a short length depends on it",
    resource: change(bits(1024), "algorithm", unknown.string),
    expect: [undecided(rule, 'Private key "billing-api"', "algorithm")],
  },
  {
    title: "accepts an unknown algorithm where the length is enough",
    resource: change(tlsPrivateKey, "algorithm", unknown.string),
    expect: "passes",
  },
  {
    title: "says so when the length is encrypted in stored state",
    resource: bits("[secret]"),
    expect: [undecided(rule, 'Private key "billing-api"', "rsaBits", encrypted)],
  },

  { title: "accepts a certificate with a key of 2048 bits", resource: credential, expect: "passes" },
  ...certificateCredentialTokens.map((type) => ({
    title: `rejects a certificate with a key of 1024 bits in ${type}`,
    resource: certificateOf("rsa1024").then((resource) => ({ ...resource, type })),
    expect: shortHeld(),
  })),
  {
    title: "rejects a certificate below the length asked for",
    resource: credential,
    options: { minRsaBits: 4096 },
    expect: shortHeld(4096),
  },
  { title: "rejects a certificate with an elliptic key", resource: certificateOf("p256"), expect: notRsa },
  {
    title: "leaves what is no certificate to the rule about that",
    resource: credential.then((resource) => change(resource, "value", "not a certificate")),
    expect: [
      violation(
        "no-private-key-upload",
        `${subject} holds no PEM block in "value"; upload exactly one certificate and nothing else.`,
      ),
    ],
  },
  {
    title: "waits for a certificate that is issued in the update",
    resource: credential.then((resource) => change(resource, "value", unknown.string)),
    expect: [undecided(rule, subject, "value"), undecided("no-private-key-upload", subject, "value")],
  },
  { title: "leaves applications alone", resource: application, expect: "not applicable" },
]);
