/** Gets the token from outside that Entra exchanges for one of its own (workload identity federation). */
import { readFile } from "node:fs/promises";
import { ProviderError } from "./errors";
import type { AssertionSource } from "./settings";

/**
 * The token of the pipeline or cluster this process runs in.
 *
 * @throws ProviderError CERTLOCK_CREDENTIALS_INCOMPLETE when there is none to be had
 */
export async function readAssertion(
  source: AssertionSource,
  audience: string,
  fetchToken: typeof fetch,
): Promise<string> {
  switch (source.from) {
    case "variable":
      return source.token;
    case "file":
      try {
        // Read each time: Kubernetes and others renew the file.
        return (await readFile(source.path, "utf8")).trim();
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
        throw incomplete(`ARM_OIDC_TOKEN_FILE_PATH names ${source.path}, which cannot be read (${code}).`);
      }
    case "request":
      return requestAssertion(source.url, source.token, audience, fetchToken);
  }
}

/** @see https://docs.github.com/actions/reference/security/oidc */
async function requestAssertion(
  address: string,
  token: string,
  audience: string,
  fetchToken: typeof fetch,
): Promise<string> {
  if (!URL.canParse(address)) throw incomplete("ARM_OIDC_REQUEST_URL is not a URL.");
  const url = new URL(address);
  url.searchParams.set("audience", audience);
  let status = "no answer";
  try {
    const response = await fetchToken(url, {
      headers: { accept: "application/json", authorization: `Bearer ${token}` },
      redirect: "error",
      signal: AbortSignal.timeout(30_000),
    });
    status = `status ${response.status}`;
    const answer = response.ok ? ((await response.json()) as { value?: unknown }) : {};
    if (typeof answer.value === "string" && answer.value !== "") return answer.value;
  } catch {
    // The error of fetch may quote headers; the status says enough.
  }
  throw incomplete(
    `The pipeline's token service at ${url.host} gave no token (${status}). In GitHub Actions the job needs the permission id-token: write.`,
  );
}

function incomplete(message: string): ProviderError {
  return new ProviderError("CERTLOCK_CREDENTIALS_INCOMPLETE", message);
}
