import { registration } from "../access-samples";
import { unknown } from "../harness/wire";
import { encrypted, testRule, undecided, violation } from "../rule-cases";
import { application, change, vault } from "../samples";

const rule = "application-description";
const subject = 'Application "billing-api"';
const nothing = [violation(rule, `${subject} says nothing of its purpose; set "description".`)];
const little = (characters = 10) => [
  violation(
    rule,
    `${subject} says too little of its purpose; use at least ${characters} characters in "description".`,
  ),
];
const saying = (value: unknown, resource = registration) => change(resource, "description", value);

testRule(rule, [
  { title: "accepts a sentence", resource: registration, expect: "passes" },
  ...[registration, application].map((resource) => ({
    title: `rejects ${resource.type} without a description`,
    resource: saying(undefined, resource),
    expect: nothing,
  })),
  { title: "takes an empty text for none", resource: saying(""), expect: nothing },
  { title: "rejects nine characters", resource: saying("Test app."), expect: little() },
  { title: "accepts ten characters", resource: saying("Test apps."), expect: "passes" },
  { title: "does not count spaces at the ends", resource: saying("   Test app.   "), expect: little() },
  {
    title: "rejects what is no text",
    resource: saying({ text: "a long enough sentence" }),
    expect: little(),
  },
  {
    title: "asks for as much as it is told",
    resource: saying("Test apps."),
    options: { minCharacters: 11 },
    expect: little(11),
  },
  {
    title: "waits for a description that is decided in the update",
    resource: saying(unknown.string),
    expect: [undecided(rule, subject, "description")],
  },
  {
    title: "says so when it is encrypted in stored state",
    resource: saying("[secret]"),
    expect: [undecided(rule, subject, "description", encrypted)],
  },
  { title: "leaves vaults alone", resource: vault, expect: "not applicable" },
]);
