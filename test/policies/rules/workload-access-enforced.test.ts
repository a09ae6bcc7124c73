import { peoplePolicy, workloadPolicy } from "../access-samples";
import { unknown } from "../harness/wire";
import { testRule, undecided, violation } from "../rule-cases";
import { change, vault } from "../samples";

const rule = "workload-access-enforced";
const subject = 'Conditional Access policy "billing"';
const off = violation(rule, `${subject} is off; set "state" to enabled.`);
const reporting = violation(rule, `${subject} only reports; set "state" to enabled to enforce it.`);
const reportOnly = change(workloadPolicy, "state", "enabledForReportingButNotEnforced");

testRule(rule, [
  { title: "accepts an enabled policy", resource: workloadPolicy, expect: "passes" },
  {
    title: "rejects a policy that is off",
    resource: change(workloadPolicy, "state", "disabled"),
    expect: [off],
  },
  {
    title: "rejects a policy without a state",
    resource: change(workloadPolicy, "state", undefined),
    expect: [off],
  },
  { title: "rejects a policy that only reports", resource: reportOnly, expect: [reporting] },
  {
    title: "accepts report-only mode during a roll-out",
    resource: reportOnly,
    options: { allowReportOnly: true },
    expect: "passes",
  },
  {
    title: "rejects a policy that is off during a roll-out, too",
    resource: change(workloadPolicy, "state", "disabled"),
    options: { allowReportOnly: true },
    expect: [off],
  },
  {
    title: "stops the deployment where a team says so",
    resource: reportOnly,
    level: "mandatory",
    expect: [{ ...reporting, level: "mandatory" }],
  },
  {
    title: "waits for a state that is decided in the update",
    resource: change(workloadPolicy, "state", unknown.string),
    expect: [undecided(rule, subject, "state")],
  },
  { title: "lets policies for people be", resource: peoplePolicy, expect: "passes" },
  { title: "leaves vaults alone", resource: vault, expect: "not applicable" },
]);
