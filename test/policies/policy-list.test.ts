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

  describe("with a configuration in force", () => {
    const inForce = () => new Map(rules.map(({ id, level }) => [id, { level, properties: {} }]));

    /** What one walk of the SDK meets, and what it is told by the policies it asks. */
    function walk(policies: readonly RulePolicy[], resource: ResourceInput) {
      const [asked, elsewhere, passedBy, findings] = [[], [], [], []] as string[][];
      const report = ((finding: { name?: string; message: string }) =>
        findings?.push(`${finding.name ?? ""}: ${finding.message}`)) as unknown as ReportViolation;
      for (const policy of policies) {
        const validate = policy.validateResource;
        if (validate === undefined) passedBy?.push(policy.name);
        else if ("__pulumiType" in validate) elsewhere?.push(policy.name);
        else {
          asked?.push(policy.name);
          try {
            validate(argumentsOf(resource), report);
          } catch (error) {
            if (!(error instanceof NotApplicable)) throw error;
          }
        }
      }
      return { asked, elsewhere, passedBy, findings };
    }

    it("lets the SDK ask one policy, which has the others judge there and then", () => {
      const policies = createPolicies({ environment: {}, configuration: inForce });
      const first = policies.find(({ validateResource }) => validateResource)?.name;
      walk(policies, tlsPrivateKey); // The run itself is judged with the first resource.
      for (const resource of resources) {
        const { asked, elsewhere, passedBy, findings } = walk(policies, resource);
        assert.deepEqual(asked, [first]);
        const said = plainly(resource);
        const judged = Object.keys(said).filter((name) => said[name] !== "not applicable");
        assert.deepEqual(
          judged.filter((name) => elsewhere?.includes(name)),
          [],
        );
        assert.deepEqual(
          Object.keys(said).filter((name) => said[name] === "not applicable" && passedBy?.includes(name)),
          [],
        );
        const expected = judged.filter((name) => said[name] !== "passed");
        assert.deepEqual(
          [...new Set(findings?.map((finding) => finding.split(":")[0]))].filter((name) => name !== ""),
          expected.filter((name) => name !== first),
        );
      }
    });

    it("judges a stack in one go as well", () => {
      const policies = createPolicies({ environment: {}, configuration: inForce });
      const args = { resources: [], getConfig: () => ({}), notApplicable: () => undefined };
      const met: string[] = [];
      for (const policy of policies) {
        const validate = policy.validateStack;
        if (validate === undefined || "__pulumiType" in validate) continue;
        met.push(policy.name);
        validate(args as unknown as StackValidationArgs, () => undefined);
      }
      assert.deepEqual(met, [policies.find(({ validateStack }) => validateStack)?.name]);
    });
  });

  it("asks last what looks back on the others", () => {
    const [first, ...others] = rules.map(({ id }) => id).filter((id) => id !== "exemption-current");
    assert.deepEqual(
      createPolicies({ environment: {} }).map(({ name }) => name),
      [first, ...others, "exemption-current"],
    );
  });

  it("leaves stack traces as long as they were", () => {
    const before = Error.stackTraceLimit;
    for (const policy of rules.map((rule) => rule.toPolicy({ environment: {}, now: () => new Date() }))) {
      // The run is judged with the first resource; the second is of no concern to most.
      for (const name of ["first", "second"]) if (policy.validateResource) ask(policy, { ...vault, name });
    }
    assert.equal(Error.stackTraceLimit, before);
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
    for (const { validateStack } of policies)
      validateStack?.({ resources: [] } as unknown as StackValidationArgs, () => undefined);
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
