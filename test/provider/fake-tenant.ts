/** A small tenant over HTTP: the default app management policy with Graph's write semantics, and faults on demand. */
import type { ServerResponse } from "node:http";
import { type Answer, GraphServer, graphError, json, type ReceivedRequest } from "../graph/graph-server";
import type { RestrictionEntry, ScopeRestrictions, TenantAppManagementPolicy } from "../../graph";

export const PATH = "/v1.0/policies/defaultAppManagementPolicy";

/** A tenant as Microsoft left it, with one restriction of another administrator. */
export const INITIAL: TenantAppManagementPolicy = {
  id: "00000000-0000-0000-0000-000000000000",
  displayName: "Default app management tenant policy",
  isEnabled: false,
  applicationRestrictions: {
    passwordCredentials: [
      {
        restrictionType: "passwordLifetime",
        state: "enabled",
        maxLifetime: "P90D",
        restrictForAppsCreatedAfterDateTime: null,
        excludeActors: null,
      },
    ],
    keyCredentials: [],
    identifierUris: {
      nonDefaultUriAddition: null,
      uriAdditionWithoutUniqueTenantIdentifier: { state: "enabled", isStateSetByMicrosoft: true },
    },
  },
  servicePrincipalRestrictions: { passwordCredentials: [], keyCredentials: [] },
};

export class FakeTenant {
  policy: TenantAppManagementPolicy = structuredClone(INITIAL);
  /** Runs before each request is answered; true means that it has dealt with the request itself. */
  before: (request: ReceivedRequest, response: ServerResponse) => boolean = () => false;
  /** The other reading of the documentation: a scope that is sent replaces the one in the tenant. */
  replacesScopes = false;
  readonly #server: GraphServer;

  private constructor(server: GraphServer) {
    this.#server = server;
  }

  static async start(): Promise<FakeTenant> {
    const server = await GraphServer.start();
    const tenant = new FakeTenant(server);
    server.answerWith(tenant.#answer);
    return tenant;
  }

  get url(): string {
    return this.#server.url;
  }

  get requests(): string[] {
    return this.#server.received.map(({ method, path }) => `${method} ${path}`);
  }

  get received(): readonly ReceivedRequest[] {
    return this.#server.received;
  }

  async close(): Promise<void> {
    await this.#server.close();
  }

  /** Merges top-level and complex properties; a collection is replaced whole, as Graph documents. */
  patch(change: Partial<TenantAppManagementPolicy>): void {
    if (this.replacesScopes) {
      this.policy = { ...this.policy, ...change };
      return;
    }
    const { applicationRestrictions, servicePrincipalRestrictions, ...plain } = change;
    this.policy = {
      ...this.policy,
      ...plain,
      applicationRestrictions: { ...this.policy.applicationRestrictions, ...applicationRestrictions },
      servicePrincipalRestrictions: {
        ...this.policy.servicePrincipalRestrictions,
        ...servicePrincipalRestrictions,
      },
    };
  }

  /** What somebody else does behind our back: sets or removes one entry of applications. */
  setPassword(restrictionType: string, entry: Omit<RestrictionEntry, "restrictionType"> | undefined): void {
    const scope: ScopeRestrictions = this.policy.applicationRestrictions ?? {};
    const others = (scope.passwordCredentials ?? []).filter((one) => one.restrictionType !== restrictionType);
    const mine = entry === undefined ? [] : [{ ...entry, restrictionType }];
    this.policy = {
      ...this.policy,
      applicationRestrictions: { ...scope, passwordCredentials: [...others, ...mine] },
    };
  }

  readonly #answer: Answer = (request, response) => {
    if (this.before(request, response)) return;
    if (request.path !== PATH) {
      graphError(404, "Request_ResourceNotFound", "Resource not found for the segment.")(request, response);
    } else if (request.headers.authorization !== "Bearer fake-token") {
      graphError(401, "InvalidAuthenticationToken", "Access token is empty.")(request, response);
    } else if (request.method === "GET") {
      json(200, { "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#x", ...this.policy })(
        request,
        response,
      );
    } else {
      this.patch(JSON.parse(request.body) as Partial<TenantAppManagementPolicy>);
      response.writeHead(204).end();
    }
  };
}
