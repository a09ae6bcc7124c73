/** A GitHub, a run of its pipeline and a way to post from it, set up before and judged after each test. */
import assert from "node:assert/strict";
import { type CommentMode, postReview, type Posting, type PostOutcome, writeMarker } from "../../../cli/post";
import type { DescribedServer } from "./described-server";
import { GitHubRepository, HEAD, REPOSITORY } from "./github-server";
import { posting, type Surroundings, surroundings, TOKEN } from "./posted";

/** Path of the repository in the API. */
export const COMMON = `/repos/${REPOSITORY}`;

export interface GitHubRun {
  repository: GitHubRepository;
  server: DescribedServer;
  run: Surroundings;
  /** Path of the event's payload. */
  event: string;
  /** Path of the step's summary. */
  summary: string;
  post(
    changes?: Partial<Posting>,
    mode?: CommentMode,
    environment?: Record<string, string | undefined>,
    signal?: AbortSignal,
  ): Promise<PostOutcome>;
}

/** Registers the hooks; the answer is filled in before each test. */
export function gitHubRun(): GitHubRun {
  const fixture = {
    post: (changes = {}, mode = "update", environment = {}, signal) =>
      postReview(
        "github",
        posting(changes),
        {
          GITHUB_TOKEN: TOKEN,
          GITHUB_API_URL: fixture.server.url,
          GITHUB_GRAPHQL_URL: `${fixture.server.origin}/graphql`,
          GITHUB_REPOSITORY: REPOSITORY,
          GITHUB_SERVER_URL: "https://github.com",
          GITHUB_RUN_ID: "5000",
          GITHUB_RUN_ATTEMPT: "1",
          GITHUB_EVENT_NAME: "pull_request",
          GITHUB_EVENT_PATH: fixture.event,
          GITHUB_STEP_SUMMARY: fixture.summary,
          ...environment,
        },
        fixture.run.deps,
        { mode, ...(signal === undefined ? {} : { signal }) },
      ),
  } as GitHubRun;

  beforeEach(async () => {
    fixture.repository = new GitHubRepository();
    fixture.server = await fixture.repository.serve();
    fixture.run = await surroundings();
    const pull = { number: 7, head: { sha: HEAD, repo: { id: 1 } }, base: { repo: { id: 1 } } };
    fixture.event = await fixture.run.write("event.json", JSON.stringify({ pull_request: pull }));
    fixture.summary = await fixture.run.write("summary.md", "");
  });

  afterEach(async () => {
    await fixture.server.close();
    await fixture.run.remove();
    assert.deepEqual(fixture.server.violations, []);
    const shown = [...fixture.run.logged, ...fixture.run.commands].join("\n");
    assert.ok(!shown.includes(TOKEN), "the token is in the log");
  });

  return fixture;
}

/** An older comment of ours. */
export function ours(changes: Partial<Posting> = {}): string {
  const { key, runId, attempt } = posting(changes);
  return `${writeMarker({ key, run: runId, attempt, content: "old", body: "old" })}\n### ✅ No credential risk`;
}
