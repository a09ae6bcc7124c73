import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { VerifiedToken } from "../../../sandbox/login/tokens";
import { Tenant } from "../../../sandbox/tenant/tenant";
import { vaultRequestHandler } from "../../../sandbox/vault/door";
import type { VaultSettings } from "../../../sandbox/vault/vault-settings";

export const CALLER: VerifiedToken = {
  appId: "0a0e0000-0000-4000-8000-0000000000a1",
  objectId: "0a0e0000-0000-4000-8000-0000000000a2",
  roles: [],
  audience: "https://vault.azure.net",
};
export const SECRETS_USER = "4633458b-17de-408a-b874-0445c86b69e6";
export const SECRETS_OFFICER = "b86a8fe4-44ce-4948-aee5-eccb2c155cd7";
export const CERTIFICATES_OFFICER = "a4417e6f-fecd-4de8-b567-7b0420556985";

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** The vault door of a tenant with one vault, behind a plain HTTP server; the token "good" is CALLER's. */
export class VaultDoor {
  readonly tenant: Tenant;
  readonly url: string;
  /** Audiences tokens were checked for. */
  readonly audiences: string[];
  readonly #server: Server;

  static async open(clock: () => Date, settings: VaultSettings = {}): Promise<VaultDoor> {
    const tenant = new Tenant({ clock });
    tenant.vaults.putResourceGroup({ name: "rg", location: "westeurope", tags: {}, managedBy: undefined });
    tenant.vaults.putVault({
      resourceGroup: "rg",
      name: "kv-billing",
      location: "westeurope",
      settings: {
        tenantId: tenant.id,
        sku: { name: "standard" },
        enableRbacAuthorization: true,
        ...settings,
      },
    });
    const audiences: string[] = [];
    const handler = vaultRequestHandler(
      tenant,
      (authorization, audience) => {
        audiences.push(audience);
        return authorization === "Bearer good" ? CALLER : undefined;
      },
      (request) => String(request.headers["x-sandbox-client-address"] ?? "198.51.100.10"),
    );
    const server = createServer(handler);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new VaultDoor(tenant, server, audiences);
  }

  private constructor(tenant: Tenant, server: Server, audiences: string[]) {
    this.tenant = tenant;
    this.#server = server;
    this.audiences = audiences;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  get vault() {
    const vault = this.tenant.vaults.vault("kv-billing");
    if (!vault) throw new Error("the vault is gone");
    return vault;
  }

  /** Grants CALLER a role at a scope; the whole vault unless told otherwise. */
  grant(roleId: string, scope = this.vault.id): void {
    grantRole(this.tenant, CALLER.objectId, roleId, scope);
  }

  async get(
    path: string,
    headers: Record<string, string> = {},
    method = "GET",
    content?: string,
  ): Promise<Answer> {
    const response = await fetch(this.url + path, {
      method,
      ...(content !== undefined && { body: content }),
      headers: { authorization: "Bearer good", ...headers },
    });
    const body = (await response.json()) as Record<string, unknown>;
    return { status: response.status, headers: response.headers, body };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Assigns an Azure role, as azure-native.authorization.RoleAssignment would. */
export function grantRole(tenant: Tenant, principalId: string, roleId: string, scope: string): void {
  const name = tenant.newId();
  const now = tenant.clock();
  tenant.vaults.roleAssignments.put({
    id: `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`,
    name,
    scope,
    principalId,
    principalType: "ServicePrincipal",
    roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${roleId}`,
    description: undefined,
    condition: undefined,
    conditionVersion: undefined,
    createdOn: now,
    updatedOn: now,
  });
}

/** Status, code and inner code of a refusal. */
export function refusal({ status, body }: Answer): [number, unknown, unknown] {
  const { code, innererror } = body["error"] as { code: string; innererror?: { code: string } };
  return [status, code, innererror?.code];
}
