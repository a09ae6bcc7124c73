import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { ScheduledUpdate, type ScheduledUpdateArgs } from "../../components/pulumi-deployments";
import { Recorder } from "./recorder";
import { refusal } from "./refusal";

const ROOT = resolve(__dirname, "../..");
const ID = "7e0a0000-0000-4000-8000-000000000001";
const azure = { clientId: ID, tenantId: ID, subscriptionId: ID };
const source = { repositoryUrl: "https://github.com/contoso/identities.git" };
const of = { organization: "contoso", project: "identities", stack: "prod" };
const declare = (args: Partial<ScheduledUpdateArgs> | object = {}): ScheduledUpdate =>
  new ScheduledUpdate("rotation", { ...of, ...args });

describe("ScheduledUpdate", () => {
  it("updates the stack on a schedule, signed in by a token of the deployment and nothing else", async () => {
    const recorder = await Recorder.start();
    declare({ azure, source: { ...source, directory: "infra" } });
    const registered = await recorder.all();
    assert.deepEqual(
      registered.map(({ type, name, inputs }) => ({ type, name, inputs })),
      [
        { type: "certlock:components:ScheduledUpdate", name: "rotation", inputs: {} },
        {
          type: "pulumiservice:index:DeploymentSchedule",
          name: "rotation-schedule",
          inputs: { ...of, scheduleCron: "17 5 * * 1", pulumiOperation: "update" },
        },
        {
          type: "pulumiservice:index:DeploymentSettings",
          name: "rotation-settings",
          inputs: {
            ...of,
            sourceContext: { git: { repoUrl: source.repositoryUrl, branch: "main", repoDir: "infra" } },
            operationContext: { oidc: { azure } },
          },
        },
      ],
    );
    const [, schedule] = registered;
    assert.deepEqual(schedule?.dependencies, ["rotation-settings"]);
  });

  it("leaves settings alone that the stack has already", async () => {
    const recorder = await Recorder.start();
    declare();
    assert.deepEqual(
      (await recorder.all()).map(({ name }) => name),
      ["rotation", "rotation-schedule"],
    );
  });

  it("says how many days runs may be missing: the validity without a period, a gap, and the changeover", async () => {
    await Recorder.start();
    // 125 - 60 - 7 - 5
    assert.equal(declare().slackDays, 53);
    assert.equal(declare({ cron: "17 5 * * *" }).slackDays, 59);
    assert.equal(declare({ rotation: { periodDays: 40, validityDays: 85 } }).slackDays, 33);
    assert.equal(declare({ rotation: { periodDays: 40 } }).slackDays, 33);
    assert.equal(declare({ rotation: { periodDays: 7, validityDays: 19 } }).slackDays, 0);
  });

  for (const [what, args, expected] of [
    ["a run that comes less often than a period", { rotation: { periodDays: 6 } }, ["cron rotation-gap"]],
    [
      "certificates that end before clients have changed over",
      { rotation: { periodDays: 7, validityDays: 18 } },
      ["rotation.validityDays rotation-gap"],
    ],
    [
      "numbers beyond their limits",
      { rotation: { periodDays: 4, validityDays: 366 } },
      ["rotation.periodDays out-of-range", "rotation.validityDays out-of-range"],
    ],
    ["days of the month", { cron: "17 5 1 * *" }, ["cron out-of-range"]],
    ["one half of the settings", { azure }, ["source missing"]],
    ["the other half", { source }, ["azure missing"]],
    [
      "a repository with a password",
      { azure, source: { repositoryUrl: "https://me:CANARY@example.com/r.git" } },
      ["source.repositoryUrl secret-in-url"],
    ],
    [
      "a repository of the file system, and paths out of it",
      { azure, source: { repositoryUrl: "file:///r", branch: "a b", directory: "../x" } },
      ["source.repositoryUrl invalid-url", "source.branch invalid-name", "source.directory invalid-name"],
    ],
    [
      "names and ids that are none",
      { organization: "a/b", stack: "", azure: { ...azure, clientId: "x" }, source },
      ["organization invalid-name", "stack invalid-name", "azure.clientId invalid-id"],
    ],
    ["an option nobody reads", { clientSecret: "x" }, ["clientSecret unknown-key"]],
  ] as const) {
    it(`refuses ${what}`, async () => {
      assert.deepEqual(await refusal(() => declare(args)), expected);
    });
  }

  it("is no part of what everybody imports: its SDK is loaded for those who use it alone", () => {
    const loads = (entry: string): boolean => {
      const script = `require("${entry}"); process.stdout.write(String(Object.keys(require.cache).some((path) => path.includes("@pulumi/pulumiservice/"))))`;
      const { stdout, stderr } = spawnSync(process.execPath, ["-e", script], { cwd: ROOT, encoding: "utf8" });
      assert.equal(stderr, "");
      return stdout === "true";
    };
    assert.equal(loads("certlock/components"), false);
    assert.equal(loads("certlock/components/pulumi-deployments"), true);
  });
});
