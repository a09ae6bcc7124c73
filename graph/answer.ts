/** Turns an HTTP answer of Graph into a value or into the error of its situation. */
import {
  GraphConflictError,
  type GraphError,
  type GraphErrorDetails,
  GraphForbiddenError,
  GraphInvalidAnswerError,
  GraphNotFoundError,
  GraphPageExpiredError,
  GraphPolicyBlockedError,
  GraphRejectedError,
  GraphThrottledError,
  GraphUnauthorizedError,
  GraphUnavailableError,
} from "./errors";
import { redact } from "./redact";

/** Reads a body as text and gives up as soon as it is longer than `maxBytes`. */
export async function readBounded(
  response: Response,
  maxBytes: number,
  details: GraphErrorDetails,
): Promise<string> {
  if (response.body === null) return "";
  // Decoded at once at the end: piece by piece takes several times as long.
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBytes) {
      // Leaving the loop cancels the stream and closes the connection.
      throw new GraphInvalidAnswerError(
        `The answer to ${String(details.request)} is larger than ${maxBytes} bytes; ask for fewer properties with $select.${stateOfWrite(details)}`,
        details,
      );
    }
    chunks.push(chunk);
  }
  return new TextDecoder("utf-8").decode(Buffer.concat(chunks, size));
}

/** Parses a body that must be a JSON object. */
export function parseObject(text: string, details: GraphErrorDetails): Record<string, unknown> {
  let value: unknown;
  const facts = `${stateOfWrite(details)}${details.requestId === undefined ? "" : ` Request id ${details.requestId}.`}`;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which may hold anything.
    throw new GraphInvalidAnswerError(
      `The answer to ${String(details.request)} is not JSON (${text.length} characters). A proxy may have answered instead of Microsoft Graph.${facts}`,
      details,
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new GraphInvalidAnswerError(
      `The answer to ${String(details.request)} is not a JSON object.${facts}`,
      details,
    );
  }
  return value as Record<string, unknown>;
}

interface ServiceError {
  readonly codes: readonly string[];
  readonly message: string;
}

/** Codes from outermost to innermost and the message; tolerant, since proxies answer in their own forms. */
function readServiceError(text: string): ServiceError {
  let node: unknown;
  try {
    node = (JSON.parse(text) as { error?: unknown } | null)?.error;
  } catch {
    return { codes: [], message: "" };
  }
  const codes: string[] = [];
  let message = "";
  for (let depth = 0; depth < 6 && typeof node === "object" && node !== null; depth++) {
    const inner = node as { code?: unknown; message?: unknown; innerError?: unknown; innererror?: unknown };
    if (typeof inner.code === "string" && inner.code !== "") codes.push(inner.code);
    if (message === "" && typeof inner.message === "string") message = inner.message;
    node = inner.innerError ?? inner.innererror;
  }
  return { codes, message };
}

// Which HTTP status these come with is not documented, so the code decides, and the text where it is missing.
// https://learn.microsoft.com/entra/identity-platform/configure-app-management-policies
const POLICY_BLOCKED_CODE =
  /^(?:CredentialTypeNotAllowed|CredentialInvalidLifetime|SignInAudienceNotAllowed)AsPerAppPolicy$/;
const POLICY_BLOCKED_TEXT = /not allowed as per assigned policy/i;

// How long a page link lives is not documented; large tenants see this in the middle of a list.
// https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/2254
const PAGE_EXPIRED_CODE = "Directory_ExpiredPageToken";

/** What is known of the change, as a sentence with a space before it; empty where there is nothing to look at. */
export function stateOfWrite(details: GraphErrorDetails): string {
  if (details.outcome === "unknown") {
    return " Whether the change was carried out is unknown; read the object before trying again.";
  }
  if (details.outcome === "applied") {
    return " The service said that the change was carried out, only its answer is lost; read the object.";
  }
  return "";
}

/** What the caller of a request knows that makes its error more useful. */
export interface RequestPurpose {
  /** Application permission that the request needs, named when Graph answers 403. */
  readonly permission?: string | undefined;
}

/** The error for an answer whose status is not 2xx. `known` are values that must not appear in it. */
export function errorForAnswer(
  status: number,
  text: string,
  details: GraphErrorDetails,
  purpose: RequestPurpose,
  known: readonly string[],
): GraphError {
  const service = readServiceError(text);
  const blockedBy = service.codes.find((code) => POLICY_BLOCKED_CODE.test(code));
  const graphCode = redact(blockedBy ?? service.codes.at(-1) ?? "", known) || undefined;
  const said = redact(service.message, known);
  const facts: GraphErrorDetails = { ...details, status, graphCode };
  const sentence = (remedy: string): string =>
    `${String(details.request)} was answered with ${status}${graphCode === undefined ? "" : ` ${graphCode}`}` +
    `${said === "" ? "" : `: ${said.replace(/\.?$/, ".")}`}${said === "" ? ". " : " "}${remedy}` +
    stateOfWrite(details) +
    (details.requestId === undefined ? "" : ` Request id ${details.requestId}.`);

  if (blockedBy !== undefined || POLICY_BLOCKED_TEXT.test(said)) {
    return new GraphPolicyBlockedError(
      sentence(
        "An application management policy of the tenant forbids this credential; use a certificate within the allowed lifetime or a federated credential.",
      ),
      facts,
    );
  }
  if (service.codes.includes(PAGE_EXPIRED_CODE)) {
    return new GraphPageExpiredError(
      sentence("Read the list again from its beginning; larger pages ($top=999) need fewer links."),
      facts,
    );
  }
  if (status === 401) {
    return new GraphUnauthorizedError(
      sentence("Graph did not accept the access token: check that tenant and cloud are the intended ones."),
      facts,
    );
  }
  if (status === 403) {
    const need = purpose.permission;
    return new GraphForbiddenError(
      sentence(
        need === undefined
          ? "The signed-in identity lacks a permission."
          : `Grant the signed-in application the Microsoft Graph application permission ${need} with admin consent.`,
      ),
      facts,
    );
  }
  if (status === 404 || status === 410) {
    return new GraphNotFoundError(
      sentence("Check the id, and that this cloud offers the resource at all."),
      facts,
    );
  }
  if (status === 409 || status === 412) {
    return new GraphConflictError(sentence("Read the object again before changing it."), facts);
  }
  if (status === 429) {
    return new GraphThrottledError(sentence("The tenant is being throttled; try again later."), facts);
  }
  if (status >= 500 || status === 408) {
    return new GraphUnavailableError(sentence("The service has a passing fault; try again later."), facts);
  }
  return new GraphRejectedError(sentence("Graph refuses the request as it stands."), facts);
}
