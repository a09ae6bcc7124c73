import { federatedCredential, nativeTokens, registration, registrationOwner } from "../access-samples";
import { ResourceInput, unknown } from "../harness/wire";
import { violation } from "../rule-cases";
import { change, tlsPrivateKey } from "../samples";
import { fed, testStackRule } from "../stack-cases";

const rule = "federated-credential-limit";
const pad = (n: number) => String(n).padStart(2, "0");
const credential = (n: number, base = federatedCredential): ResourceInput => ({
  ...change(base, "subject", `repo:contoso/billing:environment:e${n}`),
  name: `c${pad(n)}`,
});
const credentials = (count: number, base = federatedCredential) =>
  Array.from({ length: count }, (_, n) => credential(n, base));
const tooMany = (name: string, limit = 20) => [
  violation(
    rule,
    `Federated credential "${name}" is one too many: its application may have ${limit}; use another application.`,
  ),
];
const identity: ResourceInput = {
  type: "azure-native:managedidentity:FederatedIdentityCredential",
  name: "identity",
  props: {
    resourceName: "billing",
    issuer: "https://gitlab.com",
    subject: "project_path:a/b:ref_type:branch:ref:main",
  },
};

testStackRule(rule, [
  { title: "accepts twenty", resources: credentials(20), expect: "passes" },
  { title: "rejects the twenty-first", resources: credentials(21), expect: tooMany("c20") },
  { title: "names the first beyond the limit only", resources: credentials(23), expect: tooMany("c20") },
  {
    title: "judges by the limit it is told",
    resources: credentials(3),
    options: { maxCredentials: 2 },
    expect: tooMany("c02", 2),
  },
  {
    title: "counts each application for itself",
    resources: [
      ...credentials(20),
      credential(20, change(federatedCredential, "applicationId", "/applications/4")),
    ],
    expect: "passes",
  },
  {
    title: "counts by where the application comes from, before its id is known",
    resources: [
      registration,
      fed(change(registrationOwner, "applicationId", unknown.string), "applicationId", registration),
      ...credentials(
        3,
        fed(change(federatedCredential, "applicationId", unknown.string), "applicationId", registration),
      ),
    ],
    options: { maxCredentials: 2 },
    expect: tooMany("c02", 2),
  },
  {
    title: "does not count together what it cannot tell apart",
    resources: credentials(21, change(federatedCredential, "applicationId", unknown.string)),
    expect: "passes",
  },
  ...[
    ...nativeTokens("managedidentity", "FederatedIdentityCredential"),
    "azure:armmsi/federatedIdentityCredential:FederatedIdentityCredential",
  ].map((type) => ({
    title: `counts those of an identity in ${type}`,
    resources: credentials(3, { ...identity, type }),
    options: { maxCredentials: 2 },
    expect: tooMany("c02", 2),
  })),
  {
    title: "counts identities of one name in two resource groups apart",
    resources: [
      ...credentials(2, change(identity, "resourceGroupName", "one")),
      ...credentials(2, change(identity, "resourceGroupName", "two")).map((each) => ({
        ...each,
        name: `${each.name}-two`,
      })),
    ],
    options: { maxCredentials: 2 },
    expect: "passes",
  },
  {
    title: "counts those of an identity by its id in the classic provider",
    resources: credentials(3, {
      ...change(identity, "userAssignedIdentityId", "/subscriptions/8/userAssignedIdentities/billing"),
      type: "azure:armmsi/federatedIdentityCredential:FederatedIdentityCredential",
    }),
    options: { maxCredentials: 2 },
    expect: tooMany("c02", 2),
  },
  {
    title: "rejects issuer and subject that are there already",
    resources: [credential(1), { ...credential(1), name: "c02" }],
    expect: [
      violation(
        rule,
        'Federated credential "c02" has the same issuer and subject as "c01"; remove one of the two.',
      ),
    ],
  },
  {
    title: "does not compare subjects that are not known",
    resources: [1, 2].map((n) => change(credential(n), "subject", unknown.string)),
    expect: "passes",
  },
  { title: "leaves stacks without federation alone", resources: [tlsPrivateKey], expect: "not applicable" },
]);
