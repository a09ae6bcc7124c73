/** Turns an HTTP answer of a code host into text, or into the error of its situation. */
import { redact } from "../../graph/redact";
import {
  type PostError,
  PostForbiddenError,
  PostInvalidAnswerError,
  PostNotFoundError,
  PostRejectedError,
  PostThrottledError,
  PostUnauthorizedError,
  PostUnreachableError,
} from "./errors";
import { rateLimitWaitMs } from "./rate-limit";

/** What an error tells of its request. */
export interface RequestFacts {
  readonly name: string;
  /** Method and path, without host and query. */
  readonly request: string;
  readonly permission: string;
  readonly secrets: readonly string[];
}

/** Reads a body as text and gives up as soon as it is longer than `maxBytes`. */
export async function readText(response: Response, maxBytes: number, facts: RequestFacts): Promise<string> {
  if (response.body === null) return "";
  const decoder = new TextDecoder("utf-8");
  let text = "";
  let size = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBytes) {
      // Leaving the loop cancels the stream and closes the connection.
      throw new PostInvalidAnswerError(
        `The answer to ${facts.request} is larger than ${maxBytes} bytes; nothing of it was used.`,
      );
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** What the host said about its refusal, without credentials; each of the three has a form of its own. */
function saidBy(text: string, secrets: readonly string[]): string {
  let node: unknown;
  try {
    node = JSON.parse(text);
  } catch {
    return "";
  }
  if (typeof node !== "object" || node === null) return "";
  const { message, error, errors } = node as { message?: unknown; error?: unknown; errors?: unknown };
  const parts = [message, error, errors]
    .filter((part) => part !== undefined && part !== null)
    .map((part) => (typeof part === "string" ? part : JSON.stringify(part)));
  return redact(parts.join(": "), secrets).replace(/\.$/, "");
}

/** The error for an answer that is neither 2xx nor 3xx. */
export function refusal(response: Response, text: string, facts: RequestFacts): PostError {
  const { status } = response;
  const said = saidBy(text, facts.secrets);
  const sentence = (next: string): string =>
    `${facts.name} answered ${facts.request} with ${status}${said === "" ? "" : `: ${said}`}. ${next}`;
  if (rateLimitWaitMs(response, text, new Date(0)) !== undefined) {
    return new PostThrottledError(
      sentence("It asks for a longer wait than a pipeline should make; run the job again later."),
      status,
    );
  }
  if (status === 401) {
    return new PostUnauthorizedError(
      sentence("The token is not accepted: expired, or for another host."),
      status,
    );
  }
  if (status === 403) return new PostForbiddenError(sentence(facts.permission), status);
  if (status === 404 || status === 410) {
    return new PostNotFoundError(
      sentence(`It is gone, or the token may not see it. ${facts.permission}`),
      status,
    );
  }
  if (status >= 500 || status === 408) {
    return new PostUnreachableError(
      sentence("The service has a passing fault; run the job again later."),
      status,
    );
  }
  return new PostRejectedError(sentence("The host refuses the request as it stands."), status);
}

/** The error for a redirect, which is never followed. Names the host it points to and nothing more. */
export function redirected(response: Response, facts: RequestFacts): PostInvalidAnswerError {
  let host = "another address";
  try {
    host = new URL(response.headers.get("location") ?? "").host;
  } catch {
    // A relative or missing target has no host to name.
  }
  return new PostInvalidAnswerError(
    `${facts.name} answered ${facts.request} with a redirect to ${redact(host, facts.secrets)}, which is not followed because the token would go with it. A renamed repository, a sign-in page or a wrong address does this: give the current one.`,
    response.status,
  );
}
