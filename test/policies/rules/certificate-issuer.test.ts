import { issueCertificate, issueFrom } from "../certificates";
import { unknown } from "../harness/wire";
import { issuedStack, registered } from "../issued-samples";
import { testRule, undecided, violation } from "../rule-cases";
import {
  application,
  certificateCredential,
  certificateCredentialTokens,
  change,
  tlsCertificate,
} from "../samples";
import { testStackRule } from "../stack-cases";

const rule = "certificate-issuer";
const subject = 'Certificate credential "billing-api"';
const says = (what: string) => [violation(rule, `${subject} ${what}`)];
const selfSigned = says("holds a self-signed certificate; have it issued by an accepted authority.");
const stranger = says('holds a certificate from another issuer than those in "allowedIssuers".');
const authority = says("holds the certificate of an authority; register that of the application alone.");
const strict = { allowSelfSigned: false };
const listed = { allowedIssuers: ["Contoso Issuing CA"] };

/** What rules about other sides of the certificate say while it is not known. */
const unread = [undecided("no-private-key-upload", subject, "value")];

const credential = certificateCredential();
const holding = async (value: unknown) => change(await credential, "value", value);
const from = async (issuer: string, isAuthority = false) => holding(await issueFrom(issuer, isAuthority));

testRule(rule, [
  {
    title: "accepts a self-signed certificate unless told otherwise",
    resource: credential,
    expect: "passes",
  },
  ...certificateCredentialTokens.map((type) => ({
    title: `rejects a self-signed certificate in ${type} where told so`,
    resource: credential.then((resource) => ({ ...resource, type })),
    options: strict,
    expect: selfSigned,
  })),
  {
    title: "accepts a certificate of any authority",
    resource: from("Somebody"),
    options: strict,
    expect: "passes",
  },
  {
    title: "accepts a certificate of a listed authority",
    resource: from("Contoso Issuing CA"),
    options: listed,
    expect: "passes",
  },
  {
    title: "rejects a certificate of another authority",
    resource: from("Contoso Issuing CA 2"),
    options: listed,
    expect: stranger,
  },
  {
    title: "lets a list of authorities be and self-signed certificates with it",
    resource: credential,
    options: listed,
    expect: "passes",
  },
  {
    title: "rejects the certificate of an authority",
    resource: from("Contoso Root", true),
    expect: authority,
  },
  {
    title: "leaves a certificate that is not known to the stack, which shows where it comes from",
    resource: holding(unknown.string),
    options: { ...strict, ...listed },
    expect: "passes",
    others: unread,
  },
  {
    title: "leaves what is no certificate to the rule about that",
    resource: issueCertificate().then(({ privateKeyPem }) => holding(privateKeyPem)),
    options: strict,
    expect: "passes",
    others: [
      violation(
        "no-private-key-upload",
        `${subject} holds a private key in "value"; upload exactly one certificate and nothing else.`,
      ),
    ],
  },
  {
    title: "lets self-signed certificates be that are registered nowhere",
    resource: tlsCertificate,
    options: strict,
    expect: "not applicable",
  },
  { title: "leaves applications alone", resource: application, expect: "not applicable" },
]);

const strength = undecided("certificate-key-strength", subject, "value");

testStackRule(rule, [
  { title: "accepts a self-signed certificate of the stack", resources: issuedStack(), expect: "passes" },
  {
    title: "rejects it where told so, before anything is known",
    resources: issuedStack(),
    options: strict,
    expect: says(
      'is for "billing-api-certificate", which is self-signed; have an accepted authority issue it.',
    ),
  },
  {
    title: "accepts a certificate of an authority of the stack",
    resources: issuedStack({ authority: true }),
    options: strict,
    expect: "passes",
  },
  {
    title: "waits for the name of that authority where names are listed",
    resources: issuedStack({ authority: true }),
    options: listed,
    expect: [undecided(rule, subject, "value")],
  },
  {
    title: "lets a list of authorities be and self-signed certificates with it, before anything is known",
    resources: issuedStack(),
    options: listed,
    expect: "passes",
  },
  ...[strict, listed].map((options) => ({
    title: `waits for a certificate that comes from elsewhere with ${Object.keys(options).join()}`,
    resources: [registered],
    options,
    expect: [undecided(rule, subject, "value")],
    others: [strength],
  })),
  {
    title: "need not wait where every issuer is accepted",
    resources: [registered],
    expect: "passes",
    others: [strength],
  },
  { title: "leaves stacks without credentials alone", resources: [tlsCertificate], expect: "not applicable" },
]);
