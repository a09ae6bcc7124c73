import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { githubWorkflow } from "../../cli/rotation-schedule/github-actions";
import { DEFAULTS, readSchedule } from "../../cli/rotation-schedule/options";
import { pipelineFiles, type Node, valuesOf } from "./pipeline-files";

const run = promisify(execFile);
const workflows = pipelineFiles("github/workflows");
const files = [...pipelineFiles("github"), ...workflows];
const jobsOf = ({ content }: { content: Node }): Node[] =>
  Object.values(content["jobs"] as Record<string, Node>);

/** What the generator makes of other options. */
async function otherSchedules(folder: string): Promise<string[]> {
  const given = [
    { ...DEFAULTS, evidence: false, alert: false },
    {
      ...{ ...DEFAULTS, stack: "contoso/identities/1e3", environment: "null", branch: "release/2.x" },
      ...{ workDir: "infra/yes", cron: "1-59/7 */2 * * sun,2-4" },
    },
  ];
  return Promise.all(
    given.map(async (options, index) => {
      const path = join(folder, `rotation-${index}.yml`);
      await writeFile(path, githubWorkflow(readSchedule("github-actions", options)));
      return path;
    }),
  );
}

describe("the GitHub workflows", () => {
  it("rotate as the generator writes it with its defaults", () => {
    const rotation = workflows.find(({ name }) => name === "rotation.yml");
    assert.equal(rotation?.text, githubWorkflow(readSchedule("github-actions", DEFAULTS)));
  });

  it("are the five that are documented", () => {
    assert.deepEqual(
      workflows.map(({ name }) => name),
      ["deploy.yml", "fork-check.yml", "fork-post.yml", "pull-request.yml", "rotation.yml"],
    );
  });

  for (const { name, text, content } of files) {
    it(`${name} pins every foreign action to a commit, with its version beside`, () => {
      const used = valuesOf(content, "uses").map(String);
      for (const action of used.filter((action) => !action.startsWith("./"))) {
        assert.match(action, /^[\w.-]+\/[\w.-]+(?:\/[\w.-]+)*@[0-9a-f]{40}$/);
        assert.match(text, new RegExp(`uses: ${action} # v\\d+\\.\\d+\\.\\d+\\b`));
      }
    });

    it(`${name} puts no expression into a script`, () => {
      const scripts = valuesOf(content, "run").map(String);
      assert.ok(scripts.length > 0);
      assert.deepEqual(
        scripts.filter((script) => script.includes("${{")),
        [],
      );
    });
  }

  it("pin one action to one commit in all files", () => {
    const commits = new Map<string, Set<string>>();
    for (const action of files.flatMap(({ content }) => valuesOf(content, "uses")).map(String)) {
      const [name, commit] = action.split("@");
      if (name === undefined || commit === undefined) continue;
      commits.set(name, (commits.get(name) ?? new Set()).add(commit));
    }
    assert.ok([...commits.values()].every((found) => found.size === 1));
    assert.ok(commits.size >= 6);
  });

  it("give each job the permissions it needs and no others", () => {
    const permissions = Object.fromEntries(
      workflows.map((workflow) => {
        assert.deepEqual(workflow.content["permissions"], {}, `${workflow.name} begins with none`);
        return [workflow.name, jobsOf(workflow).map((job) => job["permissions"])];
      }),
    );
    assert.deepEqual(permissions, {
      "deploy.yml": [{ contents: "read", "id-token": "write" }],
      "fork-check.yml": [{ contents: "read" }],
      "fork-post.yml": [{ contents: "read", actions: "read", "pull-requests": "write", checks: "write" }],
      "pull-request.yml": [
        {
          contents: "read",
          "id-token": "write",
          "pull-requests": "write",
          checks: "write",
          "security-events": "write",
        },
      ],
      "rotation.yml": [{ contents: "read", "id-token": "write" }, { issues: "write" }],
    });
  });

  it("never hand a token or a secret to code of a fork", () => {
    const check = workflows.find(({ name }) => name === "fork-check.yml");
    assert.ok(check);
    assert.doesNotMatch(check.text, /secrets\.|vars\.|azure\/login|github\.token|pull_request_target/);
    const post = workflows.find(({ name }) => name === "fork-post.yml");
    assert.ok(post);
    const [job] = jobsOf(post);
    const steps = job?.["steps"] as Node[];
    const checkout = steps.find((step) => String(step["uses"]).startsWith("actions/checkout@"));
    assert.deepEqual(
      checkout?.["with"],
      { "persist-credentials": false },
      "the default branch, not the fork's",
    );
    assert.deepEqual(post.content["on"], {
      workflow_run: { workflows: [check.content["name"]], types: ["completed"] },
    });
    for (const { name, text } of workflows) assert.doesNotMatch(text, /pull_request_target/, name);
  });

  it("let one run at a time write a stack", () => {
    const groups = workflows
      .filter(({ name }) => name === "deploy.yml" || name === "rotation.yml")
      .flatMap(jobsOf)
      .filter((job) => JSON.stringify(job).includes("pulumi up"))
      .map((job) => job["concurrency"]);
    const one = { group: "pulumi-prod", "cancel-in-progress": false };
    assert.deepEqual(groups, [one, one]);
    for (const workflow of workflows) {
      for (const job of jobsOf(workflow)) assert.ok("concurrency" in job, `${workflow.name} has no group`);
    }
  });

  it("sign in without a secret, on all three planes", () => {
    for (const { name, text, content } of workflows.filter(({ text }) => text.includes("azure/login@"))) {
      assert.doesNotMatch(text, /secrets\.|creds:|CLIENT_SECRET|PASSPHRASE|STORAGE_KEY|SAS_TOKEN/, name);
      const [environment] = valuesOf(content, "env") as Node[];
      assert.deepEqual(Object.keys(environment ?? {}).sort(), [
        "ARM_CLIENT_ID",
        "ARM_SUBSCRIPTION_ID",
        "ARM_TENANT_ID",
        "ARM_USE_OIDC",
        "PULUMI_BACKEND_URL",
      ]);
    }
  });

  it("deploy and rotate behind an environment, on different rights than a review", () => {
    const of = (name: string): Node => {
      const [job] = workflows.filter((workflow) => workflow.name === name).flatMap(jobsOf);
      assert.ok(job);
      return job;
    };
    assert.deepEqual(
      [of("deploy.yml")["environment"], of("rotation.yml")["environment"]],
      ["production", "rotation"],
    );
    const identity = (name: string): unknown => (of(name)["env"] as Node)["ARM_CLIENT_ID"];
    assert.notEqual(identity("deploy.yml"), identity("pull-request.yml"));
  });

  it("give the action only inputs it has", () => {
    const [action] = pipelineFiles("github");
    const known = Object.keys(action?.content["inputs"] as Node);
    const used = workflows
      .flatMap(jobsOf)
      .flatMap((job) => job["steps"] as Node[])
      .filter((step) => step["uses"] === "./node_modules/certlock/pipelines/github")
      .map((step) => step["with"] as Node);
    assert.equal(used.length, 3);
    for (const given of used) {
      assert.ok("stack" in given);
      assert.deepEqual(
        Object.keys(given).filter((name) => !known.includes(name)),
        [],
      );
    }
  });

  it("satisfy actionlint", async function () {
    this.timeout(300_000);
    const found = await run("go", ["version"]).then(
      () => true,
      () => false,
    );
    if (!found) {
      if (process.env["CERTLOCK_GO"] === "required") throw new Error('No "go" was found on PATH.');
      process.stderr.write("\n*** NO GO: actionlint is skipped. ***\n");
      this.skip();
    }
    const folder = await mkdtemp(join(tmpdir(), "certlock-actionlint-"));
    const program = join(folder, "actionlint");
    try {
      await run(
        "go",
        ["build", "-mod=readonly", "-o", program, "github.com/rhysd/actionlint/cmd/actionlint"],
        {
          cwd: resolve(__dirname, "actionlint"),
        },
      );
      const broken = join(folder, "broken.yml");
      const [first] = workflows;
      assert.ok(first);
      // A checker that finds nothing anywhere would pass as well.
      await writeFile(broken, first.text.replace("    permissions:", "    premissions:"));
      const complaint = (error: { stdout: string }): boolean =>
        /unexpected key "premissions"/.test(error.stdout);
      await assert.rejects(run(program, ["-no-color", "-shellcheck=", "-pyflakes=", broken]), complaint);
      const paths = [...workflows.map(({ path }) => path), ...(await otherSchedules(folder))];
      const { stdout } = await run(program, ["-no-color", "-shellcheck=", "-pyflakes=", ...paths]);
      assert.equal(stdout, "");
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
