import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { readMarker } from "../../../cli/post";
import type { DescribedServer } from "./described-server";
import { COMMON, gitHubRun, ours } from "./github-fixture";
import { basicError, HEAD, SOMEBODY } from "./github-server";

describe("posting to a GitHub that is not at its best", () => {
  const github = gitHubRun();

  describe("with a host that fails", () => {
    const once = (method: string, ending: string, fault: ReturnType<DescribedServer["fault"]>) => {
      let left = 1;
      github.server.fault = (request) =>
        request.method === method && request.path.endsWith(ending) && left-- > 0 ? fault : undefined;
    };

    it("repeats a read after 502", async () => {
      once("GET", "/comments", { kind: "answer", answer: { status: 502, body: "<html>bad gateway</html>" } });
      assert.deepEqual((await github.post()).problems, []);
      assert.deepEqual(github.run.waits, [500]);
    });

    it("does not write a second comment when the connection is cut after the first was written", async () => {
      once("POST", "/comments", { kind: "cut-after" });
      const outcome = await github.post();
      assert.deepEqual([outcome.comment, outcome.problems], ["created", []]);
      assert.equal(github.repository.comments.length, 1);
      assert.equal(github.server.lines().filter((line) => /^POST .*comments$/.test(line)).length, 1);
    });

    it("does not write a second comment when a gateway answers 502 for one that was written", async () => {
      once("POST", "/comments", { kind: "answer-after", answer: { status: 502 } });
      await github.post();
      assert.equal(github.repository.comments.length, 1);
    });

    it("writes the comment in a second attempt when the first never arrived", async () => {
      once("POST", "/comments", { kind: "cut" });
      assert.equal((await github.post()).comment, "created");
      assert.equal(github.repository.comments.length, 1);
    });

    it("does not set a second check run when the connection is cut after the first was set", async () => {
      once("POST", "/check-runs", { kind: "cut-after" });
      assert.equal((await github.post()).status, "check-run");
      assert.equal(github.repository.checkRuns.length, 1);
    });

    it("waits as long as a secondary rate limit says", async () => {
      const body = { message: "You have exceeded a secondary rate limit." };
      once("POST", "/comments", {
        kind: "answer",
        answer: { status: 403, body, headers: { "retry-after": "37" } },
      });
      assert.equal((await github.post()).comment, "created");
      assert.deepEqual(github.run.waits, [37_000]);
    });

    it("waits a minute when a secondary rate limit names no time", async () => {
      const body = { message: "You have exceeded a secondary rate limit." };
      once("PATCH", "", { kind: "answer", answer: { status: 403, body } });
      github.repository.comment(ours({ runId: "4000" }));
      await github.post();
      assert.deepEqual(github.run.waits, [60_000]);
    });

    it("waits until the primary rate limit is reset", async () => {
      const reset = String(Date.parse("2026-11-20T18:04:30Z") / 1_000);
      const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset };
      once("GET", "/pulls/7", {
        kind: "answer",
        answer: { status: 429, body: { message: "slow" }, headers },
      });
      assert.equal((await github.post()).comment, "created");
      assert.deepEqual(github.run.waits, [31_000]);
    });

    it("gives up, with a word, when the wait would be longer than a pipeline's", async () => {
      github.server.fault = ({ path }) =>
        path.endsWith("/comments")
          ? {
              kind: "answer",
              answer: { status: 429, body: { message: "slow" }, headers: { "retry-after": "3600" } },
            }
          : undefined;
      const outcome = await github.post();
      assert.deepEqual(
        outcome.problems.map(({ code }) => code),
        ["POST_THROTTLED"],
      );
      assert.deepEqual([outcome.comment, outcome.status], ["failed", "check-run"]);
      assert.deepEqual(github.run.waits, []);
    });

    it("stops after a bounded number of attempts", async () => {
      github.server.fault = ({ path }) =>
        path.endsWith("/pulls/7") ? { kind: "answer", answer: { status: 503 } } : undefined;
      const outcome = await github.post();
      assert.equal(github.server.lines(COMMON).filter((line) => line === "GET /pulls/7").length, 5);
      assert.deepEqual(
        outcome.problems.map(({ code }) => code),
        ["POST_UNREACHABLE"],
      );
    });

    it("follows no redirect with its token", async () => {
      const headers = { location: "https://elsewhere.example/steal" };
      github.server.fault = ({ path }) =>
        path.endsWith("/pulls/7") ? { kind: "answer", answer: { status: 301, headers } } : undefined;
      const { problems } = await github.post();
      assert.deepEqual(
        problems.map(({ code }) => code),
        ["POST_INVALID_ANSWER"],
      );
      assert.match(String(problems[0]?.message), /redirect to elsewhere\.example, which is not followed/);
    });

    it("does not let a link to a next page send it elsewhere", async () => {
      for (let index = 0; index < 150; index++) github.repository.comment("x", SOMEBODY);
      const { problems } = await github.post();
      assert.deepEqual(problems, []);
      // The server's links name api.github.com; every request came to the server itself.
      assert.equal(github.server.lines(COMMON).filter((line) => line === "GET /issues/7/comments").length, 4);
    });

    it("posts the short form when the host finds the body too large", async () => {
      github.repository.comment(ours({ runId: "4000" }));
      const body = { message: "Validation Failed", errors: [{ message: "Body is too long" }] };
      once("PATCH", "", { kind: "answer", answer: { status: 422, body } });
      assert.equal((await github.post()).comment, "updated");
      assert.match(String(github.repository.bodies[0]), /### ❌ Blocked\n\n1 client secret/);
      assert.match(String(github.repository.bodies[0]), /The whole review does not fit into a comment here/);
    });

    it("posts the short form of a body that is larger than any comment", async () => {
      const large = `<!-- m -->\n${"ü".repeat(40_000)}`;
      assert.equal((await github.post({ body: large, comparable: large })).comment, "created");
      assert.match(String(github.repository.bodies[0]), /does not fit/);
      assert.ok((await readFile(github.summary, "utf8")).length > 40_000);
    });

    it("ends when it is told to", async () => {
      await assert.rejects(github.post({}, "update", {}, AbortSignal.abort()), { code: "POST_ABORTED" });
      assert.deepEqual(github.server.received, []);
    });
  });

  describe("with a token that may not do everything", () => {
    const refused = { status: 403, body: basicError("Resource not accessible by integration") };

    it("names the permission for comments, and still sets the status and the summary", async () => {
      github.server.fault = ({ path, method }) =>
        method === "POST" && path.endsWith("/comments") ? { kind: "answer", answer: refused } : undefined;
      const outcome = await github.post();
      assert.deepEqual([outcome.comment, outcome.status], ["failed", "check-run"]);
      assert.deepEqual(outcome.problems, [
        {
          code: "POST_FORBIDDEN",
          message: `GitHub answered POST ${COMMON}/issues/7/comments with 403: Resource not accessible by integration. Give the job the permission "pull-requests: write" (docs/pipelines.md#permissions).`,
        },
      ]);
      assert.match(await readFile(github.summary, "utf8"), /Blocked/);
      assert.deepEqual(github.run.logged, [
        "Review of identities/prod: the comment could not be written; the check run is set.",
        `POST_FORBIDDEN: ${String(outcome.problems[0]?.message)}`.replaceAll("##", "# #"),
      ]);
    });

    it("names the permission when a private repository hides itself", async () => {
      github.server.fault = ({ path }) =>
        path.endsWith("/pulls/7")
          ? { kind: "answer", answer: { status: 404, body: basicError("Not Found") } }
          : undefined;
      const { problems } = await github.post();
      assert.match(
        String(problems[0]?.message),
        /It is gone, or the token may not see it\. Give the job .*pull-requests: write/,
      );
    });

    it("sets a commit status where it may not write checks", async () => {
      github.server.fault = ({ path }) =>
        path.endsWith("/check-runs") ? { kind: "answer", answer: refused } : undefined;
      assert.equal((await github.post()).status, "commit-status");
      assert.deepEqual(github.repository.statuses, [
        {
          sha: HEAD,
          state: "failure",
          context: "credential-review/identities/prod",
          description: "1 client secret would be created on a privileged app",
          target_url: "https://github.com/contoso/identities/actions/runs/5000",
        },
      ]);
    });

    it("names both permissions where it may set neither", async () => {
      github.server.fault = ({ path }) =>
        /check-runs|statuses/.test(path) ? { kind: "answer", answer: refused } : undefined;
      const outcome = await github.post();
      assert.deepEqual([outcome.comment, outcome.status], ["created", "failed"]);
      assert.match(String(outcome.problems[0]?.message), /"checks: write" or "statuses: write"/);
    });

    it("points to the second workflow in a run of a fork", async () => {
      const pull = { number: 7, head: { sha: HEAD, repo: { id: 2 } }, base: { repo: { id: 1 } } };
      github.event = await github.run.write("fork.json", JSON.stringify({ pull_request: pull }));
      github.server.fault = () => ({ kind: "answer", answer: refused });
      const { problems } = await github.post();
      assert.match(String(problems[0]?.message), /comes from a fork.*read-only token: write report\.json/);
    });
  });

  describe("in its other modes", () => {
    it("hides what it said before", async () => {
      const old = github.repository.comment(ours({ runId: "4000" }));
      assert.equal((await github.post({}, "hide-previous")).comment, "created");
      assert.equal(old.minimized, true);
      assert.equal(github.repository.comments.length, 2);
      assert.equal((await github.post({ runId: "5001" }, "hide-previous")).comment, "unchanged");
      assert.equal(github.repository.comments.length, 2);
    });

    it("appends, but not the same twice", async () => {
      await github.post({}, "append");
      await github.post({ runId: "5001" }, "append");
      await github.post({ runId: "5002", comparable: "something else" }, "append");
      assert.deepEqual(
        github.repository.comments.map(({ body, minimized }) => [readMarker(body)?.run, minimized]),
        [
          ["5000", undefined],
          ["5002", undefined],
        ],
      );
    });

    it("writes no comment in mode none, and sets the status", async () => {
      const outcome = await github.post({}, "none");
      assert.deepEqual(
        [outcome.comment, outcome.status, github.repository.comments.length],
        ["not-wanted", "check-run", 0],
      );
    });
  });
});
