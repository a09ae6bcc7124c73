import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { readMarker } from "../../../cli/post";
import { COMMON, gitHubRun, ours } from "./github-fixture";
import { BOT, HEAD, SOMEBODY } from "./github-server";
import { posting, TOKEN } from "./posted";

const LATER = "1".repeat(40);

describe("a review posted to GitHub", () => {
  const github = gitHubRun();

  it("writes one comment, a check run and the summary of the step", async () => {
    const outcome = await github.post();
    assert.deepEqual(outcome, {
      comment: "created",
      url: "https://github.com/contoso/identities/pull/7#issuecomment-1000",
      status: "check-run",
      problems: [],
    });
    const [body] = github.repository.bodies;
    assert.deepEqual(
      { ...readMarker(String(body)), content: "", body: "" },
      {
        key: "identities/prod",
        head: HEAD,
        run: "5000",
        attempt: 1,
        verdict: "blocked",
        fingerprints: undefined,
        content: "",
        body: "",
      },
    );
    assert.match(String(body), /^<!-- certlock-review 1 [^\n]* -->\n### ❌ Blocked — 1 client secret/);
    const [check] = github.repository.checkRuns;
    assert.deepEqual(
      [
        check?.["name"],
        check?.["head_sha"],
        check?.["status"],
        check?.["conclusion"],
        check?.["details_url"],
      ],
      [
        "credential-review/identities/prod",
        HEAD,
        "completed",
        "failure",
        "https://github.com/contoso/identities/actions/runs/5000",
      ],
    );
    assert.match(await readFile(github.summary, "utf8"), /^### ❌ Blocked/);
    assert.match(String(github.server.received[0]?.headers.authorization), new RegExp(`^Bearer ${TOKEN}$`));
  });

  it("finds its comment on the third page, behind 250 others, and edits it in place", async () => {
    for (let index = 0; index < 125; index++) github.repository.comment(`chatter ${index}`, SOMEBODY);
    for (let index = 0; index < 125; index++) github.repository.comment("another tool", BOT);
    const { id } = github.repository.comment(ours({ runId: "4000" }));
    assert.equal((await github.post()).comment, "updated");
    assert.equal(github.repository.comments.length, 251);
    assert.match(String(github.repository.comments.find((comment) => comment.id === id)?.body), /❌ Blocked/);
    assert.ok(github.server.lines(COMMON).includes(`PATCH /issues/comments/${id}`));
  });

  it("leaves the comment alone when the next run finds the same", async () => {
    await github.post();
    const before = github.repository.bodies;
    github.server.received.length = 0;
    const outcome = await github.post({
      runId: "5001",
      body: posting().body.replace("###", "###"),
      runUrl: "https://x.example/2",
    });
    assert.equal(outcome.comment, "unchanged");
    assert.deepEqual(github.repository.bodies, before);
    assert.ok(!github.server.lines().some((line) => line.startsWith("PATCH")));
  });

  it("writes again over a comment that somebody has edited by hand", async () => {
    await github.post();
    const [comment] = github.repository.comments;
    assert.ok(comment);
    comment.body = comment.body.replace("❌ Blocked", "✅ All fine");
    assert.equal((await github.post({ runId: "5001" })).comment, "updated");
    assert.match(String(github.repository.bodies[0]), /❌ Blocked/);
    assert.equal(github.repository.comments.length, 1);
  });

  it("does not take line ends changed by the host for an edit by hand", async () => {
    await github.post();
    const [comment] = github.repository.comments;
    assert.ok(comment);
    comment.body = `${comment.body.replaceAll("\n", "\r\n")}\r\n`;
    assert.equal((await github.post({ runId: "5001" })).comment, "unchanged");
  });

  it("keeps one comment for each stack", async () => {
    await github.post();
    await github.post({ key: "identities/dev" });
    assert.deepEqual(
      github.repository.bodies.map((body) => readMarker(body)?.key),
      ["identities/prod", "identities/dev"],
    );
  });

  it("does not touch a comment with our marker that somebody else wrote", async () => {
    const foreign = github.repository.comment(ours({ runId: "9999" }), SOMEBODY);
    assert.equal((await github.post()).comment, "created");
    assert.equal(foreign.body, ours({ runId: "9999" }));
    assert.equal(github.repository.comments.length, 2);
  });

  it("puts ⚪ Incomplete over the older green verdict when the tool has failed", async () => {
    github.repository.comment(ours({ runId: "4000" }));
    const body = "<!-- m -->\n### ⚪ Incomplete — the preview crashed";
    await github.post({ verdict: "incomplete", body, comparable: body, hasIdentityChange: false });
    assert.equal(github.repository.comments.length, 1);
    assert.match(String(github.repository.bodies[0]), /⚪ Incomplete — the preview crashed/);
    assert.equal(github.repository.checkRuns[0]?.["conclusion"], "failure");
  });

  it("says nothing when no identity changes, and takes the older comment away", async () => {
    const clean = { verdict: "clean", hasIdentityChange: false } as const;
    assert.equal((await github.post(clean)).comment, "not-wanted");
    github.repository.comment(ours({ runId: "4000" }));
    assert.equal((await github.post(clean)).comment, "removed");
    assert.deepEqual(github.repository.comments, []);
    assert.deepEqual(
      github.repository.checkRuns.map((check) => check["conclusion"]),
      ["success", "success"],
    );
  });

  it("does not speak of a commit that is no longer the head", async () => {
    github.repository.head = LATER;
    const before = ours({ runId: "4000" });
    github.repository.comment(before);
    const outcome = await github.post();
    assert.deepEqual([outcome.comment, outcome.status], ["stale", "not-set"]);
    assert.deepEqual(github.repository.bodies, [before]);
    assert.match(await readFile(github.summary, "utf8"), /Blocked/);
  });

  it("lets a later attempt have the word, also when the older one ends last", async () => {
    await github.post({ attempt: 2, runId: "5000" });
    const before = github.repository.bodies;
    const outcome = await github.post({
      attempt: 1,
      body: "<!-- m -->\n### ✅ older",
      comparable: "older",
      verdict: "clean",
    });
    assert.deepEqual([outcome.comment, outcome.status], ["superseded", "not-set"]);
    assert.deepEqual(github.repository.bodies, before);
    assert.equal((await github.post({ attempt: 3, comparable: "newer" })).comment, "updated");
  });

  it("compares runs as numbers", async () => {
    await github.post({ runId: "10000" });
    assert.equal((await github.post({ runId: "9999", comparable: "other" })).comment, "superseded");
  });

  it("reduces its own duplicates to the one of the latest run", async () => {
    const old = [ours({ runId: "4000" }), ours({ runId: "4002" }), ours({ runId: "4001" })];
    const [, latest] = old.map((body) => github.repository.comment(body));
    assert.equal((await github.post()).comment, "updated");
    assert.deepEqual(
      github.repository.comments.map(({ id }) => id),
      [latest?.id],
    );
  });

  it("leaves one comment, the later run's, when two runs meet", async () => {
    const outcomes = await Promise.all([
      github.post({ runId: "5000", comparable: "first" }),
      github.post({ runId: "5001", comparable: "second" }),
    ]);
    assert.deepEqual(
      github.repository.bodies.map((body) => readMarker(body)?.run),
      ["5001"],
    );
    assert.ok(outcomes.every(({ problems }) => problems.length === 0));
  });

  it("writes again when an older run wrote over it in the same moment", async () => {
    github.repository.comment(ours({ runId: "4000" }));
    let listings = 0;
    github.server.fault = ({ method, path }) => {
      if (method !== "GET" || !path.endsWith("/issues/7/comments") || ++listings !== 2) return undefined;
      return {
        kind: "meanwhile",
        act: () => {
          const [comment] = github.repository.comments;
          if (comment !== undefined) comment.body = ours({ runId: "4500" });
        },
      };
    };
    assert.equal((await github.post()).comment, "updated");
    assert.deepEqual(
      github.repository.bodies.map((body) => readMarker(body)?.run),
      ["5000"],
    );
  });

  it("gives way to a later run that writes between its look and its own writing", async () => {
    github.repository.comment(ours({ runId: "4000" }));
    github.server.fault = ({ method, path }) =>
      method === "GET" && path.includes("/issues/comments/")
        ? {
            kind: "meanwhile",
            act: () => {
              const [comment] = github.repository.comments;
              if (comment !== undefined) comment.body = ours({ runId: "6000" });
            },
          }
        : undefined;
    assert.equal((await github.post()).comment, "superseded");
    assert.deepEqual(github.repository.bodies, [ours({ runId: "6000" })]);
  });

  it("writes a new comment when the old one is deleted just before the edit", async () => {
    github.repository.comment(ours({ runId: "4000" }));
    github.server.fault = ({ method }) =>
      method === "PATCH"
        ? {
            kind: "meanwhile",
            act: () => {
              github.repository.comments = [];
            },
          }
        : undefined;
    assert.equal((await github.post()).comment, "created");
    assert.equal(github.repository.comments.length, 1);
  });
});
