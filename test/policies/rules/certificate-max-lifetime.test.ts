import { issueCertificate } from "../certificates";
import { unknown } from "../harness/wire";
import { encrypted, testRule, undecided, violation } from "../rule-cases";
import {
  application,
  certificateCredential,
  certificateCredentialTokens,
  change,
  tlsCertificate,
  tlsCertificateTokens,
} from "../samples";

const rule = "certificate-max-lifetime";
const limitHours = 180 * 24;
const issued = (days = 180) => [
  violation(
    rule,
    `Certificate "billing-api" lives too long: "validityPeriodHours" must stay below ${days} days.`,
  ),
];
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

const hours = (value: unknown) => change(tlsCertificate, "validityPeriodHours", value);
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
const unread = ["certificate-key-strength", "no-private-key-upload"].map((id) =>
  undecided(id, subject, "value"),
);
const aboutDates = (what: string) => [violation("certificate-explicit-dates", `${subject} ${what}`)];
const beyond = aboutDates('ends after its certificate; set "endDate" to the end of the certificate.');
const relative = aboutDates('ends relative to its creation; replace "endDateRelative" by "endDate".');
const endless = aboutDates('does not state when it ends; set "endDate" to the end of its certificate.');

testRule(rule, [
  { title: "accepts a certificate of 125 days", resource: tlsCertificate, expect: "passes" },
  { title: "accepts an hour less than the limit", resource: hours(limitHours - 1), expect: "passes" },
  ...tlsCertificateTokens.flatMap((type) => [
    {
      title: `rejects exactly the limit in ${type}`,
      resource: { ...hours(limitHours), type },
      expect: issued(),
    },
    {
      title: `rejects more than the limit in ${type}`,
      resource: { ...hours(limitHours + 1), type },
      expect: issued(),
    },
  ]),
  { title: "understands hours written as text", resource: hours(String(limitHours)), expect: issued() },
  { title: "rejects hours that are no number", resource: hours("half a year"), expect: issued() },
  {
    title: "accepts a longer life where the limit is raised",
    resource: hours(limitHours),
    options: { maxLifetimeDays: 365 },
    expect: "passes",
  },
  {
    title: "rejects a shorter life where the limit is lowered",
    resource: tlsCertificate,
    options: { maxLifetimeDays: 90 },
    expect: issued(90),
  },
  {
    title: "waits for hours that are decided in the update",
    resource: hours(unknown.number),
    expect: [undecided(rule, 'Certificate "billing-api"', "validityPeriodHours")],
  },
  {
    title: "says so when the hours are encrypted in stored state",
    resource: hours("[secret]"),
    expect: [undecided(rule, 'Certificate "billing-api"', "validityPeriodHours", encrypted)],
  },
  {
    title: "lets an authority live longer",
    resource: change(hours(87_600), "isCaCertificate", true),
    expect: "passes",
  },
  {
    title: "lets the certificate of a server live longer",
    resource: change(hours(8760), "allowedUses", ["key_encipherment", "digital_signature", "server_auth"]),
    expect: "passes",
  },
  {
    title: "judges a certificate for servers that may also sign in",
    resource: change(hours(8760), "allowedUses", ["server_auth", "client_auth"]),
    expect: issued(),
  },
  {
    title: "judges a certificate whose uses are not known yet",
    resource: change(hours(8760), "allowedUses", unknown.array),
    expect: issued(),
  },
  {
    title: "judges a certificate for servers with one use not known yet",
    resource: change(hours(8760), "allowedUses", ["server_auth", unknown.string]),
    expect: issued(),
  },

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
    others: unread,
  },
  {
    title: "waits for the certificate where it alone decides",
    resource: dates(noCertificate),
    expect: [undecided(rule, subject, "value")],
    others: [...endless, ...unread],
  },
  {
    title: "waits for an end that is decided in the update",
    resource: dates({ endDate: unknown.string }),
    expect: [undecided(rule, subject, "endDate")],
    others: [undecided("certificate-explicit-dates", subject, "endDate")],
  },
  {
    title: "waits for a start that is decided in the update",
    resource: dates({ startDate: unknown.string }),
    expect: [undecided(rule, subject, "startDate")],
  },
  {
    title: "waits for a relative end that is decided in the update",
    resource: dates({ ...noDates, endDateRelative: unknown.string }),
    expect: [undecided(rule, subject, "endDateRelative")],
    others: relative,
  },
  { title: "leaves applications alone", resource: application, expect: "not applicable" },
]);
