import { federatedCredential, registration, registrationOwner } from "../access-samples";
import { unknown } from "../harness/wire";
import { undecided, violation } from "../rule-cases";
import { application, change, tlsPrivateKey } from "../samples";
import { fed, testStackRule } from "../stack-cases";

const rule = "application-owners";
const subject = 'Application "billing-api"';
const few = (atLeast = 1) => [violation(rule, `${subject} has too few owners; name at least ${atLeast}.`)];
const many = (atMost = 10) => [violation(rule, `${subject} has too many owners; name at most ${atMost}.`)];
const owner = (name: string) => ({ ...registrationOwner, name });
const declared = [registration, federatedCredential];
/** Signs in nothing, and so needs no credential. */
const spa = change(application, "singlePageApplication", { redirectUris: ["https://localhost/"] });
const owned = (count: number) =>
  change(
    spa,
    "owners",
    Array.from({ length: count }, (_, n) => `owner-${n}`),
  );

testStackRule(rule, [
  { title: "accepts an owner in the application", resources: [spa], expect: "passes" },
  {
    title: "accepts an owner of its own resource",
    resources: [...declared, owner("one")],
    expect: "passes",
  },
  {
    title: "knows an owner by where its application comes from, before ids are known",
    resources: [
      change(registration, "objectId", unknown.string),
      ...[federatedCredential, registrationOwner].map((each) =>
        fed(change(each, "applicationId", unknown.string), "applicationId", registration),
      ),
    ],
    expect: "passes",
  },
  { title: "rejects an application without owners", resources: declared, expect: few() },
  {
    title: "does not count the owner of another application",
    resources: [...declared, change(registrationOwner, "applicationId", "/applications/4")],
    expect: few(),
  },
  { title: "accepts as many as the upper limit", resources: [owned(10)], expect: "passes" },
  { title: "rejects more than the upper limit", resources: [owned(11)], expect: many() },
  {
    title: "accepts two where two are asked for",
    resources: [...declared, owner("one"), owner("two")],
    options: { minOwners: 2 },
    expect: "passes",
  },
  {
    title: "rejects one where two are asked for",
    resources: [...declared, owner("one")],
    options: { minOwners: 2 },
    expect: few(2),
  },
  {
    title: "rejects one where none is wanted",
    resources: [spa],
    options: { minOwners: 0, maxOwners: 0 },
    expect: many(0),
  },
  {
    title: "waits for owners that are decided in the update",
    resources: [change(spa, "owners", unknown.array)],
    expect: [undecided(rule, subject, "owners")],
  },
  { title: "leaves stacks without applications alone", resources: [tlsPrivateKey], expect: "not applicable" },
]);
