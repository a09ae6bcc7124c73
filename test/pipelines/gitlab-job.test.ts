import assert from "node:assert/strict";
import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { shell } from "./composite-action";
import { type FixtureRepository, fixtureRepository, WRITES_REPORTS } from "./fixture-repository";
import { pipelineFiles } from "./pipeline-files";

interface Job {
  readonly script: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  readonly id_tokens: Readonly<Record<string, { readonly aud: string }>>;
  readonly rules: readonly { readonly if: string }[];
  readonly artifacts: { readonly paths: readonly string[]; readonly when: string };
}

describe("the GitLab job", () => {
  let repository: FixtureRepository;
  const [file] = pipelineFiles("gitlab");
  const job = file?.content["credential review"] as Job;

  beforeEach(async () => {
    repository = await fixtureRepository();
    await repository.command("npm", "");
    await writeFile(join(repository.workspace, "Pulumi.yaml"), "name: identities\nruntime: nodejs\n");
    await cp(
      resolve(__dirname, "../../pipelines/steps"),
      join(repository.workspace, "node_modules/certlock/pipelines/steps"),
      { recursive: true },
    );
  });
  afterEach(() => repository.remove());

  /** The lines of the job one after the other, as the runner's shell has them. */
  const run = async (
    more: Readonly<Record<string, string>> = {},
  ): Promise<{ code: number; text: string }> => {
    const script = join(repository.temp, "script.sh");
    await writeFile(script, job.script.join("\n"));
    const variables = Object.entries(job.variables).map(([name, value]) => [
      name,
      value.replace(/\$\w+/g, "x"),
    ]);
    return shell(script, repository.workspace, {
      ...repository.environment,
      ...(Object.fromEntries(variables) as Record<string, string>),
      AZURE_ID_TOKEN: "jwt-that-must-not-be-shown",
      TMPDIR: repository.temp,
      GITLAB_CI: "true",
      ...more,
    });
  };

  it("runs for merge requests only, and asks for a token with the audience of Entra", () => {
    assert.deepEqual(
      job.rules.map((rule) => rule.if),
      ['$CI_PIPELINE_SOURCE == "merge_request_event"'],
    );
    assert.deepEqual(job.id_tokens, { AZURE_ID_TOKEN: { aud: "api://AzureADTokenExchange" } });
    assert.equal(job.artifacts.when, "always");
  });

  it("hands the token to state and providers, reviews, posts and keeps the report", async () => {
    await repository.command(
      "pulumi",
      `echo "{}"; echo "$ARM_OIDC_TOKEN=$(cat "$AZURE_FEDERATED_TOKEN_FILE")" > seen.txt`,
    );
    const { code, text } = await run();
    assert.equal(code, 0, text);
    assert.ok(!text.includes("jwt-that"), text);
    assert.equal(
      await readFile(join(repository.workspace, "seen.txt"), "utf8"),
      "jwt-that-must-not-be-shown=jwt-that-must-not-be-shown\n",
    );
    assert.deepEqual((await repository.calls()).at(-1)?.slice(-4), [
      "--post",
      "gitlab",
      "--comment",
      "update",
    ]);
    const kept = await readdir(join(repository.workspace, "credential-review"));
    assert.deepEqual(kept.sort(), ["report.html", "report.json", "report.md", "report.sarif", "report.xml"]);
  });

  it("keeps the report of a stack that is named with its organisation", async () => {
    await repository.command("pulumi", 'echo "{}"');
    const { code, text } = await run({ CERTLOCK_STACK: "contoso/identities/prod" });
    assert.equal(code, 0, text);
    const kept = await readdir(join(repository.workspace, "credential-review"));
    assert.ok(kept.includes("report.html"), text);
  });

  it("ends by the verdict, and posts also when the preview fails", async () => {
    await repository.command("pulumi", "exit 255");
    await repository.command("certlock", WRITES_REPORTS.replace("CODE:-0", "CODE:-2"));
    assert.equal((await run()).code, 2);
    assert.ok((await repository.calls()).some((call) => call.includes("--post")));
  });
});
