import { issueCertificate, KeyKind } from "../certificates";
import { Properties, unknown } from "../harness/wire";
import { issuedStack, registered } from "../issued-samples";
import { encrypted, testRule, undecided, violation } from "../rule-cases";
import {
  application,
  certificateCredential,
  certificateCredentialTokens,
  change,
  tlsPrivateKey,
} from "../samples";
import { testStackRule } from "../stack-cases";

const rule = "certificate-key-strength";
const subject = 'Certificate credential "billing-api"';
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
const credential = certificateCredential();
const certificateOf = async (key: KeyKind) =>
  change(await credential, "value", (await issueCertificate(key)).pem);

testRule(rule, [
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
    title: "leaves a certificate that is not known yet to the stack, which shows where it comes from",
    resource: credential.then((resource) => change(resource, "value", unknown.string)),
    expect: "passes",
    others: [undecided("no-private-key-upload", subject, "value")],
  },
  {
    title: "lets keys be that sign in nowhere, whatever their length",
    resource: change(tlsPrivateKey, "rsaBits", 1024),
    expect: "not applicable",
  },
  { title: "leaves applications alone", resource: application, expect: "not applicable" },
]);

const short = (bits = 2048) => [
  violation(
    rule,
    `${subject} is for key "billing-api-key", which is too short; use RSA with at least ${bits} bits.`,
  ),
];
const madeWith = (changes: Properties, ...path: Parameters<typeof issuedStack>) =>
  issuedStack(...path).map((each) =>
    each.name === "billing-api-key" ? { ...each, props: { ...each.props, ...changes } } : each,
  );

testStackRule(rule, [
  { title: "accepts a key of 2048 bits of the stack", resources: issuedStack(), expect: "passes" },
  ...certificateCredentialTokens.map((type) => ({
    title: `rejects a key of one bit less in ${type}`,
    resources: madeWith({ rsaBits: 2047 }).map((each) =>
      each.name === "billing-api" ? { ...each, type } : each,
    ),
    expect: short(),
  })),
  {
    title: "rejects a length that is no number",
    resources: madeWith({ rsaBits: "long" }),
    expect: short(),
  },
  { title: "accepts the provider's own default", resources: madeWith({ rsaBits: null }), expect: "passes" },
  {
    title: "rejects the provider's default where more is asked for",
    resources: madeWith({ rsaBits: null }),
    options: { minRsaBits: 3072 },
    expect: short(3072),
  },
  {
    title: "accepts more where more is asked for",
    resources: madeWith({ rsaBits: 3072 }),
    options: { minRsaBits: 3072 },
    expect: "passes",
  },
  {
    title: "rejects an elliptic key",
    resources: madeWith({ algorithm: "ECDSA", rsaBits: null }),
    expect: [
      violation(
        rule,
        `${subject} is for key "billing-api-key", which is not RSA and not accepted by Entra ID; use RSA with at least 2048 bits.`,
      ),
    ],
  },
  {
    title: "follows a certificate of an authority to the key of the application",
    resources: madeWith({ rsaBits: 1024 }, { authority: true }),
    expect: short(),
  },
  {
    title: "does not take the key of the authority for that of the application",
    resources: issuedStack({ authority: true }).map((each) =>
      each.name === "authority-key" ? change(each, "rsaBits", 1024) : each,
    ),
    expect: "passes",
  },
  {
    title: "waits for a length that is decided in the update",
    resources: madeWith({ rsaBits: unknown.number }),
    expect: [undecided(rule, subject, "value")],
  },
  {
    title: "waits for an algorithm that is decided in the update",
    resources: madeWith({ algorithm: unknown.string }),
    expect: [undecided(rule, subject, "value")],
  },
  {
    title: "says so when the certificate is encrypted in stored state and comes from elsewhere",
    resources: [change(registered, "value", "[secret]")],
    expect: [undecided(rule, subject, "value", encrypted)],
  },
  {
    title: "waits for a certificate that comes from elsewhere",
    resources: [registered],
    expect: [undecided(rule, subject, "value")],
  },
  {
    title: "lets keys be that are registered nowhere",
    resources: [{ ...tlsPrivateKey, props: { ...tlsPrivateKey.props, rsaBits: 1024 } }],
    expect: "not applicable",
  },
]);
