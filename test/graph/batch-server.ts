/** `$batch` as Graph answers it: every request on its own, in an order of the service's choosing. */
import type { Answer, ReceivedRequest } from "./graph-server";

export interface BatchedRequest {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface BatchedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

/** The requests inside a batch that the server got. */
export function requestsIn(received: ReceivedRequest): BatchedRequest[] {
  return (JSON.parse(received.body) as { requests: BatchedRequest[] }).requests;
}

/** Answers each request of a batch, last one first. */
export function batch(answer: (request: BatchedRequest) => BatchedAnswer): Answer {
  return (received, response) => {
    const responses = requestsIn(received)
      .map((request) => ({ id: request.id, ...answer(request) }))
      .reverse();
    response.writeHead(200, { "content-type": "application/json", "request-id": "req-batch" });
    response.end(JSON.stringify({ responses }));
  };
}

/** An answer of its own for each time a method and path comes, the last one for ever; 200 with the path otherwise. */
export function scripted(script: Readonly<Record<string, readonly BatchedAnswer[]>>): Answer {
  const times = new Map<string, number>();
  return batch(({ method, url }) => {
    const name = `${method} ${url}`;
    const time = times.get(name) ?? 0;
    times.set(name, time + 1);
    const answers = script[name];
    return answers?.[Math.min(time, answers.length - 1)] ?? { status: 200, body: { id: url } };
  });
}

export function refused(status: number, code: string, headers: Record<string, unknown> = {}): BatchedAnswer {
  return { status, headers, body: { error: { code, message: "Said by the service" } } };
}
