/** The errors of requests that got no usable answer: cancelled, or the connection failed. */
import { stateOfWrite } from "./answer";
import { GraphAbortedError, type GraphErrorDetails, GraphUnreachableError } from "./errors";
import { redact } from "./redact";
import { connectionFailureCode } from "./retry";

/** The caller's signal ended the request. */
export function aborted(details: GraphErrorDetails): GraphAbortedError {
  return new GraphAbortedError(`${String(details.request)} was cancelled.${stateOfWrite(details)}`, details);
}

/**
 * No connection, a cut one, or no complete answer within the limit of time.
 *
 * @param known values that must not appear in the error.
 */
export function unreachable(
  error: unknown,
  timedOut: boolean,
  details: GraphErrorDetails,
  host: string,
  known: readonly string[],
): GraphUnreachableError {
  const code = redact(connectionFailureCode(error) ?? "", known);
  const reason = timedOut ? "no complete answer in time" : `the connection failed${code && ` (${code})`}`;
  const state =
    details.outcome === "unknown"
      ? " Whether the change was carried out is unknown, so it was not sent again; read the object first."
      : stateOfWrite(details);
  return new GraphUnreachableError(
    `${String(details.request)} got no answer from ${host}: ${reason}.${state} Check network, proxy and certificates (NODE_EXTRA_CA_CERTS).`,
    details,
  );
}
