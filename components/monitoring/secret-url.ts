/** Addresses that open something to whoever knows them. */
import type { Finding } from "../problems";

/** An HTTPS address without a user; what was given is never repeated. */
export function checkSecretUrl(given: unknown): Finding | undefined {
  const url = typeof given === "string" && URL.canParse(given) ? new URL(given) : undefined;
  if (url?.protocol === "https:" && url.username === "" && url.password === "") return undefined;
  return {
    code: given === undefined ? "missing" : "invalid-url",
    given: kindOf(given, url),
    allowed: "an address that starts with https:// and holds no user name or password",
    remedy: "copy the address of the webhook, and keep it as a secret of the stack's configuration",
  };
}

function kindOf(given: unknown, url: URL | undefined): string {
  if (given === undefined) return "nothing";
  if (url === undefined) return "what is no address";
  return url.protocol === "https:"
    ? "an address with a user name or password"
    : `an address of ${url.protocol}`;
}
