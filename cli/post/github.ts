/** Pull requests on GitHub and GitHub Enterprise Server. */
import { HostClient, type HostRequest, type Transport } from "./client";
import { PostForbiddenError, PostInvalidAnswerError, PostNotFoundError } from "./errors";
import { publishGitHubStatus } from "./github-status";
import type { OwnComment, ReviewHost } from "./host";
import { readMarker } from "./marker";
import { contextOf, isPositive, record, type RunContext } from "./run-context";
import { type Environment, type ReadFile, Variables } from "./variables";

/** Hard limit 65,536 characters; counted in bytes it is on the safe side. */
const MAX_BODY = 65_000;

export interface ConnectOptions {
  readonly environment: Environment;
  readonly readFile: ReadFile;
  readonly transport: Transport;
  readonly signal?: AbortSignal | undefined;
}

export interface Connection {
  readonly host: ReviewHost;
  /** With the pull request filled in where only the API knew it. */
  readonly context: RunContext;
}

/** What a request needs from the token, said when the host refuses it. */
function permissionHint(permission: string, context: RunContext): string {
  if (context.fork && context.origin === undefined) {
    return `This pull request comes from a fork, and GitHub gives its runs a read-only token: write report.json here and post it from a second workflow (docs/pipelines.md#pull-requests-from-forks).`;
  }
  return `Give the job the permission ${permission} (docs/pipelines.md#permissions).`;
}

/**
 * Connects to the repository of the run.
 *
 * Variables: `GITHUB_TOKEN` or `GH_TOKEN`, `GITHUB_API_URL`, `GITHUB_GRAPHQL_URL` and those of the run.
 *
 * @throws PostConfigurationError when variables are missing or wrong.
 */
export async function connectGitHub(options: ConnectOptions): Promise<Connection> {
  const { environment, readFile, transport, signal } = options;
  const variables = new Variables(environment);
  const token = variables.token(
    ["GITHUB_TOKEN", "GH_TOKEN"],
    "In a workflow: env: { GITHUB_TOKEN: ${{ github.token }} }.",
  );
  const root = variables.root("GITHUB_API_URL", "https://api.github.com");
  const graphRoot = variables.root(
    "GITHUB_GRAPHQL_URL",
    root.pathname.endsWith("/v3/") ? new URL("../graphql", root).href : new URL("graphql", root).href,
  );
  // One address, not a folder of them.
  graphRoot.pathname = graphRoot.pathname.replace(/\/$/, "");
  const context = await contextOf("github", variables, readFile);
  variables.assertComplete("GitHub");
  const clientFor = (address: URL): HostClient =>
    new HostClient({
      name: "GitHub",
      root: address,
      headers: {
        accept: "application/vnd.github+json",
        authorization: `Bearer ${token}`,
        "user-agent": "certlock",
        "x-github-api-version": "2022-11-28",
      },
      secrets: [token],
      transport,
      signal,
    });
  const client = clientFor(root);
  const pullRequest =
    context.origin === undefined ? context.pullRequest : await pullRequestOf(context, client);
  const known = { ...context, pullRequest };
  return { host: new GitHubHost(client, clientFor(graphRoot), known), context: known };
}

/**
 * The pull request of a run of a fork: open, from that branch of that repository, and still at that commit.
 * The event's own list of pull requests is empty for forks.
 */
async function pullRequestOf(context: RunContext, client: HostClient): Promise<number | undefined> {
  const { origin } = context;
  if (origin === undefined) return undefined;
  const pulls = await client.sendForAll({
    method: "GET",
    path: `repos/${context.repository}/pulls`,
    query: { state: "open", head: `${origin.owner}:${origin.branch}` },
    permission: permissionHint('"pull-requests: write"', context),
  });
  const found = pulls.map(record).find((pull) => {
    const head = record(pull["head"]);
    return head["sha"] === context.headSha && record(head["repo"])["id"] === origin.repositoryId;
  });
  const number = found?.["number"];
  return isPositive(number) ? number : undefined;
}

class GitHubHost implements ReviewHost {
  readonly name = "github";
  readonly maxBody = MAX_BODY;
  readonly prepare = (body: string): string => body;
  readonly #client: HostClient;
  readonly #graph: HostClient;
  readonly #context: RunContext;
  #viewer: Promise<Viewer> | undefined;

  constructor(client: HostClient, graph: HostClient, context: RunContext) {
    this.#client = client;
    this.#graph = graph;
    this.#context = context;
  }

  get #permission(): string {
    return permissionHint('"pull-requests: write"', this.#context);
  }

  get #repository(): string {
    return `repos/${this.#context.repository}`;
  }

  async pullRequest(): Promise<{ headSha: string } | undefined> {
    const { pullRequest } = this.#context;
    if (pullRequest === undefined) return undefined;
    const path = `${this.#repository}/pulls/${pullRequest}`;
    const { value } = await this.#client.send({ method: "GET", path, permission: this.#permission });
    const pull = record(value);
    if (pull["state"] !== "open") return undefined;
    const headSha = record(pull["head"])["sha"];
    if (typeof headSha !== "string") throw unusable(path);
    return { headSha };
  }

  async ownComments(): Promise<readonly OwnComment[]> {
    const path = `${this.#issue}/comments`;
    const listed = await this.#client.sendForAll({ method: "GET", path, permission: this.#permission });
    // Comments with our marker are rare; only then is it worth asking who we are.
    const marked = listed.map(record).filter((comment) => readMarker(text(comment["body"])) !== undefined);
    if (marked.length === 0) return [];
    const viewer = await (this.#viewer ??= this.#whoAmI());
    return marked
      .filter((comment) => isBy(viewer, record(comment["user"])))
      .map((comment) => own(comment, path));
  }

  async create(body: string): Promise<OwnComment> {
    const path = `${this.#issue}/comments`;
    const { value } = await this.#client.send({
      method: "POST",
      path,
      body: { body },
      permission: this.#permission,
    });
    return own(record(value), path);
  }

  async reread(comment: OwnComment): Promise<OwnComment | undefined> {
    const path = this.#comment(comment);
    const found = await orGone(this.#client.send({ method: "GET", path, permission: this.#permission }));
    return found === undefined ? undefined : own(record(found.value), path);
  }

  async change(comment: OwnComment, body: string): Promise<void> {
    await this.#client.send({
      method: "PATCH",
      path: this.#comment(comment),
      body: { body },
      permission: this.#permission,
    });
  }

  async remove(comment: OwnComment): Promise<void> {
    await orGone(
      this.#client.send({ method: "DELETE", path: this.#comment(comment), permission: this.#permission }),
    );
  }

  async settle(comment: OwnComment): Promise<void> {
    const { nodeId } = comment.handle as Handle;
    await this.#query(MINIMIZE, { subjectId: nodeId }, true);
  }

  setStatus: ReviewHost["setStatus"] = (status) =>
    publishGitHubStatus(this.#client, this.#repository, status, (permission) =>
      permissionHint(permission, this.#context),
    );

  get #issue(): string {
    return `${this.#repository}/issues/${String(this.#context.pullRequest)}`;
  }

  #comment(comment: OwnComment): string {
    return `${this.#repository}/issues/comments/${String((comment.handle as Handle).id)}`;
  }

  /** REST has no way to ask for an installation token, which is what a workflow has; GraphQL has. */
  async #whoAmI(): Promise<Viewer> {
    const viewer = record((await this.#query(VIEWER, {}, true))["viewer"]);
    const { login, databaseId } = viewer;
    if (typeof login !== "string" || login === "") throw unusable("graphql viewer");
    return { login, id: isPositive(databaseId) ? databaseId : undefined };
  }

  async #query(query: string, variables: object, repeatable: boolean): Promise<Record<string, unknown>> {
    const request: HostRequest = {
      method: "POST",
      path: "",
      body: { query, variables },
      permission: this.#permission,
      repeatable,
    };
    const answer = record((await this.#graph.send(request)).value);
    const [error] = Array.isArray(answer["errors"]) ? (answer["errors"] as unknown[]) : [];
    if (error === undefined) return record(answer["data"]);
    // GraphQL says with 200 what REST says with 403 and 404.
    const { type } = record(error);
    if (type === "FORBIDDEN")
      throw new PostForbiddenError(`GitHub refuses a GraphQL request. ${this.#permission}`);
    if (type === "NOT_FOUND") throw new PostNotFoundError("GitHub no longer has this comment.");
    throw new PostInvalidAnswerError("GitHub could not carry out a GraphQL request.");
  }
}

const VIEWER = "query { viewer { login databaseId } }";
const MINIMIZE =
  "mutation ($subjectId: ID!) { minimizeComment(input: { subjectId: $subjectId, classifier: OUTDATED }) { minimizedComment { isMinimized } } }";

interface Viewer {
  /** With the suffix `[bot]` for an app. */
  readonly login: string;
  readonly id: number | undefined;
}

interface Handle {
  readonly id: number;
  readonly nodeId: string;
}

function isBy(viewer: Viewer, user: Record<string, unknown>): boolean {
  return viewer.id === undefined ? user["login"] === viewer.login : user["id"] === viewer.id;
}

function own(comment: Record<string, unknown>, path: string): OwnComment {
  const { id, node_id: nodeId, html_url: url } = comment;
  if (!isPositive(id) || typeof nodeId !== "string") throw unusable(path);
  const handle: Handle = { id, nodeId };
  return {
    order: BigInt(id),
    body: text(comment["body"]),
    // REST does not tell; minimising twice does no harm.
    settled: false,
    url: typeof url === "string" ? url : undefined,
    handle,
  };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function unusable(path: string): PostInvalidAnswerError {
  return new PostInvalidAnswerError(`GitHub's answer to ${path} does not have the promised form.`);
}

/** The answer, or undefined when the object has gone. */
async function orGone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof PostNotFoundError) return undefined;
    throw error;
  }
}
