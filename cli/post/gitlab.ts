/** Merge requests on GitLab, also self-managed under a path of its own. */
import { HostClient } from "./client";
import { linkTarget } from "./endpoint";
import { PostInvalidAnswerError, PostNotFoundError, PostRejectedError } from "./errors";
import type { ConnectOptions, Connection } from "./github";
import { type OwnComment, type ReviewHost, type Status, statusDescription, statusName } from "./host";
import { readMarker } from "./marker";
import type { PostedVerdict, StatusOutcome } from "./posting";
import { contextOf, isPositive, record, type RunContext } from "./run-context";
import { NUMBER, Variables } from "./variables";

/** One million characters are allowed in a note; with room. @see https://docs.gitlab.com/administration/instance_limits/ */
const MAX_BODY = 900_000;

const STATES: Readonly<Record<PostedVerdict, "success" | "failed">> = {
  blocked: "failed",
  "needs-review": "success",
  clean: "success",
  incomplete: "failed",
};

/**
 * Connects to the project of the merge request.
 *
 * Variables: `GITLAB_TOKEN` (a project access token with scope `api`; the job's own token cannot write notes),
 * `CI_API_V4_URL` and those of the pipeline.
 *
 * @throws PostConfigurationError when variables are missing or wrong.
 */
export async function connectGitLab(options: ConnectOptions): Promise<Connection> {
  const variables = new Variables(options.environment);
  const token = variables.token(
    ["GITLAB_TOKEN"],
    'A project access token with role Developer and scope "api", masked; CI_JOB_TOKEN cannot write notes.',
  );
  const root = variables.root("CI_API_V4_URL");
  const name =
    variables.optional("CI_MERGE_REQUEST_PROJECT_ID") === undefined
      ? "CI_PROJECT_ID"
      : "CI_MERGE_REQUEST_PROJECT_ID";
  const project = variables.required(name, NUMBER, "the number of the project");
  const context = await contextOf("gitlab", variables, options.readFile);
  variables.assertComplete("GitLab");
  const client = new HostClient({
    name: "GitLab",
    root,
    headers: { accept: "application/json", "private-token": token, "user-agent": "certlock" },
    secrets: [token],
    transport: options.transport,
    signal: options.signal,
  });
  return { host: new GitLabHost(client, `projects/${project}`, context), context };
}

interface Handle {
  readonly discussion: string;
  readonly note: number;
}

class GitLabHost implements ReviewHost {
  readonly name = "gitlab";
  readonly maxBody = MAX_BODY;
  readonly prepare = inert;
  readonly #client: HostClient;
  readonly #project: string;
  readonly #context: RunContext;
  #self: Promise<number> | undefined;

  constructor(client: HostClient, project: string, context: RunContext) {
    this.#client = client;
    this.#project = project;
    this.#context = context;
  }

  get #request(): string {
    return `${this.#project}/merge_requests/${String(this.#context.pullRequest)}`;
  }

  async pullRequest(): Promise<{ headSha: string } | undefined> {
    if (this.#context.pullRequest === undefined) return undefined;
    const pull = record(await this.#send("GET", this.#request));
    if (pull["state"] !== "opened") return undefined;
    const headSha = pull["sha"];
    if (typeof headSha !== "string") throw unusable("the merge request");
    return { headSha };
  }

  async ownComments(): Promise<readonly OwnComment[]> {
    const path = `${this.#request}/discussions`;
    const discussions = await this.#client.sendForAll({ method: "GET", path, permission: PERMISSION });
    const found = discussions.map(record).flatMap((discussion) => {
      const note = firstNote(discussion);
      return readMarker(text(note["body"])) === undefined ? [] : [{ discussion, note }];
    });
    if (found.length === 0) return [];
    const self = await (this.#self ??= this.#whoAmI());
    return found
      .filter(({ note }) => record(note["author"])["id"] === self)
      .map(({ discussion, note }) => own(discussion, note));
  }

  async create(body: string, settled: boolean): Promise<OwnComment> {
    const discussion = record(await this.#send("POST", `${this.#request}/discussions`, { body }));
    const created = own(discussion, firstNote(discussion));
    if (settled) await this.#resolve(created, true);
    return { ...created, settled };
  }

  async reread(comment: OwnComment): Promise<OwnComment | undefined> {
    const { discussion } = comment.handle as Handle;
    try {
      const found = record(await this.#send("GET", `${this.#request}/discussions/${discussion}`));
      return own(found, firstNote(found));
    } catch (error) {
      if (error instanceof PostNotFoundError) return undefined;
      throw error;
    }
  }

  async change(comment: OwnComment, body: string, settled: boolean): Promise<void> {
    await this.#send("PUT", this.#note(comment), { body });
    if (settled !== comment.settled) await this.#resolve(comment, settled);
  }

  async remove(comment: OwnComment): Promise<void> {
    try {
      await this.#send("DELETE", this.#note(comment));
    } catch (error) {
      if (!(error instanceof PostNotFoundError)) throw error;
    }
  }

  async settle(comment: OwnComment): Promise<void> {
    if (!comment.settled) await this.#resolve(comment, true);
  }

  async setStatus(status: Status): Promise<StatusOutcome> {
    const target = linkTarget(status.runUrl);
    try {
      await this.#client.send({
        method: "POST",
        path: `${this.#project}/statuses/${status.headSha}`,
        body: {
          state: STATES[status.verdict],
          name: statusName(status),
          description: statusDescription(status.sentence),
          ...(target === undefined ? {} : { target_url: target }),
        },
        permission: PERMISSION,
        repeatable: true,
      });
    } catch (error) {
      // Setting a status to what it is already counts as a wrong transition.
      if (!(error instanceof PostRejectedError && /Cannot transition status/.test(error.message)))
        throw error;
    }
    return "commit-status";
  }

  async #resolve(comment: OwnComment, resolved: boolean): Promise<void> {
    const { discussion } = comment.handle as Handle;
    await this.#send("PUT", `${this.#request}/discussions/${discussion}`, { resolved });
  }

  #note(comment: OwnComment): string {
    const { discussion, note } = comment.handle as Handle;
    return `${this.#request}/discussions/${discussion}/notes/${note}`;
  }

  async #whoAmI(): Promise<number> {
    const { id } = record(await this.#send("GET", "user"));
    if (!isPositive(id)) throw unusable("who the token belongs to");
    return id;
  }

  async #send(method: "GET" | "POST" | "PUT" | "DELETE", path: string, body?: object): Promise<unknown> {
    const request = { method, path, permission: PERMISSION };
    return (await this.#client.send(body === undefined ? request : { ...request, body })).value;
  }
}

const PERMISSION =
  'GITLAB_TOKEN needs the scope "api" and the role Developer in the project of the merge request (docs/pipelines.md#permissions).';

/**
 * A line of a note that begins with a slash may be a quick action, `/merge` among them, carried out with the rights
 * of our token. As an entity it shows the same and does nothing.
 *
 * @see https://docs.gitlab.com/user/project/quick_actions/
 */
function inert(body: string): string {
  return body.replace(/^([^\S\r\n]*)\//gm, "$1&#47;");
}

function own(discussion: Record<string, unknown>, note: Record<string, unknown>): OwnComment {
  const [id, noteId] = [discussion["id"], note["id"]];
  if (typeof id !== "string" || !/^[0-9a-f]{1,64}$/.test(id) || !isPositive(noteId))
    throw unusable("a discussion");
  const handle: Handle = { discussion: id, note: noteId };
  return { order: BigInt(noteId), body: text(note["body"]), settled: note["resolved"] === true, handle };
}

function firstNote(discussion: Record<string, unknown>): Record<string, unknown> {
  const { notes } = discussion;
  return record(Array.isArray(notes) ? (notes as unknown[])[0] : undefined);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function unusable(what: string): PostInvalidAnswerError {
  return new PostInvalidAnswerError(`GitLab did not answer ${what} in the promised form.`);
}
