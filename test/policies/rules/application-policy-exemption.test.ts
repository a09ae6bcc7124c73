import { ResourceInput, unknown } from "../harness/wire";
import { testRule, undecided, violation } from "../rule-cases";
import { application, change } from "../samples";

const rule = "application-policy-exemption";
const subject = 'Custom policy "legacy"';
const says = (what: string) => [violation(rule, `${subject} ${what}`)];
const at = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
const late = (days = 90) => says(`ends too late; set "expires" to at most ${days} days from now.`);

const policy: ResourceInput = {
  type: "certlock:index:AppManagementPolicy",
  name: "legacy",
  props: {
    displayName: "legacy",
    description: "Vendor cannot do certificates before June. Finance platform team, ticket FIN-7.",
    isEnabled: true,
    restrictions: { passwordCredentials: [{ restrictionType: "passwordAddition", state: "disabled" }] },
    appliesTo: ["33333333-3333-3333-3333-333333333333"],
    expires: at(60),
  },
};
const ending = (value: unknown) => change(policy, "expires", value);

testRule(rule, [
  {
    title: "accepts an exemption of one application with an end and a reason",
    resource: policy,
    expect: "passes",
  },
  {
    title: "rejects an exemption without an end",
    resource: ending(undefined),
    expect: says('never ends; set "expires" to at most 90 days from now.'),
  },
  {
    title: "rejects an exemption that has ended",
    resource: ending(at(-1)),
    expect: says('has ended; remove it, or have it approved again with a new "expires".'),
  },
  { title: "accepts two hours less than the limit", resource: ending(at(89.9)), expect: "passes" },
  { title: "rejects two hours more than the limit", resource: ending(at(90.1)), expect: late() },
  { title: "rejects an end that cannot be read", resource: ending("in summer"), expect: late() },
  { title: "judges by the days it is told", resource: policy, options: { maxDays: 30 }, expect: late(30) },
  {
    title: "rejects an exemption without a reason",
    resource: change(policy, "description", ""),
    expect: says('gives no reason; set "description".'),
  },
  {
    title: "rejects an exemption of several applications",
    resource: change(policy, "appliesTo", ["3", "4"]),
    expect: says('exempts several applications; declare one policy for each in "appliesTo".'),
  },
  {
    title: "accepts a policy that only adds restrictions",
    resource: change(ending(undefined), "restrictions.passwordCredentials.0.state", "enabled"),
    expect: "passes",
  },
  {
    title: "accepts a policy that is off",
    resource: change(ending(undefined), "isEnabled", false),
    expect: "passes",
  },
  {
    title: "judges a policy whose restrictions are not known",
    resource: change(ending(undefined), "restrictions", unknown.object),
    expect: says('never ends; set "expires" to at most 90 days from now.'),
  },
  {
    title: "waits for an end that is decided in the update",
    resource: ending(unknown.string),
    expect: [undecided(rule, subject, "expires")],
  },
  {
    title: "waits for applications that are decided in the update",
    resource: change(policy, "appliesTo", unknown.array),
    expect: [undecided(rule, subject, "appliesTo")],
  },
  { title: "leaves applications alone", resource: application, expect: "not applicable" },
]);
