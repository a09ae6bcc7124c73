import { issueCertificate, issueFrom } from "../certificates";
import { unknown } from "../harness/wire";
import { testRule, undecided, violation } from "../rule-cases";
import {
  application,
  certificateCredential,
  certificateCredentialTokens,
  change,
  tlsCertificate,
} from "../samples";

const rule = "certificate-issuer";
const subject = 'Certificate credential "billing-api"';
const says = (what: string) => [violation(rule, `${subject} ${what}`)];
const selfSigned = says("holds a self-signed certificate; have it issued by an accepted authority.");
const stranger = says('holds a certificate from another issuer than those in "allowedIssuers".');
const authority = says("holds the certificate of an authority; register that of the application alone.");
const strict = { allowSelfSigned: false };
const listed = { allowedIssuers: ["Contoso Issuing CA"] };

/** What rules about other sides of the certificate say while it is not known. */
const unread = ["certificate-key-strength", "no-private-key-upload"].map((id) =>
  undecided(id, subject, "value"),
);

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
    title: "waits for a certificate that is issued in the update where the issuer decides",
    resource: holding(unknown.string),
    options: listed,
    expect: [undecided(rule, subject, "value")],
    others: unread,
  },
  {
    title: "need not wait where every issuer is accepted",
    resource: holding(unknown.string),
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
    title: "accepts a self-signed resource unless told otherwise",
    resource: tlsCertificate,
    expect: "passes",
  },
  {
    title: "rejects a self-signed resource where told so, before anything is known",
    resource: tlsCertificate,
    options: strict,
    expect: [
      violation(rule, 'Certificate "billing-api" is self-signed; have it issued by an accepted authority.'),
    ],
  },
  {
    title: "accepts a locally signed resource",
    resource: { ...tlsCertificate, type: "tls:index/locallySignedCert:LocallySignedCert" },
    options: strict,
    expect: "passes",
  },
  {
    title: "accepts a self-signed resource that is an authority itself",
    resource: change(tlsCertificate, "allowedUses", ["cert_signing"]),
    options: strict,
    expect: "passes",
  },
  { title: "leaves applications alone", resource: application, expect: "not applicable" },
]);
