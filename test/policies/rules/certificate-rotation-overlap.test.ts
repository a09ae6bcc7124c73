import { issueCertificate } from "../certificates";
import { ResourceInput, unknown } from "../harness/wire";
import { undecided, violation } from "../rule-cases";
import { application, certificateCredentialTokens, tlsCertificate, tlsPrivateKey } from "../samples";
import { fed, testStackRule } from "../stack-cases";

const rule = "certificate-rotation-overlap";
const day = 86_400_000;
const [type = ""] = certificateCredentialTokens;
/** Far enough from midnight and from the limits: the pack reads its own clock. */
const at = (days: number) => new Date(Date.now() + days * day).toISOString();

function generation(
  name: string,
  start: number,
  end: number,
  props: ResourceInput["props"] = {},
): ResourceInput {
  const applicationId = "/applications/33333333-3333-3333-3333-333333333333";
  const dates = { startDate: at(start), endDate: at(end) };
  return { type, name, props: { applicationId, value: unknown.string, ...dates, ...props } };
}
const subject = (name: string) => `Certificate credential "${name}"`;
const last = (name: string, days = 30) =>
  violation(
    rule,
    `${subject(name)} must not be the last of its application: none stays valid for ${days} days from now.`,
  );
const late = (name: string, previous: string, days = 7) =>
  violation(
    rule,
    `${subject(name)} starts too late: it must overlap its predecessor "${previous}" by ${days} days.`,
  );
const same = (name: string, first: string) =>
  violation(rule, `${subject(name)} has the same key as "${first}"; each generation needs a key of its own.`);

const healthy = [generation("g1", -60, 65), generation("g2", 0, 125)];
const keys = [1, 2].map((n) => ({ ...tlsPrivateKey, name: `key-g${n}` }));
const issued = (key: number) =>
  fed({ ...tlsCertificate, name: `certificate-g${key}` }, "privateKeyPem", keys[key - 1] ?? tlsPrivateKey);

testStackRule(rule, [
  { title: "accepts two generations with sixty-five days in common", resources: healthy, expect: "passes" },
  {
    title: "accepts a single long-lasting certificate",
    resources: [generation("g1", 0, 90)],
    expect: "passes",
  },
  ...certificateCredentialTokens.map((token) => ({
    title: `rejects a last certificate that ends soon in ${token}`,
    resources: [{ ...generation("g1", -60, 29), type: token }],
    expect: [last("g1")],
  })),
  {
    title: "accepts two hours more than the days ahead",
    resources: [generation("g1", -60, 30.1)],
    expect: "passes",
  },
  {
    title: "rejects two hours less than the days ahead",
    resources: [generation("g1", -60, 29.9)],
    expect: [last("g1")],
  },
  {
    title: "judges by the days it is told",
    resources: healthy,
    options: { minRemainingDays: 126 },
    expect: [last("g2", 126)],
  },
  {
    title: "rejects an application whose certificates have all ended, once",
    resources: [generation("g1", -200, -75), generation("g2", -130, -5)],
    expect: [last("g2")],
  },
  {
    title: "takes the end of the certificate where it comes before that of the credential",
    resources: issueCertificate("rsa2048", 24).then(({ pem }) => [generation("g1", 0, 125, { value: pem })]),
    expect: [last("g1")],
  },
  {
    title: "judges each application for itself",
    resources: [...healthy, generation("o1", -60, 5, { applicationId: "/applications/4" })],
    expect: [last("o1")],
  },
  {
    title: "rejects a successor that starts after its predecessor has ended",
    resources: [generation("g1", -60, 20), generation("g2", 21, 125)],
    expect: [late("g2", "g1")],
  },
  {
    title: "rejects an overlap that is too short",
    resources: [generation("g1", -60, 20), generation("g2", 13.2, 125)],
    expect: [late("g2", "g1")],
  },
  {
    title: "accepts an overlap that is just long enough",
    resources: [generation("g1", -60, 20), generation("g2", 12.8, 125)],
    expect: "passes",
  },
  {
    title: "judges by the overlap it is told",
    resources: healthy,
    options: { minOverlapDays: 66 },
    expect: [late("g2", "g1", 66)],
  },
  {
    title: "lets a gap in the past rest",
    resources: [generation("g0", -300, -200), ...healthy],
    expect: "passes",
  },
  {
    title: "compares a successor with the certificate that lasts longest before it",
    resources: [generation("g1", -60, 40), generation("g2", -50, 5), generation("g3", 20, 125)],
    expect: "passes",
  },
  {
    title: "rejects two certificates with one key",
    resources: issueCertificate("rsa2048", 200 * 365).then(({ pem }) => [
      generation("g1", -60, 65, { value: pem }),
      generation("g2", 0, 125, { value: pem }),
    ]),
    expect: [same("g2", "g1")],
  },
  {
    title: "sees by its origin that the key is the same while the certificates are not known",
    resources: [
      ...keys,
      issued(1),
      fed(generation("g1", -60, 65), "value", issued(1)),
      fed(generation("g2", 0, 125), "value", issued(1)),
    ],
    expect: [same("g2", "g1")],
  },
  {
    title: "sees by their origin that the keys differ",
    resources: [
      ...keys,
      issued(1),
      issued(2),
      fed(generation("g1", -60, 65), "value", issued(1)),
      fed(generation("g2", 0, 125), "value", issued(2)),
    ],
    expect: "passes",
  },
  {
    title: "waits for an end that is decided in the update",
    resources: [generation("g1", -60, 5), generation("g2", 0, 0, { endDate: unknown.string })],
    expect: [undecided(rule, subject("g2"), "endDate")],
  },
  {
    title: "need not wait where another certificate lasts long enough",
    resources: [generation("g1", -60, 65), generation("g2", 0, 0, { endDate: unknown.string })],
    expect: "passes",
  },
  {
    title: "waits for the certificate where no dates are given",
    resources: [generation("g1", 0, 0, { startDate: null, endDate: null })],
    expect: [undecided(rule, subject("g1"), "value")],
  },
  {
    title: "understands a relative end",
    resources: [generation("g1", 0, 0, { endDate: null, endDateRelative: "2400h" })],
    expect: "passes",
  },
  {
    title: "rejects an end that cannot be read",
    resources: [generation("g1", 0, 0, { endDate: "soon", value: "" })],
    expect: [last("g1")],
  },
  {
    title: "knows the certificates of an application whose id is decided in the update",
    resources: [
      application,
      ...["g1", "g2"].map((name) =>
        fed(
          generation(name, -60, name === "g1" ? 5 : 125, { applicationId: unknown.string }),
          "applicationId",
          application,
        ),
      ),
    ],
    expect: "passes",
  },
  { title: "leaves stacks without certificates alone", resources: [tlsPrivateKey], expect: "not applicable" },
]);
