/** How long a host asks us to wait. Pure. */
import { retryAfterMs } from "../../graph/retry";

/**
 * Milliseconds to wait when the answer says that the caller was too fast: the request was not carried out.
 * Undefined when it says something else; "unnamed" when it is a 429 without a time.
 *
 * GitHub: `retry-after`, else `x-ratelimit-reset` once `x-ratelimit-remaining` is 0, else at least a minute; a
 * secondary limit may come as 403. Azure DevOps: `Retry-After`. GitLab: `Retry-After`, `RateLimit-Reset`.
 *
 * @see https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
 * @see https://learn.microsoft.com/azure/devops/integrate/concepts/rate-limits
 * @see https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/#response-headers
 */
export function rateLimitWaitMs(response: Response, text: string, now: Date): number | "unnamed" | undefined {
  const { status, headers } = response;
  const secondary = status === 403 && /secondary rate limit|abuse detection/i.test(text.slice(0, 10_000));
  const used = headers.get("x-ratelimit-remaining") === "0";
  const after = retryAfterMs(headers.get("retry-after"), now);
  if (status !== 429 && !(status === 403 && (secondary || used || after !== undefined))) return undefined;
  if (after !== undefined) return after;
  const reset = headers.get("x-ratelimit-reset") ?? headers.get("ratelimit-reset") ?? "";
  if ((used || status === 429) && /^\d{9,12}$/.test(reset)) {
    // One second more: the clocks of two machines differ.
    return Math.max(0, Number(reset) * 1_000 - now.getTime()) + 1_000;
  }
  return secondary ? 60_000 : "unnamed";
}
