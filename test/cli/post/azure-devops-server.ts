/**
 * An Azure DevOps collection with one pull request, judged by a description written down from the published one.
 *
 * @see https://learn.microsoft.com/rest/api/azure/devops/git/pull-requests/get-pull-request
 * @see https://learn.microsoft.com/rest/api/azure/devops/git/pull-request-threads
 * @see https://learn.microsoft.com/rest/api/azure/devops/git/pull-request-thread-comments
 * @see https://learn.microsoft.com/rest/api/azure/devops/git/pull-request-statuses/create
 * @see https://learn.microsoft.com/rest/api/azure/devops/git/pull-request-iterations/list
 * @see https://github.com/MicrosoftDocs/vsts-rest-api-specs/blob/master/specification/git/7.1/git.json
 */
import { ApiDescription } from "./api-description";
import { type Answer, DescribedServer, type Received } from "./described-server";
import { HEAD } from "./github-server";

type Json = Record<string, unknown>;

export const PROJECT = "0f1e2d3c-4b5a-4678-9abc-def012345678";
export const REPOSITORY_ID = "a1b2c3d4-e5f6-4708-9a0b-c1d2e3f40516";
export const BUILD_SERVICE = "b11d5e4f-0000-4000-8000-000000000001";

const string = { type: "string" };
const integer = { type: "integer" };
const object = { type: "object" };
const answer = (schema: Json): Json => ({ description: "", content: { "application/json": { schema } } });
const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
const list = (name: string): Json => ({
  type: "object",
  required: ["count", "value"],
  properties: { count: integer, value: { type: "array", items: ref(name) } },
});
const apiVersion = {
  name: "api-version",
  in: "query",
  required: true,
  schema: { type: "string", enum: ["7.0"] },
};
const operation = (status: number, result: Json | undefined, body?: Json): Json => ({
  parameters: [apiVersion],
  responses: { [status]: result === undefined ? { description: "" } : answer(result) },
  ...(body === undefined ? {} : { requestBody: { content: { "application/json": { schema: body } } } }),
});
const pull = "/{project}/_apis/git/repositories/{repositoryId}/pullRequests/{pullRequestId}";
const threadStatus = {
  type: "string",
  enum: ["unknown", "active", "fixed", "wontFix", "closed", "byDesign", "pending"],
};

const description = new ApiDescription({
  paths: {
    "/_apis/connectionData": { get: { responses: { 200: answer(object) } } },
    [pull]: { get: operation(200, ref("PullRequest")) },
    [`${pull}/threads`]: {
      get: operation(200, list("Thread")),
      post: operation(200, ref("Thread"), {
        type: "object",
        required: ["comments"],
        properties: {
          comments: {
            type: "array",
            minItems: 1,
            items: {
              type: "object",
              required: ["content"],
              additionalProperties: false,
              properties: {
                parentCommentId: integer,
                content: { type: "string", maxLength: 150_000 },
                commentType: { type: "string", enum: ["text", "codeChange", "system"] },
              },
            },
          },
          status: threadStatus,
          properties: {
            type: "object",
            additionalProperties: {
              type: "object",
              required: ["$type", "$value"],
              properties: { $type: string, $value: string },
            },
          },
        },
      }),
    },
    [`${pull}/threads/{threadId}`]: {
      get: operation(200, ref("Thread")),
      patch: operation(200, ref("Thread"), { type: "object", properties: { status: threadStatus } }),
    },
    [`${pull}/threads/{threadId}/comments/{commentId}`]: {
      patch: operation(200, ref("Comment"), {
        type: "object",
        properties: { content: { type: "string", maxLength: 150_000 } },
      }),
      delete: operation(200, undefined),
    },
    [`${pull}/iterations`]: { get: operation(200, list("Iteration")) },
    [`${pull}/statuses`]: {
      post: operation(200, object, {
        type: "object",
        required: ["context"],
        properties: {
          state: {
            type: "string",
            enum: ["notSet", "pending", "succeeded", "failed", "error", "notApplicable"],
          },
          description: string,
          context: {
            type: "object",
            required: ["name"],
            additionalProperties: false,
            properties: { name: string, genre: string },
          },
          targetUrl: string,
          iterationId: { type: "integer", minimum: 1 },
        },
      }),
    },
  },
  components: {
    schemas: {
      PullRequest: {
        type: "object",
        properties: {
          pullRequestId: integer,
          status: { type: "string", enum: ["notSet", "active", "abandoned", "completed"] },
          lastMergeSourceCommit: { type: "object", properties: { commitId: string } },
        },
      },
      Comment: {
        type: "object",
        required: ["id", "author"],
        properties: {
          id: integer,
          parentCommentId: integer,
          author: { type: "object", required: ["id"], properties: { id: string } },
          content: string,
          isDeleted: { type: "boolean" },
        },
      },
      Thread: {
        type: "object",
        required: ["id", "comments", "isDeleted"],
        properties: {
          id: integer,
          comments: { type: "array", items: ref("Comment") },
          status: threadStatus,
          isDeleted: { type: "boolean" },
          properties: { type: "object" },
        },
      },
      Iteration: {
        type: "object",
        properties: { id: integer, sourceRefCommit: { type: "object", properties: { commitId: string } } },
      },
    },
  },
});

export interface Thread {
  readonly id: number;
  status: string;
  readonly author: string;
  content: string;
  isDeleted: boolean;
  properties: Json;
}

export class AzureCollection {
  head = HEAD;
  threads: Thread[] = [];
  readonly statuses: Json[] = [];
  iterations: { id: number; commit: string }[] = [
    { id: 1, commit: "0".repeat(40) },
    { id: 2, commit: HEAD },
  ];
  #next = 40;

  thread(content: string, author = BUILD_SERVICE, status = "active"): Thread {
    const thread = { id: this.#next++, status, author, content, isDeleted: false, properties: {} };
    this.threads.push(thread);
    return thread;
  }

  /** What a reader of the pull request sees. */
  get visible(): { content: string; status: string }[] {
    return this.threads
      .filter(({ isDeleted }) => !isDeleted)
      .map(({ content, status }) => ({ content, status }));
  }

  /** @param prefix path of the collection, such as `/tfs/DefaultCollection`. */
  async serve(prefix = "/tfs/DefaultCollection"): Promise<DescribedServer> {
    return DescribedServer.start({
      description,
      prefix,
      handle: (request, { name, parameters }) => {
        const handler = this.#handlers[name.replace(pull, "…")];
        if (handler === undefined) throw new Error(`The test server has no ${name}.`);
        return handler(request, parameters);
      },
    });
  }

  readonly #handlers: Readonly<Record<string, (request: Received, parameters: Json) => Answer>> = {
    "GET /_apis/connectionData": () => ({ status: 200, body: { authenticatedUser: { id: BUILD_SERVICE } } }),
    "GET …": () => ({
      status: 200,
      body: { pullRequestId: 7, status: "active", lastMergeSourceCommit: { commitId: this.head } },
    }),
    "GET …/threads": () => ({
      status: 200,
      body: { count: this.threads.length, value: this.threads.map(rendered) },
    }),
    "POST …/threads": ({ body }) => {
      const given = JSON.parse(body) as { comments: [{ content: string }]; status: string; properties: Json };
      const thread = this.thread(given.comments[0].content, BUILD_SERVICE, given.status);
      thread.properties = given.properties;
      return { status: 200, body: rendered(thread) };
    },
    "GET …/threads/{threadId}": (_request, parameters) =>
      this.#on(parameters, (thread) => ({ status: 200, body: rendered(thread) })),
    "PATCH …/threads/{threadId}": ({ body }, parameters) =>
      this.#on(parameters, (thread) => {
        thread.status = (JSON.parse(body) as { status: string }).status;
        return { status: 200, body: rendered(thread) };
      }),
    "PATCH …/threads/{threadId}/comments/{commentId}": ({ body }, parameters) =>
      this.#on(parameters, (thread) => {
        thread.content = (JSON.parse(body) as { content: string }).content;
        return { status: 200, body: renderedComment(thread) };
      }),
    "DELETE …/threads/{threadId}/comments/{commentId}": (_request, parameters) =>
      this.#on(parameters, (thread) => {
        thread.isDeleted = true;
        return { status: 200 };
      }),
    "GET …/iterations": () => ({
      status: 200,
      body: {
        count: this.iterations.length,
        value: this.iterations.map(({ id, commit }) => ({ id, sourceRefCommit: { commitId: commit } })),
      },
    }),
    "POST …/statuses": ({ body }) => {
      this.statuses.push(JSON.parse(body) as Json);
      return { status: 200, body: {} };
    },
  };

  #on(parameters: Json, act: (thread: Thread) => Answer): Answer {
    const thread = this.threads.find(
      ({ id, isDeleted }) => String(id) === parameters["threadId"] && !isDeleted,
    );
    if (thread !== undefined) return act(thread);
    const message = "TF401180: The requested pull request was not found.";
    return { status: 404, body: { $id: "1", message, typeKey: "GitPullRequestNotFoundException" } };
  }
}

/** A thread whose comments are all deleted stays listed, its comment without a text. */
function rendered(thread: Thread): Json {
  const { id, status, properties } = thread;
  return { id, status, isDeleted: false, properties, comments: [renderedComment(thread)] };
}

function renderedComment({ author, content, isDeleted }: Thread): Json {
  return { id: 1, parentCommentId: 0, author: { id: author }, isDeleted, ...(isDeleted ? {} : { content }) };
}
