import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { azurePipeline } from "../../cli/rotation-schedule/azure-devops";
import { DEFAULTS, readSchedule } from "../../cli/rotation-schedule/options";
import { shell } from "./composite-action";
import { type FixtureRepository, fixtureRepository, WRITES_REPORTS } from "./fixture-repository";
import { pipelineFiles, type Node, valuesOf } from "./pipeline-files";

const STEPS = resolve(__dirname, "../../pipelines/steps");
const files = pipelineFiles("azure-devops");
const file = (name: string): Node => {
  const found = files.find((candidate) => candidate.name === name);
  assert.ok(found, name);
  return found.content;
};
const steps = (): Node[] => file("review.yml")["steps"] as Node[];

/** What Azure Pipelines knows at the places where the templates have something. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  pipeline: [
    "trigger",
    "pr",
    "schedules",
    "lockBehavior",
    "variables",
    "stages",
    "parameters",
    "steps",
    "jobs",
  ],
  stage: ["stage", "dependsOn", "condition", "lockBehavior", "jobs"],
  job: [
    "job",
    "deployment",
    "environment",
    "pool",
    "timeoutInMinutes",
    "strategy",
    "steps",
    "template",
    "parameters",
  ],
  step: [
    "bash",
    "task",
    "checkout",
    "persistCredentials",
    "template",
    "parameters",
    "name",
    "displayName",
    "condition",
    "inputs",
    "env",
  ],
  parameter: ["name", "type", "default", "values"],
};

describe("the Azure DevOps templates", () => {
  it("are the four that are documented", () => {
    assert.deepEqual(
      files.map(({ name }) => name),
      ["azure-pipelines.yml", "deploy.yml", "review.yml", "rotation.yml"],
    );
  });

  it("hold only keys that Azure Pipelines knows at their place", () => {
    const unknown = files.flatMap(({ name, content }) => {
      const check = (kind: string, nodes: unknown[]): string[] =>
        nodes
          .flat()
          .flatMap((node) => Object.keys(node as Node))
          .filter((key) => !KNOWN[kind]?.includes(key))
          .map((key) => `${name}: ${kind} has ${key}`);
      return [
        ...check("pipeline", [content]),
        ...check("stage", valuesOf(content, "stages")),
        ...check("job", valuesOf(content, "jobs")),
        ...check("step", valuesOf(content, "steps")),
        ...check("parameter", [content["parameters"] ?? []]),
      ];
    });
    assert.deepEqual(unknown, []);
  });

  it("use every parameter they declare, declare every one they use, and are given what they require", () => {
    for (const name of ["review.yml", "deploy.yml"]) {
      const { text } = files.find((candidate) => candidate.name === name) ?? { text: "" };
      const declared = (file(name)["parameters"] as Node[]).map((parameter) => String(parameter["name"]));
      const used = [...text.matchAll(/parameters\.(\w+)/g)].map((match) => String(match[1]));
      assert.deepEqual([...new Set(used)].sort(), [...declared].sort(), name);
      const required = (file(name)["parameters"] as Node[])
        .filter((parameter) => !("default" in parameter))
        .map((parameter) => String(parameter["name"]));
      const uses = [
        ...valuesOf(file("azure-pipelines.yml"), "jobs"),
        ...valuesOf(file("rotation.yml"), "jobs"),
        ...valuesOf(file("azure-pipelines.yml"), "steps"),
      ]
        .flat()
        .map((node) => node as Node)
        // Beside the caller, or below it.
        .filter((node) => [name, `.azuredevops/${name}`].includes(String(node["template"])));
      assert.ok(uses.length > 0, `${name} is not used`);
      for (const { parameters } of uses) {
        const given = Object.keys(parameters as Node);
        assert.deepEqual(
          required.filter((parameter) => !given.includes(parameter)),
          [],
          name,
        );
        assert.deepEqual(
          given.filter((parameter) => !declared.includes(parameter)),
          [],
          name,
        );
      }
    }
  });

  it("put neither parameters nor variables into scripts", () => {
    const scripts = files.flatMap(({ content }) => valuesOf(content, "bash", "inlineScript")).map(String);
    assert.ok(scripts.length >= 7);
    assert.deepEqual(
      scripts.filter((script) => /\$\{\{|\$\(/.test(script)),
      [],
    );
  });

  it("review, post and judge also when the preview fails", () => {
    const always = steps()
      .filter((step) => step["condition"] === "succeededOrFailed()")
      .map((step) => String(step["bash"] ?? step["task"]));
    assert.deepEqual(always, [
      'bash "$CERTLOCK_STEPS/review.sh"',
      'bash "$CERTLOCK_STEPS/post.sh"',
      "PublishTestResults@2",
      'bash "$CERTLOCK_STEPS/verdict.sh"',
    ]);
  });

  it("show the token of the build to the step that posts, and to no other", () => {
    const holders = files
      .flatMap(({ content }) => valuesOf(content, "steps").flat())
      .filter((step) => JSON.stringify(step).includes("System.AccessToken"))
      .map((step) => (step as Node)["bash"]);
    assert.deepEqual(holders, ['bash "$CERTLOCK_STEPS/post.sh"']);
    for (const { name, content } of files) {
      for (const persisted of valuesOf(content, "persistCredentials")) assert.equal(persisted, false, name);
    }
  });

  it("sign in by workload identity, in each step that reaches a cloud", () => {
    const tasks = files
      .flatMap(({ content }) => valuesOf(content, "steps").flat())
      .map((step) => step as Node)
      .filter((step) => step["task"] === "AzureCLI@2");
    assert.equal(tasks.length, 2);
    for (const { inputs } of tasks as { inputs: Node }[]) {
      assert.equal(inputs["addSpnToEnvironment"], true);
      assert.match(String(inputs["inlineScript"]), /ARM_USE_OIDC=true ARM_OIDC_TOKEN="\$idToken"/);
      assert.doesNotMatch(String(inputs["inlineScript"]), /servicePrincipalKey|ARM_CLIENT_SECRET/);
    }
  });

  it("rotate as the generator writes it with its defaults, and for nothing but the schedule", () => {
    const { text = "", content = {} } = files.find(({ name }) => name === "rotation.yml") ?? {};
    assert.equal(text, azurePipeline(readSchedule("azure-devops", DEFAULTS)));
    assert.deepEqual([content["trigger"], content["pr"]], ["none", "none"]);
    const [schedule] = content["schedules"] as Node[];
    assert.deepEqual(
      [schedule?.["cron"], schedule?.["always"], schedule?.["branches"]],
      ["17 5 * * 1", true, { include: ["main"] }],
    );
  });

  it("deploy and rotate in turn, behind environments", () => {
    const stages = ["azure-pipelines.yml", "rotation.yml"].flatMap((name) => file(name)["stages"] as Node[]);
    const writing = stages.filter((stage) => stage["stage"] !== "review");
    assert.deepEqual(
      writing.map((stage) => [stage["stage"], stage["lockBehavior"]]),
      [
        ["deploy", "sequential"],
        ["rotate", "sequential"],
      ],
    );
    assert.equal(valuesOf(file("deploy.yml"), "environment").length, 1);
  });

  describe("with their steps run in a shell", () => {
    let repository: FixtureRepository;

    beforeEach(async () => {
      repository = await fixtureRepository();
    });
    afterEach(() => repository.remove());

    /** The template's own steps in order, as an agent runs them; values of parameters are put in before. */
    const runTemplate = async (
      parameters: Record<string, string>,
    ): Promise<{ codes: number[]; log: string }> => {
      const codes: number[] = [];
      let log = "";
      for (const step of steps()) {
        const script = (step["bash"] ?? (step["inputs"] as Node)["inlineScript"] ?? "") as string;
        if (script === "") continue;
        const path = join(repository.temp, `step-${codes.length}.sh`);
        await writeFile(path, script);
        const environment = Object.fromEntries(
          Object.entries((step["env"] ?? {}) as Record<string, string>).map(([key, value]) => [
            key,
            value
              .replace(
                /\$\{\{ (?:lower\()?parameters\.(\w+)\)? \}\}/,
                (_whole, name: string) => parameters[name] ?? "",
              )
              .replace("$(System.AccessToken)", "t"),
          ]),
        );
        const { code, text } = await shell(path, repository.workspace, {
          ...repository.environment,
          ...environment,
          TF_BUILD: "True",
          AGENT_TEMPDIRECTORY: repository.temp,
          idToken: "jwt",
          servicePrincipalId: "client",
          tenantId: "tenant",
        });
        codes.push(code);
        log += text;
      }
      return { codes, log };
    };
    const parameters = {
      stack: "prod",
      workDir: "infra",
      comment: "update",
      failOn: "",
      strict: "false",
      steps: STEPS,
    };

    it("end well for a change without findings", async () => {
      await repository.command(
        "pulumi",
        `echo "{}"; echo "$ARM_USE_OIDC $ARM_OIDC_TOKEN $ARM_CLIENT_ID $ARM_TENANT_ID" >&2`,
      );
      const { codes, log } = await runTemplate(parameters);
      assert.deepEqual(codes, [0, 0, 0, 0, 0], log);
      assert.match(log, /true jwt client tenant/);
      assert.match(log, /##vso\[task\.setvariable variable=folder;isOutput=true\].*certlock\/prod\n/);
      const kept = [
        ...log.matchAll(/^##vso\[artifact\.upload artifactname=credential-review-prod\].*\/(\S+)$/gm),
      ];
      assert.deepEqual(
        kept.map(([, name]) => name),
        ["report.html", "report.json", "report.md", "report.sarif", "report.xml"],
      );
      assert.deepEqual((await repository.calls()).at(-1)?.slice(-4), [
        "--post",
        "azure-devops",
        "--comment",
        "update",
      ]);
      assert.match(await readFile(join(repository.temp, "certlock/prod/report.xml"), "utf8"), /stand-in/);
    });

    it("fail at the end, and only there, when the preview fails", async () => {
      await repository.command("pulumi", "exit 255");
      await repository.command("certlock", WRITES_REPORTS.replace("CODE:-0", "CODE:-2"));
      assert.deepEqual((await runTemplate(parameters)).codes, [0, 0, 0, 0, 2]);
    });
  });
});
