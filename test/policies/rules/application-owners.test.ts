import { registration } from "../access-samples";
import { ResourceInput, unknown } from "../harness/wire";
import { undecided, violation } from "../rule-cases";
import { application, change, vault } from "../samples";
import { fed, testStackRule } from "../stack-cases";

const rule = "application-owners";
const subject = 'Application "billing-api"';
const few = (atLeast = 1) => [violation(rule, `${subject} has too few owners; name at least ${atLeast}.`)];
const many = (atMost = 10) => [violation(rule, `${subject} has too many owners; name at most ${atMost}.`)];
const owner = (
  name: string,
  applicationId: string = "/applications/33333333-3333-3333-3333-333333333333",
): ResourceInput => ({
  type: "azuread:index/applicationOwner:ApplicationOwner",
  name,
  props: { applicationId, ownerObjectId: "22222222-2222-2222-2222-222222222222" },
});
const owned = (count: number) =>
  change(
    application,
    "owners",
    Array.from({ length: count }, (_, n) => `owner-${n}`),
  );

testStackRule(rule, [
  { title: "accepts an owner in the application", resources: [application], expect: "passes" },
  {
    title: "accepts an owner of its own resource",
    resources: [registration, owner("one")],
    expect: "passes",
  },
  {
    title: "knows an owner by where its application comes from, before ids are known",
    resources: [
      change(registration, "objectId", unknown.string),
      fed(owner("one", unknown.string), "applicationId", registration),
    ],
    expect: "passes",
  },
  { title: "rejects an application without owners", resources: [registration], expect: few() },
  {
    title: "does not count the owner of another application",
    resources: [registration, owner("one", "/applications/4")],
    expect: few(),
  },
  { title: "accepts as many as the upper limit", resources: [owned(10)], expect: "passes" },
  { title: "rejects more than the upper limit", resources: [owned(11)], expect: many() },
  {
    title: "accepts two where two are asked for",
    resources: [registration, owner("one"), owner("two")],
    options: { minOwners: 2 },
    expect: "passes",
  },
  {
    title: "rejects one where two are asked for",
    resources: [registration, owner("one")],
    options: { minOwners: 2 },
    expect: few(2),
  },
  {
    title: "rejects one where none is wanted",
    resources: [application],
    options: { minOwners: 0, maxOwners: 0 },
    expect: many(0),
  },
  {
    title: "waits for owners that are decided in the update",
    resources: [change(application, "owners", unknown.array)],
    expect: [undecided(rule, subject, "owners")],
  },
  { title: "leaves stacks without applications alone", resources: [vault], expect: "not applicable" },
]);
