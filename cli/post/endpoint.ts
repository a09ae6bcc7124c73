/** Addresses that come from variables of a run are checked before a token is sent to them. */

/** An address that a token may be sent to, with a path that ends in a slash; or why not, as a sentence. */
export function apiRoot(variable: string, value: string): URL | string {
  // Only the first characters: a variable may hold anything, a token included.
  const given = JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  let url: URL;
  try {
    url = new URL(value);
  } catch {
    return `${variable} is not an address such as "https://api.github.com"; given ${given}.`;
  }
  if (url.username !== "" || url.password !== "") {
    return `${variable} must not hold a user name or password; the token has a variable of its own.`;
  }
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url.hostname))) {
    return `${variable} must begin with "https://": a token is not sent in the clear; given ${given}.`;
  }
  if (url.search !== "" || url.hash !== "") {
    return `${variable} must be an address without "?" and "#"; given ${given}.`;
  }
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url;
}

/** An address to link to, or undefined: anything but http and https is dropped. */
export function linkTarget(value: string | undefined): string | undefined {
  if (value === undefined || value.length > 2_000 || /[\s<>"'`\\]/.test(value)) return undefined;
  try {
    const url = new URL(value);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : undefined;
  } catch {
    return undefined;
  }
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === "localhost" || hostname === "[::1]" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
  );
}
