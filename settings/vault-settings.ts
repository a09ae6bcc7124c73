/** What the configuration says of all vaults at once: who is told, what is logged, and how they are reached. */
import { type CredentialVaultArgs, readVault } from "../components/credential-vault-args";
import { Problems } from "../components/problems";
import { addBelow, isAbsent, known, readObject, type Shape } from "./structured-value";

/** As the component takes it. Default: none of it, and the component's own defaults. */
export type VaultSettings = Readonly<
  Pick<
    CredentialVaultArgs,
    "auditLog" | "bypass" | "expiryAlert" | "privateEndpoint" | "sku" | "softDeleteDays" | "tags"
  >
>;

const VAULTS: Shape = {
  auditLog: "optional",
  expiryAlert: "optional",
  privateEndpoint: "optional",
  bypass: "optional",
  sku: "optional",
  softDeleteDays: "optional",
  tags: "optional",
};

/** What every vault has of its own, so that the component's own check can be asked about the rest. */
const OF_ONE_VAULT = {
  vaultName: "kv-any",
  resourceGroupName: "rg-any",
  tenantId: "7e0a0000-0000-4000-8000-000000000001",
};

export function readVaultSettings(at: string, given: unknown, problems: Problems): VaultSettings {
  const values = isAbsent(given) ? undefined : readObject(at, given, VAULTS, problems);
  // Of any type still: the component's check says more about them than reading could.
  const settings = known(values, VAULTS) as VaultSettings;
  const found = new Problems();
  readVault({ ...OF_ONE_VAULT, ...settings }, found);
  addBelow(at, found.found, problems);
  return settings;
}
