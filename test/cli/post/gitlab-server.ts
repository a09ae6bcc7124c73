/**
 * A GitLab project with one merge request, judged by a description written down from the published documentation.
 *
 * @see https://docs.gitlab.com/api/merge_requests/#retrieve-a-merge-request
 * @see https://docs.gitlab.com/api/discussions/#merge-requests
 * @see https://docs.gitlab.com/api/commits/#set-commit-pipeline-status
 * @see https://docs.gitlab.com/api/users/#retrieve-the-current-user
 */
import { ApiDescription } from "./api-description";
import { type Answer, DescribedServer, type Received } from "./described-server";
import { HEAD } from "./github-server";

type Json = Record<string, unknown>;

const string = { type: "string" };
const integer = { type: "integer" };
const boolean = { type: "boolean" };
const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
const page = [
  { name: "page", in: "query", schema: { type: "integer", minimum: 1 } },
  { name: "per_page", in: "query", schema: { type: "integer", minimum: 1, maximum: 100 } },
];
const operation = (status: number, result?: Json, body?: Json, parameters: Json[] = []): Json => ({
  parameters,
  responses: {
    [status]: {
      description: "",
      ...(result === undefined ? {} : { content: { "application/json": { schema: result } } }),
    },
  },
  ...(body === undefined ? {} : { requestBody: { content: { "application/json": { schema: body } } } }),
});
const text = (properties: Json, required: string[]): Json => ({ type: "object", required, properties });
const request = "/projects/{id}/merge_requests/{merge_request_iid}";

const description = new ApiDescription({
  paths: {
    "/user": { get: operation(200, text({ id: integer, username: string }, ["id"])) },
    [request]: {
      get: operation(200, text({ iid: integer, state: string, sha: string }, ["iid", "state", "sha"])),
    },
    [`${request}/discussions`]: {
      get: operation(200, { type: "array", items: ref("Discussion") }, undefined, page),
      post: operation(
        201,
        ref("Discussion"),
        text({ body: { type: "string", maxLength: 1_000_000 } }, ["body"]),
      ),
    },
    [`${request}/discussions/{discussion_id}`]: {
      get: operation(200, ref("Discussion")),
      put: operation(200, ref("Discussion"), text({ resolved: boolean }, ["resolved"])),
    },
    [`${request}/discussions/{discussion_id}/notes/{note_id}`]: {
      put: operation(200, ref("Note"), text({ body: { type: "string", maxLength: 1_000_000 } }, ["body"])),
      delete: operation(204),
    },
    "/projects/{id}/statuses/{sha}": {
      post: operation(
        201,
        text({ status: string }, ["status"]),
        text(
          {
            state: {
              type: "string",
              enum: ["pending", "running", "success", "failed", "canceled", "skipped"],
            },
            name: string,
            target_url: string,
            description: string,
          },
          ["state"],
        ),
      ),
    },
  },
  components: {
    schemas: {
      Note: text(
        {
          id: integer,
          body: string,
          author: text({ id: integer, username: string }, ["id"]),
          system: boolean,
          resolvable: boolean,
          resolved: boolean,
        },
        ["id", "body", "author", "resolvable"],
      ),
      Discussion: text(
        { id: string, individual_note: boolean, notes: { type: "array", items: ref("Note") } },
        ["id", "notes"],
      ),
    },
  },
});

export interface Note {
  readonly id: number;
  body: string;
  readonly author: number;
  resolved: boolean;
}

/** The bot user of a project access token. */
export const PROJECT_BOT = 7001;

export class GitLabProject {
  head = HEAD;
  notes: Note[] = [];
  readonly statuses: Json[] = [];
  #next = 300;

  note(body: string, author = PROJECT_BOT): Note {
    const note = { id: this.#next++, body, author, resolved: false };
    this.notes.push(note);
    return note;
  }

  /** @param prefix path of the API; a GitLab may live under a path of its own. */
  async serve(prefix = "/gitlab/api/v4"): Promise<DescribedServer> {
    return DescribedServer.start({
      description,
      prefix,
      handle: (received, { name, parameters }) => {
        const handler = this.#handlers[name.replace(request, "…")];
        if (handler === undefined) throw new Error(`The test server has no ${name}.`);
        return handler(received, parameters);
      },
    });
  }

  readonly #handlers: Readonly<Record<string, (received: Received, parameters: Json) => Answer>> = {
    "GET /user": () => ({ status: 200, body: { id: PROJECT_BOT, username: "project_5_bot" } }),
    "GET …": () => ({ status: 200, body: { iid: 7, state: "opened", sha: this.head } }),
    "GET …/discussions": ({ query }) => {
      const [size, number] = [Number(query.get("per_page") ?? 20), Number(query.get("page") ?? 1)];
      const more = number * size < this.notes.length;
      return {
        status: 200,
        body: this.notes.slice((number - 1) * size, number * size).map(discussionOf),
        headers: { "x-next-page": more ? String(number + 1) : "" },
      };
    },
    "POST …/discussions": ({ body }) => ({
      status: 201,
      body: discussionOf(this.note((JSON.parse(body) as { body: string }).body)),
    }),
    "GET …/discussions/{discussion_id}": (_received, parameters) =>
      this.#on(parameters, (note) => ({ status: 200, body: discussionOf(note) })),
    "PUT …/discussions/{discussion_id}": ({ body }, parameters) =>
      this.#on(parameters, (note) => {
        note.resolved = (JSON.parse(body) as { resolved: boolean }).resolved;
        return { status: 200, body: discussionOf(note) };
      }),
    "PUT …/discussions/{discussion_id}/notes/{note_id}": ({ body }, parameters) =>
      this.#on(parameters, (note) => {
        note.body = (JSON.parse(body) as { body: string }).body;
        return { status: 200, body: rendered(note) };
      }),
    "DELETE …/discussions/{discussion_id}/notes/{note_id}": (_received, parameters) =>
      this.#on(parameters, (note) => {
        this.notes = this.notes.filter(({ id }) => id !== note.id);
        return { status: 204 };
      }),
    "POST /projects/{id}/statuses/{sha}": ({ body }, { sha }) => {
      const given = JSON.parse(body) as Json;
      const same = this.statuses.some(
        (status) => status["name"] === given["name"] && status["state"] === given["state"],
      );
      if (same) {
        const message = {
          state: [
            'Cannot transition status via :drop from :failed (Reason(s): Status cannot transition via "drop")',
          ],
        };
        return { status: 400, body: { message } };
      }
      this.statuses.push({ ...given, sha });
      return { status: 201, body: { status: given["state"] } };
    },
  };

  #on(parameters: Json, act: (note: Note) => Answer): Answer {
    const note = this.notes.find(({ id }) => discussionId(id) === parameters["discussion_id"]);
    return note === undefined ? { status: 404, body: { message: "404 Discussion Not Found" } } : act(note);
  }
}

function discussionOf(note: Note): Json {
  return { id: discussionId(note.id), individual_note: false, notes: [rendered(note)] };
}

function rendered({ id, body, author, resolved }: Note): Json {
  return {
    id,
    body,
    author: { id: author, username: `user-${author}` },
    system: false,
    resolvable: true,
    resolved,
  };
}

function discussionId(id: number): string {
  return id.toString(16).padStart(40, "a");
}
