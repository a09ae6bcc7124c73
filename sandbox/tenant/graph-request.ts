/** Who calls: an application by its appId, with the Graph application permissions its token carries. */
export interface Caller {
  readonly appId: string;
  readonly roles: readonly string[];
}

/** One call of the Graph API, made in process: what the HTTPS door and the provider doors both speak. */
export interface GraphRequest {
  readonly method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** Path with version and query, e.g. `/v1.0/applications/…?$select=id,appId`. */
  readonly path: string;
  /** The JSON body, parsed. */
  readonly body?: unknown;
  /** Headers that change the answer (`ConsistencyLevel`, `Prefer`, …), by their names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly caller: Caller;
}

/** The answer as Graph gives it: status, JSON body (text for a number, absent for 204) and the headers with it. */
export interface GraphResponse {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}
