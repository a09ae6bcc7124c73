import { ArmError } from "../vault/arm-error";
import type { ServicePrincipalRecord } from "./directory-objects";
import { graphDateTime, newGuid, type RandomBytes } from "./identifiers";

/** Trust of a managed identity in a caller from elsewhere. */
export interface IdentityCredential {
  readonly name: string;
  readonly issuer: string;
  readonly subject: string;
  readonly audiences: readonly string[];
}

/** A managed identity. */
export interface ManagedIdentity {
  /** ARM id: its own, or that of the resource it was assigned to by the system. */
  readonly id: string;
  /** Whether it comes and goes with the resource. */
  readonly isSystemAssigned?: boolean;
  readonly name: string;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly tenantId: string;
  readonly clientId: string;
  /** Object id of the service principal. */
  readonly principalId: string;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
  readonly credentials: readonly IdentityCredential[];
}

interface Surroundings {
  readonly tenantId: string;
  readonly random: RandomBytes;
  readonly clock: () => Date;
  readonly servicePrincipals: Map<string, ServicePrincipalRecord>;
}

/** Sources: the limits and error texts of https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations */
const MOST_CREDENTIALS = 20;
const LONGEST_FIELD = 600;
const CREDENTIAL_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{2,119}$/;
const IDENTITY_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{2,127}$/;
/** How long Azure is busy with one credential; a second write to the same identity meanwhile is refused. */
const WRITE_MS = 25;

/** The managed identities of the subscription. Every refusal is an ArmError with Azure's own text. */
export class ManagedIdentities {
  readonly #byId = new Map<string, ManagedIdentity>();
  readonly #busy = new Set<string>();
  readonly #at: Surroundings;

  constructor(surroundings: Surroundings) {
    this.#at = surroundings;
  }

  get(id: string): ManagedIdentity | undefined {
    return this.#byId.get(id.toLowerCase());
  }

  byClient(clientId: string): ManagedIdentity | undefined {
    return [...this.#byId.values()].find((identity) => identity.clientId === clientId);
  }

  byPrincipal(principalId: string): ManagedIdentity | undefined {
    return [...this.#byId.values()].find((identity) => identity.principalId === principalId);
  }

  /** Creates an identity and its service principal, or changes its tags. */
  put(
    given: Pick<ManagedIdentity, "id" | "name" | "location" | "tags" | "isSystemAssigned">,
  ): ManagedIdentity {
    const before = this.get(given.id);
    if (!IDENTITY_NAME.test(given.name)) {
      throw invalid(
        `Invalid identity name '${given.name}': 3 to 128 letters, digits, hyphens and underscores.`,
      );
    }
    const now = this.#at.clock();
    const identity: ManagedIdentity = before
      ? { ...before, tags: given.tags, modifiedAt: now }
      : {
          ...given,
          tenantId: this.#at.tenantId,
          clientId: newGuid(this.#at.random),
          principalId: newGuid(this.#at.random),
          createdAt: now,
          modifiedAt: now,
          credentials: [],
        };
    this.#byId.set(given.id.toLowerCase(), identity);
    if (!before) this.#at.servicePrincipals.set(identity.principalId, principalOf(identity));
    return identity;
  }

  delete(id: string): void {
    const identity = this.get(id);
    if (!identity) return;
    this.#byId.delete(id.toLowerCase());
    this.#at.servicePrincipals.delete(identity.principalId);
  }

  /**
   * Creates or changes a federated credential.
   *
   * @throws ArmError `Conflict` while another one of the same identity is being written.
   */
  async putCredential(identityId: string, credential: IdentityCredential): Promise<IdentityCredential> {
    await this.#write(identityId, (identity) => {
      checkCredential(credential);
      const others = identity.credentials.filter(({ name }) => !sameText(name, credential.name));
      if (
        others.some(({ issuer, subject }) => issuer === credential.issuer && subject === credential.subject)
      ) {
        throw invalid("Issuer and subject combination already exists for this Managed Identity.");
      }
      if (others.length >= MOST_CREDENTIALS) {
        throw invalid(`Too many Federated Identity Credentials: at most ${MOST_CREDENTIALS} are allowed.`);
      }
      return [...others, credential];
    });
    return credential;
  }

  /** Deletes a credential; one already gone is fine. */
  deleteCredential(identityId: string, name: string): void {
    const identity = this.get(identityId);
    if (!identity) return;
    if (this.#busy.has(identity.id)) throw busy();
    const credentials = identity.credentials.filter((credential) => !sameText(credential.name, name));
    this.#byId.set(identity.id.toLowerCase(), { ...identity, credentials });
  }

  async #write(
    identityId: string,
    change: (identity: ManagedIdentity) => readonly IdentityCredential[],
  ): Promise<void> {
    const identity = this.get(identityId);
    if (!identity) {
      throw new ArmError(404, "ParentResourceNotFound", "The parent user-assigned identity doesn't exist.");
    }
    if (this.#busy.has(identity.id)) throw busy();
    const credentials = change(identity);
    this.#busy.add(identity.id);
    try {
      await new Promise((resolve) => setTimeout(resolve, WRITE_MS));
      this.#byId.set(identity.id.toLowerCase(), { ...identity, credentials });
    } finally {
      this.#busy.delete(identity.id);
    }
  }
}

/** The service principal as Graph shows that of a managed identity: no application stands behind it. */
function principalOf(identity: ManagedIdentity): ServicePrincipalRecord {
  return {
    kind: "servicePrincipal",
    id: identity.principalId,
    appId: identity.clientId,
    appOwnerOrganizationId: identity.tenantId,
    createdDateTime: graphDateTime(identity.createdAt),
    deletedDateTime: null,
    owners: [],
    passwordCredentials: [],
    keyCredentials: [],
    appManagementPolicyId: undefined,
    appRoleAssignments: [],
    properties: {
      displayName: identity.name,
      servicePrincipalType: "ManagedIdentity",
      accountEnabled: true,
      alternativeNames: [`isExplicit=${identity.isSystemAssigned === true ? "False" : "True"}`, identity.id],
      servicePrincipalNames: [identity.clientId],
    },
  };
}

function checkCredential({ name, issuer, subject, audiences }: IdentityCredential): void {
  if (!CREDENTIAL_NAME.test(name)) throw invalid(`Federated Identity Credential name '${name}' is invalid.`);
  if (audiences.length !== 1) {
    throw invalid("Federated identity credentials must have exactly one audience.");
  }
  const fields = [issuer, subject, ...audiences];
  if (fields.includes("")) {
    throw invalid("Federated Identity Credential from HTTP body has empty properties");
  }
  if (fields.some((field) => field.length > LONGEST_FIELD)) {
    throw invalid(`Federated Identity Credential properties have at most ${LONGEST_FIELD} characters.`);
  }
}

function invalid(message: string): ArmError {
  return new ArmError(400, "BadRequest", message);
}

function busy(): ArmError {
  return new ArmError(
    409,
    "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity",
    "Too many Federated Identity Credentials are written concurrently for the managed identity. Concurrent Federated " +
      "Identity Credentials writes under the same managed identity are not supported.",
  );
}

function sameText(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
