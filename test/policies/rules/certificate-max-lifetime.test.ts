import { issueCertificate } from "../certificates";
import { Properties, ResourceInput, unknown } from "../harness/wire";
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

const rule = "certificate-max-lifetime";
const limitHours = 180 * 24;
const subject = 'Certificate credential "billing-api"';
const stated = violation(rule, `${subject} lives too long: from start to end it must stay below 180 days.`);
const held = violation(
  rule,
  `${subject} holds a certificate that lives too long: it must stay below 180 days.`,
);
const unreadable = (path: string) => [
  violation(
    rule,
    `${subject} has no readable lifetime: "${path}" is not a valid time, and it must stay below 180 days.`,
  ),
];

const credential = certificateCredential();

async function dates(changes: Readonly<Record<string, unknown>>) {
  return Object.entries(changes).reduce(
    (resource, [key, value]) => change(resource, key, value),
    await credential,
  );
}

async function certificateOf(certificateHours: number, changes: Readonly<Record<string, unknown>>) {
  return change(await dates(changes), "value", (await issueCertificate("rsa2048", certificateHours)).pem);
}

const noDates = { startDate: undefined, endDate: undefined };
/** The value comes from a certificate that is issued in the same update. */
const noCertificate = { ...noDates, value: unknown.string };
/** What rules about other sides of the credential say to the same sample. */
const unread = undecided("no-private-key-upload", subject, "value");
const aboutDates = (what: string) => [violation("certificate-explicit-dates", `${subject} ${what}`)];
const beyond = aboutDates('ends after its certificate; set "endDate" to the end of the certificate.');
const relative = aboutDates('ends relative to its creation; replace "endDateRelative" by "endDate".');
const endless = aboutDates('does not state when it ends; set "endDate" to the end of its certificate.');

testRule(rule, [
  { title: "accepts a credential of 125 days", resource: credential, expect: "passes" },
  {
    title: "accepts a second less than the limit",
    resource: certificateOf(limitHours - 1 / 3600, { endDate: "2026-06-29T23:59:59Z" }),
    expect: "passes",
  },
  ...certificateCredentialTokens.map((type) => ({
    title: `rejects exactly the limit in ${type}`,
    resource: dates({ endDate: "2026-06-30T00:00:00Z" }).then((resource) => ({ ...resource, type })),
    expect: [stated],
    others: beyond,
  })),
  {
    title: "rejects more than the limit in another time zone",
    resource: dates({ endDate: "2026-06-30T02:00:01+02:00" }),
    expect: [stated],
    others: beyond,
  },
  {
    title: "counts from the day of the run where no start is given",
    resource: dates({ startDate: undefined, endDate: new Date(Date.now() + 200 * 86_400_000).toISOString() }),
    expect: [stated],
    others: beyond,
  },
  {
    title: "accepts an end 170 days from the day of the run",
    resource: dates({ startDate: undefined, endDate: new Date(Date.now() + 170 * 86_400_000).toISOString() }),
    expect: "passes",
    others: beyond,
  },
  {
    title: "accepts a relative end below the limit",
    resource: dates({ ...noDates, endDateRelative: "4319h59m" }),
    expect: "passes",
    others: relative,
  },
  {
    title: "rejects a relative end at the limit",
    resource: dates({ ...noDates, endDateRelative: "4320h" }),
    expect: [stated],
    others: relative,
  },
  {
    title: "rejects a relative end in minutes",
    resource: dates({ ...noDates, endDateRelative: "259200m0s" }),
    expect: [stated],
    others: relative,
  },
  {
    title: "rejects a relative end that is no duration",
    resource: dates({ ...noDates, endDateRelative: "180 days" }),
    expect: unreadable("endDateRelative"),
    others: relative,
  },
  {
    title: "rejects an end that is no date",
    resource: dates({ endDate: "next year" }),
    expect: unreadable("endDate"),
    others: aboutDates('has no readable end; "endDate" is not a valid date.'),
  },
  {
    title: "rejects a start that is no date",
    resource: dates({ startDate: "yesterday" }),
    expect: unreadable("startDate"),
  },
  {
    title: "accepts a credential that ends with its certificate",
    resource: certificateOf(limitHours - 1, noDates),
    expect: "passes",
    others: endless,
  },
  {
    title: "rejects a credential that ends with its certificate, too late",
    resource: certificateOf(limitHours, noDates),
    expect: [held],
    others: endless,
  },
  {
    title: "rejects a long-lived certificate in a credential that ends early",
    resource: certificateOf(8760, {}),
    expect: [held],
  },
  {
    title: "reports certificate and credential",
    resource: certificateOf(8760, { endDate: "2027-01-01T00:00:00Z" }),
    expect: [held, stated],
  },
  {
    title: "decides on the dates while the certificate is not known yet",
    resource: dates({ value: unknown.string, endDate: "2027-01-01T00:00:00Z" }),
    expect: [stated],
    others: [unread],
  },
  {
    title: "leaves a certificate that is not known to the stack, where it alone decides",
    resource: dates(noCertificate),
    expect: "passes",
    others: [...endless, unread],
  },
  ...["startDate", "endDate"].map((name) => ({
    title: `leaves ${name} to the stack while it is not known, which shows where it comes from`,
    resource: dates({ [name]: unknown.string }),
    expect: "passes" as const,
  })),
  {
    title: "lets certificates be that are registered nowhere, however long they live",
    resource: change(tlsCertificate, "validityPeriodHours", 87_600),
    expect: "not applicable",
  },
  { title: "leaves applications alone", resource: application, expect: "not applicable" },
]);

const issued = (days = 180) => [
  violation(
    rule,
    `${subject} lives too long: "validityPeriodHours" of "billing-api-certificate" must stay below ${days} days.`,
  ),
];
const ending = (props: Properties): ResourceInput => ({
  ...registered,
  props: { ...registered.props, ...props },
});

testStackRule(rule, [
  {
    title: "accepts a certificate of the stack for an hour less than the limit",
    resources: issuedStack({ hours: limitHours - 1 }),
    expect: "passes",
  },
  ...[false, true].flatMap((authority) => [
    {
      title: `rejects exactly the limit in a certificate ${authority ? "of an authority" : "that is self-signed"}`,
      resources: issuedStack({ authority, hours: limitHours }),
      expect: issued(),
    },
    {
      title: `rejects more than the limit in a certificate ${authority ? "of an authority" : "that is self-signed"}`,
      resources: issuedStack({ authority, hours: limitHours + 1, dates: true }),
      expect: issued(),
    },
  ]),
  {
    title: "understands hours written as text",
    resources: issuedStack({ hours: String(limitHours) }),
    expect: issued(),
  },
  {
    title: "accepts a longer life where the limit is raised",
    resources: issuedStack({ hours: limitHours }),
    options: { maxLifetimeDays: 365 },
    expect: "passes",
  },
  {
    title: "rejects a shorter life where the limit is lowered",
    resources: issuedStack(),
    options: { maxLifetimeDays: 90 },
    expect: issued(90),
  },
  {
    title: "need not wait for dates that are those of the certificate",
    resources: issuedStack({ dates: true }),
    expect: "passes",
  },
  {
    title: "waits for an end that comes from elsewhere",
    resources: [ending({ endDate: unknown.string })],
    expect: [undecided(rule, subject, "endDate")],
    others: [
      undecided("certificate-explicit-dates", subject, "endDate"),
      undecided("certificate-key-strength", subject, "value"),
      undecided("certificate-rotation-overlap", subject, "endDate"),
    ],
  },
  {
    title: "waits for a start that comes from elsewhere",
    resources: [ending({ startDate: unknown.string })],
    expect: [undecided(rule, subject, "startDate")],
    others: [
      undecided("certificate-key-strength", subject, "value"),
      undecided("certificate-rotation-overlap", subject, "startDate"),
    ],
  },
  {
    title: "waits for a certificate that comes from elsewhere where it alone decides",
    resources: [ending({ startDate: null, endDate: null })],
    expect: [undecided(rule, subject, "value")],
    others: [
      undecided("certificate-key-strength", subject, "value"),
      undecided("certificate-rotation-overlap", subject, "value"),
    ],
  },
  {
    title: "waits for hours that are decided in the update",
    resources: issuedStack({ hours: unknown.number, dates: true }),
    expect: [undecided(rule, subject, "endDate")],
    others: [undecided("certificate-rotation-overlap", subject, "startDate")],
  },
  {
    title: "waits for a relative end that is decided in the update",
    resources: [ending({ startDate: null, endDate: null, endDateRelative: unknown.string })],
    expect: [undecided(rule, subject, "endDateRelative")],
    others: [
      undecided("certificate-key-strength", subject, "value"),
      undecided("certificate-rotation-overlap", subject, "endDateRelative"),
    ],
  },
  {
    title: "lets the certificate of a server be, and of whatever else is registered nowhere",
    resources: [change(tlsCertificate, "validityPeriodHours", 87_600)],
    expect: "not applicable",
  },
]);
