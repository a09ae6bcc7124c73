import { registration } from "../access-samples";
import { unknown } from "../harness/wire";
import { testRule, undecided, violation } from "../rule-cases";
import { application, change, vault } from "../samples";

const rule = "application-single-tenant";
const subject = 'Application "billing-api"';
const lets = (others: string) => [
  violation(rule, `${subject} lets ${others} in; set "signInAudience" to AzureADMyOrg.`),
];
const audience = (value: unknown, resource = registration) => change(resource, "signInAudience", value);
const organizations = lets("other organisations");
const anyone = lets("anyone with a Microsoft account");

testRule(rule, [
  { title: "accepts its own tenant", resource: registration, expect: "passes" },
  { title: "accepts the provider's default", resource: audience(undefined), expect: "passes" },
  ...[registration, application].flatMap((resource) => [
    {
      title: `rejects other organisations in ${resource.type}`,
      resource: audience("AzureADMultipleOrgs", resource),
      expect: organizations,
    },
    ...["AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount"].map((value) => ({
      title: `rejects ${value} in ${resource.type}`,
      resource: audience(value, resource),
      expect: anyone,
    })),
  ]),
  {
    title: "accepts other organisations where that is meant",
    resource: audience("AzureADMultipleOrgs"),
    options: { allowOrganizations: true },
    expect: "passes",
  },
  {
    title: "rejects personal accounts where other organisations are meant",
    resource: audience("AzureADandPersonalMicrosoftAccount"),
    options: { allowOrganizations: true },
    expect: anyone,
  },
  {
    title: "waits for an audience that is decided in the update",
    resource: audience(unknown.string),
    expect: [undecided(rule, subject, "signInAudience")],
  },
  { title: "leaves vaults alone", resource: vault, expect: "not applicable" },
]);
