/** A tenant of any size, made up page by page: what it lists exists only while it is sent. */
import type { Answer } from "./graph-server";

/** Answers lists of `count` applications by `$top`, linking pages by `$skiptoken`. */
export function largeTenant(count: number, root: () => string): Answer {
  return ({ path }, response) => {
    const url = new URL(path, root());
    const size = Number(url.searchParams.get("$top") ?? 100);
    const from = Number(url.searchParams.get("$skiptoken") ?? 0);
    const value = Array.from({ length: Math.min(size, count - from) }, (_, index) =>
      application(from + index),
    );
    url.searchParams.set("$skiptoken", String(from + size));
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ ...(from + size < count ? { "@odata.nextLink": url.href } : {}), value }));
  };
}

/** The n-th application: one secret in ten, one certificate in two. */
export function application(number: number): object {
  const serial = String(number).padStart(12, "0");
  const dates = { startDateTime: "2026-11-01T00:00:00Z", endDateTime: "2027-03-01T00:00:00Z" };
  return {
    id: `00000000-0000-4000-8000-${serial}`,
    appId: `10000000-0000-4000-8000-${serial}`,
    displayName: `application ${serial}`,
    createdDateTime: "2026-01-01T00:00:00Z",
    signInAudience: "AzureADMyOrg",
    passwordCredentials:
      number % 10 === 0
        ? [{ ...dates, keyId: `20000000-0000-4000-8000-${serial}`, displayName: "old", hint: "abc" }]
        : [],
    keyCredentials:
      number % 2 === 0
        ? [
            {
              ...dates,
              keyId: `30000000-0000-4000-8000-${serial}`,
              displayName: "CN=app",
              type: "AsymmetricX509Cert",
              usage: "Verify",
              customKeyIdentifier: "NDQ4NDQ4NDQ4NDQ4NDQ4NDQ4NDQ=",
              key: null,
            },
          ]
        : [],
  };
}
