import { unknown } from "../harness/wire";
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

const rule = "certificate-explicit-dates";
const subject = 'Certificate credential "billing-api"';
const says = (what: string) => [violation(rule, `${subject} ${what}`)];
const missing = says('does not state when it ends; set "endDate" to the end of its certificate.');
const relative = says('ends relative to its creation; replace "endDateRelative" by "endDate".');
const beyond = says('ends after its certificate; set "endDate" to the end of the certificate.');
const startless = says('does not state when it starts; set "startDate" to the start of its certificate.');

const credential = certificateCredential();
const having = async (path: string, value: unknown) => change(await credential, path, value);

testRule(rule, [
  { title: "accepts a credential with its dates", resource: credential, expect: "passes" },
  ...certificateCredentialTokens.map((type) => ({
    title: `rejects ${type} without an end`,
    resource: having("endDate", undefined).then((resource) => ({ ...resource, type })),
    expect: missing,
  })),
  {
    title: "rejects a relative end",
    resource: having("endDate", undefined).then((resource) => change(resource, "endDateRelative", "2400h")),
    expect: relative,
  },
  {
    title: "rejects a relative end beside a fixed one, also while it is not known",
    resource: having("endDateRelative", unknown.string),
    expect: relative,
  },
  // The certificate of the sample ends on 2026-05-06 at midnight.
  {
    title: "accepts an end in the same second as the certificate's",
    resource: having("endDate", "2026-05-06T00:00:00.9Z"),
    expect: "passes",
  },
  {
    title: "rejects an end a second later",
    resource: having("endDate", "2026-05-06T00:00:01Z"),
    expect: beyond,
  },
  {
    title: "accepts an end before that of the certificate",
    resource: having("endDate", "2026-05-05T00:00:00Z"),
    expect: "passes",
  },
  {
    title: "rejects an end that is no date",
    resource: having("endDate", "in spring"),
    expect: says('has no readable end; "endDate" is not a valid date.'),
    others: [
      violation(
        "certificate-max-lifetime",
        `${subject} has no readable lifetime: "endDate" is not a valid time, and it must stay below 180 days.`,
      ),
    ],
  },
  {
    title: "leaves an end that is not known to the stack, which shows where it comes from",
    resource: having("endDate", unknown.string),
    expect: "passes",
  },
  {
    title: "accepts an end for a certificate that is not known yet",
    resource: having("value", unknown.string),
    expect: "passes",
    others: [undecided("no-private-key-upload", subject, "value")],
  },
  { title: "needs no start unless told so", resource: having("startDate", undefined), expect: "passes" },
  {
    title: "rejects a missing start where one is required",
    resource: having("startDate", undefined),
    options: { requireStartDate: true },
    expect: startless,
  },
  {
    title: "accepts a start that is decided in the update where one is required",
    resource: having("startDate", unknown.string),
    options: { requireStartDate: true },
    expect: "passes",
  },
  {
    title: "leaves symmetric keys to the rule about them",
    resource: having("endDate", undefined).then((resource) => change(resource, "type", "Symmetric")),
    expect: "passes",
    others: [
      violation(
        "no-symmetric-application-key",
        `${subject} must not be a symmetric key; set "type" to AsymmetricX509Cert and upload a certificate.`,
      ),
    ],
  },
  { title: "leaves applications alone", resource: application, expect: "not applicable" },
]);

const elsewhere = (value: string, reason?: string) => ({
  resources: [change(registered, "endDate", value)],
  expect: [undecided(rule, subject, "endDate", reason)],
  others: [
    undecided("certificate-key-strength", subject, "value"),
    ...["certificate-max-lifetime", "certificate-rotation-overlap"].map((id) =>
      undecided(id, subject, "endDate", reason),
    ),
  ],
});

testStackRule(rule, [
  {
    title: "accepts the end of the certificate it registers, before either is known",
    resources: issuedStack({ dates: true }),
    expect: "passes",
  },
  { title: "waits for an end that comes from elsewhere", ...elsewhere(unknown.string) },
  {
    title: "says so when the end is encrypted in stored state",
    ...elsewhere("[secret]", encrypted),
  },
  {
    title: "leaves symmetric keys to the rule about them",
    resources: [
      { ...registered, props: { ...registered.props, type: "Symmetric", endDate: unknown.string } },
    ],
    expect: "passes",
    others: [
      undecided("certificate-key-strength", subject, "value"),
      undecided("certificate-max-lifetime", subject, "endDate"),
    ],
  },
  { title: "leaves stacks without certificates alone", resources: [tlsPrivateKey], expect: "not applicable" },
]);
