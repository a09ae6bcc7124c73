/** One walk for all rules: what it saves, what it must not change, and what it needs of the SDK. */
import assert from "node:assert/strict";
import { ReportViolation, ResourceValidationArgs, StackValidationArgs } from "@pulumi/policy";
import { createPolicies, rules } from "../../policies/catalogue";
import { RulePolicy } from "../../policies/rule-policy";
import { compiledPack } from "./harness/compiled-pack";
import { ResourceInput, urnOf } from "./harness/wire";
import { application, change, tlsPrivateKey, vault } from "./samples";

const openVault = change(vault, "properties.enablePurgeProtection", false);

class NotApplicable extends Error {}

function argumentsOf(resource: ResourceInput): ResourceValidationArgs {
  return {
    ...resource,
    urn: urnOf(resource),
    props: { ...resource.props },
    getConfig: () => ({}),
    notApplicable: () => {
      throw new NotApplicable();
    },
  } as unknown as ResourceValidationArgs;
}

/** Asks one policy as the SDK does, and says what came of it. */
function ask(policy: RulePolicy, resource: ResourceInput): string {
  const mark = (policy.validateResource as { __pulumiType?: string } | undefined)?.__pulumiType;
  if (mark !== undefined) return mark === resource.type ? "asked twice" : "not applicable";
  const found: string[] = [];
  const report = ((finding: { message: string }) =>
    found.push(finding.message)) as unknown as ReportViolation;
  try {
    policy.validateResource?.(argumentsOf(resource), report);
  } catch (error) {
    if (error instanceof NotApplicable) return "not applicable";
    throw error;
  }
  return found.join("; ") || "passed";
}

const resources = [openVault, application, tlsPrivateKey, vault, { ...openVault, name: "orders" }];

/** Asks about one resource more than counts, because the run itself is judged with the first. */
function begun(policies: readonly RulePolicy[]): readonly RulePolicy[] {
  for (const policy of policies.values()) if (policy.validateResource) ask(policy, tlsPrivateKey);
  return policies;
}

const apart = begun(rules.map((rule) => rule.toPolicy({ environment: {}, now: () => new Date() })));

/** What the rules say that are asked one by one. */
function plainly(resource: ResourceInput): Record<string, string> {
  const asked = apart.filter(({ validateResource }) => validateResource);
  return Object.fromEntries(asked.map((policy) => [policy.name, ask(policy, resource)]));
}

describe("the list of policies", () => {
  it("says about every resource what the rules say that are asked one by one", () => {
    const policies = begun(createPolicies({ environment: {} }));
    for (const resource of resources) {
      const said: Record<string, string> = {};
      for (const policy of policies) if (policy.validateResource) said[policy.name] = ask(policy, resource);
      assert.deepEqual(said, plainly(resource), resource.type);
    }
  });

  it("keeps requests apart that are answered at the same time", () => {
    const policies = begun(createPolicies({ environment: {} }));
    const walks = resources.map((resource) => ({
      resource,
      walk: policies[Symbol.iterator](),
      said: new Map<string, string>(),
    }));
    for (let step = 0; step < policies.length; step++) {
      for (const { resource, walk, said } of walks) {
        const policy = walk.next().value as RulePolicy;
        if (policy.validateResource) said.set(policy.name, ask(policy, resource));
      }
    }
    for (const { resource, said } of walks)
      assert.deepEqual(Object.fromEntries(said), plainly(resource), resource.type);
  });

  it("still asks every rule about every resource when it has been copied", () => {
    const copy = [...begun(createPolicies({ environment: {} }))];
    for (const resource of resources) {
      const said = copy
        .filter(({ validateResource }) => validateResource)
        .map((policy) => [policy.name, ask(policy, resource)]);
      assert.deepEqual(Object.fromEntries(said), plainly(resource));
    }
  });

  it("has a stack sorted and indexed once for all stack rules", () => {
    const stacks: unknown[] = [];
    const policies = createPolicies({
      environment: {},
      rules: ["one", "two"].map((id) => ({
        ...rules[0],
        id,
        configured() {
          return this;
        },
        toPolicy: () => ({
          name: id,
          description: id,
          subjects: id,
          isAbout: () => false,
          isAboutStack: () => true,
          validateStack: (_args, _report, shared) => {
            stacks.push(shared?.stack);
            if (shared) shared.stack ??= { resources: [] } as never;
          },
        }),
      })),
    });
    for (const { validateStack } of policies) validateStack?.({} as StackValidationArgs, () => undefined);
    assert.deepEqual(stacks, [undefined, { resources: [] }]);
  });
});

describe("the policy SDK, about the list of policies", () => {
  it("walks the list anew for each request and respects the mark of another type", async () => {
    const pack = await compiledPack();
    await pack.configure({});
    await pack.analyze(tlsPrivateKey); // The run itself is judged with the first resource.
    const { raw } = await pack.analyze(openVault);
    const { notApplicableList } = raw as { notApplicableList: { policyName: string; reason: string }[] };
    const reasons = Object.fromEntries(
      notApplicableList.map(({ policyName, reason }) => [policyName, reason]),
    );
    assert.equal(
      reasons["no-client-secret-resource"],
      "Policy only applies to resources of type 'Client secret'",
    );
  });
});
