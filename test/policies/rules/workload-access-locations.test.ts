import { namedLocation, peoplePolicy, workloadPolicy } from "../access-samples";
import { unknown } from "../harness/wire";
import { testRule, undecided, violation } from "../rule-cases";
import { change, vault } from "../samples";

const rule = "workload-access-locations";
const subject = 'Conditional Access policy "billing"';
const says = (what: string) => violation(rule, `${subject} ${what}`);
const locations = "conditions.locations";
const included = `${locations}.includedLocations`;
const excluded = `${locations}.excludedLocations`;
const some = says(`blocks some places only; set "${included}" to All.`);
const nowhere = says(`leaves no place to sign in from; name one in "${excluded}".`);
const noId = says(`has no object id of a named location in "${excluded}[0]".`);

const place = 'Named location "billing"';
const range = (text: unknown) => change(namedLocation, "ip.ipRanges.0", text);
const isPrivate = violation(
  rule,
  `${place} has a private range in "ip.ipRanges[0]", which Entra ID never sees.`,
);
const wide = violation(
  rule,
  `${place} has too wide a range in "ip.ipRanges[0]"; use a prefix of at least /8.`,
);

testRule(rule, [
  { title: "accepts all places but a named one", resource: workloadPolicy, expect: "passes" },
  {
    title: "rejects a policy without places",
    resource: change(workloadPolicy, locations, undefined),
    expect: [some, nowhere],
  },
  {
    title: "accepts a policy about risk without places",
    resource: change(change(workloadPolicy, locations, undefined), "conditions.servicePrincipalRiskLevels", [
      "high",
    ]),
    expect: "passes",
  },
  {
    title: "rejects a list of blocked places",
    resource: change(workloadPolicy, included, ["55555555-5555-5555-5555-555555555555"]),
    expect: [some],
  },
  {
    title: "rejects a policy that leaves no place",
    resource: change(workloadPolicy, excluded, []),
    expect: [nowhere],
  },
  {
    title: "rejects the id of a named location in the form of a path",
    resource: change(workloadPolicy, excluded, ["/identity/conditionalAccess/namedLocations/5"]),
    expect: [noId],
  },
  {
    title: "rejects every place as an exception",
    resource: change(workloadPolicy, excluded, ["All"]),
    expect: [noId],
  },
  {
    title: "accepts trusted places unless told otherwise",
    resource: change(workloadPolicy, excluded, ["AllTrusted"]),
    expect: "passes",
  },
  {
    title: "rejects trusted places where told so",
    resource: change(workloadPolicy, excluded, ["AllTrusted"]),
    options: { allowTrusted: false },
    expect: [noId],
  },
  {
    title: "accepts a place that is made in the update",
    resource: change(workloadPolicy, excluded, [unknown.string]),
    expect: "passes",
  },
  {
    title: "waits for places that are decided in the update",
    resource: change(workloadPolicy, locations, unknown.object),
    expect: [undecided(rule, subject, included)],
  },
  { title: "lets policies for people be", resource: peoplePolicy, expect: "passes" },

  { title: "accepts public ranges", resource: namedLocation, expect: "passes" },
  ...[
    "10.0.0.0/16",
    "172.16.0.0/12",
    "172.31.255.0/24",
    "192.168.1.0/24",
    "127.0.0.1/32",
    "169.254.0.0/16",
    "100.64.0.0/10",
    "fd00::/16",
    "fe80::1/64",
    "::1/128",
  ].map((text) => ({
    title: `rejects the private range ${text}`,
    resource: range(text),
    expect: [isPrivate],
  })),
  ...["172.15.0.0/16", "172.32.0.0/16", "100.63.0.0/16", "100.128.0.0/16", "11.0.0.0/8", "198.51.100.7"].map(
    (text) => ({
      title: `accepts the public range ${text}`,
      resource: range(text),
      expect: "passes" as const,
    }),
  ),
  ...["0.0.0.0/0", "128.0.0.0/1", "198.0.0.0/7", "::/0", "198.51.100.0/many"].map((text) => ({
    title: `rejects the wide range ${text}`,
    resource: range(text),
    expect: [wide],
  })),
  {
    title: "waits for a range that is decided in the update",
    resource: range(unknown.string),
    expect: [undecided(rule, place, "ip.ipRanges[0]")],
  },
  { title: "lets countries be", resource: change(namedLocation, "ip", undefined), expect: "passes" },
  { title: "leaves vaults alone", resource: vault, expect: "not applicable" },
]);
