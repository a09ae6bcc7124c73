/** Addresses that open something to whoever knows them. */
import type { Finding, Problems } from "../problems";

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

/** Whether an address was given where an object with it belongs; it is reported, and never repeated. */
export function isBareAddress(at: string, given: unknown, allowed: string, problems: Problems): boolean {
  if (typeof given !== "string") return false;
  problems.add(at, {
    code: "wrong-type",
    given: "a text",
    allowed,
    remedy: "put the address into an object",
  });
  return true;
}

function kindOf(given: unknown, url: URL | undefined): string {
  if (given === undefined) return "nothing";
  if (url === undefined) return "what is no address";
  return url.protocol === "https:"
    ? "an address with a user name or password"
    : `an address of ${url.protocol}`;
}
