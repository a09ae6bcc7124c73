/** What the workflow does where its job ended before anything of certlock ran: the older verdict is taken back. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { writeMarker } from "../../cli/post";
import { gitHubRun } from "../cli/post/github-fixture";
import { HEAD, REPOSITORY, SOMEBODY } from "../cli/post/github-server";
import { TOKEN } from "../cli/post/posted";
import { type Node, pipelineFiles, valuesOf } from "./pipeline-files";

const run = promisify(execFile);

describe("a review that never began", function () {
  this.timeout(30_000);
  const github = gitHubRun();

  const steps = (): Node[] => {
    const workflow = pipelineFiles("github/workflows").find(({ name }) => name === "pull-request.yml");
    return (valuesOf(workflow?.content ?? {}, "steps") as Node[][])[0] ?? [];
  };

  const takeBack = async (stack: string): Promise<void> => {
    const step = steps().find(({ name }) => name === "Take back the older verdict");
    assert.equal(step?.["shell"], "bash");
    const { stderr } = await run(
      "bash",
      ["--noprofile", "--norc", "-eo", "pipefail", "-c", String(step["run"])],
      {
        env: {
          ...{ PATH: process.env["PATH"], RUNNER_TEMP: github.run.folder },
          ...{ GITHUB_API_URL: github.server.url, GITHUB_REPOSITORY: REPOSITORY, GITHUB_TOKEN: TOKEN },
          ...{
            STACK: stack,
            PULL: "7",
            HEAD_SHA: HEAD,
            RUN: `https://github.com/${REPOSITORY}/actions/runs/7`,
          },
        },
      },
    );
    assert.equal(stderr, "");
  };

  const verdict = (key: string): string =>
    `${writeMarker({ key, run: "4000", attempt: 1, verdict: "clean", content: "c", body: "b" })}\n### ✅ No credential risk\nold`;

  it("says so in the comment of its stack, wherever that is, and in no other", async () => {
    const { repository } = github;
    for (let number = 0; number < 120; number++) repository.comment(`Comment ${number}`, SOMEBODY);
    const others = [
      repository.comment(verdict("identities/dev-1")),
      repository.comment(verdict("fork:identities/prod-1")),
      repository.comment(verdict("identities/prod-1"), SOMEBODY),
      repository.comment(`Quoted:\n${verdict("identities/prod-1")}`),
    ].map((comment) => [comment, comment.body] as const);
    const ours = repository.comment(verdict("identities/prod-1"));
    await takeBack("contoso/identities/prod-1");
    for (const [comment, body] of others) assert.equal(comment.body, body);
    const [marker, ...lines] = ours.body.split("\n");
    assert.equal(marker, verdict("identities/prod-1").split("\n")[0]);
    assert.deepEqual(lines, [
      `### ⚪ Incomplete — commit ${HEAD.slice(0, 7)} was not reviewed`,
      "",
      `[The run](https://github.com/${REPOSITORY}/actions/runs/7) ended before the review. What stood here was about an older commit.`,
      "",
    ]);
  });

  it("is written over by the next review, also by one that says what was said before", async () => {
    await github.post({ runId: "4000" });
    const [said] = github.repository.bodies;
    await takeBack("prod");
    assert.match(github.repository.bodies[0] ?? "", /⚪ Incomplete/);
    const { comment } = await github.post({ runId: "5000" });
    assert.equal(comment, "updated");
    assert.equal(github.repository.comments.length, 1);
    assert.equal(github.repository.bodies[0]?.split("\n")[1], said?.split("\n")[1]);
  });

  it("says nothing once the pull request has moved on, and where nothing was said", async () => {
    const said = github.repository.comment(verdict("identities/prod"));
    github.repository.head = "0".repeat(40);
    await takeBack("prod");
    assert.equal(said.body, verdict("identities/prod"));
    github.repository.head = HEAD;
    github.repository.comments = [];
    await takeBack("prod");
    assert.deepEqual(github.repository.bodies, []);
  });

  it("is one of which the action has left no report", () => {
    const [review, last] = [steps().find(({ id }) => id === "review"), steps().at(-1)];
    assert.equal(review?.["uses"], "./node_modules/certlock/pipelines/github");
    assert.equal(
      last?.["if"],
      "${{ !success() && github.event_name == 'pull_request' && steps.review.outputs.report == '' }}",
    );
  });
});
