import { randomBytes, type JsonWebKey } from "node:crypto";
import { AutomationAccounts } from "../automation/automation-accounts";
import { VaultStore } from "../vault/vault-store";
import {
  INITIAL_DEFAULT_POLICY,
  type AppManagementPolicy,
  type DefaultAppManagementPolicy,
} from "./app-management-policies";
import type { CertificateAuthorityConfiguration } from "./certificate-authorities";
import type { ConditionalAccessPolicy, NamedLocation } from "./conditional-access";
import type { DirectoryAudit } from "./directory-audits";
import type {
  ApplicationRecord,
  CredentialHolder,
  DirectoryObject,
  ServicePrincipalRecord,
  UserRecord,
} from "./directory-objects";
import { Faults } from "./faults";
import type { Caller } from "./graph-request";
import { graphDateTime, newGuid, type RandomBytes } from "./identifiers";
import { ManagedIdentities } from "./managed-identities";
import { MICROSOFT_GRAPH } from "./microsoft-services";
import { ObjectStore } from "./object-store";
import { Replication, type ReplicationLag } from "./replication";
import type { AttributeDefinition, AttributeSet } from "./security-attributes";
import { deployerObjects, microsoftServicePrincipals, SEEDED_RESOURCE_GROUP, seededUsers } from "./seed";
import type { SignIn } from "./sign-ins";
import { ThrottlingLedger, type Throttling } from "./throttling";

export type { RandomBytes };

export interface TenantOptions {
  /** Directory id. @default - a random GUID */
  readonly id?: string;
  /** Initial domain, which clients may use in place of the id. @default "certlock.onmicrosoft.com" */
  readonly domain?: string;
  /** @default - the system clock */
  readonly clock?: () => Date;
  /** @default - crypto.randomBytes */
  readonly random?: RandomBytes;
  /** What ids are made of, where they must come out alike; secrets never are. @default - as `random` */
  readonly idBytes?: RandomBytes;
  /** Certificate (PEM) registered on the seeded deployer application. @default - none registered */
  readonly deployerCertificatePem?: string;
  /** Limits on calls; MICROSOFT_LIMITS are the documented ones. @default - none */
  readonly throttling?: Throttling;
  /** How long new objects and credentials stay invisible. @default - not at all */
  readonly replicationLag?: ReplicationLag;
}

/** The objects of one tenant, in memory. The maps belong to the Graph nouns and the token service. */
export class Directory {
  readonly id: string;
  readonly domain: string;
  readonly clock: () => Date;
  readonly random: RandomBytes;
  readonly vaults: VaultStore;
  /** The managed identities of the subscription; each has a service principal here. */
  readonly managedIdentities: ManagedIdentities;
  /** Azure Automation of the subscription. */
  readonly automation: AutomationAccounts;
  readonly #idBytes: RandomBytes;
  readonly #deployerAppId: string;
  /** When the tenant came to be. */
  readonly createdDateTime: string;
  /** Where Graph is reached from outside; stands in `@odata.context` and page links. */
  graphUrl = "https://graph.microsoft.com";

  readonly applications = new ObjectStore<ApplicationRecord>();
  readonly servicePrincipals = new ObjectStore<ServicePrincipalRecord>();
  readonly users = new Map<string, UserRecord>();
  /** Soft-deleted applications and service principals, kept for 30 days. */
  readonly deletedItems = new Map<string, CredentialHolder>();
  readonly appManagementPolicies = new Map<string, AppManagementPolicy>();
  readonly attributeSets = new Map<string, AttributeSet>();
  readonly attributeDefinitions = new Map<string, AttributeDefinition>();
  /** Deleted ones included. */
  readonly certificateAuthorityConfigurations = new Map<string, CertificateAuthorityConfiguration>();
  readonly namedLocations = new Map<string, NamedLocation>();
  readonly conditionalAccessPolicies = new Map<string, ConditionalAccessPolicy>();
  defaultAppManagementPolicy: DefaultAppManagementPolicy = INITIAL_DEFAULT_POLICY;
  /** Keys of issuers outside, by issuer: what Entra would read from their discovery documents. None is known at first. */
  readonly openIdIssuers = new Map<string, readonly JsonWebKey[]>();
  /** What whoever asks for tokens of managed identities must know: on a real machine, being on it is enough. */
  readonly identityHeader: string;
  /** Risk of service principals by object id, as Identity Protection would have found it; one that is absent has none. */
  readonly servicePrincipalRisk = new Map<string, "low" | "medium" | "high">();
  /** What the next Graph calls run into, for tests. */
  readonly faults = new Faults();
  throttling: Throttling;
  readonly throttlingLedger = new ThrottlingLedger();
  readonly replication: Replication;
  /** The audit log, oldest first. */
  readonly directoryAudits: DirectoryAudit[] = [];
  /** The sign-in log, oldest first. */
  readonly signIns: SignIn[] = [];

  constructor(options: TenantOptions = {}) {
    this.clock = options.clock ?? (() => new Date());
    this.random = options.random ?? randomBytes;
    this.createdDateTime = graphDateTime(this.clock());
    this.throttling = options.throttling ?? {};
    this.replication = new Replication(this.clock, options.replicationLag);
    this.#idBytes = options.idBytes ?? this.random;
    this.id = options.id ?? this.newId();
    this.identityHeader = Buffer.from(this.random(24)).toString("base64url");
    this.domain = options.domain ?? "certlock.onmicrosoft.com";
    this.vaults = new VaultStore({
      clock: this.clock,
      random: this.random,
      otherExists: (id) => this.automation.accounts.get(id) !== undefined,
    });
    this.vaults.putResourceGroup(SEEDED_RESOURCE_GROUP);

    this.managedIdentities = new ManagedIdentities({
      tenantId: this.id,
      random: this.random,
      clock: this.clock,
      servicePrincipals: this.servicePrincipals,
    });
    this.automation = new AutomationAccounts({
      clock: this.clock,
      managedIdentities: this.managedIdentities,
      groupExists: (name) => this.vaults.resourceGroup(name) !== undefined,
    });

    for (const user of seededUsers(this.domain)) this.users.set(user.id, user);
    const services = microsoftServicePrincipals(this.#idBytes);
    for (const service of services) this.servicePrincipals.set(service.id, service);
    const [application, servicePrincipal] = deployerObjects({
      tenantId: this.id,
      now: this.clock(),
      random: this.#idBytes,
      certificatePem: options.deployerCertificatePem,
      graphServicePrincipalId: services.find(({ appId }) => appId === MICROSOFT_GRAPH.appId)?.id ?? "",
    });
    this.applications.set(application.id, application);
    this.servicePrincipals.set(servicePrincipal.id, servicePrincipal);
    this.#deployerAppId = application.appId;
  }

  /** The seeded pipeline principal "certlock-deployer", with the Graph permissions it has been granted so far. */
  get deployer(): Caller {
    const appId = this.#deployerAppId;
    const principal = this.servicePrincipalByAppId(appId);
    const graph = this.servicePrincipalByAppId(MICROSOFT_GRAPH.appId);
    return { appId, roles: principal && graph ? this.grantedRoles(principal, graph) : [] };
  }

  newId(): string {
    return newGuid(this.#idBytes);
  }

  applicationByAppId(appId: string): ApplicationRecord | undefined {
    return this.applications.byAppId(appId);
  }

  servicePrincipalByAppId(appId: string): ServicePrincipalRecord | undefined {
    return this.servicePrincipals.byAppId(appId);
  }

  directoryObject(id: string): DirectoryObject | undefined {
    return this.users.get(id) ?? this.applications.get(id) ?? this.servicePrincipals.get(id);
  }

  /** The Graph application permissions granted to a service principal on one resource. */
  grantedRoles(principal: ServicePrincipalRecord, resource: ServicePrincipalRecord): readonly string[] {
    const appRoles = (resource.properties["appRoles"] ?? []) as readonly { id: string; value: string }[];
    return principal.appRoleAssignments
      .filter(({ resourceId }) => resourceId === resource.id)
      .flatMap(({ appRoleId }) => appRoles.filter(({ id }) => id === appRoleId).map(({ value }) => value));
  }
}
