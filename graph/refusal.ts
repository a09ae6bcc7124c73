/** What follows from an answer that is not 2xx, of a request on its own or of one in a batch. */
import { errorForAnswer, type RequestPurpose } from "./answer";
import type { GraphError, GraphErrorDetails } from "./errors";
import { repeatableStatus, type RequestEffect, retryAfterMs } from "./retry";

/** A failed attempt: its error, whether another may follow, and after which wait if the service named one. */
export interface Refusal {
  readonly failed: GraphError;
  readonly repeatable: boolean;
  readonly waitMs?: number | undefined;
}

/**
 * @param facts of the request; their outcome is that of the attempts before, and stays if this one certainly does
 * nothing.
 * @param tokens values that must not appear in the error.
 */
export function refusal(
  said: { readonly status: number; readonly text: string; readonly retryAfter: string | null },
  request: RequestPurpose & { readonly effect: RequestEffect },
  facts: GraphErrorDetails,
  tokens: readonly string[],
  now: Date,
): Refusal {
  const { status } = said;
  const waitMs = status === 429 || status >= 500 ? retryAfterMs(said.retryAfter, now) : undefined;
  const undecided = request.effect !== "read" && (status >= 500 || status === 408);
  const details: GraphErrorDetails = {
    ...facts,
    ...(undecided ? { outcome: "unknown" } : {}),
    retryAfterSeconds: waitMs === undefined ? undefined : Math.ceil(waitMs / 1_000),
  };
  const failed = errorForAnswer(status, said.text, details, request, tokens);
  return { failed, repeatable: repeatableStatus(status, request.effect), waitMs };
}
