import { Agent, fetch as undiciFetch } from "undici";

/** A `fetch` that trusts one certificate authority and no other: the sandbox's. */
export function fetchTrusting(certificateAuthorityPem: string): typeof fetch {
  const dispatcher = new Agent({ connect: { ca: certificateAuthorityPem } });
  const trusting = (input: string, init?: RequestInit): Promise<unknown> =>
    undiciFetch(input, { ...(init as Parameters<typeof undiciFetch>[1]), dispatcher });
  // undici's types and Node's own differ in names only.
  return trusting as unknown as typeof fetch;
}
