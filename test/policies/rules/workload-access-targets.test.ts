import { peoplePolicy, workloadPolicy } from "../access-samples";
import { unknown } from "../harness/wire";
import { testRule, undecided, violation } from "../rule-cases";
import { change, vault } from "../samples";

const rule = "workload-access-targets";
const subject = 'Conditional Access policy "billing"';
const says = (what: string) => violation(rule, `${subject} ${what}`);
const workloads = "conditions.clientApplications";
const included = `${workloads}.includedServicePrincipals`;
const excluded = `${workloads}.excludedServicePrincipals`;
const noId = (path: string) => says(`has no object id of a service principal in "${path}".`);
const alone = (word: string, path: string) => says(`must have ${word} alone in "${path}".`);
const principal = "44444444-4444-4444-4444-444444444444";
const forAll = change(workloadPolicy, included, ["ServicePrincipalsInMyTenant"]);

testRule(rule, [
  { title: "accepts service principals by object id", resource: workloadPolicy, expect: "passes" },
  { title: "accepts all of the tenant", resource: forAll, expect: "passes" },
  {
    title: "accepts an exclusion from all",
    resource: change(forAll, excluded, [principal]),
    expect: "passes",
  },
  {
    title: "rejects an exclusion where none is allowed",
    resource: change(forAll, excluded, [principal]),
    options: { allowExclusions: false },
    expect: [says(`leaves service principals out; remove "${excluded}".`)],
  },
  {
    title: "rejects an exclusion from less than all",
    resource: change(workloadPolicy, excluded, [principal]),
    expect: [says(`excludes from less than all; set "${included}" to ServicePrincipalsInMyTenant.`)],
  },
  {
    title: "rejects a policy about nobody",
    resource: change(workloadPolicy, included, []),
    expect: [says(`is about no service principal; name some in "${included}".`)],
  },
  {
    title: "accepts a filter in place of names",
    resource: change(change(workloadPolicy, included, undefined), `${workloads}.filter`, {
      mode: "include",
      rule: "a",
    }),
    expect: "passes",
  },
  {
    title: "rejects what is no object id, on either side",
    resource: change(change(forAll, excluded, ["/servicePrincipals/4"]), included, [
      "ServicePrincipalsInMyTenant",
      "billing",
    ]),
    expect: [noId(`${included}[1]`), noId(`${excluded}[0]`)],
  },
  {
    title: "reports resources, clients and people together",
    resource: change(
      change(
        change(workloadPolicy, "conditions.applications.includedApplications", ["Office365"]),
        "conditions.clientAppTypes",
        ["all", "browser"],
      ),
      "conditions.users.includedUsers",
      ["All"],
    ),
    expect: [
      alone("All", "conditions.applications.includedApplications"),
      alone("all", "conditions.clientAppTypes"),
      alone("None", "conditions.users.includedUsers"),
    ],
  },
  {
    title: "accepts a service principal that is made in the update",
    resource: change(workloadPolicy, included, [unknown.string]),
    expect: "passes",
  },
  {
    title: "waits for people that are decided in the update",
    resource: change(workloadPolicy, "conditions.users.includedUsers", unknown.array),
    expect: [undecided(rule, subject, "conditions.users.includedUsers")],
  },
  {
    title: "waits for workloads that are decided in the update",
    resource: change(workloadPolicy, workloads, unknown.object),
    expect: [undecided(rule, subject, workloads)],
  },
  { title: "lets policies for people be", resource: peoplePolicy, expect: "passes" },
  { title: "leaves vaults alone", resource: vault, expect: "not applicable" },
]);
