import { randomBytes } from "node:crypto";
import { MonitoringStore } from "../monitoring/monitoring-store";
import { newGuid, type RandomBytes } from "../tenant/identifiers";
import { ArmError, invalidRequest, resourceGroupNotFound } from "./arm-error";
import { DiagnosticSettings } from "./diagnostic-settings";
import { EventTopics } from "./event-topics";
import { PrivateEndpoints } from "./private-endpoints";
import { RoleAssignments } from "./role-assignments";
import { VaultSecrets } from "./vault-secrets";
import type { DeletedCertificate, DeletedSecret, Tags, Vault, VaultSecret } from "./vault";
import { CertificateRenewals } from "./certificate-renewal";
import type { VaultCertificate } from "./vault-certificate";
import { VaultCertificates } from "./vault-certificates";
import { applySettings, type VaultSettings } from "./vault-settings";

export interface VaultStoreOptions {
  /** @default - the system clock */
  readonly clock?: () => Date;
  /** @default - crypto.randomBytes */
  readonly random?: RandomBytes;
  /** Azure subscription everything lies in. @default - a random GUID */
  readonly subscriptionId?: string;
  /** Whether something beside vaults exists that can log. @default - nothing does */
  readonly otherExists?: (id: string) => boolean;
}

export interface ResourceGroup {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly tags: Tags;
  readonly managedBy: string | undefined;
}

export interface VaultWrite {
  readonly resourceGroup: string;
  readonly name: string;
  readonly location: string;
  readonly tags?: Tags;
  readonly settings: VaultSettings;
  /** "recover" brings a soft-deleted vault back, secrets included, before the settings are written. */
  readonly createMode?: string | undefined;
}

export interface DeletedVault {
  readonly vault: Vault;
  readonly deletedAt: Date;
  readonly purgedAt: Date;
}

const DAY_MS = 86_400_000;
const VAULT_NAME = /^(?=.{3,24}$)[a-z](?:-?[a-z0-9])+$/i;

/**
 * The Azure side of the tenant, as far as Key Vault goes: one subscription with resource groups, vaults, their secrets,
 * certificates, role assignments and what watches them. Every refusal is an ArmError with Azure's own code.
 */
export class VaultStore {
  readonly subscriptionId: string;
  readonly roleAssignments = new RoleAssignments();
  readonly diagnosticSettings: DiagnosticSettings;
  readonly events: EventTopics;
  readonly privateEndpoints: PrivateEndpoints;
  readonly monitoring: MonitoringStore;
  readonly secrets: VaultSecrets;
  readonly certificates: VaultCertificates;
  readonly renewals = new CertificateRenewals();
  /** The address the pipeline's provider calls vaults from. */
  pipelineAddress = "198.51.100.10";
  readonly #clock: () => Date;
  readonly #resourceGroups = new Map<string, ResourceGroup>();
  readonly #vaults = new Map<string, Vault>();
  readonly #deletedVaults = new Map<string, DeletedVault>();

  constructor(options: VaultStoreOptions = {}) {
    const random = options.random ?? randomBytes;
    this.#clock = options.clock ?? (() => new Date());
    this.subscriptionId = options.subscriptionId ?? newGuid(random);
    this.secrets = new VaultSecrets(this.#clock, random);
    this.certificates = new VaultCertificates(this.#clock, random, this.secrets);
    const around = {
      groupExists: (name: string) => this.resourceGroup(name) !== undefined,
      vault: (id: string) => this.vaultById(id),
      vaultExists: (id: string) => this.vaultById(id) !== undefined,
    };
    this.diagnosticSettings = new DiagnosticSettings(
      (id) => around.vaultExists(id) || (options.otherExists?.(id) ?? false),
    );
    this.events = new EventTopics(around);
    this.privateEndpoints = new PrivateEndpoints(around);
    this.monitoring = new MonitoringStore({ ...around, clock: this.#clock });
  }

  resourceGroupId(name: string): string {
    return `/subscriptions/${this.subscriptionId}/resourceGroups/${name}`;
  }

  vaultId(resourceGroup: string, name: string): string {
    return `${this.resourceGroupId(resourceGroup)}/providers/Microsoft.KeyVault/vaults/${name}`;
  }

  resourceGroup(name: string): ResourceGroup | undefined {
    return this.#resourceGroups.get(name.toLowerCase());
  }

  resourceGroups(): readonly ResourceGroup[] {
    return [...this.#resourceGroups.values()];
  }

  putResourceGroup(group: Omit<ResourceGroup, "id">): ResourceGroup {
    const before = this.resourceGroup(group.name);
    if (before && before.location !== group.location) {
      throw new ArmError(
        409,
        "InvalidResourceGroupLocation",
        `Invalid resource group location '${group.location}'. The Resource group already exists in location '${before.location}'.`,
      );
    }
    const written = { ...group, id: this.resourceGroupId(group.name) };
    this.#resourceGroups.set(group.name.toLowerCase(), written);
    return written;
  }

  /** Deletes a resource group and, softly, the vaults in it. */
  deleteResourceGroup(name: string): void {
    for (const vault of this.#vaults.values()) {
      if (sameText(vault.resourceGroup, name)) this.deleteVault(vault.name);
    }
    this.roleAssignments.deleteBelow(this.resourceGroupId(name));
    this.events.deleteBelow(this.resourceGroupId(name));
    this.privateEndpoints.deleteBelow(this.resourceGroupId(name));
    this.monitoring.deleteBelow(this.resourceGroupId(name));
    this.#resourceGroups.delete(name.toLowerCase());
  }

  /** A live vault by its globally unique name. */
  vault(name: string): Vault | undefined {
    return this.#vaults.get(name.toLowerCase());
  }

  /** The live vaults of the subscription. */
  all(): readonly Vault[] {
    return [...this.#vaults.values()];
  }

  /** A soft-deleted vault whose retention is not over. */
  deletedVault(name: string): DeletedVault | undefined {
    const deleted = this.#deletedVaults.get(name.toLowerCase());
    if (deleted && deleted.purgedAt > this.#clock()) return deleted;
    this.#deletedVaults.delete(name.toLowerCase());
    return undefined;
  }

  deletedVaults(): readonly DeletedVault[] {
    return [...this.#deletedVaults.keys()].flatMap((name) => this.deletedVault(name) ?? []);
  }

  vaultById(id: string): Vault | undefined {
    return [...this.#vaults.values()].find((vault) => sameText(vault.id, id));
  }

  /**
   * Creates or changes a vault.
   *
   * @throws ArmError `ConflictError` while a deleted vault holds the name, `VaultAlreadyExists` when it lives in another
   * resource group, `ResourceGroupNotFound`, `VaultNameNotValid`, `InvalidResourceLocation`, `BadRequest`.
   */
  putVault(write: VaultWrite): Vault {
    if (!this.resourceGroup(write.resourceGroup)) throw resourceGroupNotFound(write.resourceGroup);
    if (!VAULT_NAME.test(write.name)) {
      throw new ArmError(
        400,
        "VaultNameNotValid",
        `The vault name '${write.name}' is invalid. A vault's name must be between 3-24 alphanumeric characters. The name must begin with a letter, end with a letter or digit, and not contain consecutive hyphens.`,
      );
    }
    const recovered = write.createMode === "recover" ? this.deletedVault(write.name)?.vault : undefined;
    const before = recovered ?? this.#writable(write);
    const now = this.#clock();
    const vault: Vault = {
      id: this.vaultId(write.resourceGroup, write.name),
      name: write.name,
      resourceGroup: write.resourceGroup,
      location: write.location,
      tags: write.tags ?? {},
      properties: applySettings(write.name, write.settings, before?.properties),
      createdAt: before?.createdAt ?? now,
      modifiedAt: now,
      secrets: before?.secrets ?? new Map<string, VaultSecret>(),
      deletedSecrets: before?.deletedSecrets ?? new Map<string, DeletedSecret>(),
      certificates: before?.certificates ?? new Map<string, VaultCertificate>(),
      deletedCertificates: before?.deletedCertificates ?? new Map<string, DeletedCertificate>(),
      issuers: before?.issuers ?? new Set<string>(),
    };
    this.#vaults.set(write.name.toLowerCase(), vault);
    if (recovered) this.#deletedVaults.delete(write.name.toLowerCase());
    return vault;
  }

  /** Deletes a vault softly: its name stays taken until it is recovered, purged, or its retention is over. */
  deleteVault(name: string): void {
    const vault = this.vault(name);
    if (!vault) return;
    const retention = vault.properties.softDeleteRetentionInDays * DAY_MS;
    this.#vaults.delete(name.toLowerCase());
    this.roleAssignments.deleteBelow(vault.id);
    this.#deletedVaults.set(name.toLowerCase(), {
      vault,
      deletedAt: this.#clock(),
      purgedAt: new Date(this.#clock().getTime() + retention),
    });
  }

  /** @throws ArmError `MethodNotAllowed` when purge protection is on. */
  purgeVault(name: string): void {
    const vault = this.deletedVault(name)?.vault;
    if (vault?.properties.enablePurgeProtection) {
      throw new ArmError(
        405,
        "MethodNotAllowed",
        `Operation 'DeletedVaultPurge' is not allowed: vault '${name}' is protected from purge.`,
      );
    }
    this.#deletedVaults.delete(name.toLowerCase());
  }

  #writable(write: VaultWrite): Vault | undefined {
    if (this.deletedVault(write.name)) {
      throw new ArmError(
        409,
        "ConflictError",
        "A vault with the same name already exists in deleted state. You need to either recover or purge existing key vault. Follow this link https://go.microsoft.com/fwlink/?linkid=2149745 for more information on soft delete.",
      );
    }
    const vault = this.vault(write.name);
    if (!vault) return undefined;
    if (!sameText(vault.resourceGroup, write.resourceGroup)) {
      throw new ArmError(
        409,
        "VaultAlreadyExists",
        `The vault name '${write.name}' is already in use. Vault names are globally unique so it is possible that the name is already taken.`,
      );
    }
    if (vault.location !== write.location) {
      throw invalidRequest(
        `The vault '${write.name}' already exists in location '${vault.location}'; a vault cannot move to '${write.location}'.`,
      );
    }
    return vault;
  }
}

function sameText(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
