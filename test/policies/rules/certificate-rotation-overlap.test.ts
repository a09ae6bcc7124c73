import assert from "node:assert/strict";
import { issueCertificate } from "../certificates";
import { compiledPack } from "../harness/compiled-pack";
import { ResourceInput, unknown } from "../harness/wire";
import { issuedStack } from "../issued-samples";
import { undecided, violation } from "../rule-cases";
import { application, certificateCredentialTokens, tlsCertificate, tlsPrivateKey } from "../samples";
import { fed, StackCase, testStackRule } from "../stack-cases";

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
const last = (name: string, days = 14) =>
  violation(
    rule,
    `${subject(name)} has less than ${days} days left, and no other certificate of its application has more; add its successor.`,
  );
const tooLate = (name: string, previous: string, days: number) =>
  `${subject(name)} starts too late: it must overlap its predecessor "${previous}" by ${days} days`;
const late = (name: string, previous: string, days = 5) =>
  violation(rule, `${tooLate(name, previous, days)}; let it start earlier.`);
const wasLate = (name: string, previous: string, days = 5) =>
  violation(rule, `${tooLate(name, previous, days)}; run the rotation earlier.`, "advisory");
const same = (name: string, first: string) =>
  violation(rule, `${subject(name)} has the same key as "${first}"; each generation needs a key of its own.`);

const healthy = [generation("g1", -60, 65), generation("g2", 0, 125)];
const keys = [1, 2].map((n) => ({ ...tlsPrivateKey, name: `key-g${n}` }));
const issued = (key: number) =>
  fed({ ...tlsCertificate, name: `certificate-g${key}` }, "privateKeyPem", keys[key - 1] ?? tlsPrivateKey);

/** What other rules say of an end that comes from nowhere. */
const endless = (name: string) =>
  ["certificate-explicit-dates", "certificate-max-lifetime"].map((id) =>
    undecided(id, subject(name), "endDate"),
  );

const cases: readonly StackCase[] = [
  { title: "accepts two generations with sixty-five days in common", resources: healthy, expect: "passes" },
  {
    title: "accepts a single long-lasting certificate",
    resources: [generation("g1", 0, 90)],
    expect: "passes",
  },
  ...certificateCredentialTokens.map((token) => ({
    title: `rejects a last certificate that ends soon in ${token}`,
    resources: [{ ...generation("g1", -60, 13), type: token }],
    expect: [last("g1")],
  })),
  {
    title: "accepts two hours more than the days ahead",
    resources: [generation("g1", -60, 14.1)],
    expect: "passes",
  },
  {
    title: "rejects two hours less than the days ahead",
    resources: [generation("g1", -60, 13.9)],
    expect: [last("g1")],
  },
  {
    title: "judges by the days it is told",
    resources: [generation("g1", -60, 40)],
    options: { minRemainingDays: 41 },
    expect: [last("g1", 41)],
  },
  {
    title: "asks of a certificate for a week no more than half of it",
    resources: [generation("g1", -3, 4)],
    expect: "passes",
  },
  {
    title: "rejects a certificate for a week with less than half of it left, and no other",
    resources: [generation("g1", -4, 3)],
    expect: [last("g1")],
  },
  {
    title: "takes no lifetime for granted where no start is stated",
    resources: [generation("g1", 0, 13, { startDate: null })],
    expect: [last("g1")],
  },
  {
    title: "knows what this update issues, before its dates are known",
    resources: issuedStack({ dates: true }),
    expect: "passes",
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
    resources: [generation("g1", -60, 20), generation("g2", 15.2, 125)],
    expect: [late("g2", "g1")],
  },
  {
    title: "accepts an overlap that is just long enough",
    resources: [generation("g1", -60, 20), generation("g2", 14.8, 125)],
    expect: "passes",
  },
  {
    title: "judges by the overlap it is told",
    resources: [generation("g1", -60, 65), generation("g2", 1, 126)],
    options: { minOverlapDays: 65 },
    expect: [late("g2", "g1", 65)],
  },
  {
    title: "lets a late successor in, for a refusal would make the gap longer, and says what was wrong",
    resources: [generation("g1", -121, 3), generation("g2", -1, 124)],
    expect: [wasLate("g2", "g1")],
  },
  {
    title: "takes a successor whose start is not stated for one that has begun",
    resources: [generation("g1", -121, 4), generation("g2", 0, 124, { startDate: null })],
    expect: [wasLate("g2", "g1")],
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
    others: endless("g2"),
  },
  {
    title: "need not wait where another certificate lasts long enough",
    resources: [generation("g1", -60, 65), generation("g2", 0, 0, { endDate: unknown.string })],
    expect: "passes",
    others: endless("g2"),
  },
  {
    title: "waits for the certificate where no dates are given",
    resources: [generation("g1", 0, 0, { startDate: null, endDate: null })],
    expect: [undecided(rule, subject("g1"), "value")],
    others: [undecided("certificate-max-lifetime", subject("g1"), "value")],
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
];

/** Rule certificate-key-strength says of each certificate it cannot read, nor trace to a key, that it cannot. */
function unread(resources: StackCase["resources"]) {
  if ("then" in resources) return [];
  return resources
    .filter(
      ({ props, propertyDependencies }) =>
        props["value"] === unknown.string && !propertyDependencies?.["value"],
    )
    .map(({ name }) => undecided("certificate-key-strength", subject(name), "value"));
}

testStackRule(
  rule,
  cases.map((each) => ({ ...each, others: [...unread(each.resources), ...(each.others ?? [])] })),
);

describe("rule certificate-rotation-overlap and certificates that rotate by generations", () => {
  /** Generation after generation, each issued in the first run that is due or late for it, two of them kept. */
  function runs(period: number, lifetime: number, every: (run: number) => number, days: number) {
    const issuedOn: number[] = [];
    const all: { day: number; kept: readonly number[] }[] = [];
    for (let day = 0, run = 0; day < days; day += every(run++)) {
      const due = Math.floor(day / period);
      const newest = issuedOn.at(-1);
      if (newest === undefined || Math.floor(newest / period) < due) issuedOn.push(day);
      all.push({ day, kept: issuedOn.slice(-2) });
    }
    return all.map(({ day, kept }) =>
      kept.map((start, index) => generation(`g${index + 1}`, start - day, start - day + lifetime)),
    );
  }

  const schedules: Readonly<Record<string, (run: number) => number>> = {
    "every day": () => 1,
    "every week": () => 7,
    "every week, with four of eight weeks missed": (run) => (run % 5 === 4 ? 35 : 7),
    "every quarter, long after each period": () => 91,
  };
  for (const [profile, period, lifetime] of [
    ["default", 60, 125],
    ["alz", 40, 85],
  ] as const) {
    for (const [when, every] of Object.entries(schedules)) {
      it(`refuses no run of profile ${profile}, ${when}`, async () => {
        const pack = await compiledPack();
        await pack.configure({});
        for (const resources of runs(period, lifetime, every, 3 * period + 100)) {
          const { findings } = await pack.analyzeStack(resources);
          const stopped = findings.filter(
            (finding) => finding.rule === rule && finding.level === "mandatory",
          );
          assert.deepEqual(stopped, []);
        }
      });
    }
  }

  it("refuses a single certificate of ninety days from the seventy-seventh day on", async () => {
    const pack = await compiledPack();
    await pack.configure({});
    const refused: number[] = [];
    for (let day = 0; day < 90; day++) {
      const { findings } = await pack.analyzeStack([generation("g1", -day - 0.1, 90 - day - 0.1)]);
      if (findings.some((finding) => finding.rule === rule)) refused.push(day);
    }
    assert.deepEqual(refused, [76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89]);
  });
});
