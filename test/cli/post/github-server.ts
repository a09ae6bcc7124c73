/** A GitHub of one repository with one pull request, judged by the description GitHub publishes. */
import { readFileSync } from "node:fs";
import { ApiDescription, type OpenApiDocument } from "./api-description";
import { type Answer, DescribedServer, type Received } from "./described-server";

type Json = Record<string, unknown>;

let description: ApiDescription | undefined;

/** Read once: 13 MB of JSON. */
export function gitHubDescription(): ApiDescription {
  description ??= new ApiDescription(
    JSON.parse(
      readFileSync(require.resolve("@octokit/openapi/generated/api.github.com.json"), "utf8"),
    ) as OpenApiDocument,
  );
  return description;
}

export const BOT = { login: "github-actions[bot]", id: 41898282, type: "Bot" } as const;
export const SOMEBODY = { login: "octocat", id: 1, type: "User" } as const;
export const HEAD = "9f3c2e1aa0b14c3f8c1d2e3f4a5b6c7d8e9f0a1b";
export const REPOSITORY = "contoso/identities";
const REPOSITORY_ID = 1296269;

export interface Comment {
  readonly id: number;
  body: string;
  readonly user: { readonly login: string; readonly id: number; readonly type: string };
  minimized?: boolean;
}

export class GitHubRepository {
  head = HEAD;
  state: "open" | "closed" = "open";
  fork: { owner: string; branch: string; repositoryId: number } | undefined;
  comments: Comment[] = [];
  readonly checkRuns: Json[] = [];
  readonly statuses: Json[] = [];
  /** Who the token belongs to. */
  viewer: { readonly login: string; readonly id: number; readonly type: string } = BOT;
  #next = 1000;

  comment(body: string, user: Comment["user"] = BOT): Comment {
    const comment = { id: this.#next++, body, user };
    this.comments.push(comment);
    return comment;
  }

  get bodies(): string[] {
    return this.comments.map(({ body }) => body);
  }

  async serve(prefix = ""): Promise<DescribedServer> {
    return DescribedServer.start({
      description: gitHubDescription(),
      prefix,
      handle: (request, { name, parameters }) => {
        const handler = this.#handlers[name];
        if (handler === undefined) throw new Error(`The test server has no ${name}.`);
        const whole = `${String(parameters["owner"])}/${String(parameters["repo"])}`;
        return whole === REPOSITORY
          ? handler(request, parameters)
          : { status: 404, body: basicError("Not Found") };
      },
      aside: (request) => (request.path.endsWith("/graphql") ? this.#graphql(request) : undefined),
    });
  }

  readonly #handlers: Readonly<
    Record<string, (request: Received, parameters: Record<string, string>) => Answer>
  > = {
    "GET /repos/{owner}/{repo}/pulls/{pull_number}": () => ({
      status: 200,
      body: this.#pull("pull-request"),
    }),
    "GET /repos/{owner}/{repo}/pulls": () => ({
      status: 200,
      body: this.fork === undefined ? [] : [this.#pull("pull-request-simple-items")],
    }),
    "GET /repos/{owner}/{repo}/issues/{issue_number}/comments": ({ query, path }) => {
      const [size, page] = [Number(query.get("per_page") ?? 30), Number(query.get("page") ?? 1)];
      const items = this.comments.slice((page - 1) * size, page * size).map((comment) => rendered(comment));
      const more = page * size < this.comments.length;
      // As on GitHub, links name the public address, whatever the client calls it.
      const next = `<https://api.github.com${path}?per_page=${size}&page=${page + 1}>; rel="next"`;
      return { status: 200, body: items, ...(more ? { headers: { link: next } } : {}) };
    },
    "POST /repos/{owner}/{repo}/issues/{issue_number}/comments": ({ body }) => {
      const text = bodyOf(body);
      if (text.length > 65_536) return tooLong("body");
      return { status: 201, body: rendered(this.comment(text, this.viewer)) };
    },
    "GET /repos/{owner}/{repo}/issues/comments/{comment_id}": (_request, parameters) =>
      this.#onComment(parameters, (comment) => ({ status: 200, body: rendered(comment) })),
    "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}": ({ body }, parameters) =>
      this.#onComment(parameters, (comment) => {
        const text = bodyOf(body);
        if (text.length > 65_536) return tooLong("body");
        comment.body = text;
        return { status: 200, body: rendered(comment) };
      }),
    "DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}": (_request, parameters) =>
      this.#onComment(parameters, (comment) => {
        this.comments = this.comments.filter(({ id }) => id !== comment.id);
        return { status: 204 };
      }),
    "GET /repos/{owner}/{repo}/commits/{ref}/check-runs": ({ query }, { ref }) => {
      const runs = this.checkRuns
        .filter((run) => run["head_sha"] === ref && run["name"] === query.get("check_name"))
        .slice(-1);
      return { status: 200, body: { total_count: runs.length, check_runs: runs } };
    },
    "POST /repos/{owner}/{repo}/check-runs": ({ body }) => {
      const given = JSON.parse(body) as Json;
      const output = {
        ...(given["output"] as Json),
        text: null,
        annotations_count: 0,
        annotations_url: "https://api.github.com/",
      };
      const run = {
        ...gitHubDescription().example("check-run-example-of-completed-conclusion"),
        ...given,
        id: this.#next++,
        output,
      };
      this.checkRuns.push(run);
      return { status: 201, body: run };
    },
    "POST /repos/{owner}/{repo}/statuses/{sha}": ({ body }, { sha }) => {
      const given = JSON.parse(body) as Json;
      this.statuses.push({ ...given, sha });
      return { status: 201, body: { ...gitHubDescription().example("status"), ...given } };
    },
  };

  #onComment(parameters: Record<string, string>, act: (comment: Comment) => Answer): Answer {
    const comment = this.comments.find(({ id }) => String(id) === parameters["comment_id"]);
    return comment === undefined ? { status: 404, body: basicError("Not Found") } : act(comment);
  }

  #pull(example: string): Json {
    const found = gitHubDescription().example(example) as Json | Json[];
    const pull = Array.isArray(found) ? (found[0] as Json) : found;
    const head = pull["head"] as Json;
    const repo = { ...(head["repo"] as Json), id: this.fork?.repositoryId ?? REPOSITORY_ID };
    // The example's own teams lack what the description requires of a team.
    return {
      ...pull,
      requested_teams: [],
      number: 7,
      state: this.state,
      head: { ...head, sha: this.head, repo },
    };
  }

  /** The two documents that may be sent, and no others: REST has neither. */
  #graphql({ body }: Received): Answer {
    const { query, variables } = JSON.parse(body) as { query: string; variables: Json };
    if (query === "query { viewer { login databaseId } }") {
      return {
        status: 200,
        body: { data: { viewer: { login: this.viewer.login, databaseId: this.viewer.id } } },
      };
    }
    if (/^mutation \(\$subjectId: ID!\) \{ minimizeComment\(/.test(query)) {
      const comment = this.comments.find(({ id }) => nodeId(id) === variables["subjectId"]);
      if (comment === undefined)
        return { status: 200, body: { data: null, errors: [{ type: "NOT_FOUND" }] } };
      comment.minimized = true;
      return {
        status: 200,
        body: { data: { minimizeComment: { minimizedComment: { isMinimized: true } } } },
      };
    }
    return { status: 200, body: { errors: [{ message: "undescribed query" }] } };
  }
}

function rendered({ id, body, user }: Comment): Json {
  const example = gitHubDescription().example("issue-comment");
  return {
    ...example,
    id,
    node_id: nodeId(id),
    body,
    html_url: `https://github.com/${REPOSITORY}/pull/7#issuecomment-${id}`,
    user: { ...(example["user"] as Json), ...user },
  };
}

function nodeId(id: number): string {
  return `IC_${id}`;
}

function bodyOf(body: string): string {
  return (JSON.parse(body) as { body: string }).body;
}

/** What GitHub says about a comment that is too long. */
function tooLong(field: string): Answer {
  return {
    status: 422,
    body: {
      message: "Validation Failed",
      errors: [
        {
          resource: "IssueComment",
          code: "unprocessable",
          field,
          message: "Body is too long (maximum is 65536 characters)",
        },
      ],
      documentation_url: "https://docs.github.com/rest/issues/comments#create-an-issue-comment",
    },
  };
}

export function basicError(message: string): Json {
  return { message, documentation_url: "https://docs.github.com/rest" };
}
