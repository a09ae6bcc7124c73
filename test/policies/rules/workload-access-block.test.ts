import { peoplePolicy, workloadPolicy } from "../access-samples";
import { unknown } from "../harness/wire";
import { encrypted, testRule, undecided, violation } from "../rule-cases";
import { change, vault } from "../samples";

const rule = "workload-access-block";
const subject = 'Conditional Access policy "billing"';
const path = "grantControls.builtInControls";
const open = violation(rule, `${subject} lets workloads in; set "${path}" to block alone.`);
const session = violation(
  rule,
  `${subject} has "sessionControls", which workloads cannot answer; remove it.`,
);

testRule(rule, [
  { title: "accepts a policy that blocks", resource: workloadPolicy, expect: "passes" },
  {
    title: "rejects a policy that asks for something else",
    resource: change(workloadPolicy, path, ["mfa"]),
    expect: [open],
  },
  {
    title: "rejects a policy with another control beside",
    resource: change(workloadPolicy, path, ["block", "mfa"]),
    expect: [open],
  },
  {
    title: "rejects a policy without controls",
    resource: change(workloadPolicy, "grantControls", undefined),
    expect: [open],
  },
  { title: "rejects an empty list", resource: change(workloadPolicy, path, []), expect: [open] },
  {
    title: "rejects session controls as well",
    resource: change(change(workloadPolicy, path, []), "sessionControls", { signInFrequency: 1 }),
    expect: [open, session],
  },
  {
    title: "waits for controls that are decided in the update",
    resource: change(workloadPolicy, path, unknown.array),
    expect: [undecided(rule, subject, path)],
  },
  {
    title: "waits for a single control that is decided in the update",
    resource: change(workloadPolicy, path, [unknown.string]),
    expect: [undecided(rule, subject, `${path}[0]`)],
  },
  {
    title: "says so when the controls are encrypted in stored state",
    resource: change(workloadPolicy, "grantControls", "[secret]"),
    expect: [undecided(rule, subject, path, encrypted)],
  },
  { title: "lets policies for people be", resource: peoplePolicy, expect: "passes" },
  { title: "leaves vaults alone", resource: vault, expect: "not applicable" },
]);
