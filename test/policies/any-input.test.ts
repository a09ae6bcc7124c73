/**
 * Every rule of the catalogue against input nobody thought of: no crash, no value in any finding, bounded time. New
 * rules are covered by themselves; a rule about a type that is not in the list below makes the first test fail.
 */
import assert from "node:assert/strict";
import * as sdk from "@pulumi/policy";
import fc from "fast-check";
import { createPolicies, Rule, rules } from "../../policies/catalogue";
import { RulePolicy } from "../../policies/rule-policy";
import { unknown } from "./harness/wire";
import { canary } from "./rule-cases";

/** One token at least for every type of resource that a rule is about. */
const tokens = [
  "pulumi:pulumi:Stack",
  "pulumi:providers:azuread",
  "azuread:index/application:Application",
  "azuread:index/applicationRegistration:ApplicationRegistration",
  "azuread:index/applicationPassword:ApplicationPassword",
  "azuread:index/applicationCertificate:ApplicationCertificate",
  "azuread:index/applicationOwner:ApplicationOwner",
  "azuread:index/applicationApiAccess:ApplicationApiAccess",
  "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential",
  "azuread:index/applicationFlexibleFederatedIdentityCredential:ApplicationFlexibleFederatedIdentityCredential",
  "azuread:index/servicePrincipal:ServicePrincipal",
  "azuread:index/appRoleAssignment:AppRoleAssignment",
  "azuread:index/directoryRoleAssignment:DirectoryRoleAssignment",
  "azuread:index/directoryRoleMember:DirectoryRoleMember",
  "azuread:index/conditionalAccessPolicy:ConditionalAccessPolicy",
  "azuread:index/namedLocation:NamedLocation",
  "azuread:index/synchronizationSecret:SynchronizationSecret",
  "azure-native:keyvault:Vault",
  "azure:keyvault/keyVault:KeyVault",
  "azure-native:keyvault:Secret",
  "azure:keyvault/secret:Secret",
  "azure:keyvault/certificate:Certificate",
  "azure-native:authorization:RoleAssignment",
  "azure-native:insights:DiagnosticSetting",
  "azure-native:managedidentity:FederatedIdentityCredential",
  "azure-native:eventgrid:SystemTopic",
  "azure-native:eventgrid:SystemTopicEventSubscription",
  "azure-native:automation:AutomationAccount",
  "azure-native:automation:JobSchedule",
  "azure-native:web:WebApp",
  "azure-native:resources:Deployment",
  "kubernetes:core/v1:Secret",
  "command:local:Command",
  "github:index/actionsSecret:ActionsSecret",
  "tls:index/privateKey:PrivateKey",
  "tls:index/selfSignedCert:SelfSignedCert",
  "certlock:index:TenantAppManagementPolicy",
  "certlock:index:AppManagementPolicy",
  "random:index/randomPassword:RandomPassword",
];

const { unknownCheckingProxy } = sdk as unknown as { unknownCheckingProxy: (props: object) => object };

class NotApplicable extends Error {}

const bare = {
  getConfig: () => ({}),
  notApplicable: () => {
    throw new NotApplicable();
  },
};

/** What all rules say about one resource, and about a stack of it and a resource that takes its outputs. */
function said(policies: readonly RulePolicy[], type: string, props: object): string[] {
  const messages: string[] = [];
  const report = ((finding: { message: string }) =>
    messages.push(finding.message)) as unknown as sdk.ReportViolation;
  const wrapped = unknownCheckingProxy(props);
  const resource = {
    ...bare,
    type,
    name: "sample",
    urn: `urn:pulumi:dev::shop::${type}::sample`,
    props: wrapped,
  };
  const user = {
    ...resource,
    type: "azure-native:keyvault:Secret",
    name: "user",
    urn: "urn:pulumi:dev::shop::user::user",
  };
  const resources = [
    { ...resource, dependencies: [], propertyDependencies: {} },
    { ...user, parent: resource, dependencies: [resource], propertyDependencies: { properties: [resource] } },
  ];
  for (const policy of policies) {
    for (const ask of [
      () => policy.validateResource?.(resource as never, report),
      () => policy.validateStack?.({ ...bare, resources } as never, report),
    ]) {
      try {
        ask();
      } catch (error) {
        if (!(error instanceof NotApplicable)) throw error;
      }
    }
  }
  return messages;
}

function judge(policies: readonly RulePolicy[], type: string, props: object): void {
  for (const message of said(policies, type, props)) {
    assert.ok(!message.includes("could not be evaluated"), `${type}: ${message}`);
    assert.ok(!message.includes(canary), `a value has been repeated: ${message}`);
  }
}

/** Names under which rules look for something, so that what is made up gets where it can hurt. */
const names = fc.oneof(
  fc.constantFrom(
    ...[
      "value",
      "clientSecret",
      "properties",
      "name",
      "type",
      "endDate",
      "startDate",
      "data",
      "stringData",
      "create",
    ],
    ...[
      "siteConfig",
      "appSettings",
      "environment",
      "password",
      "passwords",
      "networkAcls",
      "ipRules",
      "template",
    ],
    ...[
      "conditions",
      "clientApplications",
      "locations",
      "subject",
      "issuer",
      "permissions",
      "tags",
      "owners",
      "web",
    ],
    ...["__proto__", "constructor", "toString", "length", "__defaults", "", "0", "a.b", "a[0]"],
  ),
  fc.string({ maxLength: 8 }),
);

const strings = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    canary,
    `AZURE_CLIENT_SECRET=${canary}`,
    `az ad app credential reset --id x --password ${canary}`,
    `-----BEGIN PRIVATE KEY-----${canary}`,
    "\ud800",
    "[secret]",
    "2026-13-45T99:99:99Z",
    "1e999",
    ...Object.values(unknown),
  ),
  fc.json().map((text) => JSON.stringify({ nested: text, clientSecret: canary })),
  fc.base64String().map((text) => Buffer.from(`clientSecret: ${text}${canary}`).toString("base64")),
);

const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 6, depthSize: "medium" },
    strings,
    fc.constantFrom(null, true, false, 0, -1, NaN, Infinity, 1e308),
    fc.double(),
    fc.array(tie("tree"), { maxLength: 4 }),
    fc.dictionary(names, tie("tree"), { maxKeys: 6, noNullPrototype: true }),
  ),
}));

describe("every rule, whatever it is given,", () => {
  const run = { environment: {}, now: () => new Date("2026-11-21T00:00:00Z") };
  let policies: readonly RulePolicy[];

  before(() => {
    policies = rules.map((rule: Rule) => rule.toPolicy(run));
  });

  it("is about a type that is tried here", () => {
    const untried = (rules as readonly Rule[]).filter(
      ({ appliesTo }) => !appliesTo.some((type) => tokens.some((token) => type.matches(token))),
    );
    assert.deepEqual(
      untried.map(({ id }) => id),
      [],
    );
  });

  it("neither crashes nor repeats a value", function () {
    this.timeout(180_000);
    const input = fc.record({
      type: fc.constantFrom(...tokens),
      props: fc.dictionary(names, tree, { noNullPrototype: true }),
    });
    fc.assert(
      fc.property(input, ({ type, props }) => {
        judge(policies, type, props);
      }),
      { numRuns: 1500 },
    );
  });

  it("gives the same verdicts when all rules share one walk", function () {
    this.timeout(120_000);
    const inForce = () => new Map(rules.map(({ id, level }) => [id, { level, properties: {} }]));
    const shared = createPolicies({ ...run, configuration: inForce });
    const stack = tokens[0] ?? "";
    judge(shared.slice(), stack, {});
    fc.assert(
      fc.property(
        fc.constantFrom(...tokens),
        fc.dictionary(names, tree, { noNullPrototype: true }),
        (type, props) => {
          const apart = said(policies, type, props);
          const together: string[] = [];
          const report = ((finding: { message: string }) =>
            together.push(finding.message)) as unknown as sdk.ReportViolation;
          const resource = {
            ...bare,
            type,
            name: "sample",
            urn: `urn:pulumi:dev::shop::${type}::sample`,
            props: unknownCheckingProxy(props),
          };
          for (const policy of shared) {
            const { __pulumiType: mark } = (policy.validateResource ?? {}) as { __pulumiType?: string };
            if (mark !== undefined) continue;
            try {
              policy.validateResource?.(resource as never, report);
            } catch (error) {
              if (!(error instanceof NotApplicable)) throw error;
            }
          }
          for (const message of together) assert.ok(apart.includes(message), message);
        },
      ),
      { numRuns: 300 },
    );
  });

  for (const type of [
    "azure-native:web:WebApp",
    "azuread:index/application:Application",
    "command:local:Command",
  ]) {
    it(`stands depth, width and a megabyte of text in ${type}`, function () {
      this.timeout(120_000);
      let deep: unknown = canary;
      for (let level = 0; level < 2000; level++) deep = level % 2 === 0 ? { value: deep } : [deep];
      let quoted = JSON.stringify({ clientSecret: canary });
      for (let level = 0; level < 8; level++) quoted = JSON.stringify({ template: quoted });
      const wide = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`key${index}`, "value"]));
      const megabyte = 1_000_000;
      const inputs: readonly object[] = [
        { create: deep },
        { properties: quoted },
        { siteConfig: { appSettings: wide } },
        ...[
          "a",
          " ",
          "\n",
          "-",
          "=",
          '"',
          "\\",
          "{",
          "[",
          "$(",
          "A1+/",
          "secret ",
          "az ad app ",
          "\ud800",
        ].flatMap((piece) => {
          const text = piece.repeat(megabyte / piece.length);
          return [
            { create: text },
            { properties: { siteConfig: { appSettings: [{ name: "SECRET", value: text }] } } },
          ];
        }),
      ];
      for (const props of inputs) {
        // Of the processor, not of the clock: other tests run beside this one.
        const started = process.cpuUsage();
        judge(policies, type, props);
        const { user, system } = process.cpuUsage(started);
        const took = (user + system) / 1000;
        assert.ok(took < 5000, `${took.toFixed(0)} ms for ${JSON.stringify(props).slice(0, 60)}`);
      }
    });
  }
});
