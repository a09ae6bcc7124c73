import { ArmError } from "../vault/arm-error";
import type { DeletedVault } from "../vault/vault-store";
import { list, nameOf, ok, type ArmCall, type ArmRoute } from "./call";

const IN_SUBSCRIPTION = "/subscriptions/{subscription}/providers/Microsoft.KeyVault";
const DELETED = `${IN_SUBSCRIPTION}/locations/{location}/deletedVaults/{vault}`;

/**
 * Vaults that are deleted and can come back.
 * https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults/list-deleted
 */
export const DELETED_VAULT_ROUTES: readonly ArmRoute[] = [
  {
    method: "GET",
    path: `${IN_SUBSCRIPTION}/deletedVaults`,
    action: "Microsoft.KeyVault/deletedVaults/read",
    answer: (call) => list(call.tenant.vaults.deletedVaults().map((deleted) => body(call, deleted))),
  },
  {
    method: "GET",
    path: DELETED,
    action: "Microsoft.KeyVault/locations/deletedVaults/read",
    answer: (call) => ok(body(call, find(call))),
  },
  {
    method: "POST",
    path: `${DELETED}/purge`,
    action: "Microsoft.KeyVault/locations/deletedVaults/purge/action",
    answer: (call) => {
      const { vault } = find(call);
      call.tenant.vaults.purgeVault(vault.name);
      const { addresses, query } = call;
      const operations = `/subscriptions/${call.tenant.vaults.subscriptionId}/providers/Microsoft.KeyVault/locations/${vault.location}/operationResults`;
      const location = `${addresses.resourceManager}${operations}/${call.tenant.newId()}?api-version=${query.get("api-version") ?? ""}`;
      return { status: 202, headers: { location, "retry-after": "1" } };
    },
  },
  // There are no managed HSMs; the command line of Azure asks for them whenever it asks for vaults.
  ...["managedHSMs", "deletedManagedHSMs"].map((kind): ArmRoute => ({
    method: "GET",
    path: `${IN_SUBSCRIPTION}/${kind}`,
    action: `Microsoft.KeyVault/${kind}/read`,
    answer: () => list([]),
  })),
  {
    method: "GET",
    path: `${IN_SUBSCRIPTION}/locations/{location}/operationResults/{operation}`,
    action: "Microsoft.KeyVault/locations/operationResults/read",
    // The work is done when the operation is handed out: here it only has to be looked at.
    answer: () => ({ status: 200 }),
  },
];

function find(call: ArmCall): DeletedVault {
  const deleted = call.tenant.vaults.deletedVault(nameOf(call, "vault"));
  if (deleted?.vault.location === nameOf(call, "location").toLowerCase().replaceAll(" ", "")) return deleted;
  throw new ArmError(
    404,
    "DeletedVaultNotFound",
    `The specified deleted vault '${nameOf(call, "vault")}' does not exist.`,
  );
}

function body({ tenant }: ArmCall, { vault, deletedAt, purgedAt }: DeletedVault): object {
  const { subscriptionId } = tenant.vaults;
  return {
    id: `/subscriptions/${subscriptionId}/providers/Microsoft.KeyVault/locations/${vault.location}/deletedVaults/${vault.name}`,
    name: vault.name,
    type: "Microsoft.KeyVault/deletedVaults",
    properties: {
      vaultId: vault.id,
      location: vault.location,
      tags: vault.tags,
      deletionDate: deletedAt.toISOString(),
      scheduledPurgeDate: purgedAt.toISOString(),
      ...(vault.properties.enablePurgeProtection === true && { purgeProtectionEnabled: true }),
    },
  };
}
