import type { GraphRequest, GraphResponse } from "../tenant/graph-request";
import { isObject, type GraphVersion, type Json } from "./call";
import { badQuery } from "./graph-error";

/** Source of limits and behaviour: https://learn.microsoft.com/graph/json-batching */
const MOST_REQUESTS = 20;

const METHODS: readonly GraphRequest["method"][] = ["GET", "POST", "PATCH", "PUT", "DELETE"];

export function isBatch(method: string, segments: readonly string[]): boolean {
  return method === "POST" && segments.length === 1 && segments[0] === "$batch";
}

interface BatchItem {
  readonly id: string;
  readonly method: GraphRequest["method"];
  /** Relative to the version. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly dependsOn: readonly string[];
}

/**
 * POST /$batch: up to 20 calls in one, each answered on its own. A malformed batch is refused whole; one that can be
 * read is 200 whatever becomes of its calls. A call whose predecessor failed is answered 424 and not made.
 */
export function answerBatch(
  request: GraphRequest,
  version: GraphVersion,
  answer: (request: GraphRequest) => GraphResponse,
): GraphResponse {
  const statuses = new Map<string, number>();
  const responses = inSequence(readBatch(request.body)).map((item) => {
    const failed = item.dependsOn.some((id) => (statuses.get(id.toLowerCase()) ?? 424) >= 400);
    const response = failed ? failedDependency() : answer(itemRequest(request, version, item));
    statuses.set(item.id.toLowerCase(), response.status);
    return batchResponse(item.id, response);
  });
  return { status: 200, body: { responses } };
}

function itemRequest(whole: GraphRequest, version: GraphVersion, item: BatchItem): GraphRequest {
  return {
    method: item.method,
    path: `/${version}/${item.url.replace(/^\//, "")}`,
    headers: item.headers,
    caller: whole.caller,
    ...(item.body !== undefined && { body: item.body }),
  };
}

function batchResponse(id: string, { status, headers, body }: GraphResponse): Json {
  return {
    id,
    status,
    headers: {
      "Cache-Control": "no-cache",
      ...(body !== undefined && {
        "Content-Type": typeof body === "string" ? "text/plain" : "application/json",
      }),
      ...Object.fromEntries(
        Object.entries(headers ?? {})
          .filter(([name]) => name !== "content-type")
          .map(([name, value]) => [titled(name), value]),
      ),
    },
    ...(body !== undefined && { body }),
  };
}

/** `retry-after` as Graph writes it inside a batch: "Retry-After". */
function titled(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
}

function failedDependency(): GraphResponse {
  return {
    status: 424,
    body: { error: { code: "FailedDependency", message: "A request this one depends on has failed." } },
  };
}

function readBatch(body: unknown): readonly BatchItem[] {
  const requests = isObject(body) ? body["requests"] : undefined;
  if (!Array.isArray(requests) || requests.length === 0) {
    throw badQuery("Invalid batch payload format: 'requests' must hold at least one request.");
  }
  if (requests.length > MOST_REQUESTS) {
    throw badQuery(`Number of batch request steps exceeds the maximum value of ${MOST_REQUESTS}.`);
  }
  const items = requests.map(readItem);
  const seen = new Set<string>();
  for (const { id } of items) {
    if (seen.has(id.toLowerCase())) throw badQuery(`Request Id '${id}' is not unique in the batch.`);
    seen.add(id.toLowerCase());
  }
  return items;
}

function readItem(value: unknown): BatchItem {
  if (!isObject(value)) throw badQuery("Invalid batch payload format: a request must be an object.");
  const { id, url, body } = value;
  if (typeof id !== "string" || id === "") throw badQuery("Request Id cannot be null or empty.");
  const method = METHODS.find((known) => known === value["method"]);
  if (!method) throw badQuery(`The method of request '${id}' is missing or not supported.`);
  if (typeof url !== "string" || url === "" || /^[a-z][a-z\d+.-]*:/i.test(url) || url.startsWith("//")) {
    throw badQuery(`The url of request '${id}' must be relative to the version, as '/applications'.`);
  }
  if (/^\/?\$batch\b/.test(url)) throw badQuery(`Request '${id}' is a batch; batches cannot be nested.`);
  const headers = readHeaders(id, value["headers"]);
  if (body !== undefined && headers["content-type"] === undefined) {
    throw badQuery(`Request '${id}' has a body and needs a 'Content-Type' header.`);
  }
  return { id, method, url, headers, body, dependsOn: readDependencies(id, value["dependsOn"]) };
}

function readHeaders(id: string, value: unknown): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return {};
  if (!isObject(value) || !Object.values(value).every((header) => typeof header === "string")) {
    throw badQuery(`The headers of request '${id}' must be an object of texts.`);
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, header]) => [name.toLowerCase(), String(header)]),
  );
}

function readDependencies(id: string, value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every((one): one is string => typeof one === "string")) {
    throw badQuery(`'dependsOn' of request '${id}' must be a list of ids.`);
  }
  return value;
}

/** The calls so that each comes after those it depends on; otherwise as they were sent. */
function inSequence(items: readonly BatchItem[]): readonly BatchItem[] {
  const byId = new Map(items.map((item) => [item.id.toLowerCase(), item]));
  const sequence: BatchItem[] = [];
  const state = new Map<BatchItem, "open" | "done">();
  const visit = (item: BatchItem): void => {
    if (state.get(item) === "done") return;
    if (state.get(item) === "open") throw badQuery(`Request '${item.id}' depends on itself.`);
    state.set(item, "open");
    for (const id of item.dependsOn) {
      const before = byId.get(id.toLowerCase());
      if (!before) throw badQuery(`Request '${item.id}' depends on '${id}', which is not in the batch.`);
      visit(before);
    }
    state.set(item, "done");
    sequence.push(item);
  };
  for (const item of items) visit(item);
  return sequence;
}
