/** Applications and managed identities of a stack, and which of them a resource belongs to. */
import { clean } from "./clean-text";
import type { PlannedResource } from "./resources";
import { isType, nameOf, partsOf } from "./urn";
import { textAt, textsAt, type Values } from "./values";

export interface IdentityOf {
  /** Name of the component that makes it, or of the resource itself. */
  readonly name: string;
  /** URN of the application; for one of another stack what it is referred to by. */
  readonly key: string;
  /** Absent for one of another stack. */
  readonly resource?: PlannedResource;
  /** Client id, where it is known. */
  readonly appId?: string;
  /** Object id of the application. */
  readonly objectId?: string;
}

const GUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;
/** Properties that say whose a resource is. */
const REFERENCES = [
  "applicationId",
  "applicationObjectId",
  "clientId",
  "servicePrincipalId",
  "servicePrincipalObjectId",
  "principalObjectId",
  "principalId",
  "resourceName",
] as const;

export class Identities {
  readonly all: readonly IdentityOf[];
  readonly #byUrn = new Map<string, IdentityOf>();
  readonly #byId = new Map<string, IdentityOf>();
  readonly #byParent = new Map<string, IdentityOf | undefined>();

  constructor(resources: readonly PlannedResource[]) {
    this.all = resources.filter(isIdentity).map(identityOf);
    for (const identity of this.all) {
      const { resource } = identity;
      if (resource === undefined) continue;
      this.#byUrn.set(resource.urn, identity);
      for (const id of idsOf(resource)) this.#byId.set(id.toLowerCase(), identity);
      const { parent } = resource;
      if (parent === undefined || partsOf(parent).type === "pulumi:pulumi:Stack") continue;
      // A component with two applications says nothing about whose its other resources are.
      this.#byParent.set(parent, this.#byParent.has(parent) ? undefined : identity);
    }
    for (const resource of resources.filter(({ type }) => isType(type, "azuread", "ServicePrincipal"))) {
      const identity = this.of(resource);
      if (identity === undefined) continue;
      this.#byUrn.set(resource.urn, identity);
      for (const id of idsOf(resource)) this.#byId.set(id.toLowerCase(), identity);
    }
  }

  /** Whose a resource is; `undefined` when it is nobody's. */
  of(resource: PlannedResource): IdentityOf | undefined {
    const own = this.#byUrn.get(resource.urn);
    if (own !== undefined) return own;
    for (const property of REFERENCES) {
      for (const urn of resource.dependencies[property] ?? []) {
        const found = this.#byUrn.get(urn);
        if (found !== undefined) return found;
      }
    }
    const referred = REFERENCES.flatMap((property) => referenceTo(resource, property));
    for (const id of referred) {
      const found = this.#byId.get(id.toLowerCase());
      if (found !== undefined) return found;
    }
    const sibling = resource.parent === undefined ? undefined : this.#byParent.get(resource.parent);
    if (sibling !== undefined) return sibling;
    const target = this.#onlyTarget(resource);
    if (target !== undefined) return target;
    const [foreign] = referred;
    return foreign === undefined ? undefined : { name: `application ${foreign}`, key: foreign };
  }

  /** The one identity a Conditional Access policy is about; one about several belongs to none of them. */
  #onlyTarget({ type, after, before, dependencies }: PlannedResource): IdentityOf | undefined {
    if (!isType(type, "azuread", "ConditionalAccessPolicy")) return undefined;
    const path = ["conditions", "clientApplications", "includedServicePrincipals"];
    const ids = textsAt(after?.inputs ?? before?.inputs, ...path).map((id) =>
      this.#byId.get(id.toLowerCase()),
    );
    const made = (dependencies["conditions"] ?? []).map((urn) => this.#byUrn.get(urn));
    const targets = new Set([...ids, ...made].filter((identity) => identity !== undefined));
    return targets.size === 1 ? [...targets][0] : undefined;
  }
}

function isIdentity({ type }: PlannedResource): boolean {
  return (
    isType(type, "azuread", "Application", "ApplicationRegistration") ||
    isType(type, "azure-native", "UserAssignedIdentity")
  );
}

function identityOf(resource: PlannedResource): IdentityOf {
  const { parent } = resource;
  const isPart = parent !== undefined && /^certlock:/.test(partsOf(parent).type);
  const side = resource.after ?? resource.before;
  const appId = guidAt(side?.outputs, "clientId") ?? guidAt(resource.before?.outputs, "clientId");
  const objectId = guidAt(side?.outputs, "objectId") ?? guidAt(resource.before?.outputs, "objectId");
  return {
    name: isPart ? nameOf(parent) : clean(resource.name),
    key: resource.urn,
    resource,
    ...(appId !== undefined && { appId }),
    ...(objectId !== undefined && { objectId }),
  };
}

function idsOf({ id, before, after }: PlannedResource): string[] {
  const outputs = [before?.outputs, after?.outputs].flatMap((values) => [
    textAt(values, "clientId"),
    textAt(values, "objectId"),
    textAt(values, "principalId"),
  ]);
  const path = id === undefined ? [] : [id, GUID.exec(id)?.[0]];
  return [...outputs, ...path].filter((text): text is string => text !== undefined && text.length < 500);
}

/** The ids a property names: `/applications/<object id>` means the object id. */
function referenceTo({ before, after }: PlannedResource, property: string): string[] {
  return [after?.inputs, before?.inputs, before?.outputs].flatMap((values) => {
    const text = textAt(values, property);
    const id = text === undefined ? undefined : GUID.exec(text)?.[0];
    return id === undefined ? [] : [id];
  });
}

/** An id, and nothing else that may stand there. */
export function guidAt(values: Values | undefined, ...path: readonly string[]): string | undefined {
  const text = textAt(values, ...path);
  return text?.length === 36 && GUID.test(text) ? text.toLowerCase() : undefined;
}

/** Page of an application in the Entra admin centre. */
export function portalOf({ appId, resource }: IdentityOf): string | undefined {
  if (
    appId === undefined ||
    resource === undefined ||
    isType(resource.type, "azure-native", "UserAssignedIdentity")
  )
    return undefined;
  return `https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Overview/appId/${appId}`;
}
