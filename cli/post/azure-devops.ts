/** Pull requests on Azure DevOps Services and Azure DevOps Server 2022 and newer. */
import { HostClient } from "./client";
import { linkTarget } from "./endpoint";
import { PostInvalidAnswerError, PostNotFoundError } from "./errors";
import type { ConnectOptions, Connection } from "./github";
import { type OwnComment, type ReviewHost, type Status, statusDescription } from "./host";
import { readMarker } from "./marker";
import type { PostedVerdict, StatusOutcome } from "./posting";
import { contextOf, isPositive, record, type RunContext } from "./run-context";
import { Variables } from "./variables";

/** 150,000 characters are allowed in one comment; counted in bytes, with room. */
const MAX_BODY = 145_000;
/** The oldest version that has everything used here without "preview": Azure DevOps Server 2022. */
const API_VERSION = "7.0";
/** Name of the thread property that tells our threads from others before their text is read. */
const PROPERTY = "certlock.review.key";

const STATES: Readonly<Record<PostedVerdict, "succeeded" | "failed" | "error">> = {
  blocked: "failed",
  "needs-review": "succeeded",
  clean: "succeeded",
  incomplete: "error",
};

/**
 * Connects to the repository of the build.
 *
 * Variables: `SYSTEM_ACCESSTOKEN` (mapped in the pipeline), `SYSTEM_COLLECTIONURI`, `SYSTEM_TEAMPROJECTID`,
 * `BUILD_REPOSITORY_ID` and those of the build.
 *
 * @throws PostConfigurationError when variables are missing or wrong.
 */
export async function connectAzureDevOps(options: ConnectOptions): Promise<Connection> {
  const variables = new Variables(options.environment);
  const token = variables.token(
    ["SYSTEM_ACCESSTOKEN"],
    "In the step: env: { SYSTEM_ACCESSTOKEN: $(System.AccessToken) }.",
  );
  const root = variables.root("SYSTEM_COLLECTIONURI");
  const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
  const project = variables.required("SYSTEM_TEAMPROJECTID", guid, "the id of the project");
  const repository = variables.required("BUILD_REPOSITORY_ID", guid, "the id of the repository");
  const context = await contextOf("azure-devops", variables, options.readFile);
  variables.assertComplete("Azure DevOps");
  const client = new HostClient({
    name: "Azure DevOps",
    root,
    headers: { accept: "application/json", authorization: `Bearer ${token}`, "user-agent": "certlock" },
    secrets: [token],
    transport: options.transport,
    signal: options.signal,
  });
  const path = `${project}/_apis/git/repositories/${repository}/pullRequests/${String(context.pullRequest)}`;
  return { host: new AzureDevOpsHost(client, path, context), context };
}

interface Handle {
  readonly thread: number;
  readonly comment: number;
}

class AzureDevOpsHost implements ReviewHost {
  readonly name = "azure-devops";
  readonly maxBody = MAX_BODY;
  readonly prepare = (body: string): string => body;
  readonly #client: HostClient;
  readonly #pull: string;
  readonly #context: RunContext;
  #self: Promise<string> | undefined;

  constructor(client: HostClient, pull: string, context: RunContext) {
    this.#client = client;
    this.#pull = pull;
    this.#context = context;
  }

  async pullRequest(): Promise<{ headSha: string } | undefined> {
    if (this.#context.pullRequest === undefined) return undefined;
    const pull = await this.#send("GET", "");
    if (pull["status"] !== "active") return undefined;
    const headSha = record(pull["lastMergeSourceCommit"])["commitId"];
    if (typeof headSha !== "string") throw unusable("the pull request");
    return { headSha };
  }

  async ownComments(): Promise<readonly OwnComment[]> {
    const { value: threads } = await this.#send("GET", "/threads");
    if (!Array.isArray(threads)) throw unusable("the list of threads");
    const found = threads
      .map(record)
      .filter((thread) => thread["isDeleted"] !== true)
      .flatMap((thread) => {
        const [first] = Array.isArray(thread["comments"]) ? (thread["comments"] as unknown[]) : [];
        const comment = record(first);
        const marked = readMarker(content(comment)) !== undefined;
        return marked && comment["isDeleted"] !== true ? [{ thread, comment }] : [];
      });
    if (found.length === 0) return [];
    const self = await (this.#self ??= this.#whoAmI());
    return found
      .filter(({ comment }) => record(comment["author"])["id"] === self)
      .map(({ thread, comment }) => own(thread, comment));
  }

  async create(body: string, settled: boolean): Promise<OwnComment> {
    const key = readMarker(body)?.key ?? "";
    const thread = await this.#send("POST", "/threads", {
      comments: [{ parentCommentId: 0, content: body, commentType: "text" }],
      status: settled ? "closed" : "active",
      properties: { [PROPERTY]: { $type: "System.String", $value: key } },
    });
    const [comment] = Array.isArray(thread["comments"]) ? (thread["comments"] as unknown[]) : [];
    return own(thread, record(comment));
  }

  async reread(comment: OwnComment): Promise<OwnComment | undefined> {
    const { thread, comment: id } = comment.handle as Handle;
    try {
      const found = await this.#send("GET", `/threads/${thread}`);
      const comments = (Array.isArray(found["comments"]) ? (found["comments"] as unknown[]) : []).map(record);
      const same = comments.find((candidate) => candidate["id"] === id && candidate["isDeleted"] !== true);
      return same === undefined || found["isDeleted"] === true ? undefined : own(found, same);
    } catch (error) {
      if (error instanceof PostNotFoundError) return undefined;
      throw error;
    }
  }

  async change(comment: OwnComment, body: string, settled: boolean): Promise<void> {
    const { thread, comment: id } = comment.handle as Handle;
    await this.#send("PATCH", `/threads/${thread}/comments/${id}`, { content: body });
    if (settled !== comment.settled) await this.#setThread(thread, settled);
  }

  /** A thread cannot be deleted; it disappears with its only comment. Closed first, so that it blocks nothing. */
  async remove(comment: OwnComment): Promise<void> {
    const { thread, comment: id } = comment.handle as Handle;
    try {
      await this.#setThread(thread, true);
      await this.#send("DELETE", `/threads/${thread}/comments/${id}`);
    } catch (error) {
      if (!(error instanceof PostNotFoundError)) throw error;
    }
  }

  async settle(comment: OwnComment): Promise<void> {
    if (!comment.settled) await this.#setThread((comment.handle as Handle).thread, true);
  }

  async setStatus(status: Status): Promise<StatusOutcome> {
    if (this.#context.pullRequest === undefined) return "not-set";
    const { value: iterations } = await this.#send("GET", "/iterations");
    // On the iteration of our commit it cannot be taken for a word about a later push.
    const ids = (Array.isArray(iterations) ? iterations : [])
      .map(record)
      .filter((iteration) => record(iteration["sourceRefCommit"])["commitId"] === status.headSha)
      .map((iteration) => iteration["id"])
      .filter(isPositive);
    const target = linkTarget(status.runUrl);
    await this.#send(
      "POST",
      "/statuses",
      {
        state: STATES[status.verdict],
        description: statusDescription(status.sentence),
        context: { genre: `credential-review${status.untrusted ? "-fork" : ""}`, name: status.key },
        ...(target === undefined ? {} : { targetUrl: target }),
        ...(ids.length === 0 ? {} : { iterationId: Math.max(...ids) }),
      },
      // The newest status of a context counts; the same one twice changes nothing.
      true,
    );
    return "pull-request-status";
  }

  async #setThread(thread: number, settled: boolean): Promise<void> {
    await this.#send("PATCH", `/threads/${thread}`, { status: settled ? "closed" : "active" });
  }

  async #whoAmI(): Promise<string> {
    const { value } = await this.#client.send({
      method: "GET",
      path: "_apis/connectionData",
      permission: this.#permission,
    });
    const id = record(record(value)["authenticatedUser"])["id"];
    if (typeof id !== "string" || id === "") throw unusable("who the token belongs to");
    return id;
  }

  async #send(
    method: "GET" | "POST" | "PATCH" | "DELETE",
    path: string,
    body?: object,
    repeatable?: boolean,
  ): Promise<Record<string, unknown>> {
    const { value } = await this.#client.send({
      method,
      path: `${this.#pull}${path}`,
      query: { "api-version": API_VERSION },
      permission: this.#permission,
      ...(body === undefined ? {} : { body }),
      ...(repeatable === undefined ? {} : { repeatable }),
    });
    return record(value);
  }

  get #permission(): string {
    const forks = this.#context.fork
      ? " This pull request comes from a fork, whose builds get a token that cannot write."
      : "";
    return `Allow the build service identity "Contribute to pull requests" on the repository, and map System.AccessToken into the step (docs/pipelines.md#permissions).${forks}`;
  }
}

function own(thread: Record<string, unknown>, comment: Record<string, unknown>): OwnComment {
  const [id, commentId] = [thread["id"], comment["id"]];
  if (!isPositive(id) || !isPositive(commentId)) throw unusable("a thread");
  const handle: Handle = { thread: id, comment: commentId };
  const { status } = thread;
  return {
    order: BigInt(id),
    body: content(comment),
    settled: status === "closed" || status === "fixed" || status === "wontFix" || status === "byDesign",
    handle,
  };
}

function content(comment: Record<string, unknown>): string {
  return typeof comment["content"] === "string" ? comment["content"] : "";
}

function unusable(what: string): PostInvalidAnswerError {
  return new PostInvalidAnswerError(`Azure DevOps did not answer ${what} in the promised form.`);
}
