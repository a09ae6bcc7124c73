import { STATUS_CODES } from "node:http";
import type { GraphRequest } from "../../tenant/graph-request";
import type { Tenant } from "../../tenant/tenant";
import { text } from "../property-readers";
import type { PropertyMap, PropertyValue } from "../property-values";

/** A refusal of Graph, told in the words of the provider's Graph library. */
export class GraphCallError extends Error {
  override readonly name = "GraphCallError";
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(
      `unexpected status ${status} (${status} ${STATUS_CODES[status] ?? ""}) with error: ${code}: ${message}`,
    );
    this.status = status;
    this.code = code;
  }
}

/** The provider's Graph client: it calls as the deployer, in process, and throws what Graph refuses. */
export class GraphClient {
  readonly tenant: Tenant;

  constructor(tenant: Tenant) {
    this.tenant = tenant;
  }

  get(path: string): PropertyMap {
    return this.#call("GET", path);
  }

  /** The object, or undefined when Graph answers 404. */
  find(path: string): PropertyMap | undefined {
    return this.#unlessMissing(() => this.get(path));
  }

  /** Every object of a collection, page after page. */
  list(path: string): PropertyMap[] {
    const objects: PropertyMap[] = [];
    for (let next: string | undefined = path; next !== undefined;) {
      const page = this.get(next);
      const value = page["value"];
      if (Array.isArray(value)) objects.push(...(value as PropertyMap[]));
      const link = page["@odata.nextLink"];
      next = typeof link === "string" ? link.slice(link.indexOf("/v1.0") + "/v1.0".length) : undefined;
    }
    return objects;
  }

  post(path: string, body: object): PropertyMap {
    return this.#call("POST", path, body);
  }

  patch(path: string, body: object): void {
    this.#call("PATCH", path, body);
  }

  /** Deletes; an object already gone is fine. */
  delete(path: string): void {
    this.#unlessMissing(() => this.#call("DELETE", path));
  }

  /** Object id of the calling service principal. */
  callerObjectId(): string {
    const { appId } = this.tenant.deployer;
    const [principal] = this.list(`/servicePrincipals?$filter=${encodeURIComponent(`appId eq '${appId}'`)}`);
    const id = principal?.["id"];
    if (typeof id !== "string") throw new Error("The calling principal was not found in the directory.");
    return id;
  }

  #call(method: GraphRequest["method"], path: string, body?: object): PropertyMap {
    const response = this.tenant.graph({
      method,
      path: `/v1.0${path}`,
      caller: this.tenant.deployer,
      ...(body && { body }),
    });
    const answer = toProperties(response.body);
    if (response.status < 400) return answer;
    const error = toProperties(answer["error"]);
    throw new GraphCallError(response.status, text(error, "code") ?? "", text(error, "message") ?? "");
  }

  #unlessMissing<Result>(call: () => Result): Result | undefined {
    try {
      return call();
    } catch (error) {
      if (error instanceof GraphCallError && error.status === 404) return undefined;
      throw error;
    }
  }
}

/** Adds what was being done to the error of a call, as the provider does. */
export function during<Result>(what: string, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    throw new Error(`${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** A JSON body as property values: JSON is a subset of them. */
function toProperties(body: unknown): PropertyMap {
  return typeof body === "object" && body !== null ? { ...(body as Record<string, PropertyValue>) } : {};
}
