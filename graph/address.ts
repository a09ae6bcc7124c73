/** Which addresses a request, and with it the access token, may go to. */

/** Version of the API; beta has what v1.0 has not yet, and changes without notice. */
export type GraphVersion = "v1.0" | "beta";

const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "[::1]", "localhost"]);
// "..", also percent-encoded: an id taken from somewhere could otherwise turn a request into another one.
const DOT_SEGMENT = /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i;

/** The addresses of one tenant's Graph: one origin, two versions. */
export class GraphAddress {
  readonly #root: URL;

  /** @throws TypeError unless `endpoint` is https; http is for this machine only. */
  constructor(endpoint: string) {
    const root = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
    const protected_ = root?.protocol === "https:";
    if (root === undefined || !(protected_ || (root.protocol === "http:" && LOOPBACK.has(root.hostname)))) {
      throw new TypeError(
        `"graphEndpoint" is an https URL (http on this machine only): an access token goes there; given: ${endpoint}`,
      );
    }
    this.#root = root;
  }

  get host(): string {
    return this.#root.host;
  }

  /**
   * The address of a path such as `/applications?$top=5`. Encode ids that come from elsewhere (`encodeURIComponent`).
   *
   * @throws TypeError when the path does not start with a slash, or would not stay below the version.
   */
  url(path: string, version: GraphVersion = "v1.0"): URL {
    if (!path.startsWith("/")) {
      throw new TypeError(`A Graph path starts with "/" and follows the version; given: ${path}`);
    }
    const [beforeQuery = ""] = path.split("?", 1);
    // Unencoded, a "#" would cut off the rest of the query without a word.
    if (DOT_SEGMENT.test(beforeQuery) || beforeQuery.includes("\\") || path.includes("#")) {
      throw new TypeError(
        `A Graph path has no "." or ".." segment, no "\\" before the query and no "#" (write %23); given: ${path}`,
      );
    }
    return new URL(`/${version}${path}`, this.#root);
  }

  /** The address behind a link of the service, if the token may go there: same origin, same version. */
  follow(link: string, version: GraphVersion = "v1.0"): URL | undefined {
    if (!URL.canParse(link)) return undefined;
    const url = new URL(link);
    const stays =
      url.origin === this.#root.origin &&
      url.username === "" &&
      url.password === "" &&
      url.pathname.startsWith(`/${version}/`);
    url.hash = "";
    return stays ? url : undefined;
  }
}
